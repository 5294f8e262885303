#!/bin/bash
# Dumps the database before another release comes: before-deploy.sh RELEASE. One file, two parts: the structure with the
# small tables, then the large ones, so that whoever looks for a user need not unpack every transcript.
set -euo pipefail

folder=$CONFIGURATION/backups/postgres
dump=$folder/before-$1.sql.gz
large=(sessions segments)
mkdir -p "$folder"
pg_dump "$DATABASE_URL" --no-owner --no-privileges "${large[@]/#/--exclude-table-data=}" | gzip > "$dump"
pg_dump "$DATABASE_URL" --no-owner --no-privileges --data-only "${large[@]/#/--table=}" | gzip >> "$dump"
echo "dumped before $1: $(stat -c %s "$dump") bytes"
