"""A migration is scanned before it runs, with a real scanner; what cannot be scanned says so, and is no praise."""

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fixtures import migration_scan
from fixtures.evidence import EvidenceFolder
from fixtures.ground import Ground
from fixtures.host import EmbeddedHost
from fixtures.migration_scan import scan
from fixtures.tools import SYSTEM_PATH
from reports import scanned
from reports.page import build_page
from reports.summary import write_summary
from scenarios.migration_scan import NAME, SQL, Finding, Scan, heads, read_scan
from scenarios.model import Need, Scenario, System
from scenarios.registry import built_in
from tests.sample_header import header
from tests.sample_run import STORIES, build_run, record_of
from tests.service_folder import NO_DATABASE

BOUND = '''"""It asks the database what to do."""

from alembic import op

revision = "0003_bound"
down_revision = "0002_segments"


def upgrade() -> None:
    op.execute(f"SELECT {op.get_bind().exec_driver_sql('SELECT 1').scalar()}")
'''


@pytest.fixture
def mina(tmp_path: Path) -> System:
    found = built_in("mina")
    folder = tmp_path / "mina"
    for name in ("service", "migrations", "scripts", "releases/v1", "releases/v2-body-renamed"):
        shutil.copytree(found.folder / name, folder / name)
    return System(name="mina", owner="o", database="mina", state_tables=(), folder=folder)


@pytest.fixture
def host(mina: System, tmp_path: Path) -> Iterator[EmbeddedHost]:
    path = f"{Path(sys.executable).parent}:{SYSTEM_PATH}"
    environment = {"PATH": path, "LANG": "C.UTF-8", "FLASK_APP": "main", "DATABASE_URL": NO_DATABASE}
    made = EmbeddedHost(mina, tmp_path / "host", environment, port=0)
    yield made
    made.stop()


def scanned_of(mina: System, host: EmbeddedHost, candidate: str, folder: Path) -> Path:
    """The evidence folder of a scan; there is no database, and none is needed."""
    with ExitStack() as cleanup:
        sink = EvidenceFolder(folder / "evidence")
        cleanup.callback(sink.close)
        ground = Ground(
            cleanup=cleanup,
            sink=sink,
            database=cast(Any, SimpleNamespace(version="17.5 (Debian 17.5-1)")),
            folder=folder / "ground",
            home=folder,
            shared=None,
            parameters={},
        )
        scenario = Scenario(
            id="s",
            title="t",
            procedure="p",
            baseline="v1",
            candidate=candidate,
            defect="d",
            signal="s",
            needs=frozenset({Need.POSTGRES}),
        )
        scan(mina, scenario, ground, host)
    return folder / "evidence"


def test_a_dropped_column_is_predicted(mina: System, host: EmbeddedHost, tmp_path: Path) -> None:
    """Only what the candidate adds is rendered, and squawk names what breaks the code that is still there."""
    folder = scanned_of(mina, host, "v2-body-renamed", tmp_path)
    found = read_scan(folder)
    assert isinstance(found, Scan)
    assert (found.why, found.after) == ("", "0002_segments")
    assert found.scanner.startswith("squawk ")
    sql = (folder / SQL).read_text()
    assert "DROP COLUMN body" in sql
    assert "CREATE TABLE" not in sql
    assert "INFO" not in sql
    dropped = [each for each in found.findings if each.rule == "ban-drop-column"]
    assert ["DROP COLUMN body" in sql.splitlines()[each.line - 1] for each in dropped] == [True]


def test_what_cannot_be_rendered_says_so(mina: System, host: EmbeddedHost, tmp_path: Path) -> None:
    """A migration that asks the database is not scanned; nothing found is not nothing wrong."""
    versions = mina.folder / "releases" / "v2" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0003_bound.py").write_text(BOUND)
    folder = scanned_of(mina, host, "v2", tmp_path)
    found = read_scan(folder)
    assert isinstance(found, Scan)
    assert "CommandFailed: flask db upgrade ended with 1" in found.why
    assert found.findings == []
    assert "migration: not scanned: CommandFailed" in scanned.phrase(record_of(STORIES[0]), folder)


def test_without_a_migration_there_is_nothing_to_scan(mina: System, host: EmbeddedHost, tmp_path: Path) -> None:
    """No file, and no line."""
    (mina.folder / "releases" / "v2").mkdir()
    folder = scanned_of(mina, host, "v2", tmp_path)
    assert not (folder / NAME).exists()
    assert scanned.phrase(record_of(STORIES[0]), folder) == ""


def test_heads_are_what_no_other_follows() -> None:
    """Annotated names, several parents and branches are read as Alembic reads them."""
    sources = [
        'revision = "a"\ndown_revision = None',
        'revision: str = "b"\ndown_revision: str | None = "a"',
        'revision = "c"\ndown_revision = "a"',
    ]
    assert heads(sources) == ["b", "c"]
    assert heads([*sources, 'revision = "d"\ndown_revision = ("b", "c")']) == ["d"]
    assert heads([]) == []


def _with_scan(folder: Path, found: Scan) -> None:
    (folder / NAME).write_text(found.model_dump_json())
    (folder / "logs" / "postgres.log").write_text(
        "LOG:  process 7 still waiting for RowExclusiveLock on relation 16 of database 5 after 1000.2 ms\n"
        "LOG:  process 7 acquired RowExclusiveLock on relation 16 of database 5 after 1712.9 ms\n"
    )


def test_prediction_and_outcome_stand_side_by_side(tmp_path: Path) -> None:
    """The line and the page have what was predicted, the requests that failed, the longest wait, and the verdict."""
    run = build_run(tmp_path)
    story = STORIES[0]
    folder = run / story.slug
    finding = Finding(rule="renaming-column", level="Warning", line=2, message="Renaming <b> may break clients.")
    _with_scan(folder, Scan(scanner="squawk 2.70.0", release="v2", after="1", findings=[finding, finding]))
    begun = 10**18
    event = {"event": "candidate_deployed", "t": begun, "wall": "", "facts": {"started_ns": begun}}
    rollback = {"event": "procedure_started", "t": begun + 9, "wall": "", "facts": {}}
    (folder / "events.jsonl").write_text(json.dumps(event) + "\n" + json.dumps(rollback) + "\n")
    asked = [{"t": begun + n, "ok": n != 1, "ms": 20.0 + n} for n in range(3)]
    asked += [{"t": at, "ok": False} for at in (1, begun + 9)]  # before the candidate came, and during the way back
    (folder / "workload.jsonl").write_text("".join(json.dumps(each) + "\n" for each in asked))
    told = scanned.phrase(record_of(story), folder)
    assert told.startswith("migration: squawk 2.70.0 predicted renaming-column (2); it happened: 1 of 3 requests")
    assert "the longest blocked query waited 1.71 s or more for a lock; passed" in told
    write_summary(run, **header())
    page = build_page(run).read_text()
    assert "renaming-column" in page
    assert "Renaming &lt;b&gt; may break clients." in page
    assert "It happened: 1 of 3 requests" in page


def test_a_scanner_that_crashed_has_found_nothing_and_says_so() -> None:
    """0 is clean and 1 is findings; whatever it printed before it ended otherwise is no list of findings."""
    with pytest.raises(ValueError, match="squawk ended with 101: thread main panicked"):
        migration_scan._run(["sh", "-c", "echo '[]'; echo thread main panicked >&2; exit 101"])
    assert migration_scan._run(["sh", "-c", "echo '[]'; exit 1"]) == "[]\n"
