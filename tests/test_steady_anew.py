"""Users hurt before the candidate came: the steady state begins anew, a few times, and is then judged as it is."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.simulated_probe import SECOND, stumble
from tests.simulated_world import BACK, PASSED, SimulatedParts, World, outcome


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world in which everything goes well."""
    return World(tmp_path)


@pytest.mark.parametrize("times", [1, 2])
def test_users_hurt_before_the_candidate_came_begin_the_steady_state_anew(world: World, times: int) -> None:
    """A busy machine's stumble is not the candidate's harm; what is judged begins with the last steady state."""
    seen: list[int] = []

    def on_snapshot() -> None:
        seen.append(world.now_ns)
        if len(seen) <= times:
            stumble(world)

    world.on_snapshot = on_snapshot
    record = world.play(BACK)
    assert outcome(record) == PASSED
    assert len(seen) == times + 2  # one more before the candidate, one after the rollback
    assert seen[times - 1] < world.events["disturbed"][0] < world.events["steady"][0] <= seen[times]
    assert seen[times] <= world.events["snapshot"][0] <= world.events["candidate_deployed"][0]
    assert world.events["disturbed"][1] == {"lane": "write", "why": "answered 500"}


def test_users_hurt_while_the_guard_looks_begin_the_steady_state_anew_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks docker, git and the cluster: long enough for a busy machine to stumble."""
    asked: list[int] = []

    def check(parts: SimulatedParts, parameters: Mapping[str, str]) -> None:
        asked.append(parts.world.now_ns)
        if len(asked) == 2:  # the first one was before anything was deployed
            stumble(parts.world)

    monkeypatch.setattr(SimulatedParts, "check", check)
    assert outcome(world.play(BACK)) == PASSED
    assert asked[1] < world.events["disturbed"][0] < world.events["steady"][0]
    assert len(asked) == 4  # once more before the candidate, once before the procedure


def test_a_request_that_hangs_is_waited_for_before_the_candidate_comes(world: World) -> None:
    """It was sent before and ends afterwards, but whether it is bad says nothing of the candidate."""
    begun: list[int] = []

    def on_snapshot() -> None:
        begun.append(world.now_ns)
        if len(begun) == 1:
            world.slow = {("write", world.now_ns): 0.9}
            world.sleep(0.25)

    world.on_snapshot = on_snapshot
    assert outcome(world.play(BACK)) == PASSED
    assert world.events["disturbed"][1]["lane"] == "write"
    assert len(begun) == 3
    assert world.events["disturbed"][0] - begun[0] >= 0.9 * SECOND


def test_a_snapshot_that_always_hurts_users_is_tried_three_times_and_judged(world: World) -> None:
    seen: list[int] = []

    def on_snapshot() -> None:
        seen.append(world.now_ns)
        stumble(world)

    world.on_snapshot = on_snapshot
    assert outcome(world.play(BACK)) == ("inconclusive", "harmed_early")
    assert len(seen) == 3 + 1
    assert world.events["disturbed"][0] < world.events["steady"][0]  # nobody is told of a fourth
