"""The probe's record as a drill needs it while it runs: kept up to date by reading only what is new."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scenarios.judging import speed
from scenarios.judging.speed import LAG_NS, READ_LANE, WINDOW_NS, Usual
from scenarios.observations import CONTROL_LANE, READINGS, SPEED_LANE, Observation
from scenarios.protocols import Lane, Probe

Good = Callable[[Observation], bool]


@dataclass(slots=True)
class Feed:
    """Observations by lane, the newest bad ones, and how far the record is complete. Call `update` before looking.

    A drill looks twenty times a second; going through everything each time would load the machine that is measured.
    """

    probe: Probe
    promised: Good
    since_ns: int | None = None  # when the candidate's deployment began; bad answers count from then on
    windows: int = 0  # of speed, judged or left out
    usual: Usual | None = None  # how fast the baseline was; from then on speed is a lane of its own
    lanes: dict[str, list[Observation]] = field(default_factory=dict)
    control: list[Observation] = field(default_factory=list)
    last_served: Observation | None = None
    last_not_served: Observation | None = None  # of any lane
    last_refused: Observation | None = None  # of a lane of requests
    last_stuck: Observation | None = None  # of the rollout's lane
    last_slow: Observation | None = None  # of the lane of speed
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
        self.judge_speed(horizon - LAG_NS)
        timed = self.timed
        return horizon if timed is None else min(horizon, timed.planned_ns(self.windows))

    @property
    def timed(self) -> Lane | None:
        """The plan of the lane of speed, which begins with the candidate; None where speed is not watched."""
        if self.usual is None or self.since_ns is None:
            return None
        return Lane(name=SPEED_LANE, start_ns=self.since_ns, period_ns=WINDOW_NS, deadline_ns=WINDOW_NS)

    def judge_speed(self, until_ns: int) -> None:
        """Take in every window of speed that was over by `until_ns`; all that was asked in it has to be known."""
        timed = self.timed
        while self.usual is not None and timed is not None and timed.planned_ns(self.windows + 1) <= until_ns:
            start_ns = timed.planned_ns(self.windows)
            seen = speed.reading(self.lanes.get(READ_LANE, ()), self.control, start_ns, start_ns + WINDOW_NS)
            told = None if seen is None else speed.judged(self.usual, seen, self.windows, start_ns)
            if told is not None:
                self._take(told)
            self.windows += 1

    def sorted_lanes(self) -> dict[str, list[Observation]]:
        """The judged lanes, each in the order its requests were sent: what the arithmetic of edges wants."""
        return {name: sorted(lane, key=lambda seen: seen.sent_ns) for name, lane in self.lanes.items()}

    def _take(self, seen: Observation) -> None:
        self.lanes.setdefault(seen.lane, []).append(seen)
        if not seen.again:  # a follow-up does not stand for the look that it follows
            self._resolved.setdefault(seen.lane, set()).add(seen.tick)
        self._newest[seen.lane] = max(seen.tick, self._newest.get(seen.lane, -1))
        asked = seen.lane not in READINGS
        if seen.served and asked:
            self.last_served = seen
        if self.since_ns is None or seen.sent_ns < self.since_ns:
            return
        if not seen.served:
            self.last_not_served = _later(self.last_not_served, seen)
            if asked:
                self.last_refused = _later(self.last_refused, seen)
            elif seen.lane == SPEED_LANE:
                self.last_slow = _later(self.last_slow, seen)
            else:
                self.last_stuck = _later(self.last_stuck, seen)
        if not self.promised(seen):
            self.last_not_promised = _later(self.last_not_promised, seen)


def _later(one: Observation | None, other: Observation) -> Observation:
    return other if one is None or other.sent_ns > one.sent_ns else one
