"""Counts the rows of each table beside those of before the release: `python scripts/count_rows.py`.

$ROWS_BEFORE has the counts of then, `table=count` with spaces between; the database is $DATABASE_URL. Ends with 1 where
a table has fewer rows than then, or is gone. Users write more rows than they throw away, so fewer means that some are
lost; that none is missing in between is told by no count.
"""

import os
import sys

import psycopg
from psycopg import sql

CONNECT_TIMEOUT_S = 5


def main() -> int:
    """One line a table."""
    before = dict(pair.split("=", 1) for pair in os.environ["ROWS_BEFORE"].split())
    if not before:
        print("there are no counts of before to compare with", file=sys.stderr)
        return 1
    status = 0
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=CONNECT_TIMEOUT_S, autocommit=True) as connection:
        for table, count in before.items():
            now = rows(connection, table)
            fewer = now is None or now < int(count)
            told = "no such table" if now is None else f"{now} now"
            print(f"{'FEWER' if fewer else 'ok   '} {table}: {count} before, {told}")
            status = 1 if fewer else status
    return status


def rows(connection: psycopg.Connection, table: str) -> int | None:
    """How many rows `table` has; None where it is not there."""
    try:
        found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return int(found[0]) if found else None


if __name__ == "__main__":
    sys.exit(main())
