"""The real probe looks at the zoo's outages, and the arithmetic of every drill says when each was."""

import json
import random
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from pathlib import Path
from typing import Any

from fixtures import processes
from fixtures.probe.client import ProbeProcess, read_line, start_module
from fixtures.probe.plan import LanePlan
from fixtures.waits import MonotonicClock
from scenarios.judging.intervals import Outage, earliest, latest, outages
from scenarios.observations import CONTROL_LANE, Observation, lanes_of
from tests.zoo.outages import SHAPES
from tests.zoo_ledger import Tally

DEADLINE_S = 0.15
LENGTHS_S = (0.15, 0.35)
LONGER = {"brown_out": 2.0, "replica": 2.0, "kept": 2.0, "flap": 2.0, "ramp": 2.0}  # so that some look hits them
PAUSES_S = (0.35, 0.55)
SETTLE_S = 0.6
GUARD_NS = 20_000_000
DEADLINE_NS = int(DEADLINE_S * 1e9)
LANES = (
    LanePlan(name="read", kind="read", hz=100, deadline_s=DEADLINE_S, follow_ups=9, bursts=10_000),
    LanePlan(name="kept", kind="kept", hz=40, deadline_s=DEADLINE_S, follow_ups=9, bursts=10_000),
    LanePlan(name=CONTROL_LANE, kind=CONTROL_LANE, hz=100, deadline_s=DEADLINE_S),
)
SICK_NS = int(DEADLINE_S * 1e9 / 3)  # an echo that took this long: a look of the service may be late for our own fault
ONLY_KEPT = frozenset({"kept"})
Lanes = Mapping[str, Sequence[Observation]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the zoo says of one of its outages; each instant lies between two numbers."""

    shape: str
    began_ns: tuple[int, int]
    ended_ns: tuple[int, int]
    bad: int

    def inside(self, found: Sequence[Outage]) -> bool:
        """Whether the edges over all lanes hold both instants."""
        start, end = earliest([each.start for each in found]), latest([each.end for each in found])
        began = start.hi is not None and start.lo <= self.began_ns[1] and self.began_ns[0] <= start.hi
        return began and end.lo <= self.ended_ns[1] and end.hi is not None and self.ended_ns[0] <= end.hi


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of a plan: a tally a shape, how many stretches in which nothing was wrong, and what lay outside."""

    tallies: dict[str, Tally]
    quiet: int
    alarms: list[str]  # in a stretch in which nothing was wrong
    outside: list[str]  # outages whose true edges lie outside of the interval
    unseen: int  # outages that hit no request at all, which are none to anybody
    sick: int  # stretches set apart, as our own echo server was late too: a drill would be inconclusive

    @classmethod
    def of(cls, several: Sequence["Looked"], tallies: dict[str, Tally]) -> "Looked":
        """Several as one, their tallies added up before."""
        return cls(
            tallies=tallies,
            quiet=sum(each.quiet for each in several),
            alarms=[said for each in several for said in each.alarms],
            outside=[said for each in several for said in each.outside],
            unseen=sum(each.unseen for each in several),
            sick=sum(each.sick for each in several),
        )


def plan(each: int, seed: int) -> list[dict[str, Any]]:
    """`each` of every shape, in turn, of lengths and at distances that no clock of ours divides."""
    chance = random.Random(seed)
    return [
        {
            "shape": shape,
            "length_s": chance.uniform(*LENGTHS_S) * LONGER.get(shape, 1.0),
            "pause_s": chance.uniform(*PAUSES_S),
            "late_s": DEADLINE_S,
            "seed": chance.randrange(1 << 30),
        }
        for _ in range(each)
        for shape in SHAPES
    ]


def look_at(folder: Path, faults: Sequence[dict[str, Any]], tell: Callable[[str], None]) -> Looked:
    """Probe the zoo's service while it makes `faults`, and compare."""
    (folder / "ledger").mkdir()
    service = start_module("tests.zoo.outages", (), folder / "zoo.log")
    try:
        probe = ProbeProcess(int(read_line(service, "zoo")), folder, None, LANES)
        try:
            probe.start()
            MonotonicClock().sleep(SETTLE_S)
            assert service.stdin is not None
            service.stdin.write(b"".join(json.dumps(fault).encode() + b"\n" for fault in faults))
            service.stdin.flush()
            truths = []
            for number, _ in enumerate(faults, 1):
                told = json.loads(read_line(service, "zoo"))
                truths.append(Truth(**told | {name: tuple(told[name]) for name in ("began_ns", "ended_ns")}))
                if number % 60 == 0:
                    tell(f"{number} of {len(faults)} outages")
            MonotonicClock().sleep(SETTLE_S)
        finally:
            probe.stop()
    finally:
        processes.stop(service)
    seen = probe.observations()
    late = [each for each in seen if each.lane == CONTROL_LANE and each.done_ns - each.planned_ns > SICK_NS]
    return compared(lanes_of(seen), truths, [(each.planned_ns, each.done_ns) for each in late])


def compared(lanes: Lanes, truths: Sequence[Truth], sick: Sequence[tuple[int, int]] = ()) -> Looked:
    """What the arithmetic finds around each outage, and between them, against the truth.

    `sick`: when this machine was too busy to tell.
    """
    tallies = {shape: Tally() for shape in SHAPES}
    alarms: list[str] = []
    outside: list[str] = []
    ends = [0, *(truth.ended_ns[1] + GUARD_NS for truth in truths)]
    begins = [*(truth.began_ns[0] - GUARD_NS for truth in truths[1:]), max(lane[-1].sent_ns for lane in lanes.values())]
    well = [not _touch(sick, begin, end) for begin, end in zip(ends, begins, strict=False)]
    for truth, begin, end in compress(zip(truths, ends, begins, strict=False), well):
        found = _found(lanes, begin, end)
        tally = tallies[truth.shape]
        told = f"{truth.shape} of {(truth.ended_ns[1] - truth.began_ns[0]) / 1e9:.3f} s"
        if truth.bad:
            tally.seeded += 1
            if found:
                tally.right += 1
            else:
                tally.missed.append(told)
        if found and (not truth.bad or (truth.shape == "kept" and found.keys() != ONLY_KEPT)):
            tally.wrong.append(f"{told} on {', '.join(found)}")
        if found and truth.bad and not truth.inside(list(found.values())):
            outside.append(told + _edges(truth, found))
    for before, after in compress(pairwise(truths), well):
        # what was sent while it lasted is still answered, or given up, a deadline later
        between = _found(lanes, before.ended_ns[1] + DEADLINE_NS, after.began_ns[0] - GUARD_NS)
        alarms += [f"on {name} after {before.shape}" for name in between]
    return Looked(
        tallies=tallies,
        quiet=sum(well[:-1]),
        alarms=alarms,
        outside=outside,
        unseen=sum(not truth.bad for truth in truths),
        sick=len(well) - sum(well),
    )


def _touch(sick: Sequence[tuple[int, int]], begin_ns: int, end_ns: int) -> bool:
    return any(begin_ns <= done and planned <= end_ns for planned, done in sick)


def _found(lanes: Lanes, begin_ns: int, end_ns: int) -> dict[str, Outage]:
    """The outages of the looks that were sent between two instants."""
    near = {}
    for name, lane in lanes.items():
        sent = [seen.sent_ns for seen in lane]
        near[name] = lane[bisect_left(sent, begin_ns) : bisect_left(sent, end_ns)]
    periods = {lane.name: round(1e9 / lane.hz) for lane in LANES}
    return outages(near, lambda seen: seen.served, begin_ns, periods)


def _edges(truth: Truth, found: Mapping[str, Outage]) -> str:
    """By how much each edge misses, in ms."""
    told = ""
    for name, each in found.items():
        start, end = each.start, each.end
        told += f"; {name}: began {(start.lo - truth.began_ns[1]) / 1e6:.2f} to "
        told += f"{((start.hi or 0) - truth.began_ns[0]) / 1e6:.2f}, ended {(end.lo - truth.ended_ns[1]) / 1e6:.2f} to "
        told += f"{((end.hi or 0) - truth.ended_ns[0]) / 1e6:.2f} ms"
    return told
