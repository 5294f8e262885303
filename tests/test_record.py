"""The record of a drill: who it was, what was found, and whose word counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.judging.causes import Cause
from scenarios.model import Objective, RecoveryClock
from scenarios.record import left_behind, promised, uncleaned, unprovisioned
from scenarios.results import Calibration, CheckRecord
from scenarios.runbook import Procedure
from tests.sample_records import BAD, GOOD, SCENARIO, SUBJECT
from tests.simulated_world import BACK, PASSED, Act, World, outcome, verdict_of

PROCEDURE = Procedure(id="p", title="P", line=1, steps=())


def test_a_drill_that_never_got_its_stage_tells_who_it_was_and_why() -> None:
    """Everything else is empty: not measured, not zero."""
    subject = replace(SUBJECT, scenario=replace(SCENARIO, sabotage="nothing"))
    found = unprovisioned(subject, "embedded", Path("out/here"), Cause.INTERRUPTED, "Ctrl-C")
    told = {name: value for name, value in found.model_dump().items() if value is not None}
    assert told == {
        "id": "drills/git/test_x.py::test_y",
        "title": "t",
        "system": "shop",
        "procedure": "p",
        "owner": "o",
        "environment": "embedded",
        "control": "nothing",
        "expected": {"verdict": "passed", "cause": None},
        "verdict": "inconclusive",
        "cause": "interrupted",
        "detail": "Ctrl-C",
        "as_expected": False,
        "n": 1,
        "signal": "s",
        "harm": "users_hurt",
        "writes": dict.fromkeys(found.writes.model_dump()),
        "phases_s": dict.fromkeys(found.phases_s.model_dump()),
        "checks": [],
        "steps": [],
        "evidence": "here",
    }
    assert unprovisioned(subject, "embedded", Path("x"), Cause.WRITES_LOST, "").verdict == "failed"


def test_what_is_left_behind_is_told_and_takes_back_a_pass() -> None:
    """A failure keeps its own cause."""
    left = uncleaned(GOOD, OSError("a port is still taken"))
    assert (left.verdict, left.cause, left.as_expected) == ("inconclusive", "cleanup_failed", False)
    assert left.detail == "OSError: a port is still taken"
    (check,) = left.checks
    assert (check.id, check.detail) == ("cleanup", left.detail)
    failed = uncleaned(BAD, OSError("x"))
    assert (failed.verdict, failed.cause) == (BAD.verdict, BAD.cause)
    assert [each.id for each in failed.checks] == ["cleanup"]
    again = left_behind(left, CheckRecord(id="logs", verdict="inconclusive", cause="logs_not_kept", detail="d"))
    assert ([each.id for each in again.checks], again.cause, again.detail) == (
        ["cleanup", "logs"],
        "logs_not_kept",
        "d",
    )


def test_a_scenarios_own_objective_comes_before_the_runbooks() -> None:
    """Where neither promises a time there is none; a runbook that allows for no loss allows for no lost write."""
    own = Objective(rto_s=1.0, rpo_s=0.0)
    assert promised(replace(SCENARIO, objective=own), replace(PROCEDURE, rto_s=9.0)) is own
    assert promised(SCENARIO, PROCEDURE) is None
    assert promised(SCENARIO, replace(PROCEDURE, rto_s=9.0)) == Objective(rto_s=9.0, rpo_s=0.0, rpo_writes=0)
    spoken = replace(PROCEDURE, rto_s=9.0, rpo_s=30.0, clock=RecoveryClock.DISRUPTION)
    assert promised(SCENARIO, spoken) == Objective(
        rto_s=9.0, rpo_s=30.0, rpo_writes=None, clock=RecoveryClock.DISRUPTION
    )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_drill_that_passes_has_every_part_of_its_record(world: World) -> None:
    """Figures of the simulated world, whose clock is a number."""
    world.probe.error_ms = 2.5
    world.probe.calibration = Calibration(outages=26, p50_ms=1.0, p99_ms=2.5, max_ms=2.5, by_shape_ms={})
    record = world.play(BACK)
    assert outcome(record) == PASSED
    assert record.as_expected
    assert (record.probe_error_ms, record.calibration) == (2.5, world.probe.calibration)
    assert record.detail == ""
    assert record.objective is not None
    assert record.objective.model_dump() == {"rto_s": 300.0, "clock": "recovery", "rpo_s": 0.0, "rpo_writes": 0}
    assert [step.model_dump() for step in record.steps] == [
        {"name": "undo", "source": "written", "exit": 0, "s": 0.5},
        {"name": "look", "source": "written", "exit": 0, "s": 0.5},
    ]
    assert record.evidence == world.folder.name
    assert record.environment == "simulated"
    assert record.claimed_s is None
    assert record.rpa_s == 0.0
    assert record.recovery_point is not None
    assert (record.recovery_point.writes, record.writes.lost) == (0, 0)
    assert record.availability is not None
    assert record.phases_s.execute == 1.0
    assert record.recovery_s is not None
    assert all(figure is not None and round(figure, 4) == figure for figure in record.recovery_s)
    order = ["steps", "served", "answers-release", "answers-schema", "objective-rto", "objective-rpo", "ledger"]
    assert [check.id for check in record.checks][: len(order)] == order


def test_times_are_told_to_a_tenth_of_a_millisecond(world: World) -> None:
    """The probe asks when it is due, whatever the drill is at: here by an odd bit later."""
    world.on_snapshot = lambda: world.sleep(0.000123457)
    world.acts["look"] = Act(takes_s=0.4321765)
    record = world.play(BACK)
    assert [step.s for step in record.steps] == [0.5, 0.532]  # steps to a millisecond
    assert record.recovery_s is not None
    assert record.disruption_s is not None
    figures = [*record.recovery_s, *record.disruption_s]
    assert all(figure is not None and round(figure, 4) == figure for figure in figures)
    assert any(figure is not None and round(figure, 3) != figure for figure in figures)


def test_every_detail_of_the_cause_that_counts_is_told(world: World) -> None:
    """Of two steps that are wrong the record names both checks; of another cause nothing."""
    world.acts = {**world.acts, "undo": Act(), "health": Act(exit=1, why="no health")}
    record = world.play(BACK)
    assert outcome(record) == ("failed", "not_served")
    assert record.detail == next(check.detail for check in record.checks if check.id == "served")
    assert verdict_of(record, "verify-health") == ("failed", "verification_failed")


def test_the_procedure_has_commands_where_kubectl_claims_that_it_is_done(world: World) -> None:
    """The claim is counted from the procedure's start to the end of the first step that makes it."""
    text = (world.folder / "RUNBOOK.md").read_text(encoding="utf-8")
    claim = text.replace("echo look", "kubectl rollout status deployment/x", 1)
    (world.folder / "RUNBOOK.md").write_text(claim, encoding="utf-8")
    assert world.play(BACK).claimed_s == 1.0
    other = World(world.folder)
    (world.folder / "RUNBOOK.md").write_text(claim, encoding="utf-8")
    other.acts["look"] = Act(why="no rollout")
    assert other.play(BACK).claimed_s is None


def test_an_alarm_whose_window_was_shortened_is_judged_as_if_it_had_not_been(tmp_path: Path) -> None:
    """On the clock that begins with the harm: what the time scale took away is added to both ends."""
    by_harm = Objective(rto_s=20.0, rpo_s=0, clock=RecoveryClock.DISRUPTION)
    record = World(tmp_path).play(replace(BACK, objective=by_harm))
    assert record.disruption_s is not None
    hi = record.disruption_s[1]
    assert hi is not None
    assert hi < 20.0
    assert verdict_of(record, "objective-rto") == ("failed", "rto_exceeded")  # a minute of waiting for the alarm
