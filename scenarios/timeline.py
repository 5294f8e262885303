"""The ordered facts of one drill on one monotonic clock, written to evidence as they happen."""

from scenarios.judging.intervals import Edge
from scenarios.protocols import EvidenceSink
from scenarios.results import Phases


class Timeline:
    """Events of one drill. An event is an Edge: an instant (lo = hi) or an interval known from the probe."""

    def __init__(self, sink: EvidenceSink) -> None:
        self._sink = sink
        self._events: dict[str, Edge] = {}

    def mark(self, name: str, at_ns: int, /, **facts: object) -> None:
        """Record something that happened at a known instant."""
        self._events[name] = Edge(lo=at_ns, hi=at_ns)
        self._sink.event(name, at_ns, **facts)

    def measured(self, name: str, edge: Edge, /, **facts: object) -> None:
        """Record something that the probe bounds; stamped with the interval's end, or its start if it is open."""
        self._events[name] = edge
        self._tell(name, edge, **facts)

    def refine(self, name: str, edge: Edge) -> None:
        """Replace an event's interval by one computed from more observations.

        The line on disk stays; one more, `refined`, names the event and has the interval that holds from then on.
        """
        if self._events.get(name) != edge:
            self._events[name] = edge
            self._tell("refined", edge, name=name)

    def get(self, name: str) -> Edge | None:
        """The event, or None if it has not happened."""
        return self._events.get(name)

    def at(self, name: str) -> int:
        """The instant of an event that has happened; KeyError otherwise."""
        edge = self._events[name]
        return edge.lo if edge.hi is None else edge.hi

    def events(self) -> dict[str, Edge]:
        """All that has happened, by name."""
        return dict(self._events)

    def phases(self) -> Phases:
        """Seconds between the events, from the middles of their intervals; None where either end is missing."""
        propagate = self._between("procedure_done", "restored")
        return Phases(
            detect=self._between("harmed", "detected"),
            decide=self._between("detected", "decided"),
            execute=self._between("procedure_started", "procedure_done"),
            # users may be served before the last step has ended: then nothing had to propagate after it
            propagate=None if propagate is None else max(0.0, propagate),
            stabilise=self._between("restored", "held"),
        )

    def _tell(self, name: str, edge: Edge, /, **facts: object) -> None:
        self._sink.event(name, edge.lo if edge.hi is None else edge.hi, lo_ns=edge.lo, hi_ns=edge.hi, **facts)

    def _between(self, first: str, second: str) -> float | None:
        a, b = self._events.get(first), self._events.get(second)
        if a is None or b is None or a.hi is None or b.hi is None:
            return None
        return round(((b.lo + b.hi) - (a.lo + a.hi)) / 2e9, 4)
