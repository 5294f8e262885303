#!/bin/bash
# Keeps blue for $WAIT_S seconds, in place of a day: the way forward stays open. Fails as soon as it is not.
set -euo pipefail

kept=0
while ((kept++ < WAIT_S)); do
    python service/scripts/http_get.py "http://127.0.0.1:$BLUE_PORT/health" > /dev/null || { echo "blue is gone" >&2; exit 1; }
    sleep 1
done
echo "kept: blue was there at every one of $WAIT_S looks"
