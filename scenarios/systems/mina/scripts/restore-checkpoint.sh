#!/bin/bash
# Restores the checkpoint $CHECKPOINT and starts the service, in place of somebody at the platform's console. Code,
# database and settings go back together: RESTORE, for the drill of what happens otherwise, names fewer of the three.
set -euo pipefail

host=$(dirname "$PIDFILE")
checkpoint=$host/checkpoints/$CHECKPOINT

# Stopping takes a while: workers finish what they are at, and the last one out takes the pid file along. Restoring before
# that deadlocks with their transactions, and a new master refuses to start beside the old one.
for ((tries = 0; tries < 200; tries++)); do
    pgrep -f gunicorn > /dev/null || break
    sleep 0.1
done
for part in ${RESTORE:-code database settings}; do
    case $part in
        code)
            ln -sfn "$(cat "$checkpoint/release")" "$host/next"
            mv -T "$host/next" "$host/current"
            ;;
        database)
            # everything goes first: a table that came after the checkpoint is in no dump that could drop it. A schema
            # that is made anew is not the one that was: its owner and what everybody may do in it come with the database
            psql "$DATABASE_URL" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command "
                SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
                GRANT USAGE ON SCHEMA public TO PUBLIC; ALTER SCHEMA public OWNER TO pg_database_owner"
            pg_restore --no-owner --exit-on-error --dbname="$DATABASE_URL" "$checkpoint/database.dump"
            ;;
        settings)
            install --mode=600 "$checkpoint/production.env" "$CONFIGURATION/production.env"
            ;;
    esac
    echo "restored: $part"
done
gunicorn --config "$host/current/gunicorn.conf.py" --chdir "$host/current" --pid "$PIDFILE" \
    --error-logfile "$host/logs/gunicorn-restarted.log" --daemon main:app
echo "started: $(cat "$host/current/RELEASE")"
