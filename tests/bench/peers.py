"""The same real `kubectl rollout undo`, seen by the probe, by a 1 Hz poller, by a 2 s poller, and by `rollout status`.

The pollers do as the tools do that people use for this: OpenShift's disruption monitor samples once a second, krkn's
health check every two. They run beside the probe, in the same drills, against the same port of a real kind cluster.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fixtures.leases import Lease
from fixtures.run import CHECKOUT, Run
from scenarios.errors import EnvironmentUnavailable
from scenarios.record import Subject
from scenarios.registry import load_system
from scenarios.rehearsal import rehearse
from scenarios.results import DrillRecord
from tests.bench.goals import Goal, Tell
from tests.bench.pages import put

if TYPE_CHECKING:
    from tests.bench.polled import PolledEnvironment

TITLE = "recovery of a real rollout undo: the probe beside a 1 Hz poller, a 2 s poller and rollout status"
TAKES = "about 6 min, needs the engine"
SYSTEM = CHECKOUT / "scenarios" / "systems" / "jarvis"
PAGE = CHECKOUT / "docs" / "measurement.md"
BEGIN, END = "<!-- peers: made by `tox -e bench -- peers` -->", "<!-- /peers -->"
DRILLS = {"every request fails": "undo-fails-every-request", "3 of 10 requests fail": "undo-fails-some"}
TIMES = 3
TIME_SCALE = 0.02
POLLERS = ("1 Hz poller", "2 s poller")
PEERS = (*POLLERS, "rollout status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One drill: the probe's interval, and what each peer said, in s after the procedure began (None: nothing)."""

    drill: str
    probe_s: tuple[float, float]
    peers: dict[str, float | None]

    def outside_s(self, peer: str) -> float | None:
        """How far a peer's figure lies outside the probe's interval: negative before it, 0 inside."""
        said = self.peers[peer]
        if said is None:
            return None
        return min(0.0, said - self.probe_s[0]) or max(0.0, said - self.probe_s[1])


def run(tell: Tell) -> list[Goal]:
    """Rehearse each drill a few times with the pollers beside it; writes the table into docs/measurement.md."""
    from tests.bench.polled import PolledEnvironment

    named = Run.begin(time_scale=TIME_SCALE, suite=None, environment="kind", require_all=False)
    alive = Lease(f"run/{named.name}")  # no other run sweeps this one's cluster
    seen: list[Seen] = []
    try:
        environment = PolledEnvironment(named)
        try:
            for name, scenario in DRILLS.items():
                for number in range(1, TIMES + 1):
                    seen.append(_rehearse(environment, name, scenario, number))
                    tell(f"{name}, {number} of {TIMES}: {', '.join(_row(seen[-1]))}")
        finally:
            environment.close()
    finally:
        alive.release()
    put(PAGE, BEGIN, END, ("the candidate", "probe", *PEERS), map(_row, seen))
    tell(f"table written: {PAGE.relative_to(CHECKOUT)}")
    return [goal for name in DRILLS for goal in _goals(name, [each for each in seen if each.drill == name])]


def _rehearse(environment: "PolledEnvironment", name: str, scenario: str, number: int) -> Seen:
    system = load_system(SYSTEM)
    subject = Subject(
        drill_id=f"bench::{scenario}-{number}", system=system, scenario=system.scenario(scenario), time_scale=TIME_SCALE
    )
    record = rehearse(subject, environment, environment.run.folder / f"{scenario}-{number}")
    lo, hi = record.recovery_s or (None, None)
    if lo is None or hi is None:
        raise EnvironmentUnavailable(
            "measured recovery", f"{name}: {record.verdict}, {record.cause}: {record.detail}", "run it again"
        )
    return Seen(drill=name, probe_s=(lo, hi), peers=_peers(environment, record))


def _peers(environment: "PolledEnvironment", record: DrillRecord) -> dict[str, float | None]:
    polled = {name: poller.recovery_s(environment.started_ns) for name, poller in environment.pollers.items()}
    return {**polled, "rollout status": record.claimed_s}


def _goals(name: str, seen: list[Seen]) -> list[Goal]:
    worst = {
        peer: max((abs(out) for each in seen if (out := each.outside_s(peer)) is not None), default=None)
        for peer in PEERS
    }
    width_s = max(each.probe_s[1] - each.probe_s[0] for each in seen)
    against = {peer: out for peer, out in worst.items() if out is not None}
    missed = sum(each.peers[peer] is None for each in seen for peer in POLLERS)
    return [
        Goal.seen(
            f"{name}: width of the probe's interval, worst of {len(seen)}; against: how far outside it others were",
            width_s,
            "s",
            against,
        ),
        Goal.seen(f"{name}: pollers that saw no trouble after the procedure began, of {2 * len(seen)}", missed, ""),
    ]


def _row(each: Seen) -> list[str]:
    cells = [each.drill, f"{each.probe_s[0]:.2f} to {each.probe_s[1]:.2f} s"]
    for peer in PEERS:
        said, out = each.peers[peer], each.outside_s(peer)
        if said is None or out is None:
            cells.append("saw no trouble")
        else:
            cells.append(f"{said:.2f} s" + (f" ({abs(out):.2f} s {'early' if out < 0 else 'late'})" if out else ""))
    return cells
