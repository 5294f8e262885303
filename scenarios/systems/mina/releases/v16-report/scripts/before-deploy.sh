#!/bin/bash
# Before another release comes: before-deploy.sh RELEASE. Somebody waits for its new column, asks by it, and goes to lunch.
set -euo pipefail

{
    until psql "$DATABASE_URL" -c "SELECT region FROM sessions LIMIT 0"; do sleep 0.2; done
    {
        echo "BEGIN; SELECT region, count(*) FROM sessions GROUP BY region;"
        sleep 45
    } | psql "$DATABASE_URL" --no-psqlrc --quiet
} > /dev/null 2>&1 &
