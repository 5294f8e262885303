"""The lifecycle in a simulated world: what each end is called, and that *passed* is never said without proof."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.ledger import Row
from scenarios.model import Objective, RecoveryClock
from tests.simulated_probe import ALL_FAIL, CANDIDATE, GOOD, SECOND, WRITES_FAIL, WRONG_SCHEMA, Mode
from tests.simulated_world import BACK, PASSED, Act, SimulatedParts, World, interval, outcome, verdict_of


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world in which everything goes well: the step `undo` brings the baseline back."""
    return World(tmp_path)


# --- a rollback that works


@pytest.mark.parametrize("candidate", [WRITES_FAIL, ALL_FAIL, replace(ALL_FAIL, hang_s=1.0)])
def test_a_good_rollback_passes_and_the_true_recovery_lies_in_a_narrow_interval(world: World, candidate: Mode) -> None:
    world.candidate = candidate
    record = world.play(BACK)
    assert outcome(record) == PASSED
    assert record.as_expected
    truth = (world.since(GOOD) - world.events["procedure_started"][0]) / SECOND
    lo, hi = interval(record.recovery_s)
    assert lo <= truth <= hi
    assert hi - lo < 0.3  # the journey lane looks five times a second
    hurt = (world.since(GOOD) - world.since(candidate)) / SECOND
    lo, hi = interval(record.disruption_s)
    assert lo <= hurt <= hi
    assert record.writes.lost == 0
    assert record.rpa_s == 0.0
    assert {check.verdict for check in record.checks} == {"passed"}


def test_everything_is_recorded_in_the_order_it_happened(world: World) -> None:
    """The events of DESIGN §4 are all there, in order, and every phase has a figure."""
    record = world.play(BACK)
    order = ["candidate_deployed", "detected", "decided", "procedure_started", "procedure_done", "held"]
    times = [world.events[name][0] for name in order]
    assert times == sorted(times)
    assert None not in record.phases_s.model_dump().values()
    assert [step.name for step in record.steps] == ["undo", "look"]
    assert world.stopped == ["probe", "users", "sentinel"]
    assert world.collected == ["platform", "database"]


@pytest.mark.parametrize("rolled_out", [False, True])
def test_whoever_reacts_to_a_whole_candidate_waits_for_its_rollout(
    world: World, monkeypatch: pytest.MonkeyPatch, rolled_out: bool
) -> None:
    """Else some users never leave a pod of the baseline, and are not hurt by a way back that leaves the others."""
    stood: list[str] = []

    def stand(parts: SimulatedParts) -> None:
        stood.append(parts.world.deployed)
        parts.world.sleep(7.0)

    monkeypatch.setattr(SimulatedParts, "stand", stand)
    assert outcome(world.play(replace(BACK, rolled_out=rolled_out))) == PASSED
    assert stood == ["v1", "v2"][: 1 + rolled_out]
    deployed_ns, facts = world.events["candidate_deployed"]
    assert (deployed_ns - int(str(facts["started_ns"])) > 7 * SECOND) is rolled_out
    assert world.events["detected"][0] >= deployed_ns


def test_what_a_drill_takes_beyond_its_own_holds_is_told(world: World) -> None:
    """From the users' start on: the windows of the steady state, the alarm and the hold are waited for on purpose."""
    record = world.play(BACK)
    taken_s = (world.now_ns - world.events["baseline_deployed"][0]) / SECOND
    assert record.overhead_s == pytest.approx(taken_s - 3 * 2.0, abs=0.01)


def test_a_partial_harm_passes_with_the_truth_inside_its_wider_interval(world: World) -> None:
    """30 % of the writes fail: one good answer proves nothing, so the interval is wider, and still true."""
    world.candidate = replace(WRITES_FAIL, share=0.3)
    world.acts["undo"] = Act(effect=lambda: world.turn(GOOD), takes_s=4.0)
    record = world.play(replace(BACK, restores=()))
    assert outcome(record) == PASSED
    truth = (world.since(GOOD) - world.events["procedure_started"][0]) / SECOND
    lo, hi = interval(record.recovery_s)
    assert lo <= truth <= hi
    assert hi - lo > 0.1


