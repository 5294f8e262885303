"""Where the zoo's services keep their rows: a real Postgres, or a list in memory. Neither keeps a row from being there
twice: a table with a primary key would hide half of the faults.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

import psycopg

CREATE = (
    "CREATE TABLE sessions (id text NOT NULL, client text NOT NULL, seq bigint NOT NULL, body text NOT NULL,"
    " version bigint NOT NULL)"
)
INDEX = "CREATE INDEX ON sessions (id)"
_INSERT = "INSERT INTO sessions VALUES (%s, %s, %s, %s, %s)"
_UPDATE = "UPDATE sessions SET client = %s, seq = %s, body = %s, version = version + 1 WHERE id = %s"


class Held(NamedTuple):
    """One row."""

    id: str
    client: str
    seq: int
    body: str
    version: int


class Store(Protocol):
    """What a service does with rows, and what somebody with a console does."""

    def save(self, op: str, client: str, seq: int, rows: Mapping[str, str | None]) -> None:
        """One write, all of it or nothing."""
        ...

    def find(self, row_id: str) -> Held | None: ...

    def put(self, row: Held) -> None:
        """Insert this very row, past the service."""
        ...

    def alter(self, row_id: str, body: str) -> None: ...

    def remove(self, row_id: str) -> None: ...

    def every(self) -> list[Held]: ...


class Memory:
    """A list."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Held]] = {}
        self._lock = threading.Lock()

    def save(self, op: str, client: str, seq: int, rows: Mapping[str, str | None]) -> None:
        with self._lock:
            for row_id, body in rows.items():
                if op == "delete":
                    self._rows.pop(row_id, None)
                elif op == "update":
                    there = self._rows.get(row_id, [])
                    self._rows[row_id] = [Held(row_id, client, seq, body or "", old.version + 1) for old in there]
                else:
                    self._rows.setdefault(row_id, []).append(Held(row_id, client, seq, body or "", 1))

    def find(self, row_id: str) -> Held | None:
        return next(iter(self._rows.get(row_id, [])), None)

    def put(self, row: Held) -> None:
        with self._lock:
            self._rows.setdefault(row.id, []).append(row)

    def alter(self, row_id: str, body: str) -> None:
        with self._lock:
            self._rows[row_id] = [row._replace(body=body) for row in self._rows.get(row_id, [])]

    def remove(self, row_id: str) -> None:
        with self._lock:
            self._rows.pop(row_id, None)

    def every(self) -> list[Held]:
        with self._lock:
            return [row for rows in self._rows.values() for row in rows]


class Postgres:
    """A table `sessions` of a real server; threads come and go, its few connections are kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[psycopg.Connection[Any]] = []
        with self._connection() as connection:
            connection.execute(CREATE)
            connection.execute(INDEX)

    def save(self, op: str, client: str, seq: int, rows: Mapping[str, str | None]) -> None:
        with self._connection() as connection, connection.transaction():
            for row_id, body in rows.items():
                if op == "delete":
                    connection.execute("DELETE FROM sessions WHERE id = %s", (row_id,))
                elif op == "update":
                    connection.execute(_UPDATE, (client, seq, body, row_id))
                else:
                    connection.execute(_INSERT, (row_id, client, seq, body, 1))

    def find(self, row_id: str) -> Held | None:
        with self._connection() as connection:
            found = connection.execute("SELECT * FROM sessions WHERE id = %s", (row_id,)).fetchone()
        return None if found is None else Held(*found)

    def put(self, row: Held) -> None:
        with self._connection() as connection:
            connection.execute(_INSERT, tuple(row))

    def alter(self, row_id: str, body: str) -> None:
        with self._connection() as connection:
            connection.execute("UPDATE sessions SET body = %s WHERE id = %s", (body, row_id))

    def remove(self, row_id: str) -> None:
        with self._connection() as connection:
            connection.execute("DELETE FROM sessions WHERE id = %s", (row_id,))

    def every(self) -> list[Held]:
        with self._connection() as connection:
            return [Held(*row) for row in connection.execute("SELECT * FROM sessions").fetchall()]

    def close(self) -> None:
        """Close every connection; nobody uses one any more."""
        for connection in self._idle:
            connection.close()

    @contextmanager
    def _connection(self) -> "Iterator[psycopg.Connection[Any]]":
        """One that nobody else uses meanwhile."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = psycopg.connect(self._url, autocommit=True)
        yield connection
        self._idle.append(connection)
