"""Edges of an outage as intervals: pure arithmetic over observations of one lane, nanoseconds throughout.

For a total outage the truth lies in (last good, first bad] at its start and in (last bad, first good] at its end. When
only a share f of the answers is bad, one good answer proves nothing: both edges widen by ln(0.001)/ln(1 - f) + 1 ticks,
f being the lower 99 % bound of the share seen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenarios.judging.causes import Cause, Verdict
from scenarios.observations import Observation

Good = Callable[[Observation], bool]
MISS_PROBABILITY = 0.001
CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An instant known to lie in [lo, hi] (monotonic ns). `hi` None: not within what was observed (censored)."""

    lo: int
    hi: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """From the first bad answer to the end of the last, with the share of bad answers between them."""

    start: Edge
    end: Edge
    share: float
    bad: int
    total: int


def outage(lane: Sequence[Observation], good: Good, since_ns: int, tick_ns: int) -> Outage | None:
    """The outage of one lane (sorted by sent_ns) from the first to the last bad answer sent at or after `since_ns`.

    None where every answer was good. `tick_ns` is the lane's period, used by the partial-outage term.
    """
    bad_at = [i for i, seen in enumerate(lane) if seen.sent_ns >= since_ns and not good(seen)]
    if not bad_at:
        return None
    first, last = bad_at[0], bad_at[-1]
    before = [seen.sent_ns for seen in lane[:first]]
    after = [seen.done_ns for seen in lane[last + 1 :] if good(seen)]
    total = last - first + 1
    share = len(bad_at) / total
    widen_ns = _widening_ticks(len(bad_at), total) * tick_ns
    # no wider than what was looked at: harm is no older than its cause, and nothing is known after the last look
    start_lo = max(since_ns, (before[-1] if before else since_ns) - widen_ns)
    end_hi = min(min(after) + widen_ns, max(after)) if after else None
    return Outage(
        start=Edge(lo=int(start_lo), hi=lane[first].done_ns),
        end=Edge(lo=lane[last].sent_ns, hi=None if end_hi is None else int(end_hi)),
        share=share,
        bad=len(bad_at),
        total=total,
    )


def _widening_ticks(bad: int, total: int) -> float:
    """Ticks by which both edges widen: 0 for a total outage, else ln(0.001)/ln(1 - f) + 1."""
    if bad == total:
        return 0.0
    f = share_lower_bound(bad, total)
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
    if p <= 0:
        return 0.0
    log_p, log_q = math.log(p), math.log1p(-p)
    term = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q
    total = math.exp(term)
    for i in range(k, n):
        term += math.log(n - i) - math.log(i + 1) + log_p - log_q
        step = math.exp(term)
        total += step
        if step < 1e-18:
            break
    return min(total, 1.0)


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
