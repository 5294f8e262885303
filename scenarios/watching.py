"""Waiting on what users see: steady state, harm, signal, recovery. Each wait has a name, a deadline, a last value."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from scenarios.errors import Inconclusive
from scenarios.feed import Feed
from scenarios.judging import speed
from scenarios.judging.causes import Cause
from scenarios.judging.intervals import Edge, earliest, latest, outages
from scenarios.judging.speed import LAG_NS, LEAST_WINDOWS, READ_LANE, WINDOW_NS
from scenarios.model import Harm
from scenarios.observations import READINGS, ROLLOUT_LANE, SPEED_LANE, Observation
from scenarios.protocols import Lane, Stage
from scenarios.signals import MIN_OBSERVATIONS, Reading, Signal

POLL_S = 0.05
STEADY_WAIT_S = 30.0
MIN_REQUESTS = 20
SILENCE_NS = 1_000_000_000  # past the last instant at which a living probe must have told us enough


Enough = Callable[[int, int], bool]  # the last bad request was sent, all that was sent until then is known: in ns


def _any(_back_ns: int, _held_ns: int) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How the wait for recovery ended. `served`: users are served, whatever the baseline's promises say.

    `answers`: the facts that the promises are judged by. `last_bad_ns`: when the last bad request that we knew of was
    sent (0: none). `held_ns`: every request due before this instant had been answered, or was taken for dropped.
    """

    restored: bool
    served: bool
    stuck: bool  # what is not restored is the rollout, not what users get
    edge: Edge
    harmed: Edge
    still_bad: str
    answers: dict[str, str | None]
    last_bad_ns: int
    held_ns: int
    known: int  # observations that this was judged by
    longer_s: float = 0.0  # by how much it waited longer than for the hold asked for: for more of it, or in vain


