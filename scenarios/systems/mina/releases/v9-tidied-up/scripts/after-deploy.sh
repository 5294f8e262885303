#!/bin/bash
# Called by whoever deploys, once users are sent to this release: after-deploy.sh RELEASE. Saves memory.
set -euo pipefail

bash scripts/decommission.sh green
