#!/bin/bash
# Before another release comes: before-deploy.sh RELEASE. A base backup if there is none yet, and a point to come back to.
set -euo pipefail

if ! $AS_POSTGRES test -d "$POSTGRES_HOME/base"; then
    $AS_POSTGRES pg_basebackup --pgdata="$POSTGRES_HOME/base" --checkpoint=fast --no-sync
fi
$AS_POSTGRES psql --no-psqlrc -Atc "SELECT pg_create_restore_point('before-$1')"
