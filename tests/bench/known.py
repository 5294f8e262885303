"""Outages of known length, the real probe's process looking at them: what both say, for the parts of `probe`."""

import math
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.probe.calibration import error_ms, found_in, inside, near
from fixtures.probe.client import ProbeProcess
from fixtures.probe.known import FaultProcess
from fixtures.probe.plan import Fault, LanePlan, Truth
from fixtures.waits import MonotonicClock
from scenarios.judging.intervals import Outage
from scenarios.observations import Observation
from tests.bench.goals import Tell

SETTLE_S = 1.0
TOLD_EVERY = 20
MS = 1_000_000
CLOCK = MonotonicClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one probe saw of the fault server: each lane sorted by sent_ns, the truths, each lane's own summary."""

    lanes: dict[str, list[Observation]]
    truths: list[Truth]
    summary: dict[str, dict[str, Any]]


def watch(lanes: tuple[LanePlan, ...], faults: Sequence[Fault], tell: Tell, what: str) -> Seen:
    """Probe the fault server with `lanes` while it makes `faults`."""
    with tempfile.TemporaryDirectory(prefix="bench-probe-") as name:
        folder = Path(name)
        (folder / "ledger").mkdir()
        server = FaultProcess(folder / "faults.log")
        probe = ProbeProcess(server.port, folder, None, lanes)
        try:
            probe.start()
            CLOCK.sleep(SETTLE_S)
            server.ask(faults)
            truths = []
            for number, _ in enumerate(faults, 1):
                truths.append(server.truth())
                if number % TOLD_EVERY == 0:
                    tell(f"{what}: {number} of {len(faults)}")
            CLOCK.sleep(SETTLE_S)
        finally:
            probe.stop()
            server.stop()
        seen = sorted(probe.observations(), key=lambda each: each.sent_ns)
        by_lane = {plan.name: [each for each in seen if each.lane == plan.name] for plan in lanes}
        return Seen(lanes=by_lane, truths=truths, summary=probe.summary())


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One outage as it was, and as the arithmetic of all drills sees it in one lane alone. `found` None: missed."""

    truth: Truth
    found: Outage | None
    inside: bool  # both edges
    error_ms: float  # of the duration's middle; infinite where it was missed, as nobody knows by how much
    excess_ms: float  # of the interval's width over what is stated of a total outage

    @property
    def width_s(self) -> float:
        """Of the duration's interval; 0 where it was missed."""
        if self.found is None or self.found.start.hi is None or self.found.end.hi is None:
            return 0.0
        start, end = self.found.start, self.found.end
        return (self.found.start.hi - start.lo + self.found.end.hi - end.lo) / 1e9


def compare(lane: Sequence[Observation], truths: Sequence[Truth], hz: float) -> list[Measured]:
    """Every outage against its truth."""
    tick_ns = round(1e9 / hz)
    return [
        Measured(
            truth=truth,
            found=found,
            inside=found is not None and inside(truth, found),
            error_ms=math.inf if found is None else abs(error_ms(truth, found)),
            excess_ms=0.0 if found is None else _excess_ms(lane, found, tick_ns),
        )
        for truth, found in found_in(lane, truths, tick_ns)
    ]


def _excess_ms(lane: Sequence[Observation], found: Outage, tick_ns: int) -> float:
    """By how much the duration's interval is wider than two ticks, the round trips of the two looks at its edges, and
    how late those were sent. A first bad look that is never answered counts as long as the slowest good one before.
    """
    start, end = found.start, found.end
    assert start.hi is not None
    assert end.hi is not None
    around = near(lane, start.lo - 1, end.hi)
    first_bad = next(look for look in around if not look.served)
    first_good = next(look for look in around if look.served and look.sent_ns > end.lo)
    stated_ns = 2 * tick_ns + (start.hi - first_bad.sent_ns) + (first_good.done_ns - first_good.sent_ns)
    late_ns = (first_bad.sent_ns - first_bad.planned_ns) + (first_good.sent_ns - first_good.planned_ns)
    width_ns = (start.hi - start.lo) + (end.hi - end.lo)
    return (width_ns - stated_ns - late_ns) / MS


def log_uniform(chance: random.Random, low_s: float, high_s: float) -> float:
    """A length; each factor is as likely as any other."""
    return math.exp(chance.uniform(math.log(low_s), math.log(high_s)))
