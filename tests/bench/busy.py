"""The probe where nothing is wrong but the machine is busy, and where everything hangs."""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fixtures import processes
from fixtures.probe.client import CHECKOUT, ProbeProcess
from fixtures.probe.known import FaultProcess
from fixtures.probe.plan import DEFAULT_LANES, Fault
from fixtures.sentinel import HostSentinel
from scenarios.harness import Pace, symptoms
from scenarios.model import Load
from scenarios.observations import CONTROL_LANE, Observation
from scenarios.protocols import LaneCounts
from scenarios.protocols_host import HostReading
from tests.bench.goals import Goal, Tell
from tests.bench.known import CLOCK, SETTLE_S, watch

WINDOW_S = 30.0
WINDOWS = 20
APART_NS = 1_000_000_000  # bad answers further apart than this are two outages
# the fault server logs nobody in, so the journey lane has nothing to do here
LANES = tuple(plan for plan in DEFAULT_LANES if plan.kind != "journey")
HANG_S = 5.0


@contextmanager
def busy_cores(folder: Path) -> Iterator[None]:
    """Each core has somebody who never lets go of it."""
    argv = [sys.executable, "-c", "while True: pass"]
    children = [
        processes.spawn(argv, env={}, cwd=CHECKOUT, log=folder / "busy.log") for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for child in children:
            processes.stop(child)


def healthy_goals(tell: Tell, windows: int = WINDOWS) -> list[Goal]:
    """Nothing is wrong with the service: every outage seen is a false one, every inconclusive window a lost drill."""
    with tempfile.TemporaryDirectory(prefix="bench-probe-") as name, busy_cores(Path(name)):
        folder = Path(name)
        (folder / "ledger").mkdir()
        server = FaultProcess(folder / "faults.log")
        probe, sentinel = ProbeProcess(server.port, folder, None, LANES), HostSentinel(folder)
        try:
            sentinel.start()
            probe.start()
            CLOCK.sleep(SETTLE_S)
            begin_ns = CLOCK.now_ns()
            for window in range(windows):
                CLOCK.sleep(WINDOW_S)
                tell(f"healthy with busy cores: {window + 1} of {windows} windows of {WINDOW_S:g} s")
        finally:
            probe.stop()
            sentinel.stop()
            server.stop()
        seen, host, summary = probe.observations(), sentinel.readings(), probe.summary()
    spans = [(begin_ns + int(i * WINDOW_S * 1e9), begin_ns + int((i + 1) * WINDOW_S * 1e9)) for i in range(windows)]
    sick = [sentence for span in spans for sentence in _sick(seen, host, span)[:1]]
    for sentence in sick:
        tell(f"inconclusive: {sentence}")
    false = _outages(seen)
    for each in false:
        tell(f"false outage: {each.lane}: {each.why}")
    minutes = windows * WINDOW_S / 60
    again, planned = (sum(said[name] for said in summary.values()) for name in ("again", "planned"))
    late_ms = {lane: said["late_ms"]["p99"] for lane, said in summary.items()}
    return [
        Goal.at_most(f"false outages in {minutes:g} healthy minutes, every core busy", len(false), "outages", 0),
        Goal.at_most(f"windows of {WINDOW_S:g} s inconclusive, of {windows}", len(sick), "windows", 1),
        Goal.seen("follow-ups sent though nothing was wrong, of 100 looks", 100 * again / planned, "looks"),
        Goal.seen("looks sent late beside busy cores, p99 of the worst lane", max(late_ms.values()), "ms", late_ms),
    ]


def _outages(seen: Sequence[Observation]) -> list[Observation]:
    """The first bad answer of each."""
    bad = sorted((o for o in seen if not o.served and o.lane != CONTROL_LANE), key=lambda o: o.sent_ns)
    return [o for i, o in enumerate(bad) if i == 0 or o.sent_ns - bad[i - 1].sent_ns > APART_NS]


def _sick(seen: Sequence[Observation], host: Sequence[HostReading], span: tuple[int, int]) -> list[str]:
    """What a drill that had measured in `span` would say of the harness."""
    begin_ns, end_ns = span
    within = [look for look in seen if begin_ns <= look.planned_ns < end_ns and not look.again]
    control = sorted((look for look in within if look.lane == CONTROL_LANE), key=lambda look: look.done_ns)
    found = symptoms(
        control=control,
        until_ns=max(look.sent_ns for look in within),
        lanes={plan.name: _counts([look for look in within if look.lane == plan.name]) for plan in LANES},
        host=[reading for reading in host if begin_ns <= reading.at_ns < end_ns],
        pace=Pace(load=Load(), made=[], cpu_share=None, free=None),  # nobody but the probe is here
    )
    return [symptom.sentence for symptom in found]


def _counts(looks: Sequence[Observation]) -> LaneCounts:
    """How one lane kept its schedule between its first and its last look."""
    ticks = [look.tick for look in looks]
    planned = max(ticks) - min(ticks) + 1
    late = sorted((look.sent_ns - look.planned_ns) / 1e6 for look in looks)
    late_ms = {"p50": late[len(late) // 2], "p99": late[int(len(late) * 0.99)], "max": late[-1]}
    return LaneCounts(planned=planned, sent=len(ticks), dropped=planned - len(ticks), late_ms=late_ms)


def hang_goals(tell: Tell) -> list[Goal]:
    """A service that hangs for longer than every deadline: nothing of the schedule is lost without being counted."""
    judged = tuple(plan for plan in LANES if plan.kind != CONTROL_LANE)
    fault = Fault(shape="hang", length_s=HANG_S, pause_s=1.0037)
    seen = watch(judged, [fault], tell, "a hang")
    differences = {plan.name: float(_difference(seen.summary[plan.name], seen.lanes[plan.name])) for plan in judged}
    dropped = sum(said["dropped"] for said in seen.summary.values())
    again = sum(said["again"] for said in seen.summary.values())
    goal = f"a {HANG_S:g} s hang: planned less sent and dropped, all lanes"
    return [
        Goal.at_most(goal, sum(differences.values()), "ticks", 0, differences),
        Goal.seen(f"a {HANG_S:g} s hang: dropped", dropped, "ticks"),
        Goal.seen(f"a {HANG_S:g} s hang: follow-ups sent", again, "looks"),
    ]


def _difference(said: dict[str, Any], looks: Sequence[Observation]) -> int:
    """Ticks that are neither sent nor dropped, and ticks that are said to be sent and have no record."""
    recorded = {look.tick for look in looks if not look.again}
    planned, sent, dropped = (int(said[name]) for name in ("planned", "sent", "dropped"))
    return abs(planned - sent - dropped) + abs(sent - len(recorded))
