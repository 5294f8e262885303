#!/bin/bash
# Backs the database up: before-deploy.sh RELEASE. Then somebody tidies the keys up and makes a new one of the same name.
set -euo pipefail

python scripts/backup.py "before-$1"
key=$(gpg --batch --with-colons --list-secret-keys | awk -F: "/^fpr/ {print \$10; exit}")
gpg --batch --yes --delete-secret-and-public-key "$key"
gpg --batch --quiet --passphrase "" --quick-generate-key backup@mina.example future-default default never
