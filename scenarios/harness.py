"""Is the harness itself well enough to measure? Pure: observations and readings in, symptoms out.

A busy machine is not a sick one. What counts is whether it shows in what we measure, so pressure alone is no symptom.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import NamedTuple

from scenarios.judging.causes import Cause
from scenarios.model import Load
from scenarios.observations import Observation
from scenarios.protocols import LaneCounts, Request
from scenarios.protocols_host import HostReading

# Answers of our own echo server beyond its deadline (0.5 s). One in 200 may be an accident of the scheduler; from there
# on answers of the service are late for the same reason, and would be called harm.
CONTROL_BAD_SHARE = 0.005
# The echo server answers in under a millisecond. Two ticks of the fastest lanes: every edge would be as blurred.
CONTROL_MEDIAN_MS = 20.0
# No answer of the echo server for four times its deadline, while other lanes were heard: nobody watched the machine.
CONTROL_GAP_S = 2.0
# Ticks that could not be sent. Edges widen by what was not looked at; more than one in a hundred is no fixed rate.
DROPPED_SHARE = 0.01
# A whole tick at 100 Hz: half of the looks are then sent in their successor's place.
LATE_MEDIAN_MS = 10.0
# A quarter of the requests' deadline (1 s): an answer that took 0.75 s would be called late by our own fault, and one
# in a hundred is an error rate that some alarms go off at. Two cores with nine busy programs stay below: 100 to 180 ms.
LATE_MS = 250.0
# Somebody waited for a processor in half of the time. Two busy cores reach that easily, so it counts only where
# something was as late as LATE_MS.
WAITING_SHARE = 0.5
# A hypervisor that keeps a tenth of the processor time to itself is felt by everything here.
STOLEN_SHARE = 0.1
# The extreme that counts by itself: a program that only wanted to wake up was not let for as long as an echo may take.
STALL_MS = 500.0
# Suspending takes longer than this; reading two clocks one after the other does not.
ASLEEP_NS = 200_000_000
# Locust is one thread: near a whole core, users wait for Locust and not for the service.
SATURATED_CPU = 0.9
# Users pause 0.5 to 1.5 times their pause at random; half of the requests that this comes to is no randomness.
PACE_SHARE = 0.5
# Above this mean answer users wait for the service; how many requests they make says nothing of the generator.
FAST_ANSWER_S = 0.25
MIN_PACE_S = 1.0  # a shorter stretch says nothing of a pace
SECOND = 1_000_000_000


class Symptom(NamedTuple):
    """Something that makes what was measured untrustworthy, as a cause and one sentence with the figures."""

    cause: Cause
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The background users: what was asked of them, what they did, and when nothing stood in their way.

    `free`: a stretch [from, to] in ns in which the service served everybody; None where there was none yet.
    """

    load: Load
    made: Sequence[Request]
    cpu_share: float | None
    free: tuple[int, int] | None


def symptoms(
    *,
    control: Sequence[Observation],
    until_ns: int,
    lanes: Mapping[str, LaneCounts],
    host: Sequence[HostReading],
    pace: Pace,
) -> list[Symptom]:
    """All that was wrong with the harness, worst first; empty where it was well enough to measure.

    `control`: the echo server's lane; `until_ns`: when the last look of any lane was sent; `lanes`: how the probe
    kept its schedule, empty while it still runs; `host`: the sentinel's readings, empty where it could not read any.
    """
    found = [
        *_suspended(host),
        *_starved(host, control, lanes),
        *_control(control, until_ns),
        *_schedule(lanes),
        *_users(pace),
    ]
    order = list(Cause)
    return sorted(found, key=lambda symptom: order.index(symptom.cause))


def _suspended(host: Sequence[HostReading]) -> list[Symptom]:
    slept = [reading.asleep_ns for reading in host]
    if not slept or max(slept) - min(slept) < ASLEEP_NS:
        return []
    return [Symptom(Cause.HOST_SUSPENDED, f"this machine was suspended for {(max(slept) - min(slept)) / 1e9:.1f} s")]


def _starved(
    host: Sequence[HostReading], control: Sequence[Observation], lanes: Mapping[str, LaneCounts]
) -> list[Symptom]:
    late_ms = [ms for reading in host for ms in reading.late_ms]
    if late_ms and max(late_ms) >= STALL_MS:
        return [Symptom(Cause.CPU_STARVED, f"for {max(late_ms):.0f} ms a program that only had to wake up was not run")]
    effects = _effects(control, lanes)
    shares = [
        f"{what} {share:.0%} of the time"
        for what, share, limit in (
            ("programs waited for a processor", _share(host, "waiting_us", 1e3), WAITING_SHARE),
            ("the hypervisor kept a processor from us", _share(host, "stolen_s", 1e9), STOLEN_SHARE),
        )
        if share is not None and share >= limit
    ]
    if not effects or not shares:
        return []
    return [Symptom(Cause.CPU_STARVED, f"{' and '.join(shares)}, and it shows: {', '.join(effects)}")]


