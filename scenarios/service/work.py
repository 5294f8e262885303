"""Transactions of one request. They keep the two facts that every answer tells: the schema and what was committed.

`g.schema` is the Alembic revision that the transaction saw. `g.committed` is False until COMMIT is sent and None
from then on, so an error answer made at any moment is honest: False means "certainly not", None means "not known".
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask import current_app, g
from service.database import Database, NotCommitted, commit, position, revision


@contextmanager
def reading() -> Iterator[psycopg.Connection]:
    """A transaction that changes nothing."""
    with _database().transaction() as connection:
        yield connection
        g.schema = revision(connection)


@contextmanager
def writing() -> Iterator[psycopg.Connection]:
    """A transaction that is committed when the body ends; leaving it without an exception means it is durable."""
    with _database().transaction() as connection:
        yield connection
        # After the work: the locks it holds keep a migration of the same tables from slipping in between.
        g.schema = revision(connection)
        g.xid, g.lsn = position(connection)
        g.committed = None
        try:
            commit(connection)
        except NotCommitted:
            g.committed = False
            raise


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database
