"""A database that was ready is as good as one that is made, and nobody gets one that somebody had before."""

import tempfile
from pathlib import Path

import psycopg
import pytest

from fixtures.drill_database import DrillDatabase
from fixtures.postgres import EmbeddedPostgres
from fixtures.warm_databases import READY, WarmDatabases
from scenarios.protocols import State


def databases(server: EmbeddedPostgres) -> dict[str, str]:
    """Owners by name, without those that every server has."""
    owners = "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname !~ '^(postgres|template.)$'"
    with server.connect("postgres") as connection:
        return {str(name): str(owner) for name, owner in connection.execute(owners.encode()).fetchall()}


def made(server: EmbeddedPostgres, warm: WarmDatabases | None) -> State:
    """What a new database is like, with a table of its owner's in it; it is gone afterwards."""
    database = DrillDatabase(server, "notes_production", "database-of-a-test", warm=warm)
    database.create()
    with server.connect("notes_production") as connection:
        for statement in ("SET ROLE notes", "CREATE TABLE notes (id text PRIMARY KEY)"):
            connection.execute(statement.encode())
    state = database.snapshot(("notes",), {})
    assert databases(server)["notes_production"] == "notes"
    with psycopg.connect(database.url) as connection:  # with the password that the service is given
        assert connection.info.user == "notes"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("notes_production", "notes", "another"))
    database.drop()
    return state


def test_one_that_was_ready_is_like_one_that_is_made(server: EmbeddedPostgres) -> None:
    warm = WarmDatabases(server)
    warm.fill()
    assert len(databases(server)) == READY
    assert made(server, warm) == made(server, None)
    assert len(databases(server)) == READY - 1
    warm.fill()
    warm.fill()
    assert len(databases(server)) == READY


def test_where_none_is_ready_one_is_made(server: EmbeddedPostgres) -> None:
    warm = WarmDatabases(server, ready=0)
    warm.fill()
    assert made(server, warm) == made(server, None)


def test_a_server_that_died_is_left_alone() -> None:
    """What dies with a drill's server is told by the drill, and its cleanup goes on."""
    with tempfile.TemporaryDirectory(prefix="test-warm-") as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder), "server-of-a-test")
        server.start()
        warm = WarmDatabases(server)
        server.stop()
        warm.fill()
