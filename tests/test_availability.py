"""What users saw over a whole drill: bad seconds, first good moment, worst windows; against answers known by hand."""

import random

import pytest

from scenarios.judging.availability import availability, down_spans, first_good, merged, worst_window
from scenarios.judging.intervals import Edge
from scenarios.observations import ROLLOUT_LANE, Observation
from scenarios.protocols import LaneCounts

MS = 1_000_000
SECOND = 1000 * MS


def seen(sent_ns: int, served: bool, again: int = 0, lane: str = "read", took_ns: int = MS) -> Observation:
    return Observation(
        lane=lane,
        tick=0,
        planned_ns=sent_ns,
        sent_ns=sent_ns,
        done_ns=sent_ns + took_ns,
        status=None,
        served=served,
        again=again,
    )


def served(observation: Observation) -> bool:
    return observation.served


def lane(fates: str, lane: str = "read") -> list[Observation]:
    """One look each 100 ms: `.` served, `x` not."""
    return [seen(i * 100 * MS, fate == ".", lane=lane) for i, fate in enumerate(fates)]


def test_a_user_is_down_from_a_bad_answer_to_the_next_good_one() -> None:
    spans = down_spans(lane("..xx..x"), served, 0, SECOND)
    assert spans == [(200 * MS, 400 * MS), (600 * MS, SECOND)]


def test_follow_ups_and_what_was_not_watched_do_not_count() -> None:
    looks = [seen(0, False), seen(100 * MS, True), seen(150 * MS, False, again=1), seen(200 * MS, True)]
    assert down_spans(looks, served, 50 * MS, SECOND) == []


def test_bad_seconds_of_several_users_are_not_counted_twice() -> None:
    assert merged([(10, 20), (15, 30), (30, 31), (40, 50)]) == [(10, 31), (40, 50)]


def test_the_first_good_answer_is_what_a_single_check_would_call_recovered() -> None:
    """Old and new answer in turn: the first good answer comes long before the last bad one."""
    found = first_good({"read": lane("xxxx.x.x..")}, served, 150 * MS)
    assert found == Edge(lo=300 * MS, hi=401 * MS)
    assert first_good({"read": lane("xx")}, served, 0) is None
    # two lanes at the same instant are no contest
    both = {"read": lane("x."), "write": lane("x.", "write")}
    assert first_good(both, served, 0) == Edge(lo=0, hi=101 * MS)
    assert first_good({ROLLOUT_LANE: lane("....", ROLLOUT_LANE)}, served, 0) is None


@pytest.mark.parametrize("seed", range(5))
def test_the_worst_window_is_the_worst_of_all_windows(seed: int) -> None:
    """Against every window in steps of a twentieth: none of them is worse, and one of them is as bad."""
    rng = random.Random(seed)
    users = [
        down_spans(lane("".join(rng.choice(".....x") for _ in range(60))), served, 0, 6 * SECOND) for _ in range(3)
    ]
    window = SECOND
    brute = []
    for begin in range(0, 5 * SECOND + 1, 5 * MS):
        down = sum(max(0, min(hi, begin + window) - max(lo, begin)) for spans in users for lo, hi in spans)
        brute.append(1 - down / (window * len(users)))
    assert worst_window(users, 0, 6 * SECOND, window) == pytest.approx(min(brute), abs=1e-9)


def test_the_worst_window_may_end_where_several_users_are_up_again() -> None:
    """From 60 to 210: one was down for 40 more, two for 10. It begins in the middle of a span, and never too early."""
    users = [[(50, 100)], [(200, 210)], [(200, 210)]]
    assert worst_window(users, 50, 400, 150) == 1 - 60 / 450
    with pytest.raises(ValueError, match=r"^a window of 351 ns in 350 ns$"):
        worst_window(users, 50, 400, 351)


def test_the_figures_of_a_drill() -> None:
    lanes = {"read": lane("." * 20 + "x" * 10 + "." * 30), "write": lane("." * 20 + "x" * 15 + "." * 25, "write")}
    counts = {"write": LaneCounts(planned=62, sent=60, dropped=2, late_ms={}, latency_ms={"p50": 1.23456})}
    found = availability(lanes, served, (0, 6 * SECOND), 2500 * MS, counts)
    assert found.bad_s == 1.5
    assert found.stretches == 1
    assert found.first_good_s == (0.4, 0.501)
    assert [(w.window_s, w.uptime) for w in found.worst] == [(1.0, 0.0), (5.0, 0.75)]
    assert [lane.model_dump() for lane in found.lanes] == [
        {"lane": "write", "planned": 62, "sent": 60, "dropped": 2, "bad": 15, "latency_ms": {"p50": 1.235}}
    ]


