#!/bin/bash
# Whether mindmend works, as a user would try it: `bash scripts/smoke_test.sh URL`. Ends with 1 where it does not.
set -euo pipefail

python service/scripts/http_get.py "$1/health" | grep healthy
python service/scripts/http_get.py "$1/api/ping?nonce=smoke" | grep smoke
python scripts/providers.py "$1" 1 | tee /dev/stderr | grep -v none
