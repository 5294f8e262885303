"""The simulated world's service and probe: modes of behaviour in, observations and ledger records out."""

import heapq
import itertools
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.ledger import Row, body_digest
from scenarios.observations import CONTROL_LANE, Observation
from scenarios.protocols import Lane, LaneCounts
from scenarios.results import Calibration

if TYPE_CHECKING:
    from tests.simulated_world import World

SECOND = 1_000_000_000
HZ = {"read": 60, "write": 60, "journey": 5, CONTROL_LANE: 50}
DEADLINE_S = {"read": 1.0, "write": 1.0, "journey": 2.0, CONTROL_LANE: 0.5}


@dataclass(frozen=True, kw_only=True)
class Mode:
    """How the service behaves. `bad`: lanes that refuse a `share` of requests, after `hang_s` each."""

    release: str | None = "v1"
    schema: str | None = "s1"
    bad: frozenset[str] = frozenset()
    share: float = 1.0
    hang_s: float = 0.002
    why: str = "answered 500"
    slower_s: float = 0.0  # by how much every answer comes later


GOOD = Mode()
WRITES_FAIL = Mode(release="v2", schema="s2", bad=frozenset({"write"}))
ALL_FAIL = Mode(release="v2", schema="s2", bad=frozenset({"read", "write", "journey"}))
CANDIDATE = Mode(release="v2", schema="s2")
WRONG_SCHEMA = Mode(schema="s2")


def stumble(world: "World") -> None:
    """Everything fails for a tenth of a second, and is well again."""
    world.turn(ALL_FAIL)
    world.sleep(0.1)
    world.turn(GOOD)
    world.sleep(0.1)


class SimulatedProbe:
    """Sends every lane's ticks on time; an answer can be seen once the clock has passed its end."""

    error_ms: float | None = 1.0
    calibration: Calibration | None = None

    def __init__(self, world: "World") -> None:
        self._world = world
        self._seen: list[Observation] = []
        self._pending: list[tuple[int, int, Observation]] = []
        self._order = itertools.count()
        self._next: dict[str, int] = dict.fromkeys(HZ, 0)
        self._random = random.Random(7)
        self._plans: dict[str, Lane] = {}
        self.lanes: Mapping[str, Lane] = {}
        self.rate_hz = float(sum(hz for lane, hz in HZ.items() if lane != CONTROL_LANE))

    def start(self) -> None:
        start = self._world.now_ns
        self._plans = {
            lane: Lane(name=lane, start_ns=start, period_ns=SECOND // hz, deadline_ns=int(DEADLINE_S[lane] * SECOND))
            for lane, hz in HZ.items()
        }
        self.lanes = {name: lane for name, lane in self._plans.items() if name != CONTROL_LANE}

    def stop(self) -> None:
        """As the real one does: wait for the answers still due."""
        self._plan(self._world.now_ns)
        self._reveal(max([self._world.now_ns, *(done for done, _, _ in self._pending)]))
        self._plans = {}
        self._world.stopped.append("probe")

    def observations(self) -> Sequence[Observation]:
        now_ns = self._world.now_ns
        dead_ns = self._world.probe_dies_ns
        if dead_ns is not None and now_ns > dead_ns:
            raise Inconclusive(Cause.PROBE_DIED, "its process ended with status -9")
        self._plan(now_ns)
        self._reveal(now_ns)
        return self._seen

    def counts(self) -> Mapping[str, LaneCounts]:
        """Known once it has stopped, as of the real one; every lane dropped and was late as the world says."""
        if "probe" not in self._world.stopped:
            return {}
        late_ms = {"p50": self._world.late_ms, "p99": self._world.late_ms, "max": self._world.late_ms}
        return {
            name: LaneCounts(planned=1000, sent=1000 - dropped, dropped=dropped, late_ms=late_ms)
            for name in HZ
            for dropped in (round(1000 * self._world.dropped),)
        }

    def _plan(self, now_ns: int) -> None:
        for name, lane in self._plans.items():
            while (sent := lane.planned_ns(self._next[name])) <= now_ns:
                tick = self._next[name]
                self._next[name] += 1
                if not self._world.drops(name, tick):
                    seen = self._send(name, tick, sent)
                    heapq.heappush(self._pending, (seen.done_ns, next(self._order), seen))

    def _reveal(self, until_ns: int) -> None:
        while self._pending and self._pending[0][0] <= until_ns:
            self._seen.append(heapq.heappop(self._pending)[2])

    def _send(self, lane: str, tick: int, sent: int) -> Observation:
        mode = self._world.mode(sent)
        slow_s = next((s for (name, at), s in self._world.slow.items() if name == lane and 0 <= sent - at < 2e8), 0.0)
        bad = bool(slow_s) or (lane in mode.bad and self._random.random() < mode.share)
        took_s = slow_s or (mode.hang_s if bad else 0.002 + self._random.random() * 0.003 + mode.slower_s)
        if lane == CONTROL_LANE:
            took_s = self._world.control_hang_s * (self._world.busy if self._world.noisy(sent) else 1)
            bad = took_s > DEADLINE_S[lane]
        if lane == "read" and self._world.noisy(sent):
            took_s *= self._world.busy
        done = sent + int(took_s * SECOND)
        if lane == "write":
            self._write(tick, sent, done, bad)
        return Observation(
            lane=lane,
            tick=tick,
            planned_ns=sent,
            sent_ns=sent,
            done_ns=done,
            status=500 if bad else 200,
            served=not bad,
            facts={"release": mode.release, "schema": mode.schema},
            why=mode.why if bad else None,
        )

    def _write(self, tick: int, sent: int, done: int, bad: bool) -> None:
        who = {"id": f"w{tick}", "client": "probe", "seq": tick}
        digest = body_digest(f"note {tick}")
        self._world.ledger.append({"e": "intent", "t": sent, "op": "insert", "digest": digest, **who})
        outcome: dict[str, object] = {"e": "rejected" if bad else "ack", "t": done, "id": f"w{tick}", "release": None}
        self._world.ledger.append(outcome)
        if not bad:
            self._world.rows[f"w{tick}"] = [Row(id=f"w{tick}", client="probe", seq=tick, digest=digest)]
