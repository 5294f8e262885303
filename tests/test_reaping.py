"""What a killed run leaves is taken away within seconds, by a process that outlives it; nobody else's is touched."""

import json
import os
import secrets
import signal
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import drill
import fixtures.engine
import fixtures.run
from fixtures import reaping
from fixtures.journal import Journal, journals, read, still_open
from fixtures.leases import Lease
from fixtures.run import RUN_FILE, Run
from fixtures.workspace import Workspace
from scenarios.errors import EnvironmentUnavailable
from tests.programs import program, said, soon
from tests.sample_records import OPEN

# a run as the pytest plugin begins it, with a drill that is not over
RUNNING = """
import sys
from pathlib import Path
from fixtures.alive import Alive
from fixtures.run import Run
from fixtures.workspace import Workspace
run = Run.begin(time_scale=0.5, suite="ci", environment="embedded", require_all=False)
alive = Alive(run)
run.begin_folder()
own = Workspace(run.name)
(own.folder / "data").mkdir()
drill = run.folder / "a.drill"
drill.mkdir()
drill.joinpath("verdict.json").write_text(sys.argv[1])
print(run.name, own.folder, flush=True)
sys.stdin.readline()
own.remove()
(run.folder / "summary.json").write_text("{}")
print("ended", alive.end(), flush=True)
"""


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs and temporary folders of the test's own, and no engine."""
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(fixtures.run, "OUT", out)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    # for the reaper's process: a home where no engine was ever brought up
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROLLBACK_DRILLS_OUT", str(out))

    def none() -> None:
        raise EnvironmentUnavailable("engine", "never brought up", "drill engine up")

    monkeypatch.setattr(fixtures.engine, "find", none)
    return tmp_path


def test_a_killed_run_is_cleaned_up_and_summed_up_within_seconds(places: Path) -> None:
    """Its folder is gone, its drill proved nothing, and what lives beside it is as it was."""
    decoy = places / "rollback-drills-of-somebody"
    decoy.mkdir()
    with Workspace("alive") as living, program(RUNNING, OPEN.model_dump_json()) as run:
        name, own = said(run).split()
        assert Path(own, "data").is_dir()
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        folder = fixtures.run.OUT / name
        assert soon((folder / "reaped.txt").exists)
        assert not Path(own).exists()
        assert living.folder.is_dir()
        assert decoy.is_dir()
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["verdict"] == "inconclusive"
    assert (folder / "index.html").is_file()
    assert own in (folder / "reaped.txt").read_text(encoding="utf-8")


def test_a_run_that_ends_leaves_the_reaper_nothing_to_do() -> None:
    with program(RUNNING, OPEN.model_dump_json()) as run:
        name, own = said(run).split()
        assert run.stdin is not None
        run.stdin.write("\n")
        run.stdin.flush()
        assert said(run) == "ended []"
    assert not Path(own).exists()
    assert not (fixtures.run.OUT / name / "reaped.txt").exists()
    assert still_open(read(fixtures.run.OUT / name / "journal.jsonl")) == []
    assert journals() == []


def begun(*verdicts: str) -> Run:
    """A run that was begun, with drills that came to these."""
    run = Run.begin(time_scale=0.5, suite="ci", environment="embedded", require_all=False)
    Journal(run.name).begin(run.expires, run.to_json())
    run.begin_folder()
    for number, verdict in enumerate(verdicts):
        drill_folder = run.folder / f"drill-{number}"
        drill_folder.mkdir()
        (drill_folder / "verdict.json").write_text(verdict, encoding="utf-8")
    return run


def test_a_run_that_lives_is_not_summed_up() -> None:
    """Neither while its process does, nor while a worker of it still has a folder."""
    run = begun(OPEN.model_dump_json())
    with Lease(f"run/{run.name}"):
        assert not reaping.reap()
    with Workspace(run.name):
        assert not reaping.reap()
    assert not (run.folder / "summary.json").exists()
    assert reaping.reap().taken == [f"run {run.name}: it was cut short, its summary is written"]
    assert not reaping.reap()
    assert (run.folder / "journal.jsonl").is_file()


def test_a_run_that_had_begun_no_drill_leaves_no_folder() -> None:
    run = begun()
    assert not reaping.reap()
    assert not run.folder.exists()
    assert journals() == []


def test_a_folder_that_is_no_run_is_left_alone() -> None:
    other = fixtures.run.OUT / "notes"
    other.mkdir()
    (other / RUN_FILE).write_text("{}", encoding="utf-8")
    (fixtures.run.OUT / RUN_FILE).write_text("not even JSON", encoding="utf-8")
    assert not reaping.reap()
    assert other.is_dir()


def test_the_reaper_gives_up_on_a_worker_that_stays() -> None:
    """It says what it took, and the next run tries again."""
    run = f"run-{secrets.token_hex(4)}"
    with Workspace(run):
        asked = iter([False, False, True])
        pauses: list[int] = []
        assert not reaping.reap_after(run, lambda: next(asked), lambda: pauses.append(1))
        assert len(pauses) == 2
    assert not reaping.reap()
    assert journals() == []


@pytest.mark.parametrize("as_json", [False, True])
def test_the_verb_says_what_it_took(as_json: bool) -> None:
    words = ["reap", *(["--json"] if as_json else [])]
    run = begun(OPEN.model_dump_json())
    took, nothing = (CliRunner().invoke(drill.main, words) for _ in range(2))
    assert (took.exit_code, nothing.exit_code) == (0, 0)
    if as_json:
        assert json.loads(took.output) == {
            "reaped": [f"run {run.name}: it was cut short, its summary is written"],
            "left": [],
        }
        assert json.loads(nothing.output) == {"reaped": [], "left": []}
    else:
        assert run.name in took.output
        assert "Nothing of a killed run was taken away." in nothing.output
