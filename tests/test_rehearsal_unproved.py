"""The lifecycle where something is missing or breaks: nothing was proved, and no such drill is ever *passed*."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.errors import EnvironmentUnavailable, UsageError
from scenarios.judging.causes import Cause, Verdict
from scenarios.model import Expectation, Objective
from tests.simulated_probe import CANDIDATE, GOOD, SECOND, WRITES_FAIL
from tests.simulated_world import BACK, PASSED, Act, World, outcome, verdict_of


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world in which everything goes well: the step `undo` brings the baseline back."""
    return World(tmp_path)


# --- nothing proved


def test_a_candidate_that_does_no_harm_leaves_nothing_to_roll_back(world: World) -> None:
    world.candidate = CANDIDATE
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "no_harm")
    assert record.recovery_s is None
    assert record.steps == []


def test_a_busy_machine_is_blamed_before_the_candidate_so_that_the_drill_is_tried_again(world: World) -> None:
    world.candidate, world.control_hang_s = CANDIDATE, 0.6
    assert outcome(world.play(BACK)) == ("inconclusive", "control_lane_late")


def test_a_baseline_that_never_serves_steadily_stops_the_drill(world: World) -> None:
    world.modes = [(0, replace(GOOD, bad=frozenset({"journey"}), share=0.5))]
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "no_steady_state")
    assert world.deployed == "v1"
    assert "journey" in record.detail


def test_a_promise_that_no_answer_tells_anything_about_is_not_kept_by_silence(world: World) -> None:
    """The answers carry no schema before or after: None equals None, and would make every rollback look right."""
    world.modes = [(0, replace(GOOD, schema=None))]
    world.candidate = replace(WRITES_FAIL, schema=None)
    world.acts["undo"] = Act(effect=lambda: world.turn(replace(GOOD, schema=None)))
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "promise_untold")
    assert "schema" in record.detail


def test_a_signal_that_never_fires_means_nobody_would_have_acted(world: World) -> None:
    """2 % of the requests fail: users are hurt, but the runbook's 5 % are never reached."""
    world.candidate = replace(CANDIDATE, bad=frozenset({"write"}), share=0.04)
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "not_detected")
    assert "error rate" in record.detail
    assert "procedure_started" not in world.events


@pytest.mark.parametrize("after_s", [1.0, 4.0, 5.5, 7.0])
def test_a_dead_probe_or_dead_users_stop_the_drill_whenever_it_happens(tmp_path: Path, after_s: float) -> None:
    """In the steady state, while detecting, during the procedure, in the hold: never passed, always the dead one."""
    for knob, cause in (("probe_dies_ns", "probe_died"), ("users_die_ns", "workload_died")):
        world = World(tmp_path)
        setattr(world, knob, world.now_ns + int(after_s * SECOND))
        assert outcome(world.play(BACK)) == ("inconclusive", cause)
        assert world.collected == ["platform", "database"]


@pytest.mark.parametrize("works", [True, False])
def test_a_sick_harness_is_not_called_a_failed_rollback_either(world: World, works: bool) -> None:
    """Too late or not served, on a machine too busy to serve anybody in time: inconclusive."""
    world.control_hang_s = 0.6
    if not works:
        world.acts["undo"] = Act()
    record = world.play(replace(BACK, restores=(), objective=Objective(rto_s=0.1, rpo_s=0)))
    assert verdict_of(record, "objective-rto") == ("inconclusive", "control_lane_late")
    assert verdict_of(record, "served") == (PASSED if works else ("inconclusive", "control_lane_late"))
    told = {check.id: check.detail for check in record.checks}
    assert told["objective-rto"].endswith(" (not trusted: harness-control_lane_late)")
    assert "echo server" in told["harness-control_lane_late"]
    if works:
        assert record.detail.count("echo server") == 1
        assert outcome(record) == ("inconclusive", "control_lane_late")


