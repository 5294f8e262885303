"""Signals: what tells people that something is wrong. Pure: a signal looks at the observations up to an instant.

"error rate > 5 % for 1 min" means what a monitor means: the rate was past the threshold all through the window, here in
each quarter of it. `--time-scale` shortens windows, never below 2 s and never below 200 observations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scenarios.errors import UsageError
from scenarios.judging import speed
from scenarios.judging.speed import READ_LANE, Usual
from scenarios.observations import CONTROL_LANE, READINGS, ROLLOUT_LANE, Observation, judged
from scenarios.runbook import Trigger

MIN_WINDOW_S = 2.0
MIN_OBSERVATIONS = 200
QUARTERS = 4
FIRST = 10  # the first tenth of a window
RESPONSE_TIME = "response time"


def scaled_window_s(window_s: float, time_scale: float, rate_hz: float) -> float:
    """A hold or trigger window after scaling: at least 2 s and at least 200 observations at `rate_hz`."""
    if time_scale >= 1:
        return window_s * time_scale
    return max(window_s * time_scale, MIN_WINDOW_S, MIN_OBSERVATIONS / rate_hz)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a signal saw: whether it fires, and the sentence that goes into the timeline."""

    fires: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRate:
    """Fires when the share of answers not served is past `threshold` in every quarter of the window."""

    threshold: float
    window_s: float

    def read(self, observations: Sequence[Observation], now_ns: int) -> Reading:
        """Judge the window that ends at `now_ns`."""
        start = now_ns - int(self.window_s * 1e9)
        bad, total, early = [0] * QUARTERS, [0] * QUARTERS, 0
        for seen in _requests(observations, start, now_ns):
            # bad from the beginning on: without this the alarm would go off up to a quarter of its window early
            early += not seen.served and seen.done_ns - start <= (now_ns - start) // FIRST
            quarter = min(QUARTERS - 1, (seen.done_ns - start) * QUARTERS // (now_ns - start))
            total[quarter] += 1
            bad[quarter] += not seen.served
        share = sum(bad) / max(1, sum(total))
        enough = sum(total) >= MIN_OBSERVATIONS and all(total) and early > 0
        fires = enough and all(b / t > self.threshold for b, t in zip(bad, total, strict=True))
        return Reading(
            fires=fires, text=f"error rate {share:.1%} of the {sum(total)} answers that came in {self.window_s:.1f} s"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswers:
    """Fires when nobody was served in the whole window, though there were enough attempts."""

    window_s: float

    def read(self, observations: Sequence[Observation], now_ns: int) -> Reading:
        """Judge the window that ends at `now_ns`."""
        recent = _requests(observations, now_ns - int(self.window_s * 1e9), now_ns)
        served = sum(seen.served for seen in recent)
        fires = len(recent) >= MIN_OBSERVATIONS and served == 0
        return Reading(fires=fires, text=f"{served} of {len(recent)} attempts served over {self.window_s:.1f} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseStuck:
    """Fires when the newest rollout did not stand at any look in the whole window."""

    window_s: float

    def read(self, observations: Sequence[Observation], now_ns: int) -> Reading:
        """Judge the window that ends at `now_ns`; it must lie within the record."""
        start_ns = now_ns - int(self.window_s * 1e9)
        looks = [seen for seen in _recent(observations, start_ns, now_ns) if seen.lane == ROLLOUT_LANE]
        stuck = [seen for seen in looks if not seen.served]
        covered = bool(looks) and min(seen.done_ns for seen in looks) - start_ns < self.window_s * 1e9 / QUARTERS
        last = looks[-1].why if looks else "nobody looked"
        text = (
            f"not standing at {len(stuck)} of {len(looks)} looks over {self.window_s:.1f} s; last: {last or 'stands'}"
        )
        return Reading(fires=covered and len(stuck) == len(looks), text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTime:
    """Fires when every quarter of the window is slower than the steady state by more than the threshold.

    A machine that is busy slows our own echo server too; what that may explain is not called slow (`judging/speed.py`).
    """

    usual: Usual | None  # None: only whether such a signal can be watched is asked
    window_s: float

    def read(self, observations: Sequence[Observation], now_ns: int) -> Reading:
        """Judge the window that ends at `now_ns`."""
        if self.usual is None:
            return Reading(fires=False, text="how fast the steady state answered is not known")
        start_ns = now_ns - int(self.window_s * 1e9)
        bounds = [start_ns + (now_ns - start_ns) * part // QUARTERS for part in range(QUARTERS + 1)]
        recent = list(_ended(observations, start_ns))
        reads, control = ([o for o in recent if o.lane == lane] for lane in (READ_LANE, CONTROL_LANE))
        quarters = [speed.reading(reads, control, lo, hi) for lo, hi in pairwise(bounds)]
        whole = speed.reading(reads, control, start_ns, now_ns)
        if whole is None:
            return Reading(fires=False, text=f"too few answers over {self.window_s:.1f} s")
        fires = all(quarter is not None and self.usual.slow(quarter) for quarter in quarters)
        return Reading(fires=fires, text=f"over {self.window_s:.1f} s {self.usual.told(whole)}")


Signal = ErrorRate | NoAnswers | ReleaseStuck | ResponseTime


def from_trigger(trigger: Trigger, time_scale: float, rate_hz: float, usual: Usual | None = None) -> Signal:
    """The signal that a row of the runbook's triggers table describes. UsageError for one that is not implemented.

    `usual`: how fast the baseline answered, for a signal that compares with it.
    """
    window_s = scaled_window_s(trigger.for_s, time_scale, rate_hz)
    if trigger.signal == "error rate" and trigger.threshold is not None:
        return ErrorRate(threshold=trigger.threshold, window_s=window_s)
    if trigger.signal == "no answers":
        return NoAnswers(window_s=window_s)
    if trigger.signal == "release stuck":
        return ReleaseStuck(window_s=window_s)
    if trigger.signal == RESPONSE_TIME and trigger.threshold is not None:
        return ResponseTime(usual=usual, window_s=window_s)
    raise UsageError(
        f"line {trigger.line} of the triggers table: signal {trigger.signal!r} is not one a drill can watch; "
        "expected 'error rate' or 'response time' with a threshold in %, 'no answers' or 'release stuck'"
    )


def slower(trigger: Trigger) -> float | None:
    """By which share answers must be slower than in the steady state for this alarm; None: it counts something else."""
    return trigger.threshold if trigger.signal == RESPONSE_TIME else None


def _requests(observations: Sequence[Observation], start_ns: int, end_ns: int) -> list[Observation]:
    """What users asked in (start, end]; follow-ups come where it is bad already, and would raise the rate."""
    return [s for s in _recent(observations, start_ns, end_ns) if s.lane not in READINGS and not s.again]


def _recent(observations: Sequence[Observation], start_ns: int, end_ns: int) -> list[Observation]:
    """The judged observations that ended in (start, end]; walks back, as they are in order of ending."""
    return list(judged(seen for seen in reversed(list(_ended(observations, start_ns))) if seen.done_ns <= end_ns))


def _ended(observations: Sequence[Observation], start_ns: int) -> list[Observation]:
    """All that ended after `start_ns`, of any lane, in the order they ended."""
    for back, seen in enumerate(reversed(observations)):
        if seen.done_ns <= start_ns:
            return list(observations[len(observations) - back :])
    return list(observations)
