"""Old and new code beside old and new schema: tried for real, told in words, and never green where it was not tried."""

import json
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fixtures import crossing
from fixtures.crossing import SAME, cross
from fixtures.drill_database import DrillDatabase
from fixtures.evidence import EvidenceFolder
from fixtures.ground import Ground, database_parameters
from fixtures.host import EmbeddedHost
from fixtures.leases import lease_port
from fixtures.postgres import EmbeddedPostgres
from fixtures.tools import SYSTEM_PATH, make_bin
from reports import crossings
from scenarios.crossing import NAME, Asked, Cell, Crossings, Outcome, Side, every_cell, read_crossings
from scenarios.model import Ask, Need, Scenario, System
from scenarios.registry import built_in
from tests.house import ROOT

OLD, NEW = Side.OLD, Side.NEW
RENAMED = '''"""What a session says is called `contents`."""

from alembic import op

revision = "0003_contents"
down_revision = "0002_segments"


def upgrade() -> None:
    for table in ("sessions", "deleted_sessions"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN body TO contents")


def downgrade() -> None:
    DOWN
'''
BACK = """for table in ("sessions", "deleted_sessions"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN contents TO body")"""


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    # not below the folder of pytest, which nobody else may enter
    with tempfile.TemporaryDirectory(prefix="test-crossing-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as somebody else
        made = EmbeddedPostgres(Path(folder), "server-of-a-test")
        made.start()
        make_bin(Path(folder) / "bin", made.bin)
        yield made, Path(folder) / "bin"
        made.stop()


def system_with_rename(folder: Path, down: str = BACK) -> System:
    """Mina with a v2 whose migration renames a column, and whose code knows only the new name."""
    mina = built_in("mina")
    for name in ("service", "migrations", "scripts"):
        shutil.copytree(mina.folder / name, folder / name)
    (folder / "releases" / "v1").mkdir(parents=True)
    versions = folder / "releases" / "v2" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0003_contents.py").write_text(RENAMED.replace("DOWN", down))
    code = (ROOT / "scenarios" / "service" / "sessions.py").read_text()
    renamed = code.replace("body = excluded.body", "contents = excluded.contents").replace("seq, body", "seq, contents")
    (folder / "releases" / "v2" / "service").mkdir()
    (folder / "releases" / "v2" / "service" / "sessions.py").write_text(renamed)
    return System(
        name="mina",
        owner="o",
        database=mina.database,
        state_tables=(),
        writes=mina.writes,
        asks=mina.asks,
        folder=folder,
    )


def scenario_of(candidate: str, needs: frozenset[Need] = frozenset({Need.POSTGRES})) -> Scenario:
    return Scenario(
        id="s", title="t", procedure="p", baseline="v1", candidate=candidate, defect="d", signal="s", needs=needs
    )


def crossed(system: System, scenario: Scenario, server: tuple[EmbeddedPostgres, Path], folder: Path) -> Path:
    """The evidence folder of a crossing on a database of its own, which is dropped again with all its copies."""
    postgres, tools = server
    with ExitStack() as cleanup:
        database = DrillDatabase(postgres, system.database, "database-of-a-test")
        cleanup.callback(database.drop)
        database.create()
        sink = EvidenceFolder(folder / "evidence")
        cleanup.callback(sink.close)
        ground = Ground(
            cleanup=cleanup,
            sink=sink,
            database=database,
            folder=folder / "host",
            home=folder,
            shared=None,
            parameters={},
        )

        def make_host(home: Path, more: dict[str, str]) -> tuple[EmbeddedHost, int]:
            lease = lease_port()
            cleanup.callback(lease.release)
            environment = database_parameters(database) | {
                "PATH": f"{tools}:{SYSTEM_PATH}",
                "HOME": str(folder),
                "LANG": "C.UTF-8",
                "FLASK_APP": "main",
                "PORT": str(lease.port),
                **EmbeddedHost.places(home),
                **more,
            }
            return EmbeddedHost(system, home, environment, lease.port), lease.port

        cross(system, scenario, ground, make_host)
    with postgres.connect("postgres") as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'mina%'").fetchall()
    assert left == []
    return folder / "evidence"


def outcomes(found: object) -> dict[tuple[Side, Side, Side], Outcome]:
    assert isinstance(found, Crossings)
    assert found.why == ""
    return {(cell.release, cell.schema_of, cell.rows_of): cell.outcome for cell in found.cells}


def test_a_renamed_column_fails_only_across(
    server: tuple[EmbeddedPostgres, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old code fails on the new schema and works on the old, new code the reverse, whoever wrote the rows."""
    monkeypatch.setattr(crossing, "BUDGET_S", 60.0)
    folder = crossed(system_with_rename(tmp_path / "mina"), scenario_of("v2"), server, tmp_path)
    found = read_crossings(folder)
    assert outcomes(found) == {cell: Outcome.WORKS if cell[0] is cell[1] else Outcome.FAILS for cell in every_cell()}, (
        found
    )
    assert isinstance(found, Crossings)
    assert found.revisions == {OLD: "0002_segments", NEW: "0003_contents"}
    errors = {asked.error for cell in found.cells for asked in cell.asked if not asked.ok}
    assert any(error.startswith('500 UndefinedColumn: column "body"') for error in errors)
    told = crossings.phrase(folder)
    assert "v1 on the new schema fails with" in told
    assert "v2 on the old schema fails with" in told
    assert (folder / "crossing" / "new-gunicorn.log").is_file()


def test_what_cannot_be_had_is_said(
    server: tuple[EmbeddedPostgres, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A downgrade that raises leaves the cells that need it untried, with its words; the others are tried."""
    monkeypatch.setattr(crossing, "BUDGET_S", 60.0)
    system = system_with_rename(tmp_path / "mina", 'raise NotImplementedError("there is no way back")')
    found = read_crossings(crossed(system, scenario_of("v2"), server, tmp_path))
    untried = {cell for cell, outcome in outcomes(found).items() if outcome is Outcome.NOT_TRIED}
    assert untried == {(OLD, OLD, NEW), (NEW, OLD, NEW)}
    assert isinstance(found, Crossings)
    assert all("there is no way back" in cell.why for cell in found.cells if cell.why)


def test_a_migration_that_fails_is_said(server: tuple[EmbeddedPostgres, Path], tmp_path: Path) -> None:
    """Where the new release cannot even be deployed nothing of it is green."""
    system = system_with_rename(tmp_path / "mina")
    path = system.folder / "releases" / "v2" / "migrations" / "versions" / "0003_contents.py"
    path.write_text(path.read_text().replace("RENAME COLUMN body", "RENAME COLUMN nothing"))
    found = read_crossings(crossed(system, scenario_of("v2"), server, tmp_path))
    tried = {cell for cell, outcome in outcomes(found).items() if outcome is not Outcome.NOT_TRIED}
    assert tried <= {(OLD, OLD, OLD)}


def test_one_schema_is_not_crossed(server: tuple[EmbeddedPostgres, Path], tmp_path: Path) -> None:
    """Releases with the same migrations cost no time, and the file says why there is nothing."""
    system = system_with_rename(tmp_path / "mina")
    shutil.rmtree(system.folder / "releases" / "v2" / "migrations")
    folder = crossed(system, scenario_of("v2"), server, tmp_path)
    found = read_crossings(folder)
    assert isinstance(found, Crossings)
    assert (found.why, found.cells) == (SAME, [])
    assert found.took_s < 1
    assert crossings.phrase(folder) == f"crossed: not tried: {SAME}"


def test_only_a_drill_of_a_database_is_crossed(server: tuple[EmbeddedPostgres, Path], tmp_path: Path) -> None:
    """Nothing is started, and nothing written, for one that needs none."""
    system = system_with_rename(tmp_path / "mina")
    assert not (crossed(system, scenario_of("v2", frozenset()), server, tmp_path) / NAME).exists()


def test_what_breaks_here_stays_here(server: tuple[EmbeddedPostgres, Path], tmp_path: Path) -> None:
    """An error of ours is the reason in the file, never an exception of the drill."""
    found = read_crossings(crossed(system_with_rename(tmp_path / "mina"), scenario_of("\0"), server, tmp_path))
    assert isinstance(found, Crossings)
    assert found.why.startswith("ValueError: ")


def _written(folder: Path, cells: list[Cell]) -> Path:
    found = Crossings(old="v1", new="v2", revisions={OLD: "1", NEW: "2"}, cells=cells)
    (folder / NAME).write_text(found.model_dump_json())
    return folder


def test_only_what_was_tried_and_works_is_green(tmp_path: Path) -> None:
    """A cell that is missing, untried, or was asked nothing is never green."""
    cells = [
        Cell(release=OLD, schema_of=NEW, rows_of=OLD, asked=[Asked(name="read", ok=False, status=500, error="500 X")]),
        Cell(release=OLD, schema_of=NEW, rows_of=NEW, why="no time"),
        Cell(release=NEW, schema_of=OLD, rows_of=OLD, asked=[Asked(name="read", ok=True, status=200)]),
        Cell(release=NEW, schema_of=OLD, rows_of=NEW),
    ]
    seen = crossings.view(_written(tmp_path, cells))
    assert seen is not None
    shown = {(code, rows, head): cell for code, rows, row in seen.rows for head, cell in zip("on", row, strict=True)}
    assert [key for key, cell in shown.items() if cell.tone == "passed"] == [("v2", "v1", "o")]
    assert shown["v1", "v1", "n"].text == "✗ fails: 1 of 1 requests"
    assert shown["v1", "v1", "n"].why == "read: 500 X"
    assert (shown["v1", "v2", "n"].tone, shown["v1", "v2", "n"].why) == ("inconclusive", "no time")
    assert shown["v2", "v2", "n"].why == f"{NAME} has no such cell"
    assert crossings.phrase(tmp_path) == (
        "crossed: v1 on the new schema fails with old rows (read: 500 X), not tried with new rows (no time); "
        "v2 on the old schema not tried with new rows (nothing was asked), works with old rows"
    )


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Neither silence nor a green cell; where it was never asked for there is no line."""
    assert crossings.view(tmp_path) is None
    assert crossings.phrase(tmp_path) == ""
    (tmp_path / NAME).write_text(json.dumps({"old": 1}))
    seen = crossings.view(tmp_path)
    assert seen is not None
    assert "cannot be read" in seen.note
    assert "cannot be read" in crossings.phrase(tmp_path)


class Shown(BaseHTTPRequestHandler):
    """Answers 200 and the row that somebody else wrote."""

    def do_GET(self) -> None:
        body = b'{"id": "r1", "body": "by v1"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


def test_an_answer_that_shows_something_else_than_was_written_is_no_good_one() -> None:
    ask = Ask(name="read", method="GET", path="/rows/{row}", shows={"id": "{row}", "body": "by {writer}"})
    with HTTPServer(("127.0.0.1", 0), Shown) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        found = [crossing._asked(service.server_port, ask, {"row": "r1", "writer": who}) for who in ("v1", "v2")]
        service.shutdown()
    assert [(each.ok, each.status, each.error) for each in found] == [
        (True, 200, ""),
        (False, 200, "200, but not the body that was written"),
    ]
