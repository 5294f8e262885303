#!/bin/bash
# Switches the feature flag $FLAG off, in place of somebody at mina's console.
set -euo pipefail

# a heredoc: psql fills in :'name' in what it reads, not in what --command gives it
switched=$(psql "$DATABASE_URL" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --set name="$FLAG" << 'SQL'
UPDATE feature_flags SET enabled = false WHERE name = :'name' RETURNING name;
SQL
)
[ "$switched" = "$FLAG" ] || { echo "there is no flag $FLAG" >&2; exit 1; }
echo "off: $FLAG"
