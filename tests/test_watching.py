"""Watching the probe: what each wait waits for, when it gives up, and what it says it saw last."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.errors import Inconclusive
from scenarios.feed import Feed
from scenarios.judging.causes import Cause
from scenarios.model import Harm
from scenarios.observations import CONTROL_LANE, Observation, judged, lanes_of
from scenarios.signals import ErrorRate
from scenarios.watching import Watch
from tests.simulated_probe import ALL_FAIL, CANDIDATE, GOOD, SECOND, WRITES_FAIL
from tests.simulated_world import World, stage_of


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A service at its baseline, probed and used."""
    made = World(tmp_path)
    made.probe.start()
    return made


@pytest.fixture
def watch(world: World) -> Watch:
    return Watch(stage_of(world), ("release", "schema"))


def stopped(run: Callable[[], object]) -> tuple[Cause, str]:
    with pytest.raises(Inconclusive) as caught:
        run()
    return caught.value.cause, caught.value.detail


def since(world: World, start_ns: int) -> float:
    return (world.now_ns - start_ns) / SECOND


# --- steady state


def test_a_steady_state_lasts_a_whole_window_and_its_answers_are_the_baselines(world: World, watch: Watch) -> None:
    began = world.now_ns
    watch.steady(3.0)
    assert 3.0 <= since(world, began) < 3.5
    assert watch.baseline == {"release": "v1", "schema": "s1"}


def test_a_bad_start_is_forgiven_once_a_whole_window_is_good(world: World, watch: Watch) -> None:
    """The service takes 5 s to come up: the window begins after it."""
    world.modes = [(0, ALL_FAIL), (world.now_ns + 5 * SECOND, GOOD)]
    began = world.now_ns
    watch.steady(2.0)
    assert 7.0 <= since(world, began) < 7.5
    assert watch.baseline["release"] == "v1"


def test_a_lane_without_an_answer_is_no_steady_state(world: World, watch: Watch) -> None:
    """Nothing heard is not the same as nothing bad."""
    world.drops = lambda lane, tick: lane == "journey"
    cause, detail = stopped(lambda: watch.steady(2.0))
    assert cause is Cause.NO_STEADY_STATE
    assert "no observation yet from journey" in detail


def test_too_few_answers_are_no_steady_state(world: World, watch: Watch) -> None:
    """All of them good, but 180 in a window prove too little."""
    world.drops = lambda lane, tick: lane in ("read", "write") and tick % 4 != 0
    cause, detail = stopped(lambda: watch.steady(3.0))
    assert cause is Cause.NO_STEADY_STATE
    assert "observations so far" in detail


def test_giving_up_says_what_was_waited_for_and_what_was_seen_last(world: World, watch: Watch) -> None:
    world.modes = [(0, WRITES_FAIL)]
    cause, detail = stopped(lambda: watch.steady(2.0))
    assert cause is Cause.NO_STEADY_STATE
    assert detail.startswith("waited 32.0 s for a steady baseline; last seen: ")
    assert detail.endswith("the last one write: answered 500")


# --- harm and signal


def test_only_what_follows_the_candidate_is_its_harm(world: World, watch: Watch) -> None:
    """A bad second before the deployment is not held against the candidate."""
    watch.steady(2.0)
    world.turn(ALL_FAIL)
    world.sleep(1.0)
    world.turn(GOOD)
    world.sleep(0.1)
    watch.candidate_begins()
    cause, detail = stopped(lambda: watch.harm(Harm.USERS_HURT, 3.0))
    assert (cause, detail) == (Cause.NO_HARM, "waited 3.0 s for harm; last seen: every answer was good")


def test_a_new_release_that_serves_everybody_is_no_harm(world: World, watch: Watch) -> None:
    """`served` takes any release; only what the baseline promises is about releases."""
    watch.steady(2.0)
    watch.candidate_begins()
    world.turn(CANDIDATE)
    assert stopped(lambda: watch.harm(Harm.USERS_HURT, 3.0))[0] is Cause.NO_HARM


