"""More of the world as protocols: what stands before a service, and who stays connected to it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from scenarios.heard import Heard


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
