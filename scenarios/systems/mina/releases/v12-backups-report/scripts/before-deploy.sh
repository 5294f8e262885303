#!/bin/bash
# Backs the database up: before-deploy.sh RELEASE. And somebody has a transaction open, which has changed a row.
set -euo pipefail

python scripts/backup.py "before-$1"
{
    echo "BEGIN; UPDATE users SET name = name;"
    sleep 600
} 2> /dev/null | setsid psql "$DATABASE_URL" --no-psqlrc --quiet > /dev/null 2>&1 &
for ((tries = 0; tries < 100; tries++)); do
    open=$(psql "$DATABASE_URL" -Atc "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND query LIKE 'UPDATE users%'")
    [ "$open" = 0 ] || break
    sleep 0.1
done
[ "$open" = 1 ]