def test_harm_began_where_it_began(world: World, watch: Watch) -> None:
    watch.steady(2.0)
    watch.candidate_begins()
    world.turn(WRITES_FAIL, after_s=0.7)
    first = watch.harm(Harm.USERS_HURT, 3.0)
    assert first.hi is not None
    # one bad answer proves little: only the next ones tell how many are refused
    assert first.lo <= world.since(WRITES_FAIL) <= first.hi
    world.turn(GOOD, after_s=1.0)
    edge = watch.restored(world.now_ns, settle_s=5.0, hold_s=1.0).harmed
    assert edge.hi is not None
    assert edge.lo <= world.since(WRITES_FAIL) <= edge.hi
    assert edge.hi - edge.lo < 0.05 * SECOND


def test_a_signal_is_read_until_it_fires(world: World, watch: Watch) -> None:
    watch.steady(2.0)
    watch.candidate_begins()
    world.turn(ALL_FAIL)
    began = world.now_ns
    reading = watch.signal(ErrorRate(threshold=0.05, window_s=2.0), 10.0)
    assert reading.fires
    assert 1.4 < since(world, began) < 2.1  # at least three quarters of the window, and a bit of the first


# --- recovery


def hurt(world: World, watch: Watch, after_s: float = 2.0) -> int:
    """Steady, then every request bad for `after_s`; the instant at which a procedure would now be done."""
    watch.steady(2.0)
    watch.candidate_begins()
    world.turn(ALL_FAIL)
    world.sleep(after_s)
    return world.now_ns


def test_recovery_needs_a_hold_after_the_procedure_and_after_the_last_bad_answer(world: World, watch: Watch) -> None:
    done = hurt(world, watch)
    world.turn(GOOD, after_s=1.0)
    found = watch.restored(done, settle_s=5.0, hold_s=3.0)
    assert found.restored
    assert 4.0 <= since(world, done) < 4.5
    assert found.edge.hi is not None
    assert found.edge.lo <= world.since(GOOD) <= found.edge.hi
    assert found.held_ns >= found.last_bad_ns + 3 * SECOND


@pytest.mark.parametrize(("enough_s", "ends_s"), [(0.0, 3.0), (4.0, 6.0), (99.0, 6.0)])
def test_a_hold_that_was_not_enough_takes_the_longest_time_whatever_it_looks_like_meanwhile(
    world: World, watch: Watch, enough_s: float, ends_s: float
) -> None:
    """Asked once: to stop at the first good look would let pass what is good now and then."""
    done = hurt(world, watch)
    world.turn(GOOD)
    asked: list[int] = []

    def enough(back_ns: int, held_ns: int) -> bool:
        asked.append(back_ns)
        return held_ns - done >= enough_s * SECOND

    found = watch.restored(done, settle_s=5.0, hold_s=3.0, longest_s=6.0, enough=enough)
    assert found.restored
    assert ends_s <= since(world, done) < ends_s + 0.5
    assert asked == [found.last_bad_ns]


def test_users_long_served_when_the_procedure_ends_are_watched_for_a_hold_all_the_same(
    world: World, watch: Watch
) -> None:
    hurt(world, watch)
    world.turn(GOOD)
    world.sleep(20.0)
    done = world.now_ns
    assert watch.restored(done, settle_s=5.0, hold_s=3.0).restored
    assert since(world, done) >= 3.0


def test_giving_up_comes_settle_s_after_the_procedure(world: World, watch: Watch) -> None:
    done = hurt(world, watch)
    found = watch.restored(done, settle_s=5.0, hold_s=2.0)
    assert (found.restored, found.served, found.edge.hi) == (False, False, None)
    assert 5.0 <= since(world, done) < 5.5
    assert found.still_bad.startswith("5 s after the procedure, lane ")


def test_served_by_the_candidate_is_served_but_not_restored(world: World, watch: Watch) -> None:
    done = hurt(world, watch)
    world.turn(CANDIDATE)
    found = watch.restored(done, settle_s=5.0, hold_s=2.0)
    assert (found.restored, found.served) == (False, True)
    assert found.answers == {"release": "v2", "schema": "s2"}