@dataclass(slots=True)
class Watch:
    """Reads the probe of one stage for one drill. `restores`: the facts of an answer that must be the baseline's.

    `slower`: by which share answers may take longer than the baseline's before users count as hurt; None: not watched.
    """

    stage: Stage
    restores: tuple[str, ...]
    slower: float | None = None
    baseline: dict[str, str | None] = field(default_factory=dict)
    feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        self.feed = Feed(probe=self.stage.probe, promised=self.promised)

    def steady(self, window_s: float) -> None:
        """Wait until a whole window is served; its last answers become the baseline's. Inconclusive otherwise."""
        started_ns = self.stage.clock.now_ns()
        window_ns = int(window_s * 1e9)

        def look(now_ns: int) -> str | None:
            lanes = {name: _since(lane, now_ns - window_ns) for name, lane in self.feed.lanes.items()}
            missing = [name for name in self.stage.probe.lanes if not lanes.get(name)]
            recent = [seen for lane in lanes.values() for seen in lane]
            bad = [seen for seen in recent if not seen.served]
            if missing:
                return f"no observation yet from {', '.join(missing)}"
            if bad:
                return f"{len(bad)} of {len(recent)} answers bad, the last one {bad[-1].lane}: {bad[-1].why}"
            if len(recent) < MIN_OBSERVATIONS or now_ns < started_ns + window_ns:
                return f"only {len(recent)} observations so far"
            return self._time_baseline(started_ns, window_ns, now_ns)

        self._until("a steady baseline", STEADY_WAIT_S + window_s, Cause.NO_STEADY_STATE, look)
        self._until("user traffic", STEADY_WAIT_S, Cause.NO_TRAFFIC, self._traffic)
        self.baseline = self.last_answers()
        # None equals None: a promise about something that no answer tells would hold whatever happened
        untold = [name for name, value in self.baseline.items() if value is None]
        if untold:
            raise Inconclusive(Cause.PROMISE_UNTOLD, f"the baseline's answers do not say their {', '.join(untold)}")

    def hurt_since(self, start_ns: int) -> Observation | None:
        """A bad answer that ended after this instant, of any lane; None where there is none.

        What was asked until now is waited for: a request that hangs is known to be bad only at its deadline.
        """
        asked_ns = self.stage.clock.now_ns()
        deadline_s = max(lane.expiry_ns for lane in self.stage.probe.lanes.values()) / 1e9 + 1.0

        def look(now_ns: int) -> str | None:
            missing_s = (asked_ns - self.feed.horizon_ns(now_ns)) / 1e9
            return None if missing_s <= 0 else f"what was asked in the last {missing_s:.1f} s not yet answered"

        self._until("answers to what was asked before the candidate", deadline_s, Cause.LANE_SILENT, look)
        recent = (seen for lane in self.feed.lanes.values() for seen in _since(lane, start_ns))
        return next((seen for seen in recent if not seen.served), None)

    def _time_baseline(self, started_ns: int, window_ns: int, now_ns: int) -> str | None:
        """How fast the steady state answers, where that is watched; what is still missing for it, else None."""
        if self.slower is None:
            return None
        feed, windows = self.feed, max(LEAST_WINDOWS, window_ns // WINDOW_NS)
        until_ns = feed.horizon_ns(now_ns) - LAG_NS
        if until_ns - windows * WINDOW_NS < started_ns:
            return f"not yet {windows} half seconds whose every answer is known"
        feed.usual = speed.usual(feed.lanes.get(READ_LANE, ()), feed.control, until_ns, windows, self.slower)
        if feed.usual is None:
            return "half seconds with too few answers to tell how fast they come"
        return None if feed.usual.even else f"answers not yet equally fast: {feed.usual.told_alone()}"

    def candidate_begins(self) -> int:
        """From now on a bad answer is the candidate's doing; the instant."""
        self.feed.since_ns = self.stage.clock.now_ns()
        return self.feed.since_ns

    def harm(self, kind: Harm, deadline_s: float) -> Edge:
        """Wait until there is harm of this kind; the interval in which harm of any kind began."""

        def look(now_ns: int) -> str | None:
            if kind is Harm.RELEASE_STUCK:
                return None if self.feed.last_stuck else "the rollout stood at every look"
            if self.slower is not None:
                self.feed.horizon_ns(now_ns)
                return None if self.feed.last_slow else "answers came as fast as the baseline's"
            return None if self.feed.last_refused else "every answer was good"

        self._until("harm", deadline_s, Cause.NO_HARM, look)
        return earliest(self._starts())

    def signal(self, signal: Signal, deadline_s: float) -> Reading:
        """Wait until the signal fires; what it saw then."""
        last: list[Reading] = []

        def look(now_ns: int) -> str | None:
            last[:] = [signal.read(self.stage.probe.observations(), now_ns)]
            return None if last[0].fires else last[0].text

        self._until("the signal", deadline_s, Cause.NOT_DETECTED, look)
        return last[0]

    def restored(
        self, procedure_done_ns: int, settle_s: float, hold_s: float, longest_s: float = 0.0, enough: Enough = _any
    ) -> Recovery:
        """Wait until nothing has been bad for `hold_s`, or until `settle_s` after the procedure something still is.

        The hold ends no earlier than `hold_s` after the procedure, whose last step may hurt users again. Then it is
        asked once whether that was `enough`; else the hold takes `longest_s`, however good it looks before: who stops
        at the first good look lets a service pass that is good now and then.
        """
        give_up_ns = procedure_done_ns + int(settle_s * 1e9)
        slowest_ns = max(lane.expiry_ns for lane in self.plans.values()) + (LAG_NS if self.feed.usual else 0)
        silent_ns = give_up_ns + int(max(hold_s, longest_s) * 1e9) + slowest_ns + SILENCE_NS
        wanted_s, asked = hold_s, longest_s <= hold_s
        while True:
            self.stage.workload.requests()
            self.feed.update()
            now_ns = self.stage.clock.now_ns()
            horizon_ns = self.feed.horizon_ns(now_ns)
            bad = self.feed.last_not_promised
            failed = bad is not None and bad.sent_ns > give_up_ns
            back_ns = bad.sent_ns if bad else 0
            held_s = (horizon_ns - max(procedure_done_ns, back_ns)) / 1e9
            if not failed and held_s >= wanted_s and not asked:
                asked = True
                wanted_s = hold_s if enough(back_ns, horizon_ns) else longest_s
            if failed or held_s >= wanted_s:
                end = self.ended(procedure_done_ns, settle_s, horizon_ns)
                return replace(end, longer_s=(settle_s if failed else wanted_s) - hold_s)
            if now_ns > silent_ns:
                silent_s = (now_ns - horizon_ns) / 1e9
                raise Inconclusive(Cause.LANE_SILENT, f"a lane of the probe has had no answer for {silent_s:.1f} s")
            self.stage.clock.sleep(POLL_S)

    def ended(self, procedure_done_ns: int, settle_s: float, horizon_ns: int) -> Recovery:
        """How the wait for recovery came out, if it is over with what is known now."""
        self.feed.judge_speed(horizon_ns)  # of a drill that is judged again, nobody has asked before
        give_up_ns, bad = procedure_done_ns + int(settle_s * 1e9), self.feed.last_not_promised
        failed = bad is not None and bad.sent_ns > give_up_ns
        return self._recovery(horizon_ns, give_up_ns, self._describe(bad, settle_s) if bad and failed else None)

    def confirmed(self, recovery: Recovery) -> Recovery:
        """`recovery` once the probe has ended: a request of the hold that was answered after it, badly, undoes it."""
        self.feed.update()
        within = range(recovery.last_bad_ns + 1, recovery.held_ns)
        bad = [o for lane in self.feed.lanes.values() for o in lane if o.sent_ns in within and not self.promised(o)]
        if not recovery.restored or not bad:
            return recovery
        last = max(bad, key=lambda seen: seen.sent_ns)
        took_s = (last.done_ns - last.sent_ns) / 1e9
        return replace(
            recovery,
            restored=False,
            served=last.served,
            stuck=last.lane == ROLLOUT_LANE,
            edge=Edge(lo=last.sent_ns, hi=None),
            still_bad=f"lane {last.lane} was answered after {took_s:.1f} s, when the hold seemed over: {last.why}",
            answers=self._told(last),
        )

    def last_answers(self) -> dict[str, str | None]:
        """What the newest served answer of a judged lane says of itself, for the promises of this scenario."""
        seen = self.feed.last_served
        return self._told(seen) if seen else dict.fromkeys(self.restores)

    def _recovery(self, horizon_ns: int, give_up_ns: int, still_bad: str | None) -> Recovery:
        """What is known when the wait is over; `still_bad` None: restored."""
        found = outages(self.feed.sorted_lanes(), self.promised, self.feed.since_ns or 0, self._periods())
        restored, edge = still_bad is None, latest([each.end for each in found.values()])
        if restored and edge.hi is None:
            raise Inconclusive(Cause.TOO_FEW_LOOKS, "no half second of the hold says how fast answers came")
        hurt, broken = [self.feed.last_refused, self.feed.last_slow], self.feed.last_not_promised
        stuck = not restored and broken is not None and broken.lane == ROLLOUT_LANE
        quiet_ns = MIN_OBSERVATIONS / self.stage.probe.rate_hz * 1e9
        quiet = all(o.sent_ns <= give_up_ns and horizon_ns - o.sent_ns > quiet_ns for o in hurt if o)
        served = restored or quiet
        # where old and new answer in turn, the newest answer may be a right one by chance: judge the one that was not
        wrong = broken is not None and served and not restored and not stuck
        answers = self._told(broken) if broken and wrong else self.last_answers()
        return Recovery(
            restored=restored,
            served=served,
            stuck=stuck,
            edge=edge if restored else Edge(lo=edge.lo, hi=None),
            harmed=earliest(self._starts()),
            still_bad=still_bad or "",
            answers=answers,
            last_bad_ns=broken.sent_ns if broken else 0,
            held_ns=horizon_ns,
            known=self.feed.known,
        )

    def _starts(self) -> list[Edge]:
        lanes = self.feed.sorted_lanes()
        found = outages(lanes, lambda seen: seen.served, self.feed.since_ns or 0, self._periods())
        return [each.start for each in found.values()]

    @property
    def plans(self) -> dict[str, Lane]:
        """The probe's lanes, and that of speed where it is watched."""
        timed = self.feed.timed
        return {**self.stage.probe.lanes, **({timed.name: timed} if timed else {})}

    def _periods(self) -> dict[str, int]:
        return {name: lane.period_ns for name, lane in self.plans.items()}

    def promised(self, seen: Observation) -> bool:
        """Served, and by what the scenario says that the baseline promises."""
        if seen.lane in READINGS:
            return seen.served  # it stands or not, is fast or not; whose it is, users' answers tell
        return seen.served and all(seen.facts.get(name) == self.baseline[name] for name in self.restores)

    def _told(self, seen: Observation) -> dict[str, str | None]:
        return {name: seen.facts.get(name) for name in self.restores}

    def _describe(self, bad: Observation, settle_s: float) -> str:
        if bad.lane == ROLLOUT_LANE:
            return f"{settle_s:g} s after the procedure, the newest rollout did not stand: {bad.why}"
        if bad.lane == SPEED_LANE:
            return f"{settle_s:g} s after the procedure, users were still slowed down: {bad.why}"
        if bad.served:
            wrong = [f"{n} {bad.facts.get(n)} instead of {self.baseline[n]}" for n in self.restores]
            return f"{settle_s:g} s after the procedure, users were served by {', '.join(wrong)}"
        return f"{settle_s:g} s after the procedure, lane {bad.lane} still got: {bad.why}"

    def _traffic(self, _: int) -> str | None:
        made = self.stage.workload.requests()
        return None if made >= MIN_REQUESTS else f"users made {made} requests"

    def _until(self, name: str, deadline_s: float, cause: Cause, look: Callable[[int], str | None]) -> None:
        """Poll `look` (None: there; else what is seen instead) until the deadline, then Inconclusive(cause)."""
        end_ns = self.stage.clock.now_ns() + int(deadline_s * 1e9)
        while True:
            now_ns = self.stage.clock.now_ns()
            self.feed.update()
            seen = look(now_ns)
            if seen is None:
                return
            if now_ns > end_ns:
                raise Inconclusive(cause, f"waited {deadline_s:.1f} s for {name}; last seen: {seen}")
            self.stage.workload.requests()
            self.stage.clock.sleep(POLL_S)


def _since(lane: list[Observation], start_ns: int) -> list[Observation]:
    """The observations that ended after `start_ns`; walks back, as a lane is in order of ending."""
    for back, seen in enumerate(reversed(lane)):
        if seen.done_ns <= start_ns:
            return lane[len(lane) - back :]
    return lane
