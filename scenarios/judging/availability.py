"""What users saw over a whole drill, beside the two clocks: bad seconds, first good moment, worst windows. Pure.

Windowed user uptime follows Hauer et al., "Meaningful Availability" (NSDI 2020): a user is up from an answer that was
served until the next that was not, and down from that one until the next that was; the figure of a window is the users'
uptime in it as a share of their time. The users here are the probe's lanes, which ask at a fixed rate whatever happens.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from scenarios.judging.intervals import Edge, Good, duration_s
from scenarios.observations import READINGS, Observation
from scenarios.protocols import LaneCounts
from scenarios.results import Availability, LaneFigures, Window

Span = tuple[int, int]
WINDOWS_S = (1.0, 5.0, 15.0, 60.0, 300.0)
SECOND = 1_000_000_000


def availability(
    lanes: Mapping[str, Sequence[Observation]],
    promised: Good,
    watched: Span,
    procedure_started_ns: int,
    counts: Mapping[str, LaneCounts],
) -> Availability:
    """The figures of one drill. `lanes` are sorted by sent_ns; `watched`: from the candidate to the end of the hold.

    `promised`: served, and by what the baseline promises. `counts`: what the probe counted of each lane.
    """
    users = [
        down_spans(lane, lambda seen: seen.served, *watched) for name, lane in lanes.items() if name not in READINGS
    ]
    down = merged([span for spans in users for span in spans])
    seen_ns = watched[1] - watched[0]
    windows = [round(window_s * SECOND) for window_s in WINDOWS_S if window_s * SECOND <= seen_ns]
    good = first_good(lanes, promised, procedure_started_ns)
    begun = Edge(lo=procedure_started_ns, hi=procedure_started_ns)
    return Availability(
        first_good_s=None if good is None else duration_s(begun, good),
        bad_s=round(sum(hi - lo for lo, hi in down) / SECOND, 4),
        stretches=len(down),
        worst=[Window(window_s=w / SECOND, uptime=round(worst_window(users, *watched, w), 6)) for w in windows],
        lanes=[_figures(name, lanes.get(name, ()), of) for name, of in counts.items()],
    )


def _figures(name: str, lane: Sequence[Observation], of: LaneCounts) -> LaneFigures:
    bad = sum(not seen.again and not seen.served for seen in lane)
    latency_ms = {each: round(ms, 3) for each, ms in of.latency_ms.items()}
    return LaneFigures(lane=name, planned=of.planned, sent=of.sent, dropped=of.dropped, bad=bad, latency_ms=latency_ms)


def down_spans(lane: Sequence[Observation], good: Good, lo_ns: int, hi_ns: int) -> list[Span]:
    """When this lane's user was down in [lo_ns, hi_ns]: from each bad answer's sending to the next good one's."""
    spans: list[Span] = []
    since: int | None = None
    for seen in lane:
        if seen.again or not lo_ns <= seen.sent_ns < hi_ns:
            continue
        if good(seen):
            if since is not None:
                spans.append((since, seen.sent_ns))
            since = None
        elif since is None:
            since = seen.sent_ns
    return spans if since is None else [*spans, (since, hi_ns)]


def merged(spans: Sequence[Span]) -> list[Span]:
    """The union of spans, as spans that do not touch."""
    joined: list[Span] = []
    for lo, hi in sorted(spans):
        if joined and lo <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(hi, joined[-1][1]))
        else:
            joined.append((lo, hi))
    return joined


def first_good(lanes: Mapping[str, Sequence[Observation]], good: Good, since_ns: int) -> Edge | None:
    """The first good answer to a request sent after `since_ns`: where a check that asks once would call it recovered.

    It lies between the request of its lane before it and its own answer. None where there was none.
    """
    found: list[tuple[int, Edge]] = []
    for name, lane in lanes.items():
        if name in READINGS:
            continue
        at = bisect_right(lane, since_ns, key=lambda seen: seen.sent_ns)
        first = next((i for i in range(at, len(lane)) if good(lane[i])), None)
        if first is not None:
            before = since_ns if first == at else lane[first - 1].sent_ns
            found.append((lane[first].done_ns, Edge(lo=before, hi=lane[first].done_ns)))
    return min(found, key=lambda each: each[0])[1] if found else None


def worst_window(users: Sequence[Sequence[Span]], lo_ns: int, hi_ns: int, window_ns: int) -> float:
    """The lowest uptime, 0 to 1, of any window of this length inside [lo_ns, hi_ns]. `users`: each one's down spans.

    The downtime of a sliding window is piecewise linear, so its largest value lies where the window begins or ends at
    the beginning or the end of a span. ValueError where the window is longer than what was watched.
    """
    if window_ns > hi_ns - lo_ns:
        raise ValueError(f"a window of {window_ns} ns in {hi_ns - lo_ns} ns")
    bounds = {edge for spans in users for span in spans for edge in span}
    begins = {at for edge in bounds for at in (edge, edge - window_ns)} | {lo_ns}
    begins = {min(max(at, lo_ns), hi_ns - window_ns) for at in begins}
    down = [_downtime(spans) for spans in users]
    most = max(sum(until(at + window_ns) - until(at) for until in down) for at in begins)
    return 1 - most / (window_ns * len(users)) if users else 1.0


def _downtime(spans: Sequence[Span]) -> Callable[[int], int]:
    """How long a user had been down until an instant."""
    ends = list(accumulate((hi - lo for lo, hi in spans), initial=0))
    begins = [lo for lo, _ in spans]

    def until(at_ns: int) -> int:
        i = bisect_right(begins, at_ns)
        if i == 0:
            return 0
        lo, hi = spans[i - 1]
        return ends[i - 1] + min(at_ns, hi) - lo

    return until
