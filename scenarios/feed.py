"""The probe's record as a drill needs it while it runs: kept up to date by reading only what is new."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scenarios.observations import CONTROL_LANE, ROLLOUT_LANE, Observation
from scenarios.protocols import Probe

Good = Callable[[Observation], bool]


@dataclass(slots=True)
class Feed:
    """Observations by lane, the newest bad ones, and how far the record is complete. Call `update` before looking.

    A drill looks twenty times a second; going through everything each time would load the machine that is measured.
    """

    probe: Probe
    promised: Good
    since_ns: int | None = None  # when the candidate's deployment began; bad answers count from then on
    lanes: dict[str, list[Observation]] = field(default_factory=dict)
    control: list[Observation] = field(default_factory=list)
    last_served: Observation | None = None
    last_not_served: Observation | None = None  # of any lane
    last_refused: Observation | None = None  # of a lane of requests
    last_stuck: Observation | None = None  # of the rollout's lane
    last_not_promised: Observation | None = None
    _read: int = 0
    _resolved: dict[str, set[int]] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)
    _next: dict[str, int] = field(default_factory=dict)

    def update(self) -> None:
        """Take in what the probe recorded since the last call; raises Inconclusive(PROBE_DIED) as the probe does."""
        observations = self.probe.observations()
        for seen in observations[self._read :]:
            if seen.lane == CONTROL_LANE:
                self.control.append(seen)
            else:
                self._take(seen)
        self._read = len(observations)

    @property
    def known(self) -> int:
        """How many observations have been taken in."""
        return self._read

    def horizon_ns(self, now_ns: int) -> int:
        """Every request planned before this instant has been answered, or was dropped: nothing older can still come.

        A hung request ends only at its deadline; calling users served before that would be a guess.
        """
        horizon = now_ns
        for name, lane in self.probe.lanes.items():
            resolved, tick = self._resolved.get(name, set()), self._next.get(name, 0)
            newest = self._newest.get(name, -1)
            while tick <= newest and (tick in resolved or now_ns - lane.planned_ns(tick) > lane.expiry_ns):
                resolved.discard(tick)
                tick += 1
            self._next[name] = tick
            horizon = min(horizon, lane.planned_ns(tick))
        return horizon

    def sorted_lanes(self) -> dict[str, list[Observation]]:
        """The judged lanes, each in the order its requests were sent: what the arithmetic of edges wants."""
        return {name: sorted(lane, key=lambda seen: seen.sent_ns) for name, lane in self.lanes.items()}

    def _take(self, seen: Observation) -> None:
        self.lanes.setdefault(seen.lane, []).append(seen)
        if not seen.again:  # a follow-up does not stand for the look that it follows
            self._resolved.setdefault(seen.lane, set()).add(seen.tick)
        self._newest[seen.lane] = max(seen.tick, self._newest.get(seen.lane, -1))
        asked = seen.lane != ROLLOUT_LANE
        if seen.served and asked:
            self.last_served = seen
        if self.since_ns is None or seen.sent_ns < self.since_ns:
            return
        if not seen.served:
            self.last_not_served = _later(self.last_not_served, seen)
            if asked:
                self.last_refused = _later(self.last_refused, seen)
            else:
                self.last_stuck = _later(self.last_stuck, seen)
        if not self.promised(seen):
            self.last_not_promised = _later(self.last_not_promised, seen)


def _later(one: Observation | None, other: Observation) -> Observation:
    return other if one is None or other.sent_ns > one.sent_ns else one
