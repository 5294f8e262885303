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


def test_a_window_longer_than_what_was_watched_has_no_figure() -> None:
    with pytest.raises(ValueError, match="a window of"):
        worst_window([[]], 0, SECOND, 2 * SECOND)


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
