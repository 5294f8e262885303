"""A drill that was killed: its evidence up to then can be judged, and it never comes to more than inconclusive."""

import json
from pathlib import Path

import pytest

from fixtures import commands
from fixtures.evidence import EvidenceFolder
from scenarios.judging.causes import Cause
from scenarios.ledger import LedgerWriter
from tests.sample_records import OPEN


@pytest.fixture
def drill(tmp_path: Path) -> Path:
    """The folder of a drill that was killed while its procedure ran."""
    run, folder = tmp_path / "run", tmp_path / "run" / "drill"
    sink = EvidenceFolder(folder)
    for at, name in enumerate(("candidate_deployed", "harmed", "procedure_started")):
        sink.event(name, at)
    ledger = LedgerWriter(folder / "ledger" / "one.jsonl", "user")
    for number in range(3):
        ledger.intent(f"w{number}", number, "body")
        ledger.ack(f"w{number}", 201, "v1")
    ledger.intent("w3", 3, "body")
    interrupted = OPEN.model_copy(update={"cause": Cause.INTERRUPTED, "detail": "killed"})
    (folder / "verdict.json").write_text(interrupted.model_dump_json(indent=1) + "\n")
    (run / "summary.json").write_text("{}")
    return folder


def recheck(drill: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code, and what is told of the one drill."""
    status = commands.recheck(str(drill.parent), as_json=False)
    return status, capsys.readouterr().out


def test_its_verdict_stands_and_what_there_is_of_it_is_told(drill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = recheck(drill, capsys)
    assert status == 0
    assert "cut short after 'procedure_started'; 3 events follow one another, 3 acknowledged writes" in told


def test_last_lines_that_were_being_written_are_no_fault(drill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (drill / "events.jsonl", drill / "ledger" / "one.jsonl"):
        path.write_bytes(path.read_bytes() + b'{"seq": 4, "pr')
    assert recheck(drill, capsys)[0] == 0


@pytest.mark.parametrize("name", ["events.jsonl", "ledger/one.jsonl"])
def test_what_was_changed_since_is_told_with_its_place(
    drill: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And such a drill is not one whose verdict stands."""
    path = drill / name
    path.write_bytes(path.read_bytes().replace(b'"', b"'", 1))
    status, told = recheck(drill, capsys)
    assert status == 6
    assert str(path) in told


def test_one_that_was_killed_before_its_first_event(drill: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (drill / "events.jsonl").unlink()
    (drill / "ledger" / "one.jsonl").unlink()
    status, told = recheck(drill, capsys)
    assert status == 0
    assert "before its first event; 0 events" in told


def test_a_drill_that_was_stopped_and_could_say_so_is_judged_as_any_other(
    drill: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It left what judging takes; that this cannot be read here is told, not passed over."""
    (drill / "judging.json").write_text(json.dumps({}))
    status, told = recheck(drill, capsys)
    assert status == 6
    assert "cannot be read" in told
