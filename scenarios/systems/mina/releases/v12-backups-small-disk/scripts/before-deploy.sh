#!/bin/bash
# Backs the database up: before-deploy.sh RELEASE. The folder in which a restore would be made is a disk of 16 KiB.
set -euo pipefail

python scripts/backup.py "before-$1"
mount -t tmpfs -o size=16k tmpfs "$CONFIGURATION/restore"
