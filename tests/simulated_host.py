"""The simulated world's machine and its background users: what a sentinel reads of it, and what they make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import Load
from scenarios.protocols import Request
from scenarios.protocols_host import HostReading

if TYPE_CHECKING:
    from tests.simulated_world import World

SECOND = 1_000_000_000


@dataclass(kw_only=True)
class HostFacts:
    """What the sentinel reads, ten times a second: how late it wakes, and shares of time and sleep as they pass."""

    late_ms: float = 0.1
    waiting: float | None = 0.3
    stolen: float | None = 0.0
    suspended: tuple[float, float] = (0.0, 0.0)  # so many seconds into the drill, for so many seconds
    present: bool = True
    uploads: dict[str, str] = field(default_factory=lambda: {"a.wav": "digest"})

    def readings(self, from_ns: int, to_ns: int) -> list[HostReading]:
        at, slept_s = self.suspended
        return [
            HostReading(
                at_ns=now,
                late_ms=(self.late_ms,) * 5,
                asleep_ns=int(slept_s * SECOND) if now - from_ns > at * SECOND else 0,
                waiting_us=None if self.waiting is None else int(self.waiting * (now - from_ns) / 1000),
                waiting_avg10=None if self.waiting is None else self.waiting * 100,
                stolen_s=None if self.stolen is None else self.stolen * (now - from_ns) / SECOND,
            )
            for now in range(from_ns, to_ns, SECOND // 10)
            if self.present
        ]


class SimulatedUsers:
    """Workload, sentinel, guard and what users put on the host of one world."""

    def __init__(self, world: "World", what: str) -> None:
        self.world = world
        self.what = what
        self.started_ns = self.ended_ns = 0

    def start(self, load: Load | None = None) -> None:
        self.started_ns = self.world.now_ns

    def stop(self) -> None:
        self.ended_ns = self.world.now_ns
        self.world.stopped.append(self.what)

    def check(self, parameters: Mapping[str, str]) -> None:
        if self.world.refused:
            raise Inconclusive(Cause.TARGET_REFUSED, self.world.refused)

    def made(self) -> Sequence[Request]:
        """Fifty a second, each answered within 5 ms, while users are there."""
        period = SECOND // 50
        ends = (
            range(self.started_ns + period, (self.ended_ns or self.world.now_ns) + 1, period)
            if self.world.users
            else ()
        )
        return [Request(sent_ns=end - 5_000_000, done_ns=end) for end in ends if not self.world.absent(end)]

    def files(self) -> dict[str, str]:
        return dict(self.world.host.uploads)

    def cpu_share(self) -> float | None:
        return self.world.users_cpu

    def requests(self) -> int:
        if self.world.users_die_ns is not None and self.world.now_ns > self.world.users_die_ns:
            raise Inconclusive(Cause.WORKLOAD_DIED, "locust ended with status 1")
        return (self.world.now_ns - self.started_ns) * 50 // SECOND if self.world.users else 0

    def readings(self) -> Sequence[HostReading]:
        return self.world.host.readings(self.started_ns, self.ended_ns or self.world.now_ns)
