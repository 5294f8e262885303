#!/bin/bash
# Backs the database up before another release comes: before-deploy.sh RELEASE.
set -euo pipefail

python scripts/backup.py "before-$1"