def test_where_the_verification_fails_too_the_first_cause_stands_on_a_sick_machine(world: World) -> None:
    """What no clock tells bears out that it failed; else the cause would be another each time a machine is busy."""
    world.control_hang_s = 0.6
    world.acts = {**world.acts, "undo": Act(), "health": Act(exit=1, why="exit status 1")}
    record = world.play(BACK)
    assert outcome(record) == ("failed", "not_served")
    assert verdict_of(record, "verify-health") == ("failed", "verification_failed")


def test_lost_writes_are_lost_on_a_sick_machine_too(world: World) -> None:
    def undo() -> None:
        world.lose(1)
        world.turn(GOOD)

    world.control_hang_s = 0.6
    world.acts["undo"] = Act(effect=undo)
    assert outcome(world.play(BACK)) == ("failed", "writes_lost")


# --- the harness breaks


def explode() -> None:
    raise OSError("no space left on device")


def test_a_crash_of_the_runner_is_ours_and_proves_nothing(world: World) -> None:
    world.acts["undo"] = Act(effect=explode)
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "harness_error")
    assert "no space left" in record.detail
    assert world.collected == ["platform", "database"]


def test_a_step_that_failed_before_the_harness_did_stays_failed(world: World) -> None:
    """Otherwise a crash would turn a failure into an inconclusive, which is tried again."""
    world.acts = {**world.acts, "undo": Act(exit=1, why="exit status 1"), "look": Act(effect=explode)}
    record = world.play(BACK)
    assert outcome(record) == ("failed", "step_failed")
    assert [step.name for step in record.steps] == ["undo"]


def test_rows_that_cannot_be_read_back_leave_loss_unjudged(world: World) -> None:
    world.read_back_error = OSError("connection refused")
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "read_back_failed")
    assert record.writes.acked is None


def test_logs_that_cannot_be_kept_spare_the_other_logs_and_the_record(world: World) -> None:
    """Both parts are asked, a record comes back, and it is not *passed*: evidence is missing."""
    world.log_error = OSError("no space left on device")
    record = world.play(BACK)
    assert world.collected == ["platform", "database"]
    assert outcome(record) == ("inconclusive", "logs_not_kept")
    assert record.recovery_s is not None


def test_what_the_machine_cannot_give_is_told_to_whoever_called(world: World) -> None:
    """Before anything was begun, the drill was not rehearsed."""
    world.lacks = EnvironmentUnavailable("redis", "there is none", "install it")
    with pytest.raises(EnvironmentUnavailable):
        world.play(BACK)


def test_what_somebody_wrote_wrongly_is_told_and_not_called_a_harness_error(world: World) -> None:
    def wrong() -> None:
        raise UsageError("RUNBOOK.md:7: no value for REVISION")

    world.acts["undo"] = Act(effect=wrong)
    with pytest.raises(UsageError):
        world.play(BACK)


@pytest.mark.parametrize(
    ("works", "found"), [(True, ("inconclusive", "cleanup_failed")), (False, ("failed", "not_served"))]
)
def test_a_cleanup_that_fails_is_told_and_hides_nothing(world: World, works: bool, found: tuple[str, str]) -> None:
    if not works:
        world.acts["undo"] = Act()
    world.cleanup_error = EnvironmentUnavailable("cluster", "a namespace would not go", "delete it")
    record = world.play(BACK)
    assert outcome(record) == found
    assert any(check.id == "cleanup" and "would not go" in check.detail for check in record.checks)


def test_ctrl_c_goes_through_after_the_logs_are_kept(world: World) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    world.acts["undo"] = Act(effect=interrupt)
    with pytest.raises(KeyboardInterrupt):
        world.play(BACK)
    assert world.collected == ["platform", "database"]


# --- as expected?


def test_a_drill_is_as_expected_only_if_verdict_and_cause_both_are(world: World) -> None:
    """A control that must fail for one cause and fails for another proves nothing about its sabotage."""
    world.acts["undo"] = Act()
    scenario = replace(BACK, expected=Expectation.of(Cause.NOT_SERVED))
    assert world.play(scenario).as_expected
    other = World(world.folder, acts={"undo": Act(exit=1, why="exit status 1")})
    found = other.play(scenario)
    assert found.verdict == Verdict.FAILED
    assert not found.as_expected
