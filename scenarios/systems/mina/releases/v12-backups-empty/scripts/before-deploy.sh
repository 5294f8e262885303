#!/bin/bash
# Backs the database up: before-deploy.sh RELEASE. What is left of it is its name.
set -euo pipefail

python scripts/backup.py "before-$1"
truncate --size=0 "$CONFIGURATION/backups/postgres/before-$1.sql.gpg"
