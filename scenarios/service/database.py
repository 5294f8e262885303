"""Connections to Postgres, kept open between requests.

Why not a pool library: a request uses one connection and a worker has a fixed number of threads, so the threads
themselves are the limit and nobody ever waits for a connection. What remains is a stack of idle ones. A library's pool
connects in the background and pauses between attempts; measured here, that kept users out for a second or more after
the database was back, and such a pause of our own would be counted as the rollback's.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg.pq import TransactionStatus

# What a request meets when the database is not there, or does not answer in time.
UNAVAILABLE = psycopg.OperationalError

_CONNECT_TIMEOUT_S = 2
_SERVER_SIDE_LIMITS = {"statement_timeout": "2s", "idle_in_transaction_session_timeout": "5s"}


class Database:
    """The database of one worker process. Nothing is connected before the first request needs it."""

    def __init__(self, url: str) -> None:
        """`url` is a libpq URL."""
        self._url = url
        self._idle: deque[psycopg.Connection] = deque()

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A connection in a new transaction. What the body has not committed when it ends is rolled back.

        Raises UNAVAILABLE when no transaction can be begun.
        """
        connection = self._begin()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _begin(self) -> psycopg.Connection:
        # BEGIN doubles as the check that an idle connection still lives: one that was cut is thrown away here, before
        # any work is lost on it.
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                try:
                    connection.execute("BEGIN")
                except psycopg.OperationalError:
                    connection.close()
                else:
                    return connection
        connection = self._connect()
        connection.execute("BEGIN")
        return connection

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self._url,
            autocommit=True,  # BEGIN is ours to send
            connect_timeout=_CONNECT_TIMEOUT_S,
            options=" ".join(f"-c {name}={limit}" for name, limit in _SERVER_SIDE_LIMITS.items()),
            application_name="service",
            # A statement prepared before a migration fails after it ("cached plan must not change result type"):
            # users would be hurt by our driver's cache, not by the release being rehearsed.
            prepare_threshold=None,
        )

    def _give_back(self, connection: psycopg.Connection) -> None:
        with suppress(psycopg.Error):
            connection.rollback()
        if connection.info.transaction_status is TransactionStatus.IDLE:
            self._idle.append(connection)
        else:
            connection.close()


class NotCommitted(Exception):
    """The server rolled the transaction back instead of committing it."""


class DoubtfulCommit(Exception):
    """The server said COMMIT and warned: nobody can tell whether it is saved, or saved everywhere it should be."""


def commit(connection: psycopg.Connection) -> None:
    """End the transaction; returns only if the server confirms it without a word of warning.

    A transaction that was over already, or whose wait for a standby was cancelled, is confirmed *with* a warning.
    """
    warnings: list[str] = []

    def hear(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            warnings.append(diagnostic.message_primary or "")

    connection.add_notice_handler(hear)
    try:
        # not connection.commit(), which does nothing, silently, where it thinks that no transaction is open
        done = connection.execute("COMMIT").statusmessage
    finally:
        connection.remove_notice_handler(hear)
    if done == "ROLLBACK":
        raise NotCommitted("the server rolled the transaction back")
    if warnings or done != "COMMIT":
        raise DoubtfulCommit("; ".join(warnings) or f"the server answered {done}")


def position(connection: psycopg.Connection) -> tuple[int, int]:
    """This transaction's number, and how far the server's log is, in bytes: its own commit comes after that."""
    row = connection.execute("SELECT pg_current_xact_id()::text, pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def revision(connection: psycopg.Connection) -> str | None:
    """The Alembic revision this transaction sees; None where no migration has run or all were undone."""
    present = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    if present is None or present[0] is None:
        return None  # asking the absent table would abort the caller's transaction
    row = connection.execute("SELECT string_agg(version_num, ',' ORDER BY version_num) FROM alembic_version").fetchone()
    return row[0] if row else None
