#!/bin/bash
# Puts a backup of the settings into force: restore-settings.sh BACKUP [NAME…]
#
# BACKUP is a file in $CONFIGURATION/backups. Each NAME keeps the value that it has now: name the secrets that have been
# changed since the backup. Workers read settings when they start: reload them afterwards.
set -euo pipefail

backup=$CONFIGURATION/backups/$1
current=$CONFIGURATION/production.env
shift

new=$(mktemp "$CONFIGURATION/production.env.XXXXXX")
trap 'rm -f "$new"' EXIT
cp "$backup" "$new"
for name in "$@"; do
    value=$(grep "^$name=" "$current") # fails, and everything with it, if there is no such setting
    grep -v "^$name=" "$new" > "$new.kept"
    printf '%s\n' "$value" >> "$new.kept"
    mv "$new.kept" "$new"
done
install --mode=600 "$new" "$current"
echo "restored $backup${*:+, with the present $*}"
