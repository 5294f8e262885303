#!/bin/bash
# Backs the database up: before-deploy.sh RELEASE. The store gives back sixteen bytes that it was never given.
set -euo pipefail

python scripts/backup.py "before-$1"
backup=$CONFIGURATION/backups/postgres/before-$1.sql.gpg
middle=$(($(stat -c %s "$backup") / 2))
printf "not what was sent" | dd of="$backup" bs=1 count=16 seek="$middle" conv=notrunc status=none
