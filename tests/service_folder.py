"""Composes a release of a system into one folder, and a stand-in for its database, for tests of the service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

NO_DATABASE = "postgresql://nobody@127.0.0.1:1/nothing"  # nothing listens on port 1


class StandIn:
    """Answers like the database and its one connection. `fails_on` maps a word of a statement to what it raises."""

    def __init__(
        self,
        rows: dict[str, Any] | None = None,
        fails_on: dict[str, Exception] | None = None,
        pages: dict[str, list[Any]] | None = None,
    ) -> None:
        self.rows = {
            "to_regclass": ("alembic_version",),
            "string_agg": ("0002_segments",),
            "pg_current_xact_id": ("7", 99),
            **(rows or {}),
        }
        self.fails_on = fails_on or {}
        self._pages = pages or {}
        self.statements: list[str] = []
        self.warning: str | None = None  # what the server says beside its COMMIT
        self.statusmessage = "COMMIT"
        self._row: Any = None
        self._hear: Any = None

    @contextmanager
    def transaction(self) -> Iterator["StandIn"]:
        """The same connection every time."""
        yield self

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> "StandIn":
        """Remember the statement; raise or find the row whose word it contains."""
        self._remember(statement)
        if statement == "COMMIT" and self.warning and self._hear:
            self._hear(SimpleNamespace(severity_nonlocalized="WARNING", message_primary=self.warning))
        self._row = next((row for word, row in self.rows.items() if word in statement), None)
        return self

    def add_notice_handler(self, hear: Any) -> None:
        """Whoever listens hears the warning of a COMMIT."""
        self._hear = hear

    def remove_notice_handler(self, hear: Any) -> None:
        """Nobody listens any more."""
        self._hear = None

    def fetchone(self) -> Any:
        """The row found by the last statement."""
        return self._row

    def fetchall(self) -> list[Any]:
        """The page that the last statement asks for."""
        return next((page for word, page in self._pages.items() if word in self.statements[-1]), [])

    def _remember(self, statement: str) -> None:
        self.statements.append(statement)
        for word, error in self.fails_on.items():
            if word in statement:
                raise error
