"""A release that is only slow: noticed against the steady state's own figures, never because the machine is busy."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.judging.speed import LAG_NS, LEAST_LOOKS, WINDOW_NS, Reading, Usual, judged, reading, usual
from scenarios.observations import CONTROL_LANE, LATE, SPEED_LANE, Observation
from scenarios.signals import ResponseTime
from tests.simulated_probe import CANDIDATE, GOOD, SECOND
from tests.simulated_world import BACK, PASSED, Act, World, interval, outcome

MS = 1_000_000
SLOW = replace(CANDIDATE, slower_s=0.006)
SLOWER = replace(BACK, signal="response time", steady_s=200.0, hold_s=200.0)
USUAL = Usual(typical_ms=2.0, slowest_ms=2.5, control_ms=0.5, slower=0.2)


def lane(
    took_ms: Callable[[float], float], name: str = "read", seconds: float = 8.0, hz: int = 100
) -> list[Observation]:
    """`seconds` of one lane, in order of ending; `took_ms` by the instant at which a look was due."""
    step = SECOND // hz
    looks = [
        Observation(
            lane=name,
            tick=i,
            planned_ns=i * step,
            sent_ns=i * step,
            done_ns=i * step + int(took_ms(i / hz) * MS),
            status=200,
            served=True,
        )
        for i in range(int(seconds * hz))
    ]
    return sorted(looks, key=lambda seen: seen.done_ns)


def both(read_ms: Callable[[float], float], echo_ms: Callable[[float], float] = lambda _: 0.5) -> list[Observation]:
    return sorted([*lane(read_ms), *lane(echo_ms, CONTROL_LANE, hz=50)], key=lambda seen: seen.done_ns)


def fires(observations: list[Observation]) -> bool:
    return ResponseTime(usual=USUAL, window_s=4.0).read(observations, 8 * SECOND).fires


# --- the alarm


def test_it_fires_when_every_quarter_is_slower_than_the_slowest_half_second_by_more_than_the_threshold() -> None:
    assert fires(both(lambda t: 3.1))


def test_as_slow_as_the_threshold_is_not_slower() -> None:
    assert not fires(both(lambda t: 3.0))


@pytest.mark.parametrize("quarter", range(4))
def test_one_fast_quarter_keeps_it_quiet(quarter: int) -> None:
    assert not fires(both(lambda t: 2.0 if 4 + quarter <= t < 5 + quarter else 9.0))


def test_a_busy_machine_does_not_make_it_fire() -> None:
    """Everything takes four times as long, the echo server too: nothing says that it is the release."""
    assert not fires(both(lambda t: 8.0, lambda t: 2.0))


def test_a_slow_release_on_a_busy_machine_makes_it_fire_all_the_same() -> None:
    """Slower by more than the echo server is."""
    assert fires(both(lambda t: 40.0, lambda t: 2.0))


def test_without_an_echo_server_it_stays_quiet() -> None:
    assert not fires(lane(lambda t: 9.0))


def test_a_few_slow_answers_do_not_make_it_fire() -> None:
    """Two in five: the median does not see them, and the page on measuring says so."""
    assert not fires(both(lambda t: 90.0 if int(t * 100) % 5 < 2 else 2.0))


# --- readings


def test_latency_counts_from_when_a_look_was_due() -> None:
    reads = [replace(seen, sent_ns=seen.done_ns - MS) for seen in lane(lambda t: 7.0)]
    seen = reading(reads, lane(lambda t: 0.5, CONTROL_LANE), 0, WINDOW_NS)
    assert seen is not None
    assert (seen.read_ms, seen.control_ms) == (7.0, 0.5)


def test_too_few_answers_tell_nothing() -> None:
    reads = lane(lambda t: 2.0)
    bad = [replace(seen, served=seen.tick < LEAST_LOOKS - 1) for seen in reads]
    assert reading(bad, lane(lambda t: 0.5, CONTROL_LANE), 0, WINDOW_NS) is None
    assert reading(reads, [], 0, WINDOW_NS) is None


def test_what_was_given_up_took_as_long_as_it_was_waited_for() -> None:
    """Else the slower a release is, the less there is to tell it by; what was refused tells nothing of speed."""
    hung = [replace(seen, served=False, why=LATE) for seen in lane(lambda t: 999.0)]
    seen = reading(hung, lane(lambda t: 0.5, CONTROL_LANE), 0, WINDOW_NS)
    assert seen is not None
    assert (seen.read_ms, seen.looks) == (999.0, 50)
    some = [*lane(lambda t: 2.0)[:100], *hung[100:]]
    assert fires(sorted([*hung, *lane(lambda _: 0.5, CONTROL_LANE, hz=50)], key=lambda each: each.done_ns))
    mixed = reading(some, lane(lambda t: 0.5, CONTROL_LANE), 3 * WINDOW_NS, 4 * WINDOW_NS)
    assert mixed is not None
    assert mixed.read_ms == 999.0
    refused = [replace(seen, why=None) for seen in hung]
    assert reading(refused, lane(lambda t: 0.5, CONTROL_LANE), 0, WINDOW_NS) is None


def test_what_came_later_than_all_had_to_be_known_does_not_change_a_reading() -> None:
    """Else a drill that is judged again, from its whole record, could come to another reading."""
    reads, echoes = lane(lambda t: 2.0), lane(lambda t: 0.5, CONTROL_LANE)
    late = [replace(echoes[3], tick=999, done_ns=WINDOW_NS + LAG_NS + 1)]
    assert reading(reads, echoes, 0, WINDOW_NS) == reading(reads, echoes + late, 0, WINDOW_NS)


@pytest.mark.parametrize(("slowest_ms", "even"), [(2.9, True), (3.1, False)])
def test_a_half_second_in_which_the_machine_stumbled_is_no_steady_state(slowest_ms: float, even: bool) -> None:
    """What is a fifth slower than that would be slow indeed: the drill waits for a steadier one."""
    found = Usual(typical_ms=2.0, slowest_ms=slowest_ms, control_ms=0.5, slower=0.2)
    assert found.even is even


def test_the_usual_is_the_slowest_of_the_steady_half_seconds() -> None:
    found = usual(lane(lambda t: 5.0 if 6 <= t < 6.5 else 2.0), lane(lambda t: 0.5, CONTROL_LANE), 8 * SECOND, 8, 0.2)
    assert found == Usual(typical_ms=2.0, slowest_ms=5.0, control_ms=0.5, slower=0.2)
    assert found.limit_ms == 6.0
    assert usual([], [], 8 * SECOND, 8, 0.2) is None


@pytest.mark.parametrize(("read_ms", "echo_ms", "served"), [(2.0, 0.5, True), (2.0, 9.0, True), (4.0, 0.5, False)])
def test_a_window_is_a_look_as_long_as_itself(read_ms: float, echo_ms: float, served: bool) -> None:
    seen = reading(lane(lambda t: read_ms), lane(lambda t: echo_ms, CONTROL_LANE), SECOND, SECOND + WINDOW_NS)
    assert seen is not None
    look = judged(USUAL, seen, 2, SECOND)
    assert look is not None
    assert (look.sent_ns, look.done_ns, look.served) == (SECOND, SECOND + WINDOW_NS, served)


def test_a_window_that_a_busy_machine_explains_is_neither_slow_nor_fast() -> None:
    seen = reading(lane(lambda t: 6.0), lane(lambda t: 2.0, CONTROL_LANE), 0, WINDOW_NS)
    assert seen is not None
    assert judged(USUAL, seen, 0, 0) is None


@pytest.mark.parametrize(
    ("read_ms", "control_ms", "slow"),
    [(3.0, 0.5, False), (3.001, 0.5, True), (3.001, 0.4, True), (6.0, 1.0, None), (6.001, 1.0, True)],
)
def test_slow_begins_right_past_the_limit_and_past_what_the_machine_explains(
    read_ms: float, control_ms: float, slow: bool | None
) -> None:
    """The limit is 3 ms; where our own echo server takes twice its time, twice that. A quick echo moves nothing."""
    assert USUAL.slow(Reading(read_ms=read_ms, control_ms=control_ms, looks=50)) is slow


def test_a_window_holds_what_was_due_from_its_first_instant_to_before_its_last() -> None:
    """And had ended a second after it at the latest."""
    reads, echoes = lane(lambda t: 2.0, seconds=2), lane(lambda t: 0.5, CONTROL_LANE, seconds=2, hz=50)
    found = reading(reads, echoes, WINDOW_NS, 2 * WINDOW_NS)
    assert found == Reading(read_ms=2.0, control_ms=0.5, looks=50)
    instant = replace(reads[50], done_ns=reads[50].planned_ns)  # due and done in the first instant of the window
    alone = reading([instant] * LEAST_LOOKS, echoes, WINDOW_NS, 2 * WINDOW_NS)
    assert alone is not None
    assert (alone.read_ms, alone.looks) == (0.0, LEAST_LOOKS)
    assert reading([instant] * (LEAST_LOOKS - 1), echoes, WINDOW_NS, 2 * WINDOW_NS) is None
    last = replace(reads[99], done_ns=2 * WINDOW_NS + LAG_NS)
    told = reading([last] * LEAST_LOOKS, echoes, WINDOW_NS, 2 * WINDOW_NS)
    assert told is not None
    assert told.looks == LEAST_LOOKS
    assert reading([replace(last, again=1)] * 99, echoes, WINDOW_NS, 2 * WINDOW_NS) is None


def test_the_usual_begins_where_the_steady_state_does() -> None:
    """As many half seconds as were asked for, up to its end and no earlier."""
    reads = lane(lambda t: 9.0 if t < 4 or t >= 8 else 2.0, seconds=10)
    found = usual(reads, lane(lambda t: 0.5, CONTROL_LANE, seconds=10), 8 * SECOND, 8, 0.2)
    assert found == Usual(typical_ms=2.0, slowest_ms=2.0, control_ms=0.5, slower=0.2)
    assert usual(reads, lane(lambda t: 0.5, CONTROL_LANE, seconds=10), SECOND, 3, 0.2) is None


def test_what_a_window_says_is_what_people_read() -> None:
    slow, fast = (Reading(read_ms=ms, control_ms=0.5, looks=50) for ms in (4.04, 2.0))
    look = judged(USUAL, slow, 3, SECOND)
    assert look is not None
    assert look.why == (
        "answers took 4.0 ms at the median; 2.0 ms before the candidate, 2.5 ms in the slowest half second"
    )
    assert (look.lane, look.tick, look.planned_ns, look.status) == (SPEED_LANE, 3, SECOND, None)
    quick = judged(USUAL, fast, 4, SECOND)
    assert quick is not None
    assert quick.why is None


# --- whole drills


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, candidate=SLOW)


def test_a_slow_release_that_is_taken_back_passes_with_the_truth_inside(world: World) -> None:
    record = world.play(SLOWER)
    assert outcome(record) == PASSED
    truth = (world.since(GOOD) - world.events["procedure_started"][0]) / SECOND
    lo, hi = interval(record.recovery_s)
    assert lo <= truth <= hi
    assert hi - lo <= 2 * WINDOW_NS / SECOND
    hurt = (world.since(GOOD) - world.since(SLOW)) / SECOND
    lo, hi = interval(record.disruption_s)
    assert lo <= hurt <= hi
    assert record.speed is not None
    assert record.speed.candidate_ms is not None
    assert record.speed.after_ms is not None
    assert record.speed.after_ms < record.speed.limit_ms < record.speed.candidate_ms
    assert "looks on lane speed" in next(check.detail for check in record.checks if check.id == "enough-looks")


def test_a_rollback_after_which_answers_are_still_slow_is_red(world: World) -> None:
    """Everybody is served, release and schema are the baseline's: speed alone tells."""
    still = replace(GOOD, slower_s=0.006)
    world.acts["undo"] = Act(effect=lambda: world.turn(still))
    record = world.play(SLOWER)
    assert outcome(record) == ("failed", "not_served")
    assert "still slowed down" in record.detail
    assert record.recovery_s is not None
    assert record.recovery_s[1] is None


