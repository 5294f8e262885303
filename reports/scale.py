"""The arithmetic of the charts: the span of time shown, its buckets, and labels that do not overlap."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from reports.evidence import Event
from scenarios.observations import Observation

_MOST_BUCKETS = 200
_LEAD = 0.2  # of the drill's length is shown before the candidate was deployed
CHAR_PX = 6.2  # width of a character of the labels' font, generously
_LABEL_GAP = 10
_NICE = (1, 2, 5)
_SURE = 1.5  # a bucket this many intervals long holds an answer wherever it begins
_LOWEST_MS, _HIGHEST_MS = 0.5, 20_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time shown, cut into `buckets` of `bucket_ns`; zero is the event `zero_name`."""

    start_ns: int
    end_ns: int
    zero_ns: int
    zero_name: str
    bucket_ns: int
    buckets: int

    @property
    def length_s(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9

    def seconds(self, at_ns: int) -> float:
        """Seconds from zero."""
        return (at_ns - self.zero_ns) / 1e9

    def x(self, at_ns: int, plot: float) -> float:
        """Where `at_ns` lies on an axis `plot` wide; what is outside is drawn at the edge."""
        return min(max((at_ns - self.start_ns) / (self.end_ns - self.start_ns), 0.0), 1.0) * plot

    def coarsened(self, ticks: Sequence[Observation]) -> "Span":
        """The same span in buckets so long that a lane as slow as that of `ticks` has an answer in each."""
        times = sorted(tick.planned_ns for tick in ticks if not tick.again)
        if len(times) < 2:
            return self
        interval_ns = median(b - a for a, b in pairwise(times))
        factor = max(1, math.ceil(_SURE * interval_ns / self.bucket_ns))
        return replace(self, bucket_ns=self.bucket_ns * factor, buckets=math.ceil(self.buckets / factor))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The answers planned for one bucket of time.

    Follow-ups are apart: they come where it is bad already, so in a share or a median they would count it twice.
    """

    index: int
    answers: int
    bad: int
    follow_ups: int
    bad_follow_ups: int
    median_ms: float | None
    max_ms: float | None

    @property
    def silent(self) -> bool:
        """Nothing at all was answered in it."""
        return not self.answers and not self.follow_ups


def nice_step(at_least: float) -> float:
    """The smallest 1, 2 or 5 times a power of ten that is not below `at_least`."""
    power = 10.0 ** math.floor(math.log10(max(at_least, 1e-6)))
    return next((power * factor for factor in _NICE if power * factor >= at_least), power * 10)


def span_of(ticks: Sequence[Observation], events: Mapping[str, Event]) -> Span:
    """From a little before the candidate to the last answer or event, whichever is later."""
    first, last = min(tick.planned_ns for tick in ticks), max(tick.planned_ns for tick in ticks)
    end = max([last, *(event.t_ns for event in events.values())])
    zero_name = next((name for name in ("harmed", "candidate_deployed") if name in events), "the probe's start")
    zero = events[zero_name].t_ns if zero_name in events else first
    begin = min([zero, *(event.t_ns for event in events.values())])
    start = max(first, int(begin - (end - begin) * _LEAD)) if events else first
    start = min(start, begin)
    # Buckets never shorter than 20 ms: two ticks of one lane at 100 Hz.
    bucket_ns = max(int(nice_step((end - start) / 1e9 / _MOST_BUCKETS) * 1e9), 20_000_000)
    buckets = max(1, math.ceil((end - start + 1) / bucket_ns))
    return Span(
        start_ns=start,
        end_ns=start + buckets * bucket_ns,
        zero_ns=zero,
        zero_name=zero_name.replace("_", " "),
        bucket_ns=bucket_ns,
        buckets=buckets,
    )


def bucketed(ticks: Sequence[Observation], span: Span) -> list[Bucket]:
    """Every bucket of the span, those without answers too."""
    groups: list[list[Observation]] = [[] for _ in range(span.buckets)]
    for tick in ticks:
        if span.start_ns <= tick.planned_ns < span.end_ns:
            groups[(tick.planned_ns - span.start_ns) // span.bucket_ns].append(tick)
    return [_bucket(index, group) for index, group in enumerate(groups)]


def _bucket(index: int, group: list[Observation]) -> Bucket:
    planned = [tick for tick in group if not tick.again]
    bad = sum(not tick.served for tick in planned)
    latencies = [(tick.done_ns - tick.planned_ns) / 1e6 for tick in planned]
    return Bucket(
        index=index,
        answers=len(planned),
        bad=bad,
        follow_ups=len(group) - len(planned),
        bad_follow_ups=sum(not tick.served for tick in group) - bad,
        median_ms=median(latencies) if latencies else None,
        max_ms=max(latencies, default=None),
    )


def latency_y(value_ms: float, height: float) -> float:
    """Distance from the top of a log scale from 0.5 ms to 20 s."""
    value = min(max(value_ms, _LOWEST_MS), _HIGHEST_MS)
    return height * (1 - math.log(value / _LOWEST_MS) / math.log(_HIGHEST_MS / _LOWEST_MS))


def place_labels(labels: Sequence[tuple[float, str]], plot: float) -> tuple[int, list[tuple[str, int, str]]]:
    """Rows for labels at rising x so that none overlaps: (how many rows, per label (text, row, text-anchor)).

    A label lies below every label that its own line, going down, would otherwise strike through.
    """
    rows: list[list[tuple[float, float]]] = []
    placed: list[tuple[str, int, str]] = []
    for x, text in labels:
        width = len(text) * CHAR_PX + _LABEL_GAP
        anchor = "start" if x + width <= plot else "end"
        left = x if anchor == "start" else x - width
        struck = [i for i, used in enumerate(rows) if any(a < x < b for a, b in used)]
        row = max(struck, default=-1) + 1
        while row < len(rows) and any(left < b and a < left + width for a, b in rows[row]):
            row += 1
        if row == len(rows):
            rows.append([])
        rows[row].append((left, left + width))
        placed.append((text, row, anchor))
    return len(rows), placed
