"""Composes a release of a system into one folder, and a stand-in for its database, for tests of the service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"  # nothing listens on port 1


class StandIn:
    """Answers like the database and its one connection. `fails_on` maps a word of a statement to what it raises."""

    def __init__(self, rows: dict[str, Any] | None = None, fails_on: dict[str, Exception] | None = None) -> None:
        self.rows = {"to_regclass": ("alembic_version",), "string_agg": ("0002_segments",), **(rows or {})}
        self.fails_on = fails_on or {}
        self.statements: list[str] = []
        self._row: Any = None

    @contextmanager
    def transaction(self) -> Iterator["StandIn"]:
        """The same connection every time."""
        yield self

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> "StandIn":
        """Remember the statement; raise or find the row whose word it contains."""
        self._remember(statement)
        self._row = next((row for word, row in self.rows.items() if word in statement), None)
        return self

    def commit(self) -> None:
        """A statement like any other."""
        self._remember("COMMIT")

    def fetchone(self) -> Any:
        """The row found by the last statement."""
        return self._row

    def _remember(self, statement: str) -> None:
        self.statements.append(statement)
        for word, error in self.fails_on.items():
            if word in statement:
                raise error