def test_a_dropped_tick_does_not_hold_recovery_up_for_ever(world: World, watch: Watch) -> None:
    """Every seventh tick was never sent: after its expiry it is taken for dropped, and the hold goes on."""
    world.drops = lambda lane, tick: tick % 7 == 3
    done = hurt(world, watch)
    world.turn(GOOD)
    assert watch.restored(done, settle_s=5.0, hold_s=2.0).restored
    assert since(world, done) < 2.0 + 3.5


def test_a_silent_lane_ends_the_wait(world: World, watch: Watch) -> None:
    done = hurt(world, watch)
    world.turn(GOOD)
    silent = world.now_ns + SECOND
    world.drops = lambda lane, tick: lane == "read" and world.probe.lanes["read"].planned_ns(tick) > silent
    cause, detail = stopped(lambda: watch.restored(done, settle_s=5.0, hold_s=2.0))
    assert cause is Cause.LANE_SILENT
    assert "no answer for" in detail
    assert since(world, done) < 13.0


def test_dead_users_are_noticed_in_the_very_look_that_ends_the_hold(world: World, watch: Watch) -> None:
    """Nobody calls a rollback good while the users who would tell have gone."""
    done = hurt(world, watch)
    world.turn(GOOD)
    world.sleep(10.0)
    world.users_die_ns = world.now_ns - 1
    assert stopped(lambda: watch.restored(done, settle_s=5.0, hold_s=2.0))[0] is Cause.WORKLOAD_DIED


# --- the horizon


def test_the_horizon_is_the_oldest_request_that_may_still_come(world: World) -> None:
    """With one request hanging it stands at that request, for as long as it hangs; then it follows the clock again."""
    feed = Feed(probe=world.probe, promised=lambda seen: seen.served)
    world.sleep(1.0)
    hung = world.now_ns + SECOND // 10
    world.slow["read", hung] = 0.9
    world.sleep(0.8)
    feed.update()
    assert abs(feed.horizon_ns(world.now_ns) - hung) < SECOND // 50
    world.sleep(1.0)
    feed.update()
    assert feed.horizon_ns(world.now_ns) > world.now_ns - SECOND // 4


def test_reading_bit_by_bit_gives_the_same_as_reading_all_at_once(world: World) -> None:
    """Each look takes only what is new; nothing is taken twice and nothing is left out."""
    world.turn(replace(ALL_FAIL, share=0.3), after_s=1.0)
    bit_by_bit = Feed(probe=world.probe, promised=lambda seen: seen.served, since_ns=world.now_ns)
    for _ in range(40):
        world.sleep(0.09)
        bit_by_bit.update()
        bit_by_bit.update()
    at_once = Feed(probe=world.probe, promised=lambda seen: seen.served, since_ns=bit_by_bit.since_ns)
    at_once.update()
    seen = world.probe.observations()
    assert bit_by_bit.lanes == at_once.lanes
    assert bit_by_bit.sorted_lanes() == lanes_of(seen)
    assert bit_by_bit.control == [each for each in seen if each.lane == CONTROL_LANE]
    bad = [each for each in judged(seen) if not each.served]
    assert bit_by_bit.last_not_served == max(bad, key=lambda each: each.sent_ns) == at_once.last_not_promised
    assert bit_by_bit.horizon_ns(world.now_ns) == at_once.horizon_ns(world.now_ns)


# --- observations


def test_an_observation_survives_its_line() -> None:
    """What is written to probe.jsonl is what is read back; a line that is not ours is refused."""
    seen = Observation(
        lane="read",
        tick=1,
        planned_ns=2,
        sent_ns=3,
        done_ns=4,
        status=None,
        served=False,
        facts={"release": None},
        why="Ü",
    )
    assert Observation.from_line(seen.to_line()) == seen
    assert "\n" not in seen.to_line()
    with pytest.raises(TypeError):
        Observation.from_line('{"lane": "read"}')
    with pytest.raises(ValueError, match="Expecting"):
        Observation.from_line("nonsense")
