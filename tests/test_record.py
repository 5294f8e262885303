"""The record of a drill: who it was, what was found, and whose word counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.checks import not_passed
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.judging.intervals import Edge
from scenarios.model import Expectation, Objective, RecoveryClock
from scenarios.protocols import StepResult
from scenarios.record import Findings, build_record, left_behind, overhead_s, promised, uncleaned, unprovisioned
from scenarios.results import Calibration, CheckRecord, DrillRecord, OwnRequests
from scenarios.runbook import Procedure, Step
from scenarios.timeline import Timeline
from scenarios.watching import Recovery
from tests.sample_records import BAD, GOOD, SCENARIO, SUBJECT
from tests.simulated_world import BACK, PASSED, Act, World, outcome, stage_of, verdict_of

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
    meant = replace(subject, scenario=replace(SCENARIO, expected=Expectation.of(Cause.NOT_SERVED)))
    expected = unprovisioned(meant, "embedded", Path("x"), Cause.INTERRUPTED, "").expected
    assert (expected.verdict, expected.cause) == ("failed", "not_served")


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


def record_of(world: World, findings: Findings, **marks: int) -> DrillRecord:
    """What becomes of findings that nobody had to play for."""
    stage = stage_of(world)
    timeline = Timeline(stage.sink)
    for name, at_ns in marks.items():
        timeline.mark(name, at_ns)
    return build_record(SUBJECT, "embedded", stage, findings, timeline)


def test_a_rollout_that_does_not_stand_is_told_beside_users_who_are_served(world: World) -> None:
    edge = Edge(lo=2, hi=3)
    recovery = Recovery(
        restored=False,
        served=True,
        stuck=True,
        edge=edge,
        harmed=Edge(lo=0, hi=1),
        still_bad="1 of 3 pods",
        answers={},
        last_bad_ns=2,
        held_ns=9,
        known=9,
    )
    record = record_of(world, Findings(recovery=recovery))
    told = [(check.id, check.detail) for check in record.checks if check.verdict == "failed"]
    assert ("rollout", "1 of 3 pods") in told
    assert outcome(record) == ("failed", "release_stuck")


def test_all_that_was_found_for_the_cause_that_counts_is_told_in_one_sentence(world: World) -> None:
    found = [not_passed(name, Cause.STATE_DIFFERS, detail) for name, detail in (("a", "one"), ("b", "two"))]
    other = not_passed("c", Cause.VERIFICATION_FAILED, "three")
    record = record_of(world, Findings(checks=[found[0], other, found[1]]))
    assert (*outcome(record), record.detail) == ("failed", "state_differs", "one; two")
    stopped = record_of(world, Findings(stopped=Inconclusive(Cause.NO_HARM, "nobody was hurt")))
    assert (*outcome(stopped), stopped.detail) == ("inconclusive", "no_harm", "nobody was hurt")


def test_the_first_claim_that_a_rollout_is_done_counts_to_a_millisecond(world: World) -> None:
    def step(ended_ns: int, ok: bool = True) -> StepResult:
        claim = Step(name="s", source="written", script="kubectl rollout status x", deadline_s=9, line=1)
        return StepResult(
            step=claim, exit=0, started_ns=0, ended_ns=ended_ns, output="", failed_commands=(), ok=ok, why="no"
        )

    steps = [step(10**8, ok=False), step(2_234_567_890), step(1_234_567_890)]
    assert record_of(world, Findings(steps=steps), procedure_started=0).claimed_s == 1.235
    assert record_of(world, Findings(steps=steps)).claimed_s is None


def test_what_a_drill_took_beyond_its_own_waits_is_told_to_a_millisecond() -> None:
    assert overhead_s(Findings(begun_ns=1, windows_s=0.5), 2_234_567_891) == 1.735
    assert overhead_s(Findings(windows_s=0.5), 2_234_567_891) is None


def test_what_happened_to_whoever_listened_is_on_the_record(world: World) -> None:
    assert world.play(BACK).cuts is None
    other = World(world.folder, heard=[])
    assert other.play(BACK).cuts is not None


def test_what_users_own_requests_came_to_is_on_the_record(world: World) -> None:
    own = OwnRequests(users=2, hurt=1, requests=3, bad=1, held=1, held_bad=0, before_ms=1.0, hurt_ms=None, held_ms=2.0)
    assert record_of(world, Findings(own=own)).own == own
    assert record_of(world, Findings()).own is None
