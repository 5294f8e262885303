#!/bin/bash
# Takes a checkpoint before another release comes: before-deploy.sh RELEASE. It stands in for the platform that does this
# by itself. A checkpoint is a folder: `release`, the folder that ran; `database.dump`; `production.env`.
set -euo pipefail

host=$(dirname "$PIDFILE")
checkpoint=$host/checkpoints/before-$1
mkdir -p "$checkpoint"
readlink "$host/current" > "$checkpoint/release"
cp "$CONFIGURATION/production.env" "$checkpoint/"
pg_dump "$DATABASE_URL" --format=custom --no-owner --no-privileges --file="$checkpoint/database.dump"
echo "checkpoint before-$1: $(cat "$checkpoint/release"), $(stat -c %s "$checkpoint/database.dump") bytes of data"
