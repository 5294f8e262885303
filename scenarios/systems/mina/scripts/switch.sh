#!/bin/bash
# Sends users to a colour: switch.sh green|blue. Nothing is switched where that colour does not answer.
#
# The router has a backend for reads and one for writes: both are switched. Requests that are under way, live streams among
# them, stay with the colour that they began on.
set -euo pipefail

colour=$1
case $colour in
    green) other=blue port=$GREEN_PORT ;;
    blue) other=green port=$BLUE_PORT ;;
    *) echo "switch.sh green|blue" >&2; exit 2 ;;
esac
if ! python service/scripts/http_get.py "http://127.0.0.1:$port/health" > /dev/null; then
    echo "nothing was switched: $colour is not healthy" >&2
    exit 1
fi
for backend in reads writes; do
    # the new one first: for a moment both serve, which is better than none
    python scripts/router.py "set server $backend/$colour state ready" "set server $backend/$other state maint"
done
# what is switched at run time is forgotten with the router's next start, unless it is in the file that it begins with
python scripts/router.py "show servers state" > "$(dirname "$ROUTER_SOCKET")/servers.state"
host=$(dirname "$COLOURS")
ln -sfn "colours/$colour" "$host/next"
mv -T "$host/next" "$host/current"
echo "users are sent to $colour: $(cat "$COLOURS/$colour/RELEASE")"
