#!/bin/bash
# Dumps the database before another release comes: before-deploy.sh RELEASE. One file, two parts: the structure with the
# small tables, then the large ones, so that whoever looks for a user need not unpack every transcript.
#
# The mistake is in the last lines: what the store took is not compared with what it was given.
set -euo pipefail

folder=$CONFIGURATION/backups/postgres
dump=$folder/before-$1.sql.gz
whole=$folder/whole.tmp
large=(sessions segments)
mkdir -p "$folder"
pg_dump "$DATABASE_URL" --no-owner --no-privileges "${large[@]/#/--exclude-table-data=}" | gzip > "$whole"
pg_dump "$DATABASE_URL" --no-owner --no-privileges --data-only "${large[@]/#/--table=}" | gzip >> "$whole"

# the store, which is full after two thirds
head --bytes=$(($(stat -c %s "$whole") * 2 / 3)) "$whole" > "$dump"
rm "$whole"
echo "dumped before $1: $(stat -c %s "$dump") bytes"