def test_a_user_is_judged_by_what_was_sent_from_the_first_watched_instant_to_before_the_last() -> None:
    looks = lane("x.x.x")
    assert down_spans(looks, served, 0, 400 * MS) == [(0, 100 * MS), (200 * MS, 300 * MS)]
    assert down_spans(looks, served, 1, 400 * MS + 1) == [(200 * MS, 300 * MS), (400 * MS, 400 * MS + 1)]
    assert down_spans(lane("x..x"), served, 0, SECOND) == [(0, 100 * MS), (300 * MS, SECOND)]
    assert down_spans(lane("xx.x."), served, 0, SECOND) == [(0, 200 * MS), (300 * MS, 400 * MS)]


def test_spans_are_joined_where_they_touch_or_lie_in_each_other() -> None:
    assert merged([]) == []
    assert merged([(40, 50), (10, 30), (12, 20)]) == [(10, 30), (40, 50)]
    assert merged([(10, 20), (21, 30)]) == [(10, 20), (21, 30)]


def test_the_first_good_answer_of_all_lanes_is_the_one_that_was_known_first() -> None:
    """Not the one that was asked for first; and a reading of a rollout is nobody's answer."""
    slow = [seen(100 * MS, True, took_ns=500 * MS)]
    quick = [seen(0, False, lane="write"), seen(300 * MS, True, lane="write")]
    rollout = [seen(60 * MS, True, lane=ROLLOUT_LANE)]
    lanes = {ROLLOUT_LANE: rollout, "read": slow, "write": quick}
    assert first_good(lanes, served, 50 * MS) == Edge(lo=50 * MS, hi=301 * MS)
    assert first_good({"read": slow}, served, 50 * MS) == Edge(lo=50 * MS, hi=600 * MS)
    both = {"read": [seen(51 * MS, False), seen(60 * MS, True)], "write": [seen(60 * MS, True, lane="write")]}
    assert first_good(both, served, 50 * MS) == Edge(lo=51 * MS, hi=61 * MS)
    # what was sent in the very instant came before it
    again = [seen(50 * MS, True), seen(60 * MS, False), seen(70 * MS, True)]
    assert first_good({"read": again}, served, 50 * MS) == Edge(lo=60 * MS, hi=71 * MS)


def test_windows_fit_into_what_was_watched_and_figures_are_rounded() -> None:
    """A window as long as all of it is one; bad time to a tenth of a ms, uptime to a millionth."""
    odd = availability({"read": [seen(0, False), seen(123_456_789, True)]}, served, (0, SECOND), 0, {})
    assert odd.bad_s == 0.1235
    assert [window.window_s for window in odd.worst] == [1.0]
    assert availability({"read": lane("." * 10)}, served, (0, SECOND - 1), 0, {}).worst == []
    three = {"a": lane("...x......", "a"), "b": lane("." * 10, "b"), "c": lane("." * 10, "c")}
    (window,) = availability(three, served, (0, SECOND), 0, {}).worst
    assert window.uptime == 0.966667


def test_a_rollouts_state_is_nobodys_downtime() -> None:
    """Nor is there a first good moment where nobody asked after the procedure began."""
    lanes = {"read": lane("." * 10), ROLLOUT_LANE: lane("x" * 10, ROLLOUT_LANE)}
    counts = {name: LaneCounts(planned=1, sent=1, dropped=0, late_ms={}, latency_ms={}) for name in ("read", "kept")}
    found = availability(lanes, served, (0, SECOND), 9 * SECOND, counts)
    assert (found.bad_s, found.stretches, found.first_good_s) == (0.0, 0, None)
    assert [(each.lane, each.bad) for each in found.lanes] == [("read", 0), ("kept", 0)]


def test_bad_looks_of_a_lane_are_those_of_its_schedule() -> None:
    looks = [seen(0, False), seen(MS, False, again=1), seen(2 * MS, True), seen(3 * MS, True, again=2)]
    counts = {"read": LaneCounts(planned=2, sent=2, dropped=0, late_ms={}, latency_ms={"p50": 1.0})}
    (figures,) = availability({"read": looks}, served, (0, SECOND), 0, counts).lanes
    assert figures.bad == 1


def test_without_users_nobody_was_down() -> None:
    assert worst_window([], 0, SECOND, SECOND) == 1.0
    assert worst_window([[(500, 1000)]], 0, 1000, 1000) == 0.5
    assert worst_window([[]], 0, SECOND, SECOND) == 1.0
    assert worst_window([[(0, SECOND)]], 0, SECOND, SECOND) == 0.0
    with pytest.raises(ValueError, match=f"^a window of {SECOND + 1} ns in {SECOND} ns$"):
        worst_window([[]], 0, SECOND, SECOND + 1)
