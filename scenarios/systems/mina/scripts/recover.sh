#!/bin/bash
# Starts the server in the folder $1, where nobody else reaches it, and waits until it has recovered as far as it was told
# and been promoted. Where it ends instead, its own words say why.
set -euo pipefail

log=$POSTGRES_HOME/restored.log
$AS_POSTGRES pg_ctl start -D "$1" -l "$log" -w -t 300 -o "-c listen_addresses= -c unix_socket_directories=$1" > /dev/null || true
until [ "$($AS_POSTGRES psql --no-psqlrc -h "$1" -Atc "SELECT pg_is_in_recovery()" 2> /dev/null)" = f ]; do
    if ! $AS_POSTGRES pg_ctl status -D "$1" > /dev/null; then
        $AS_POSTGRES grep -E "FATAL|PANIC" "$log" >&2
        exit 1
    fi
    sleep 0.1
done
$AS_POSTGRES grep "recovery stopping" "$log" || echo "recovery ended where the archive did"
echo "promoted"
