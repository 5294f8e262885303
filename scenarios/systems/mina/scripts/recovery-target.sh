#!/bin/bash
# Prints the settings that end a recovery right before the last migration, or with $INCLUSIVE=on right after it.
#
# $RECOVER_BY says how that place is named: by the name of the restore point $RESTORE_POINT, or by the time, the number or the
# place in the log (lsn) of the commit of the transaction that last changed the revision. The database that is there knows the
# transaction; the archive has to hold it already.
set -euo pipefail

ask() {
    $AS_POSTGRES psql --no-psqlrc -Atd mina_production -c "$1"
}

xid=$(ask "SELECT xmin FROM alembic_version")
case $RECOVER_BY in
    name) target=$RESTORE_POINT ;;
    time) target=$(ask "SELECT pg_xact_commit_timestamp(xmin) FROM alembic_version") ;;
    xid) target=$xid ;;
    lsn)
        segments=$($AS_POSTGRES ls "$POSTGRES_HOME/archive" | grep -xE "[0-9A-F]{24}")
        log=$($AS_POSTGRES pg_waldump --path="$POSTGRES_HOME/archive" --rmgr=Transaction --xid="$xid" \
            "${segments%%$'\n'*}" "${segments##*$'\n'}")
        target=$(sed -n 's/.* lsn: \([0-9A-F/]*\),.* desc: COMMIT .*/\1/p' <<< "$log")
        ;;
    *) echo "RECOVER_BY: name, time, xid or lsn, not $RECOVER_BY" >&2; exit 2 ;;
esac
[ -n "$target" ] || { echo "the last migration cannot be found by its $RECOVER_BY" >&2; exit 1; }
echo "recovery_target_$RECOVER_BY = '$target'"
# a restore point is no transaction that could be left out
[ "$RECOVER_BY" = name ] || echo "recovery_target_inclusive = $INCLUSIVE"
