"""Is the service slower than it was in the steady state? Pure: answers of the read lane in, one reading a window out.

A reading is the median of half a second of reads, each counted from the instant at which it was due. It is held against
what the same run's steady state gave: *slow* is a threshold (the runbook's, say 20 %) above the slowest half second
there. A busy machine slows everything down, our own echo server too: a window counts as slow only where it is slower by
more than the echo server is, and as fast only by the plain limit. What lies between tells nothing and is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from scenarios.observations import SPEED_LANE, Observation

READ_LANE = "read"  # the lane that is timed
WINDOW_NS = 500_000_000
LEAST_WINDOWS = 4  # of the steady state: fewer say nothing of how much its answers differ by themselves
UNEVEN = 1.5  # the slowest half second of a steady state against the one in the middle; seen on a quiet machine: 1.1
LEAST_LOOKS = 20  # served or given up, of a window: a median of fewer is an accident
# The echo server has half a second, so by then all that was sent in a window has been answered or given up.
LAG_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The medians of one stretch, in ms; `control_ms` is the echo server's, `looks` how many reads were timed."""

    read_ms: float
    control_ms: float
    looks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How fast the baseline answered in its steady state, by half seconds, in ms; `slower` is the threshold."""

    typical_ms: float
    slowest_ms: float
    control_ms: float
    slower: float

    @property
    def limit_ms(self) -> float:
        """Up to this a window is as fast as the baseline's own."""
        return self.slowest_ms * (1 + self.slower)

    @property
    def even(self) -> bool:
        """Whether speed was steady: one half second in which the machine stumbled would hide any defect."""
        return self.slowest_ms <= UNEVEN * self.typical_ms

    def slow(self, seen: Reading) -> bool | None:
        """Whether it is slower than the baseline; None where the machine, by the echo server, may be the reason."""
        if seen.read_ms <= self.limit_ms:
            return False
        return True if seen.read_ms > self.limit_ms * max(1.0, seen.control_ms / self.control_ms) else None

    def told(self, seen: Reading) -> str:
        """The reading beside what it is held against."""
        return f"answers took {seen.read_ms:.1f} ms at the median; {self.told_alone()}"

    def told_alone(self) -> str:
        """What readings are held against."""
        return f"{self.typical_ms:.1f} ms before the candidate, {self.slowest_ms:.1f} ms in the slowest half second"


def reading(reads: Sequence[Observation], control: Sequence[Observation], start_ns: int, end_ns: int) -> Reading | None:
    """What was due in [start, end); both are in order of ending. None where too little was answered to say anything.

    An answer that was not waited for any longer took at least as long as that: a service is not fast by being too slow.
    """
    due = [seen for seen in _due(reads, start_ns, end_ns) if not seen.again]
    timed = [seen for seen in due if seen.served or seen.given_up]
    echoed = _due(control, start_ns, end_ns)
    if len(timed) < LEAST_LOOKS or not echoed:
        return None
    return Reading(read_ms=_median_ms(timed), control_ms=_median_ms(echoed), looks=len(timed))


def usual(
    reads: Sequence[Observation], control: Sequence[Observation], end_ns: int, windows: int, slower: float
) -> Usual | None:
    """The `windows` half seconds before `end_ns`; None where one of them says nothing."""
    starts = [end_ns - (back + 1) * WINDOW_NS for back in range(windows)]
    found = [reading(reads, control, start, start + WINDOW_NS) for start in starts]
    told = [each for each in found if each is not None]
    if len(told) < windows:
        return None
    return Usual(
        typical_ms=median(each.read_ms for each in told),
        slowest_ms=max(each.read_ms for each in told),
        control_ms=median(each.control_ms for each in told),
        slower=slower,
    )


def judged(usually: Usual, seen: Reading, number: int, start_ns: int) -> Observation | None:
    """A window as a look of the lane of speed, which goes through the same arithmetic as requests; None: untold.

    It was sent when the window began and is known when it is over: an edge is as wide as that.
    """
    slow = usually.slow(seen)
    if slow is None:
        return None
    return Observation(
        lane=SPEED_LANE,
        tick=number,
        planned_ns=start_ns,
        sent_ns=start_ns,
        done_ns=start_ns + WINDOW_NS,
        status=None,
        served=not slow,
        why=usually.told(seen) if slow else None,
    )


def _due(lane: Sequence[Observation], start_ns: int, end_ns: int) -> list[Observation]:
    """Those due in [start, end) that had ended `LAG_NS` after it; walks back, as a lane is in order of ending."""
    found = []
    for seen in reversed(lane):
        if seen.done_ns < start_ns:
            break
        if start_ns <= seen.planned_ns < end_ns and seen.done_ns <= end_ns + LAG_NS:
            found.append(seen)
    return found


def _median_ms(lane: Iterable[Observation]) -> float:
    return median(seen.done_ns - seen.planned_ns for seen in lane) / 1e6
