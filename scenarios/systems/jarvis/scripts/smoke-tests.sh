#!/bin/bash
# Whether jarvis works, as a user would try it: `bash scripts/smoke-tests.sh URL RELEASE`. Ends with 1 where it does not.
set -euo pipefail

try() {
    python service/scripts/http_get.py "$1" | grep -E "$2" >/dev/null
    echo "$1: ok"
}

try "$1/health" '"status": *"healthy"'
try "$1/api/version" "\"release\": *\"$2\""
try "$1/api/assistant" '"model": *"[^"]+"'
