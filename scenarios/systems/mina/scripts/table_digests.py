"""Tells of each table how many rows it has, and their digest: `python scripts/table_digests.py DATABASE`.

One line a table, sorted: name, rows, digest. Two databases with the same lines hold the same rows, in whatever order
they lie there. libpq's variables say where the server is.
"""

import sys
from collections.abc import Iterator

import psycopg
from psycopg import Connection, sql

# as text, and the digests sorted: a table need not have a key
_DIGEST = """
    SELECT count(*), md5(coalesce(string_agg(one, ',' ORDER BY one), ''))
    FROM (SELECT md5(t::text) AS one FROM {} AS t)"""


def digests(connection: Connection) -> Iterator[str]:
    """The lines, as the connection's transaction sees the tables."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    for (table,) in tables:
        row = connection.execute(sql.SQL(_DIGEST).format(sql.Identifier(table))).fetchone()
        assert row is not None
        yield f"{table} {row[0]} {row[1]}"


def main(database: str) -> None:
    """Print them."""
    with psycopg.connect(dbname=database) as connection:
        for line in digests(connection):
            print(line)


if __name__ == "__main__":
    main(sys.argv[1])
