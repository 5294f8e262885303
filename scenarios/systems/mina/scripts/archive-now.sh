#!/bin/bash
# Has the segment of the log that is being written archived, waits until it is, and prints its name.
set -euo pipefail

ask() {
    $AS_POSTGRES psql --no-psqlrc -Atc "$1"
}

# a segment that nothing was written to is not closed: the point is something
ask "SELECT pg_create_restore_point('archive-now')" > /dev/null
segment=$(ask "SELECT pg_walfile_name(pg_switch_wal())")
until [ "$(ask "SELECT last_archived_wal >= '$segment' FROM pg_stat_archiver")" = t ]; do sleep 0.1; done
echo "$segment"
