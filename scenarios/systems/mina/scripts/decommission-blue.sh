#!/bin/bash
# Takes blue away, once nobody needs to go forward to it any more.
exec bash "$(dirname "$0")/decommission.sh" blue
