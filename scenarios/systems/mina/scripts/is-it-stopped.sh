#!/bin/bash
# What somebody sees who looks right after `pkill`: does the service still run?
set -euo pipefail

if running=$(pgrep -f gunicorn); then
    echo "not stopped: $(wc -l <<< "$running") processes of gunicorn still run" >&2
    exit 1
fi
echo "stopped"
