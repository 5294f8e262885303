"""Edges of an outage as intervals: pure arithmetic over observations, nanoseconds throughout.

An outage is the set of instants at which a request that arrives is answered badly. Of a total one the truth lies in
(last good sent, first bad known] at its start and in (last bad sent, first good done] at its end. When only a share f
of the answers is bad, one good answer proves nothing: the edge widens by ln(0.001)/ln(1 - f) + 1 ticks, f being the
lower 99 % bound of the share seen beside that edge. A few bad answers in a row prove no total outage either: it counts
as total only where ten looks in a row were bad, of this lane with its follow-ups or of all lanes together.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scenarios.judging.causes import Cause, Verdict
from scenarios.observations import READINGS, Observation

Good = Callable[[Observation], bool]
MISS_PROBABILITY = 0.001
CONFIDENCE = 0.99
# half of the requests refused at random look like this less than once in a thousand times
TOTAL_LOOKS = 10
# the share is taken beside the edge, as an outage may be total at first and end replica by replica
LOCAL_BAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An instant known to lie in [lo, hi] (monotonic ns). `hi` None: not within what was observed (censored)."""

    lo: int
    hi: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """From the first bad answer to the end of the last, with the share of bad answers among the looks between them.

    `widened_ns`: by how much its start and its end were widened because some answers between were good.
    """

    start: Edge
    end: Edge
    share: float
    bad: int
    total: int
    widened_ns: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """Looks of several lanes by the instant they were sent: where all of them were bad, everybody was refused."""

    sent_ns: Sequence[int]
    bad_before: Sequence[int]  # how many of the first i looks were bad

    @classmethod
    def of(cls, lanes: Mapping[str, Sequence[Observation]], good: Good) -> "Looks":
        """What users asked in all `lanes`, follow-ups too."""
        asked = (lane for name, lane in lanes.items() if name not in READINGS)
        every = sorted((seen.sent_ns, not good(seen)) for lane in asked for seen in lane)
        before = [0]
        for _, bad in every:
            before.append(before[-1] + bad)
        return cls(sent_ns=[sent for sent, _ in every], bad_before=before)

    def all_bad(self, lo_ns: int, hi_ns: int) -> bool:
        """Whether there were enough looks sent in [lo_ns, hi_ns] to call an outage total, all of them bad."""
        first, end = bisect_left(self.sent_ns, lo_ns), bisect_right(self.sent_ns, hi_ns)
        return end - first >= TOTAL_LOOKS and self.bad_before[end] - self.bad_before[first] == end - first


def outages(
    lanes: Mapping[str, Sequence[Observation]], good: Good, since_ns: int, period_ns: Mapping[str, int]
) -> dict[str, Outage]:
    """The outage of each lane that had one. Lanes are sorted by sent_ns; `period_ns`: the time between two looks."""
    everybody = Looks.of(lanes, good)
    found = {name: outage(lane, good, since_ns, period_ns[name], everybody) for name, lane in lanes.items()}
    return {name: each for name, each in found.items() if each is not None}


def outage(
    lane: Sequence[Observation], good: Good, since_ns: int, tick_ns: int, everybody: Looks | None = None
) -> Outage | None:
    """The outage of one lane (sorted by sent_ns) from the first to the last bad answer sent at or after `since_ns`.

    None where every answer was good. `tick_ns` is the lane's period; `everybody` adds what other lanes saw.
    """
    bad_at = [i for i, seen in enumerate(lane) if seen.sent_ns >= since_ns and not good(seen)]
    if not bad_at:
        return None
    first, last = bad_at[0], bad_at[-1]
    known_ns = min(_known_ns(lane[i]) for i in bad_at)
    before, after = _good_around(lane, good, known_ns, lane[last].sent_ns)
    widen_start = widen_end = 0.0
    if not _total(lane[first : last + 1], good, everybody, known_ns):
        before, after = list(lane[:first]), [seen for seen in lane[last + 1 :] if good(seen)]
        local = min(LOCAL_BAD, len(bad_at))
        widen_start = tick_ns * _widening_ticks(lane[first : bad_at[local - 1] + 1], good)
        widen_end = tick_ns * _widening_ticks(lane[bad_at[-local] : last + 1], good)
    # no wider than what was looked at: harm is no older than its cause, and nothing is known after the last look
    start_lo = max([since_ns, *(seen.sent_ns - widen_start for seen in before)])
    answered = [seen.done_ns for seen in after]
    end_hi = min(min(answered) + widen_end, max(answered)) if answered else None
    planned = [seen for seen in lane[first : last + 1] if not seen.again] or [lane[first]]
    bad = sum(not good(seen) for seen in planned)
    return Outage(
        start=Edge(lo=int(start_lo), hi=known_ns),
        end=Edge(lo=lane[last].sent_ns, hi=None if end_hi is None else int(end_hi)),
        share=bad / len(planned),
        bad=bad,
        total=len(planned),
        widened_ns=(int(widen_start), int(widen_end)),
    )


