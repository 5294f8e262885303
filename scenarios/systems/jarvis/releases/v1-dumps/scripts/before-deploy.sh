#!/bin/bash
# Dumps the database before another release comes: before-deploy.sh RELEASE.
set -euo pipefail

mkdir -p "$BACKUPS/migrations"
pg_dump --no-owner --no-privileges | gzip >"$BACKUPS/migrations/pre-migration-$(date -u +%Y%m%d_%H%M%S).sql.gz"
