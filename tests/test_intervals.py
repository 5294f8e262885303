"""Edges of an outage: the truth lies inside the interval, and the interval is no wider than it has to be."""

import math
import random
from collections.abc import Callable
from fractions import Fraction
from math import comb

import pytest

from scenarios.judging.causes import Cause, Verdict
from scenarios.judging.intervals import Edge, against, duration_s, earliest, latest, outage, outages, share_lower_bound
from scenarios.observations import LATE, ROLLOUT_LANE, TIMED_OUT, Observation

MS = 1_000_000
TICK = 10 * MS
START = 50 * 1000 * MS
JITTER = 4 * MS


def seen(
    sent_ns: int,
    done_ns: int,
    served: bool,
    again: int = 0,
    lane: str = "read",
    why: str | None = None,
    asked_ns: int | None = None,
) -> Observation:
    return Observation(
        lane=lane,
        tick=0,
        planned_ns=sent_ns,
        sent_ns=sent_ns,
        done_ns=done_ns,
        status=None,
        served=served,
        again=again,
        why=why,
        asked_ns=asked_ns,
    )


def follow_ups(after: Observation, served: bool = False) -> list[Observation]:
    """Nine more looks at once after a bad one."""
    return [seen(after.sent_ns + MS + i, after.sent_ns + 2 * MS + i, served, again=i) for i in range(1, 10)]