def _known_ns(bad: Observation) -> int:
    """When an outage had certainly begun: this bad request had been answered, or had arrived to get no answer.

    One that is given up at its deadline was bad when it arrived, long before that was known. One that was refused tells
    only when it was.
    """
    return bad.arrived_by_ns if bad.given_up else bad.done_ns


def _good_around(
    lane: Sequence[Observation], good: Good, known_ns: int, last_bad_ns: int
) -> tuple[list[Observation], list[Observation]]:
    """The good looks that arrived before a total outage, and those that arrived after it.

    A request is some time on its way, so the order of sending alone tells neither. One that had arrived when the last
    bad one was yet to be sent came before the outage; one sent when a bad one was known, or after all of them, came
    after it.
    """
    since_ns = min(known_ns, last_bad_ns)
    before = [seen for seen in lane if seen.sent_ns < known_ns and seen.arrived_by_ns <= last_bad_ns and good(seen)]
    after = [seen for seen in lane if seen.sent_ns >= since_ns and seen.arrived_by_ns > last_bad_ns and good(seen)]
    return before, after


def _total(looks: Sequence[Observation], good: Good, everybody: Looks | None, known_ns: int) -> bool:
    """Whether all that was asked between the first and the last bad answer was answered badly, and that is enough."""
    last_bad_ns, bad = looks[-1].sent_ns, 0
    for seen in looks:
        if not good(seen):
            bad += 1
        elif seen.sent_ns >= known_ns and seen.arrived_by_ns <= last_bad_ns:
            return False
    # a rollout's state is read, not sampled, and a reading of speed is of all its reads: every look tells all of it
    if bad >= TOTAL_LOOKS or looks[0].lane in READINGS:
        return True
    return everybody is not None and everybody.all_bad(known_ns, last_bad_ns)


def _widening_ticks(looks: Sequence[Observation], good: Good) -> float:
    """Ticks by which an edge widens, judged by the looks beside it, which begin and end with a bad one."""
    # follow-ups come where it is bad already: they tell total from partial, and would bias the share
    planned = [seen for seen in looks if not seen.again]
    bad = sum(not good(seen) for seen in planned)
    f = share_lower_bound(max(bad, 1), max(len(planned), 1))
    return math.log(MISS_PROBABILITY) / math.log1p(-f) + 1


def share_lower_bound(bad: int, total: int) -> float:
    """The one-sided 99 % Clopper-Pearson lower bound of the true share, `bad` of `total` seen bad (bad >= 1)."""
    low, high = 0.0, bad / total
    for _ in range(60):
        middle = (low + high) / 2
        if _at_least(bad, total, middle) < 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return max(low, 1e-9)


def _at_least(k: int, n: int, p: float) -> float:
    """P(X >= k) for X ~ Binomial(n, p), summed in logarithms so that large n does not underflow."""
    log_p, log_q = math.log(p), math.log1p(-p)
    term = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q
    total = math.exp(term)
    for i in range(k, n):
        term += math.log(n - i) - math.log(i + 1) + log_p - log_q
        step = math.exp(term)
        total += step
        if step < 1e-18:
            break
    return total


def earliest(edges: Sequence[Edge]) -> Edge:
    """The start over several lanes: it began when the first of them began."""
    known = [edge.hi for edge in edges if edge.hi is not None]
    return Edge(lo=min(edge.lo for edge in edges), hi=min(known) if known else None)


def latest(edges: Sequence[Edge]) -> Edge:
    """The end over several lanes: it is over when the last of them is over."""
    open_end = any(edge.hi is None for edge in edges)
    return Edge(lo=max(edge.lo for edge in edges), hi=None if open_end else max(edge.hi or 0 for edge in edges))


def duration_s(start: Edge, end: Edge) -> tuple[float, float | None]:
    """Seconds from `start` to `end` as [lo, hi]; hi None where the end was not seen. Never negative."""
    lo = (end.lo - (start.hi if start.hi is not None else start.lo)) / 1e9
    hi = None if end.hi is None else max(0.0, (end.hi - start.lo) / 1e9)
    return max(0.0, lo), hi


def against(interval: tuple[float, float | None], limit_s: float, missed: Cause) -> tuple[Verdict, Cause | None]:
    """Passed only if the whole interval is within `limit_s`, failed only if all of it is past, else inconclusive."""
    lo, hi = interval
    if hi is not None and hi <= limit_s:
        return Verdict.PASSED, None
    if lo > limit_s:
        return Verdict.FAILED, missed
    return Verdict.INCONCLUSIVE, Cause.OBJECTIVE_STRADDLED