def test_the_record_keeps_the_head_of_the_event_log(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nobody could tell that lines were cut off at its end."""
    monkeypatch.setattr("tests.simulated_world.SimulatedParts.head", "abc")
    assert world.play(BACK).events_head == "abc"


# --- rollbacks that do not work


def test_a_rollback_that_does_nothing_is_not_served_and_has_no_upper_bound(world: World) -> None:
    world.acts["undo"] = Act()
    record = world.play(BACK)
    assert outcome(record) == ("failed", "not_served")
    assert record.recovery_s is not None
    assert record.recovery_s[0] is not None
    assert record.recovery_s[0] > 5
    assert record.recovery_s[1] is None
    assert "held" not in world.events


def test_users_served_by_the_wrong_schema_are_a_failure_of_the_schema(world: World) -> None:
    world.acts["undo"] = Act(effect=lambda: world.turn(WRONG_SCHEMA))
    record = world.play(BACK)
    assert outcome(record) == ("failed", "wrong_schema")
    assert verdict_of(record, "served") == PASSED
    assert verdict_of(record, "answers-release") == PASSED


def test_users_served_by_old_and_new_in_turn_are_not_back(world: World) -> None:
    """Now and then the candidate still answers: the newest answer is right, the promise broken."""

    def flap() -> None:
        for i in range(40):
            world.turn(CANDIDATE, after_s=i * 0.5)
            world.turn(GOOD, after_s=i * 0.5 + 0.02)

    world.acts["undo"] = Act(effect=flap)
    record = world.play(replace(BACK, procedure="vague"))
    assert outcome(record) == ("failed", "wrong_release")
    assert record.recovery_s is not None
    assert record.recovery_s[1] is None


def test_a_lost_write_fails_though_users_are_served(world: World) -> None:
    def undo() -> None:
        world.lose(1)
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)
    record = world.play(BACK)
    assert outcome(record) == ("failed", "writes_lost")
    assert record.writes.lost == 1


@pytest.mark.parametrize("procedure", ["back", "vague"])
def test_lost_writes_fail_even_where_nobody_promised_anything(world: World, procedure: str) -> None:
    """A procedure without an objective promises no recovery time; that saved writes stay saved goes without saying."""

    def undo() -> None:
        world.lose(3)
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)
    assert outcome(world.play(replace(BACK, procedure=procedure))) == ("failed", "writes_lost")


def test_a_row_that_nobody_wrote_fails(world: World) -> None:
    def undo() -> None:
        world.rows["ghost"] = [Row(id="ghost", client="?", seq=0, digest="")]
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)
    assert outcome(world.play(BACK)) == ("failed", "rows_foreign")


def test_state_rows_that_changed_fail(world: World) -> None:
    """Rows outside the ledger are compared by digest with those before the candidate."""

    def undo() -> None:
        world.state_rows["ada"] = "another digest"
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)
    assert outcome(world.play(BACK)) == ("failed", "rows_changed")


def test_a_failed_step_is_named_before_what_follows_from_it(world: World) -> None:
    """The step did not work, so users were not served either: the cause is the step."""
    world.acts["undo"] = Act(exit=2, why="exit status 2")
    record = world.play(BACK)
    assert outcome(record) == ("failed", "step_failed")
    assert verdict_of(record, "served") == ("failed", "not_served")


def test_a_failed_step_fails_the_drill_though_users_are_back(world: World) -> None:
    world.acts["look"] = Act(exit=1, why="exit status 1")
    assert outcome(world.play(BACK)) == ("failed", "step_failed")


def test_a_step_cut_at_its_deadline_has_its_own_cause(world: World) -> None:
    world.acts["look"] = Act(exit=None, why="cut after 30 s")
    record = world.play(BACK)
    assert outcome(record) == ("failed", "step_deadline")
    assert record.steps[1].exit is None


def test_a_verification_line_that_is_not_true_fails(world: World) -> None:
    world.acts["health"] = Act(exit=1, why="health ended with exit status 1")
    record = world.play(BACK)
    assert outcome(record) == ("failed", "verification_failed")
    assert record.detail == "health ended with exit status 1"


# --- objectives


@pytest.mark.parametrize(
    ("rto_s", "expected"),
    [
        (2.0, PASSED),
        (1.0, ("inconclusive", "objective_straddled")),
        (0.2, ("failed", "rto_exceeded")),
    ],
)
def test_the_whole_interval_is_held_against_the_objective(
    world: World, rto_s: float, expected: tuple[str, str | None]
) -> None:
    """Recovery takes 1 s: within 2 s it passes, against 0.2 s it fails, against 1 s nobody can tell."""
    world.acts["undo"] = Act(effect=lambda: world.turn(GOOD), takes_s=1.0)
    assert outcome(world.play(replace(BACK, objective=Objective(rto_s=rto_s, rpo_s=0)))) == expected


def test_an_objective_on_disruption_counts_detection_too(world: World) -> None:
    """0.4 s of recovery after 2 s of detection: on the users' clock one second is missed."""
    objective = Objective(rto_s=1.0, rpo_s=0, clock=RecoveryClock.DISRUPTION)
    assert outcome(world.play(replace(BACK, objective=objective))) == ("failed", "rto_exceeded")


def test_lost_writes_within_a_generous_objective_pass_and_are_still_counted(world: World) -> None:
    def undo() -> None:
        world.lose(3)
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)
    record = world.play(replace(BACK, objective=Objective(rto_s=60, rpo_s=60, rpo_writes=None)))
    assert record.writes.lost == 3
    assert verdict_of(record, "objective-rpo") == PASSED
    assert record.rpa_s is not None
    assert record.rpa_s > 0
