#!/bin/bash
# Before another release comes: before-deploy.sh RELEASE. The store loses the segment that has the restore point in it.
set -euo pipefail

$AS_POSTGRES psql --no-psqlrc -Atc "SELECT pg_create_restore_point('before-$1')"
segment=$(bash scripts/archive-now.sh)
$AS_POSTGRES rm "$POSTGRES_HOME/archive/$segment"
