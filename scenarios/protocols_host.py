"""More of the world as protocols: the machine itself, what stands before a service, who stays connected, who waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from scenarios.heard import Heard
from scenarios.lock_looks import LockLook


class Router(Protocol):
    """What stands between users and several places that could serve them."""

    kind: str  # "haproxy", …
    version: str

    def point(self, colour: str) -> None:
        """Send every new request to `colour`, whatever kind of request it is."""
        ...

    def pointing(self) -> Mapping[str, str]:
        """For each of its backends, where it sends users now."""
        ...

    def facts(self) -> dict[str, str]:
        """The same as facts of a state."""
        ...


class Listeners(Protocol):
    """Users of live streams, who stay connected while a way back runs."""

    def start(self) -> None:
        """Returns when every one of them hears the stream."""
        ...

    def stop(self) -> None: ...

    def heard(self) -> Sequence[Heard]:
        """How each stream began and ended so far, in that order; raises Inconclusive(PROBE_DIED)."""
        ...


class LockWatch(Protocol):
    """Looks at the locks of the database, over and over."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def looks(self) -> Sequence[LockLook]:
        """All so far, in the order of time; raises Inconclusive(EVIDENCE_UNWRITABLE)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReading:
    """What the sentinel read of this machine at one instant. None: the kernel does not tell."""

    at_ns: int
    late_ms: tuple[float, ...]  # by how much each sleep since the last reading was overslept
    asleep_ns: int  # boot time less monotonic time: grows only while the machine is suspended
    waiting_us: int | None  # some program waited for a processor, since boot: /proc/pressure/cpu
    waiting_avg10: float | None  # the same over the last 10 s, in %
    stolen_s: float | None  # processor time that the hypervisor kept from this machine, since boot, all cores


class Sentinel(Protocol):
    """Watches this machine itself while a drill measures."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def readings(self) -> Sequence[HostReading]:
        """All so far. Where nothing could be written down, raises Inconclusive(EVIDENCE_UNWRITABLE)."""
        ...
