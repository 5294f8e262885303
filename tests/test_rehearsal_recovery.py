"""The lifecycle's longest question: when is it over? Never before the last request that was hurt."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulated_probe import ALL_FAIL, GOOD, SECOND, WRITES_FAIL, Mode
from tests.simulated_world import BACK, PASSED, Act, World, interval, outcome


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world in which everything goes well: the step `undo` brings the baseline back."""
    return World(tmp_path)


def test_a_relapse_within_the_hold_moves_recovery_to_the_stable_moment(world: World) -> None:
    """Good for a second, bad again, then good for good: recovery counts from the last turn."""

    def undo() -> None:
        world.turn(GOOD)
        world.turn(WRITES_FAIL, after_s=1.0)
        world.turn(GOOD, after_s=1.5)

    world.acts["undo"] = Act(effect=undo)
    record = world.play(BACK)
    assert outcome(record) == PASSED
    truth = (world.since(GOOD) - world.events["procedure_started"][0]) / SECOND
    lo, hi = interval(record.recovery_s)
    assert truth > 1.5
    assert lo <= truth <= hi


def test_harm_done_by_the_last_step_is_seen_though_users_had_long_been_served(world: World) -> None:
    """Users are back, a long step follows, and its end breaks the service: a hold before that end proves nothing."""
    world.acts["look"] = Act(takes_s=10.0, after_s=0.0, effect=lambda: world.turn(ALL_FAIL))
    assert outcome(world.play(BACK)) == ("failed", "not_served")


@pytest.mark.parametrize("hang_s", [0.002, 1.0])
def test_harm_that_follows_the_procedure_at_once_is_seen(world: World, hang_s: float) -> None:
    """A restart that the last step only asked for comes a moment later; even if every request then hangs."""
    broken = replace(ALL_FAIL, hang_s=hang_s)
    world.acts["look"] = Act(takes_s=10.0, effect=lambda: world.turn(broken, after_s=0.5))
    assert outcome(world.play(BACK)) == ("failed", "not_served")


@pytest.mark.parametrize(("late_s", "expected"), [(4.5, PASSED), (5.5, ("failed", "not_served"))])
def test_users_may_be_hurt_until_settle_s_after_the_procedure(
    world: World, late_s: float, expected: tuple[str, str | None]
) -> None:
    """Recovery that comes after the procedure counts, with its true length, if it comes within settle_s."""
    world.acts["undo"] = Act()
    world.acts["look"] = Act(effect=lambda: world.turn(GOOD, after_s=late_s), after_s=0.0)
    record = world.play(BACK)
    assert outcome(record) == expected
    if expected == PASSED:
        lo, hi = interval(record.recovery_s)
        assert lo <= (world.since(GOOD) - world.events["procedure_started"][0]) / SECOND <= hi


def test_the_hold_does_not_end_while_a_request_of_it_is_unanswered(world: World) -> None:
    """A request sent late in the hold hangs and comes back bad: recovery is later than it, not before."""
    hung: list[int] = []

    def undo() -> None:
        world.turn(GOOD)
        hung.append(world.now_ns + int(1.9 * SECOND))
        world.slow["read", hung[0]] = 1.0

    world.acts["undo"] = Act(effect=undo, after_s=0.0)
    world.acts["look"] = Act(takes_s=0.0, after_s=0.0)
    record = world.play(BACK)
    lo, _ = interval(record.recovery_s)
    assert lo >= (hung[0] - world.events["procedure_started"][0]) / SECOND


def test_an_answer_later_than_anyone_waited_for_still_undoes_the_hold(world: World) -> None:
    """A journey of several slow requests may end long after its deadline; when it ends badly, users were not served."""

    def undo() -> None:
        world.turn(GOOD)
        world.slow["journey", world.now_ns + SECOND] = 8.0

    world.acts["undo"] = Act(effect=undo)
    record = world.play(BACK)
    assert outcome(record) == ("failed", "not_served")
    assert "journey was answered after 8.0 s" in record.detail
    assert record.recovery_s is not None
    assert record.recovery_s[1] is None


def test_harm_that_went_away_before_the_procedure_proves_nothing(world: World) -> None:
    """The candidate healed itself while people were deciding: a recovery of 0 s would be a lie."""
    world.candidate = Mode(bad=frozenset({"write"}))  # answers as the baseline does: a flag, not a release
    world.acts["undo"] = Act()
    twin = World(world.folder, candidate=world.candidate)  # tells when the procedure will be started
    twin.play(replace(BACK, restores=()))
    world.modes.append((twin.events["procedure_started"][0] - SECOND // 20, GOOD))
    record = world.play(replace(BACK, restores=()))
    assert outcome(record) == ("inconclusive", "harm_over_early")
    assert "before the procedure was started" in record.detail


def test_users_served_before_the_last_step_has_ended_waited_for_nothing_after_it(world: World) -> None:
    """`restored` may come before `procedure_done`: then nothing had to propagate, and no phase is negative."""
    world.acts["look"] = Act(takes_s=3.0)
    record = world.play(BACK)
    assert outcome(record) == PASSED
    assert record.phases_s.propagate == 0.0
    _, hi = interval(record.recovery_s)
    assert hi < 1.0 < (record.phases_s.execute or 0.0)
