"""`--rows`: each system says what its rows are, they are there before users come, and what cannot be is told."""

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine

from fixtures import filling
from fixtures.composition import CORE
from fixtures.drill_database import DrillDatabase
from fixtures.evidence import EvidenceFolder
from fixtures.postgres import EmbeddedPostgres
from fixtures.progress import Progress
from scenarios.errors import EnvironmentUnavailable, Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import System
from scenarios.registry import BUILT_IN
from tests.test_session import collect

ROWS = 25_000
SYSTEM = System(name="notes", owner="nobody", database="notes_production", state_tables=())


@pytest.fixture
def database(server: EmbeddedPostgres) -> Iterator[DrillDatabase]:
    made = DrillDatabase(server, "notes_production", "database-of-a-test")
    made.create()
    yield made
    made.drop()


def migration(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["mina", "jarvis", "mindmend"])
def test_a_row_of_each_system_is_about_a_kilobyte(name: str, database: DrillDatabase, tmp_path: Path) -> None:
    """In the tables that its baseline has, as the role that owns them."""
    folder = BUILT_IN / name
    engine = create_engine(database.url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        for versions in (CORE / "migrations" / "versions", folder / "migrations" / "versions"):
            for path in sorted(versions.glob("*.py")):
                migration(path).upgrade()
    engine.dispose()
    (tmp_path / "nothing.sql").write_text("SELECT 1")
    before_mb = database.fill(tmp_path / "nothing.sql", 0)
    grown_mb = database.fill(folder / filling.SCRIPT, ROWS) - before_mb
    assert 0.9 * ROWS / 1000 < grown_mb < 1.5 * ROWS / 1000


def test_the_script_is_told_how_many_and_leaves_nothing_to_do(database: DrillDatabase, tmp_path: Path) -> None:
    script = tmp_path / filling.SCRIPT
    script.write_text(
        "CREATE TABLE notes AS SELECT n FROM generate_series(1, current_setting('drill.rows')::bigint) AS n;"
    )
    told: list[str] = []
    sink = EvidenceFolder(tmp_path / "drill", Progress(told.append))
    filling.fill(replace(SYSTEM, folder=tmp_path), 1234, sink, database)
    sink.close()
    assert "filling the database with 1,234 rows" in told[-2]  # before it, others may have been measured
    assert told[-1].endswith(" MB")
    with psycopg.connect(database.url) as connection:
        counted = connection.execute("SELECT count(*) FROM notes").fetchone()
        planned = connection.execute("SELECT reltuples FROM pg_class WHERE relname = 'notes'").fetchone()
    assert (counted, planned) == ((1234,), (1234.0,))


def test_a_script_that_fails_is_no_rollback_that_fails(database: DrillDatabase, tmp_path: Path) -> None:
    script = tmp_path / filling.SCRIPT
    script.write_text("CREATE TABLE notes (n int); INSERT INTO pages VALUES (1);")
    with pytest.raises(Inconclusive) as stop:
        database.fill(script, 10)
    assert stop.value.cause is Cause.DEPLOY_FAILED
    assert f'{script}, 10 rows: relation "pages" does not exist' in stop.value.detail
    with psycopg.connect(database.url) as connection:  # all of it or nothing
        assert connection.execute("SELECT to_regclass('notes')").fetchone() == (None,)


def test_a_system_that_does_not_say_what_its_rows_are_is_not_rehearsed(tmp_path: Path) -> None:
    system = replace(SYSTEM, folder=tmp_path)
    filling.must_know(system, 0)
    with pytest.raises(EnvironmentUnavailable, match=r"notes has no fill\.sql"):
        filling.must_know(system, 1)
    (tmp_path / filling.SCRIPT).touch()
    filling.must_know(system, 1)


def test_how_many_is_said_first_and_less_than_none_is_refused(tmp_path: Path) -> None:
    options = ["drills/database", "--environment", "embedded", "-v", "-v"]
    line = "each database is filled with 20,000 rows before users come"
    assert line in collect(tmp_path / "out", *options, "--rows", "20000").stdout
    assert "is filled" not in collect(tmp_path / "out", *options).stdout
    done = collect(tmp_path / "out", "drills/database", "--rows", "-1")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--rows -1: how many rows more each database gets; 0 for none" in done.stdout + done.stderr