def _effects(control: Sequence[Observation], lanes: Mapping[str, LaneCounts]) -> list[str]:
    """Where waiting for a processor can be seen in what we measured."""
    seen = []
    if control and (p99 := _p99_ms(control)) >= LATE_MS:
        seen.append(f"one in a hundred answers of our own echo server took {p99:.0f} ms or more")
    late = {name: lane.late_ms.get("p99", 0.0) for name, lane in lanes.items()}
    worst = max(late, key=lambda name: late[name], default=None)
    if worst is not None and late[worst] >= LATE_MS:
        seen.append(f"one in a hundred looks of lane {worst} was sent {late[worst]:.0f} ms late or more")
    return seen


def _share(host: Sequence[HostReading], name: str, unit_ns: float) -> float | None:
    """How much a counter grew over the readings, as a share of their time; None where it was not read twice."""
    known = [(reading.at_ns, value) for reading in host if (value := getattr(reading, name)) is not None]
    if len(known) < 2 or known[-1][0] <= known[0][0]:
        return None
    return float((known[-1][1] - known[0][1]) * unit_ns / (known[-1][0] - known[0][0]))


def _p99_ms(control: Sequence[Observation]) -> float:
    took = sorted(seen.done_ns - seen.planned_ns for seen in control)
    return took[int(len(took) * 0.99)] / 1e6


def _control(control: Sequence[Observation], until_ns: int) -> list[Symptom]:
    if not control:
        return [Symptom(Cause.CONTROL_LANE_SILENT, "our own echo server never answered")]
    found = []
    ends = [seen.done_ns for seen in control]
    gap_s = (
        max(later - earlier for earlier, later in zip(ends, [*ends[1:], max(until_ns, ends[-1])], strict=True)) / 1e9
    )
    if gap_s > CONTROL_GAP_S:
        found.append(Symptom(Cause.CONTROL_LANE_SILENT, f"our own echo server was not heard for {gap_s:.1f} s"))
    bad = sum(not seen.served for seen in control)
    middle_ms = median(seen.done_ns - seen.planned_ns for seen in control) / 1e6
    late = None
    if bad / len(control) > CONTROL_BAD_SHARE:
        late = f"{bad} of {len(control)} answers of our own echo server came late or not at all"
    elif middle_ms > CONTROL_MEDIAN_MS:
        late = f"our own echo server's median answer took {middle_ms:.1f} ms"
    return [*found, Symptom(Cause.CONTROL_LANE_LATE, late)] if late else found


def _schedule(lanes: Mapping[str, LaneCounts]) -> list[Symptom]:
    found = []
    planned, dropped = sum(lane.planned for lane in lanes.values()), sum(lane.dropped for lane in lanes.values())
    if planned and dropped / planned > DROPPED_SHARE:
        share = f"{dropped} of {planned} ({dropped / planned:.1%})"
        found.append(Symptom(Cause.PROBE_DROPPED, f"{share} of the probe's ticks could not be sent"))
    for name, lane in lanes.items():
        p50, p99 = lane.late_ms.get("p50", 0.0), lane.late_ms.get("p99", 0.0)
        if p50 > LATE_MEDIAN_MS or p99 >= LATE_MS:
            late = f"lane {name} was sent {p50:.1f} ms late at the median, {p99:.0f} ms at the 99th percentile"
            found.append(Symptom(Cause.PROBE_LATE, late))
            break  # one lane is enough to know
    return found


def _users(pace: Pace) -> list[Symptom]:
    if pace.cpu_share is not None and pace.cpu_share >= SATURATED_CPU:
        took = f"the users' program took {pace.cpu_share:.0%} of a core, and it cannot use more than one"
        return [Symptom(Cause.WORKLOAD_SATURATED, took)]
    if pace.free is None:
        return []
    begin_ns, end_ns = pace.free
    made = [each for each in pace.made if begin_ns <= each.done_ns <= end_ns]
    seconds = (end_ns - begin_ns) / SECOND
    # users who fell silent for a while are not slow ones: that has causes of its own (scenarios/proof.py)
    if not made or seconds < MIN_PACE_S or longest_gap_s(made, begin_ns, end_ns) > MIN_PACE_S:
        return []
    answer_s = fmean(each.done_ns - each.sent_ns for each in made) / SECOND
    due = pace.load.users * seconds / (pace.load.pause_s + answer_s)
    if answer_s >= FAST_ANSWER_S or len(made) >= PACE_SHARE * due:
        return []
    slow = f"users made {len(made)} requests in {seconds:.1f} s where their pauses come to {due:.0f}"
    return [Symptom(Cause.WORKLOAD_SATURATED, f"{slow}, though an answer took {answer_s * 1e3:.1f} ms on average")]


def longest_gap_s(made: Sequence[Request], begin_ns: int, end_ns: int) -> float:
    """The longest stretch within [begin, end] in which no request of any user ended, in seconds."""
    ends = [begin_ns, *(each.done_ns for each in made if begin_ns <= each.done_ns <= end_ns), end_ns]
    return max(later - earlier for earlier, later in pairwise(ends)) / SECOND
