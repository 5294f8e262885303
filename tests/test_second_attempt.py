"""A drill that is tried again because the harness was to blame: what is told, kept and counted of both attempts."""

from pathlib import Path
from typing import Any

import pytest

import fixtures.drill
import fixtures.run
import scenarios.rehearsal
from fixtures import session
from fixtures.run import Run
from reports.summary import load_drills
from scenarios.errors import EnvironmentUnavailable
from scenarios.results import DrillRecord
from tests.sample_records import MEANT, SUBJECT
from tests.test_run import FakeEnvironment


def test_a_second_attempt_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it begins and when the run ends, with what was wrong with the first; the summary counts one drill."""
    outcomes: list[Any] = [OSError("no free port"), MEANT]

    def rehearse(_: object, __: object, evidence: Path) -> DrillRecord:
        evidence.mkdir(parents=True, exist_ok=True)
        outcome = outcomes.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        assert isinstance(outcome, DrillRecord)
        return outcome

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    told: list[str] = []
    evidence = run.folder / "drill"
    record = fixtures.drill._rehearse_with_retry(SUBJECT, evidence, environment, False, told.append)
    assert record == MEANT
    assert told == ["  second attempt; the first: OSError: no free port"]
    assert load_drills(run.folder) == [MEANT]
    (line,) = session.retried_lines(run)
    first = evidence.with_name(f"{evidence.name}.attempt-1")
    assert line == f"Second attempt: {SUBJECT.drill_id}; the first: OSError: no free port (kept in {first})"


def test_where_nothing_is_left_to_try_it_on_the_first_attempt_is_what_there_is(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drill that had begun is no drill that was not rehearsed."""
    lost = MEANT.model_copy(update={"verdict": "inconclusive", "cause": "environment_lost", "detail": "it died"})
    outcomes: list[Any] = [lost, EnvironmentUnavailable("cluster", "it died", "look")]

    def rehearse(_: object, __: object, evidence: Path) -> DrillRecord:
        evidence.mkdir(parents=True, exist_ok=True)
        outcome = outcomes.pop(0)
        if isinstance(outcome, EnvironmentUnavailable):
            raise outcome
        (evidence / "events.jsonl").touch()
        assert isinstance(outcome, DrillRecord)
        return outcome

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    evidence = run.folder / "drill"
    assert fixtures.drill._rehearse_with_retry(SUBJECT, evidence, environment, False, lambda _: None) == lost
    assert load_drills(run.folder) == [lost]
    assert (evidence / "events.jsonl").exists()
    assert [path.name for path in run.folder.iterdir() if path.is_dir()] == ["drill"]
