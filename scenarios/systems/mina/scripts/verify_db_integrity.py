"""Looks whether mina's database is whole: tables, keys, constraints, references, sequences.

Run it after any rollback, as `python scripts/verify_db_integrity.py`; it takes the database from $DATABASE_URL and only
reads. One line a check. Exit status: 0 all is well, 1 something is wrong, 2 the database could not be asked.
"""

import os
import sys
from collections.abc import Callable, Iterator

import psycopg
from psycopg import Connection, sql

TABLES = ("users", "sessions", "segments", "feature_flags")
CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_MS = 30_000

Check = Callable[[Connection], Iterator[str]]  # yields one sentence for each thing that is wrong


def tables_exist(connection: Connection) -> Iterator[str]:
    """Every table of the application is there."""
    for table in TABLES:
        if not _is_there(connection, table):
            yield f"table {table} is missing"


def revision_is_known(connection: Connection) -> Iterator[str]:
    """The database says at which single migration it is."""
    if not _is_there(connection, "alembic_version"):
        yield "table alembic_version is missing"
        return
    revisions = [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
    if len(revisions) != 1:
        yield f"alembic_version has {len(revisions)} rows instead of 1"


def ids_are_sound(connection: Connection) -> Iterator[str]:
    """No id is missing or used twice. Counted from the rows themselves: an index can be the thing that is broken."""
    connection.execute("SET LOCAL enable_indexscan = off")
    connection.execute("SET LOCAL enable_indexonlyscan = off")
    for table in filter(lambda name: _is_there(connection, name), TABLES):
        query = sql.SQL("SELECT count(*), count(id), count(DISTINCT id) FROM {}").format(sql.Identifier(table))
        rows, ids, distinct = connection.execute(query).fetchone() or (0, 0, 0)
        if rows != ids:
            yield f"{table}: {rows - ids} rows without an id"
        if ids != distinct:
            yield f"{table}: {ids - distinct} ids used more than once"


def constraints_are_valid(connection: Connection) -> Iterator[str]:
    """No constraint or index was left half made, and each table still has its primary key."""
    half_made = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE connamespace = current_schema()::regnamespace AND NOT convalidated"
    )
    for table, name in half_made:
        yield f"{table}: constraint {name} is not validated"
    broken = connection.execute(
        "SELECT index.indrelid::regclass::text, index.indexrelid::regclass::text FROM pg_index AS index"
        " JOIN pg_class AS class ON class.oid = index.indexrelid"
        " WHERE class.relnamespace = current_schema()::regnamespace AND NOT (index.indisvalid AND index.indisready)"
    )
    for table, name in broken:
        yield f"{table}: index {name} is not usable"
    keyed = {
        row[0] for row in connection.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'p'")
    }
    for table in TABLES:
        if _is_there(connection, table) and table not in keyed:
            yield f"{table}: no primary key"


def references_hold(connection: Connection) -> Iterator[str]:
    """Every row that a foreign key points at is there, whatever the constraint was made to believe."""
    keys = connection.execute(
        "SELECT conrelid::regclass::text, child.attname, confrelid::regclass::text, parent.attname"
        " FROM pg_constraint"
        " JOIN pg_attribute AS child ON child.attrelid = conrelid AND child.attnum = conkey[1]"
        " JOIN pg_attribute AS parent ON parent.attrelid = confrelid AND parent.attnum = confkey[1]"
        " WHERE contype = 'f' AND cardinality(conkey) = 1 AND connamespace = current_schema()::regnamespace"
    ).fetchall()
    for table, column, other, other_column in keys:
        query = sql.SQL(
            "SELECT count(*) FROM {} AS child WHERE child.{} IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM {} AS parent WHERE parent.{} = child.{})"
        ).format(*map(sql.Identifier, (table, column, other, other_column, column)))
        dangling = (connection.execute(query).fetchone() or (0,))[0]
        if dangling:
            yield f"{table}.{column}: {dangling} rows point at a row of {other} that is not there"


def sequences_are_ahead(connection: Connection) -> Iterator[str]:
    """No sequence will hand out a number that a row has already."""
    owned = connection.execute(
        "SELECT sequence.relname, owner.relname, column_.attname FROM pg_depend AS link"
        " JOIN pg_class AS sequence ON sequence.oid = link.objid AND sequence.relkind = 'S'"
        " JOIN pg_class AS owner ON owner.oid = link.refobjid"
        " JOIN pg_attribute AS column_ ON column_.attrelid = owner.oid AND column_.attnum = link.refobjsubid"
        " WHERE link.deptype IN ('a', 'i') AND sequence.relnamespace = current_schema()::regnamespace"
    ).fetchall()
    for sequence, table, column in owned:
        query = sql.SQL("SELECT last_value, is_called, (SELECT coalesce(max({}), 0) FROM {}) FROM {}").format(
            sql.Identifier(column), sql.Identifier(table), sql.Identifier(sequence)
        )
        last, called, highest = connection.execute(query).fetchone() or (0, True, 0)
        if (last + 1 if called else last) <= highest:
            yield f"{table}.{column}: sequence {sequence} is at {last}, the highest row has {highest}"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("tables exist", tables_exist),
    ("migration revision is known", revision_is_known),
    ("ids are present and unique", ids_are_sound),
    ("constraints and indexes are valid", constraints_are_valid),
    ("foreign keys hold", references_hold),
    ("sequences are ahead of their rows", sequences_are_ahead),
)


def main() -> int:
    """Run every check in one read-only snapshot and return the exit status."""
    options = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c default_transaction_read_only=on"
    url = os.environ.get("DATABASE_URL")
    if not url:
        print("cannot check: DATABASE_URL is not set", file=sys.stderr)
        return 2
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT_S, options=options) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return _report(connection)
    except psycopg.Error as error:
        print(f"cannot check: {str(error).strip().splitlines()[0]}", file=sys.stderr)
        return 2


def _report(connection: Connection) -> int:
    status = 0
    for name, check in CHECKS:
        wrong = list(check(connection))
        print(f"ok    {name}" if not wrong else f"WRONG {name}: {'; '.join(wrong)}")
        status = 1 if wrong else status
    print("the database is whole" if status == 0 else "the database is NOT whole")
    return status


def _is_there(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    return bool(row and row[0])


if __name__ == "__main__":
    sys.exit(main())