def test_the_same_drill_about_errors_would_not_have_noticed(world: World) -> None:
    assert outcome(world.play(BACK)) == ("inconclusive", "no_harm")


def test_a_healthy_release_is_not_slow(world: World) -> None:
    world.candidate = CANDIDATE
    assert outcome(world.play(SLOWER)) == ("inconclusive", "no_harm")


def test_a_healthy_release_on_a_machine_that_gets_busy_is_not_slow(world: World) -> None:
    world.candidate = CANDIDATE
    world.noisy = lambda at_ns: at_ns > 1015 * SECOND
    # half of one window may be busy, and then it is no harm that lasts: the alarm stays quiet
    assert outcome(world.play(SLOWER)) in {("inconclusive", "no_harm"), ("inconclusive", "not_detected")}


def test_errors_are_not_slowness(world: World) -> None:
    world.candidate = replace(CANDIDATE, bad=frozenset({"write"}))
    assert outcome(world.play(SLOWER)) == ("inconclusive", "other_harm")


def test_a_machine_that_is_busy_all_through_the_hold_proves_nothing(world: World) -> None:
    def undo() -> None:
        world.turn(GOOD)
        back_ns = world.now_ns
        world.noisy = lambda at_ns: at_ns > back_ns

    world.acts["undo"] = Act(effect=undo)
    record = world.play(SLOWER)
    assert outcome(record) == ("inconclusive", "too_few_looks")
