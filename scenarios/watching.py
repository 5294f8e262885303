"""Waiting on what users see: steady state, harm, signal, recovery. Each wait has a name, a deadline, a last value."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.judging.intervals import Edge, earliest, latest, outage
from scenarios.observations import CONTROL_LANE, Observation, lanes_of
from scenarios.protocols import Stage
from scenarios.signals import MIN_OBSERVATIONS, Reading, Signal

POLL_S = 0.05
STEADY_WAIT_S = 30.0
MIN_REQUESTS = 20
CONTROL_BAD_SHARE = 0.005
CONTROL_MEDIAN_S = 0.02
DROPPED_SHARE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How the wait for recovery ended. `served`: users are served, whatever the baseline's promises say."""

    restored: bool
    served: bool
    edge: Edge
    harmed: Edge
    still_bad: str


@dataclass(slots=True)
class Watch:
    """Reads the probe of one stage. `since_ns` is when the candidate's deployment began."""

    stage: Stage
    restores: tuple[str, ...]
    since_ns: int = 0
    baseline: dict[str, str | None] = field(default_factory=dict)
    _resolved: dict[str, set[int]] = field(default_factory=dict)
    _next_tick: dict[str, int] = field(default_factory=dict)
    _read: int = 0

    def steady(self, window_s: float) -> None:
        """Wait until a whole window is served; its last answers become the baseline's. Inconclusive otherwise."""

        def look(now_ns: int) -> str | None:
            recent = [o for o in self.stage.probe.observations() if o.sent_ns > now_ns - int(window_s * 1e9)]
            lanes = lanes_of(recent)
            missing = [name for name in self.stage.probe.lanes if name not in lanes]
            bad = [o for lane in lanes.values() for o in lane if not o.served]
            if missing:
                return f"no observation yet from {', '.join(missing)}"
            if bad:
                return f"{len(bad)} of {len(recent)} answers bad, the last one {bad[-1].lane}: {bad[-1].why}"
            if sum(len(lane) for lane in lanes.values()) < MIN_OBSERVATIONS or now_ns < started + int(window_s * 1e9):
                return f"only {len(recent)} observations so far"
            return None

        started = self.stage.clock.now_ns()
        self._until("a steady baseline", STEADY_WAIT_S + window_s, Cause.NO_STEADY_STATE, look)
        self._until("user traffic", STEADY_WAIT_S, Cause.NO_TRAFFIC, self._traffic)
        self.baseline = self.last_answers()

    def harm(self, deadline_s: float) -> Edge:
        """Wait until some user is hurt; the interval in which it began."""

        def look(_: int) -> str | None:
            return None if self._starts() else "every answer was good"

        self._until("harm", deadline_s, Cause.NO_HARM, look)
        return earliest(self._starts())

    def signal(self, signal: Signal, deadline_s: float) -> Reading:
        """Wait until the signal fires; what it saw then."""
        last: list[Reading] = []

        def look(now_ns: int) -> str | None:
            last.append(signal.read(self.stage.probe.observations(), now_ns))
            return None if last[-1].fires else last[-1].text

        self._until("the signal", deadline_s, Cause.NOT_DETECTED, look)
        return last[-1]

    def restored(self, procedure_done_ns: int, settle_s: float, hold_s: float) -> Recovery:
        """Wait until nothing has been bad for `hold_s`, or until `settle_s` after the procedure something still is."""
        give_up_ns = procedure_done_ns + int(settle_s * 1e9)
        while True:
            horizon = self._horizon_ns()
            bad = self._last_bad(self._promised)
            if bad is None or horizon - bad.sent_ns >= hold_s * 1e9:
                if bad is not None or horizon >= procedure_done_ns:
                    return self._recovery(True, "")
            elif bad.sent_ns > give_up_ns:
                return self._recovery(False, self._describe(bad, settle_s))
            self.stage.workload.requests()
            self.stage.clock.sleep(POLL_S)

    def last_answers(self) -> dict[str, str | None]:
        """What the newest served answer of a judged lane says of itself, for the promises of this scenario."""
        for seen in reversed(self.stage.probe.observations()):
            if seen.served and seen.lane != CONTROL_LANE:
                return {name: seen.facts.get(name) for name in self.restores}
        return dict.fromkeys(self.restores)

    def harness_health(self) -> str | None:
        """One sentence if this machine was too busy to measure, judged by our own echo server; else None."""
        control = [o for o in self.stage.probe.observations() if o.lane == CONTROL_LANE]
        if not control:
            return "the control lane has no observation"
        bad = sum(not o.served for o in control)
        median_s = statistics.median(o.done_ns - o.planned_ns for o in control) / 1e9
        dropped = self.stage.probe.dropped_share()
        if bad / len(control) > CONTROL_BAD_SHARE:
            return f"{bad} of {len(control)} answers of our own echo server came late or not at all"
        if median_s > CONTROL_MEDIAN_S:
            return f"our own echo server's median answer took {median_s * 1e3:.1f} ms"
        if dropped > DROPPED_SHARE:
            return f"{dropped:.1%} of the probe's ticks could not be sent"
        return None

    def _recovery(self, restored: bool, still_bad: str) -> Recovery:
        lanes = lanes_of(self.stage.probe.observations())
        ends = [
            found.end
            for name, lane in lanes.items()
            if (found := outage(lane, self._promised, self.since_ns, self.stage.probe.lanes[name].period_ns))
        ]
        bad = self._last_bad(lambda seen: seen.served)
        horizon = self._horizon_ns()
        served = restored or bad is None or horizon - bad.sent_ns > MIN_OBSERVATIONS / self.stage.probe.rate_hz * 1e9
        edge = latest(ends)
        if not restored:
            edge = Edge(lo=edge.lo, hi=None)
        return Recovery(
            restored=restored, served=served, edge=edge, harmed=earliest(self._starts()), still_bad=still_bad
        )

    def _starts(self) -> list[Edge]:
        lanes = lanes_of(self.stage.probe.observations())
        found = [
            outage(lane, lambda seen: seen.served, self.since_ns, self.stage.probe.lanes[name].period_ns)
            for name, lane in lanes.items()
        ]
        return [each.start for each in found if each is not None]

    def _promised(self, seen: Observation) -> bool:
        return seen.served and all(seen.facts.get(name) == self.baseline[name] for name in self.restores)

    def _last_bad(self, good: Callable[[Observation], bool]) -> Observation | None:
        seen = [
            o
            for o in self.stage.probe.observations()
            if o.lane != CONTROL_LANE and o.sent_ns >= self.since_ns and not good(o)
        ]
        return max(seen, key=lambda o: o.sent_ns, default=None)

    def _horizon_ns(self) -> int:
        """Every request planned before this instant has been answered, or was dropped: nothing older can still come.

        A hung request ends only at its deadline; calling users served before that would be a guess.
        """
        observations = self.stage.probe.observations()
        for seen in observations[self._read :]:
            self._resolved.setdefault(seen.lane, set()).add(seen.tick)
        self._read = len(observations)
        now_ns = self.stage.clock.now_ns()
        horizon = now_ns
        for name, lane in self.stage.probe.lanes.items():
            resolved, tick = self._resolved.get(name, set()), self._next_tick.get(name, 0)
            newest = max(resolved, default=-1)
            while tick <= newest and (tick in resolved or now_ns - lane.planned_ns(tick) > lane.expiry_ns):
                resolved.discard(tick)
                tick += 1
            self._next_tick[name] = tick
            horizon = min(horizon, lane.planned_ns(tick))
        return horizon

    def _describe(self, bad: Observation, settle_s: float) -> str:
        if bad.served:
            wrong = [f"{n} {bad.facts.get(n)} instead of {self.baseline[n]}" for n in self.restores]
            return f"{settle_s:g} s after the procedure users were served by {', '.join(wrong)}"
        return f"{settle_s:g} s after the procedure lane {bad.lane} still got: {bad.why}"

    def _traffic(self, _: int) -> str | None:
        made = self.stage.workload.requests()
        return None if made >= MIN_REQUESTS else f"users made {made} requests"

    def _until(self, name: str, deadline_s: float, cause: Cause, look: Callable[[int], str | None]) -> None:
        """Poll `look` (None: there; else what is seen instead) until the deadline, then Inconclusive(cause)."""
        end_ns = self.stage.clock.now_ns() + int(deadline_s * 1e9)
        while True:
            now_ns = self.stage.clock.now_ns()
            seen = look(now_ns)
            if seen is None:
                return
            if now_ns > end_ns:
                raise Inconclusive(cause, f"waited {deadline_s:.1f} s for {name}; last seen: {seen}")
            self.stage.workload.requests()
            self.stage.clock.sleep(POLL_S)