def lane(length_ns: int, bad: Callable[[int], int | None], rng: random.Random) -> list[Observation]:
    """Ticks of `length_ns`, arriving and answered with jitter. `bad`: how long one that arrives then takes to fail."""
    found = []
    for i in range(length_ns // TICK):
        sent = START + i * TICK + rng.randrange(MS // 5)
        arrived = sent + rng.randrange(MS // 10, JITTER)
        took = bad(arrived)
        done = arrived + rng.randrange(MS // 10, JITTER) if took is None else sent + took
        given_up = took is not None and took > JITTER
        asked = arrived + rng.randrange(MS // 10)
        found.append(seen(sent, done, took is None, why=TIMED_OUT if given_up else None, asked_ns=min(asked, done)))
    return found


def served(observation: Observation) -> bool:
    return observation.served


@pytest.mark.parametrize("hang_ms", [0, 300, 1000])
def test_the_truth_of_a_total_outage_is_always_inside_and_the_interval_is_narrow(hang_ms: int) -> None:
    """600 outages of each shape (refused at once, or hanging until the deadline): inside at both edges, every time."""
    rng = random.Random(hang_ms)
    for _ in range(600):
        began = START + rng.randrange(200 * MS, 400 * MS)
        ended = began + rng.randrange(110 * MS, 600 * MS)
        took = max(JITTER, hang_ms * MS)
        found = outage(lane(1200 * MS, lambda at: took if began <= at < ended else None, rng), served, START, TICK)  # noqa: B023
        assert found is not None
        assert found.start.hi is not None
        assert found.end.hi is not None
        assert found.start.lo <= began <= found.start.hi
        assert found.end.lo <= ended <= found.end.hi
        assert found.start.hi - found.start.lo <= TICK + MS + 4 * JITTER
        assert found.end.hi - found.end.lo <= TICK + MS + 2 * JITTER
        assert found.share == 1


@pytest.mark.parametrize(("share", "length_ms"), [(0.03, 6000), (0.30, 1500), (0.33, 1500)])
def test_the_truth_of_a_partial_outage_is_inside_999_times_in_1000(share: float, length_ms: int) -> None:
    """Where only a share of the answers is bad, the good ones prove nothing; the widened edges still hold the truth."""
    rng = random.Random(int(share * 1000))
    outside = 0
    for _ in range(1000):
        began = START + rng.randrange(100 * MS, 200 * MS)
        ended = began + (length_ms + rng.randrange(100)) * MS
        # only the ticks that matter are made: the outage and a little on both sides
        ticks = (ended - START) // TICK + 30
        observations = []
        for i in range(ticks):
            at = START + i * TICK
            bad = began <= at + MS < ended and rng.random() < share
            observations.append(seen(at, at + 2 * MS, not bad))
        found = outage(observations, served, START, TICK)
        assert found is not None
        assert found.start.hi is not None
        assert found.end.hi is not None
        inside = found.start.lo <= began <= found.start.hi and found.end.lo <= ended <= found.end.hi
        outside += not inside
    assert outside <= 1


def test_an_answer_decided_in_the_outage_and_told_after_it_is_not_taken_for_its_end() -> None:
    """A request that hangs through the end of the outage is bad, though it comes back when all is well again."""
    bad = [seen(10 * i, 1000 + 10 * i, False, why=LATE, asked_ns=10 * i + 1) for i in range(1, 13)]
    found = outage([seen(0, 2, True), *bad, seen(130, 132, True)], served, 0, 10)
    assert found is not None
    assert (found.start, found.end) == (Edge(lo=0, hi=11), Edge(lo=120, hi=132))


@pytest.mark.parametrize("bad", range(1, 10))
def test_a_few_bad_answers_in_a_row_do_not_prove_that_everybody_was_refused(bad: int) -> None:
    """A share of the requests may be refused, and these few all hit it: both edges widen by what that leaves open."""
    looks = [seen(START + i * TICK, START + i * TICK + MS, not 1000 <= i < 1000 + bad) for i in range(2000)]
    found = outage(looks, served, START, TICK)
    assert found is not None
    ticks = math.log(0.001) / math.log1p(-(0.01 ** (1 / bad))) + 1
    assert found.widened_ns == (int(ticks * TICK), int(ticks * TICK))


@pytest.mark.parametrize(("again", "total"), [(False, True), (True, False)])
def test_follow_ups_tell_a_short_total_outage_from_a_partial_one(again: bool, total: bool) -> None:
    """Two looks refused, and the nine asked at once after the first: all of them, or only some."""
    looks = [seen(START + i * TICK, START + i * TICK + MS, i not in (20, 21)) for i in range(900)]
    asked = follow_ups(looks[20], served=again)
    found = outage(sorted([*looks, *asked], key=lambda o: o.sent_ns), served, START, TICK)
    assert found is not None
    assert (found.widened_ns == (0, 0)) is total
    assert (found.bad, found.total) == (2, 2)


@pytest.mark.parametrize("others_refused", [True, False])
def test_a_slow_lane_is_known_to_be_refused_in_whole_where_everybody_is(others_refused: bool) -> None:
    """Three journeys of five a second say little; the hundred reads a second between them say the rest."""
    down = range(300, 360)
    reads = [seen(START + i * TICK, START + i * TICK + MS, not (others_refused and i in down)) for i in range(900)]
    at = [START + 5 * MS + i * 20 * TICK for i in range(45)]
    journeys = [seen(s, s + MS, (s - START) // TICK not in down, lane="journey") for s in at]
    lanes = {"read": reads, "journey": journeys}
    found = outages(lanes, served, START, {"read": TICK, "journey": 20 * TICK})
    assert found["journey"].bad == 3
    assert (found["journey"].widened_ns == (0, 0)) is others_refused
    assert ("read" in found) is others_refused


def test_an_outage_that_ends_replica_by_replica_is_judged_by_the_share_at_its_end() -> None:
    """Ten seconds of nothing, then one look in three refused: the end widens by the share seen last."""
    rng = random.Random(1)
    tail = [rng.random() >= 1 / 3 for _ in range(300)]
    fates = [True] * 100 + [False] * 1000 + tail + [True] * 300
    looks = [seen(START + i * TICK, START + i * TICK + MS, good) for i, good in enumerate(fates)]
    found = outage(looks, served, START, TICK)
    assert found is not None
    assert found.end.hi is not None
    assert found.end.lo <= START + 1400 * TICK <= found.end.hi
    assert found.widened_ns[0] < 10 * TICK
    assert found.widened_ns[1] > 20 * TICK


def test_a_rollout_that_stands_or_not_is_read_and_not_sampled() -> None:
    looks = [seen(START + i * TICK, START + i * TICK + MS, i not in (20, 21), lane=ROLLOUT_LANE) for i in range(50)]
    found = outage(looks, served, START, TICK)
    assert found is not None
    assert found.widened_ns == (0, 0)


def test_a_refusal_tells_only_when_it_was_answered() -> None:
    """A service that stalls may refuse late what was sent before the outage."""
    looks = [seen(i * TICK, i * TICK + MS, not 20 <= i < 40) for i in range(60)]
    looks[20] = seen(20 * TICK, 20 * TICK + 7 * MS, False, why="ConnectionResetError: reset")
    found = outage(looks, served, 0, TICK)
    assert found is not None
    assert found.start == Edge(lo=19 * TICK, hi=20 * TICK + 7 * MS)


def test_no_bad_answer_is_no_outage() -> None:
    assert outage([seen(i, i + 1, True) for i in range(9)], served, 0, 1) is None
    assert outage([], served, 0, 1) is None


def test_bad_answers_before_the_candidate_are_not_its_doing() -> None:
    """Only what was sent at or after `since_ns` can have been hurt by the candidate."""
    observations = [seen(i, i + 1, i < 3 or 7 < i < 10 or i > 20) for i in range(30)]
    assert outage(observations, served, 21, 1) is None
    found = outage(observations, served, 8, 1)
    assert found is not None
    assert (found.bad, found.start) == (11, Edge(lo=9, hi=11))


def test_an_outage_that_does_not_end_has_no_upper_bound() -> None:
    """Not restored within what was observed: censored, never a guess."""
    found = outage([seen(i, i + 1, i < 5) for i in range(9)], served, 0, 1)
    assert found is not None
    assert found.end == Edge(lo=8, hi=None)


def test_harm_from_the_first_request_on_began_no_earlier_than_the_candidate() -> None:
    found = outage([seen(i, i + 1, i > 5) for i in range(3, 9)], served, 2, 1)
    assert found is not None
    assert found.start == Edge(lo=2, hi=4)


def test_a_slow_lane_with_few_bad_answers_knows_no_more_than_it_looked_at() -> None:
    """2 of 16 bad would widen the edges by minutes: no earlier than the candidate, no later than the last look."""
    looks = [seen(START + i * 20 * MS, START + i * 20 * MS + MS, i not in (3, 18)) for i in range(30)]
    found = outage(looks, served, START + 50 * MS, 20 * MS)
    assert found is not None
    assert found.start == Edge(lo=START + 50 * MS, hi=START + 61 * MS)
    assert found.end == Edge(lo=START + 360 * MS, hi=START + 581 * MS)


def test_harm_begins_with_the_first_lane_and_ends_with_the_last() -> None:
    assert earliest([Edge(lo=10, hi=20), Edge(lo=15, hi=18), Edge(lo=30, hi=40)]) == Edge(lo=10, hi=18)
    assert latest([Edge(lo=10, hi=20), Edge(lo=15, hi=18)]) == Edge(lo=15, hi=20)


def test_one_lane_that_is_not_over_leaves_the_whole_open() -> None:
    assert latest([Edge(lo=10, hi=20), Edge(lo=15, hi=None)]) == Edge(lo=15, hi=None)
    assert earliest([Edge(lo=10, hi=None), Edge(lo=15, hi=None)]) == Edge(lo=10, hi=None)


def test_merging_lanes_keeps_the_truth_inside() -> None:
    """For any truths inside their intervals, the first start and the last end are inside the merged ones."""
    rng = random.Random(3)
    for _ in range(500):
        truths = [rng.randrange(1000) for _ in range(4)]
        edges = [Edge(lo=truth - rng.randrange(50), hi=truth + rng.randrange(50)) for truth in truths]
        for merged, truth in ((earliest(edges), min(truths)), (latest(edges), max(truths))):
            assert merged.hi is not None
            assert merged.lo <= truth <= merged.hi


def test_a_duration_spans_the_nearest_and_the_farthest_ends_and_is_never_negative() -> None:
    start, second = Edge(lo=0, hi=1_000_000_000), 1_000_000_000
    assert duration_s(start, Edge(lo=3 * second, hi=4 * second)) == (2.0, 4.0)
    assert duration_s(start, Edge(lo=3 * second, hi=None)) == (2.0, None)
    assert duration_s(Edge(lo=second, hi=None), Edge(lo=3 * second, hi=4 * second)) == (2.0, 3.0)
    assert duration_s(Edge(lo=5 * second, hi=5 * second), Edge(lo=0, hi=second)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("interval", "verdict", "cause"),
    [
        ((1.0, 2.0), Verdict.PASSED, None),
        ((1.0, 2.1), Verdict.INCONCLUSIVE, Cause.OBJECTIVE_STRADDLED),
        ((2.0, 3.0), Verdict.INCONCLUSIVE, Cause.OBJECTIVE_STRADDLED),
        ((2.1, 3.0), Verdict.FAILED, Cause.RTO_EXCEEDED),
        ((2.1, None), Verdict.FAILED, Cause.RTO_EXCEEDED),
        ((1.0, None), Verdict.INCONCLUSIVE, Cause.OBJECTIVE_STRADDLED),
    ],
)
def test_only_a_whole_interval_passes_or_fails(
    interval: tuple[float, float | None], verdict: Verdict, cause: Cause | None
) -> None:
    """Within 2 s, past it, or neither; an interval without an end can fail but never pass."""
    assert against(interval, 2.0, Cause.RTO_EXCEEDED) == (verdict, cause)


def exact_bound(bad: int, total: int) -> float:
    """Clopper-Pearson by bisection on the exact binomial tail, in fractions: no logarithm, no rounding."""
    low, high = Fraction(0), Fraction(bad, total)
    for _ in range(24):
        p = (low + high) / 2
        tail = sum(comb(total, k) * p**k * (1 - p) ** (total - k) for k in range(bad, total + 1))
        low, high = (p, high) if tail < Fraction(1, 100) else (low, p)
    return float(low)


@pytest.mark.parametrize(("bad", "total"), [(1, 1), (5, 5), (1, 10), (3, 10), (30, 100), (3, 100), (99, 100)])
def test_the_lower_bound_is_clopper_pearsons(bad: int, total: int) -> None:
    assert share_lower_bound(bad, total) == pytest.approx(exact_bound(bad, total), rel=1e-4)


def test_known_bounds() -> None:
    """One of one: 0.01 itself; n of n: the n-th root of 0.01; 30 of 100: a fifth."""
    assert share_lower_bound(1, 1) == pytest.approx(0.01)
    assert share_lower_bound(30, 30) == pytest.approx(0.01 ** (1 / 30))
    assert share_lower_bound(30, 100) == pytest.approx(0.1983, abs=5e-4)


@pytest.mark.parametrize(("bad", "total"), [(1, 1_000_000), (30_000, 1_000_000), (999_999, 1_000_000)])
def test_a_million_answers_do_not_underflow(bad: int, total: int) -> None:
    """The bound lies below the share seen, and for many answers close to it."""
    bound = share_lower_bound(bad, total)
    assert 0 < bound < bad / total
    if bad > 1000:
        assert bound > 0.98 * bad / total
