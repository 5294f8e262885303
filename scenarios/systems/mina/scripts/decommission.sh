#!/bin/bash
# Takes a colour away for good: decommission.sh green|blue. Not while the router sends anybody there.
set -euo pipefail

colour=$1
used=$(python scripts/router.py "show servers state" | awk -v colour="$colour" '$4 == colour && $7 % 2 == 0 { print $2 }')
if [ -n "$used" ]; then
    echo "not decommissioned: $colour still has the users of ${used//$'\n'/ and }" >&2
    exit 1
fi
master=$(cat "$COLOURS/$colour.pid")
kill -TERM "$master" # workers finish what they are at, and live streams end properly
for ((tries = 0; tries < 200; tries++)); do
    kill -0 "$master" 2> /dev/null || break
    sleep 0.1
done
if kill -0 "$master" 2> /dev/null; then
    echo "not decommissioned: $colour did not end" >&2
    exit 1
fi
rm "$COLOURS/$colour"
echo "decommissioned: $colour"
