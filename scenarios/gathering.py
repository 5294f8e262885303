"""What judging needs, gathered from the stage of one drill: how the harness was, what happened, how the state is."""

from dataclasses import asdict, replace

from scenarios import cuts, holding, locks, own, proof
from scenarios.errors import EnvironmentUnavailable, Inconclusive
from scenarios.harness import Pace, Symptom, symptoms
from scenarios.judging.availability import availability
from scenarios.judging.causes import Cause
from scenarios.judging.speed import READ_LANE, reading
from scenarios.model import Scenario, System
from scenarios.observations import CONTROL_LANE, SPEED_LANE
from scenarios.protocols import EvidenceSink, Stage, State, StepResult
from scenarios.protocols_host import Listeners, LockWatch
from scenarios.record import Findings
from scenarios.results import Availability, CheckRecord, Cuts, LockWaits, Speed
from scenarios.runbook import Hold
from scenarios.timeline import Timeline
from scenarios.watching import Enough, Recovery, Watch

WRITES = "write"  # the lane whose every served look is an acknowledgement in the ledger


def story_of(scenario: Scenario, timeline: Timeline, watch: Watch, recovery: Recovery) -> proof.Story:
    """The instants of a drill whose wait for recovery is over."""
    return proof.Story(
        scenario=scenario,
        steady_ns=timeline.at("steady"),
        candidate_ns=watch.feed.since_ns or 0,
        started_ns=timeline.at("procedure_started"),
        done_ns=timeline.at("procedure_done"),
        restored=recovery.edge,
        back_ns=recovery.last_bad_ns if recovery.restored else None,
        held_ns=recovery.held_ns if recovery.restored else None,
    )


def symptoms_of(stage: Stage, watch: Watch, scenario: Scenario, story: proof.Story | None) -> list[Symptom]:
    """What was wrong with the harness so far; how users kept their pace only where the drill's `story` is known."""
    feed, users = watch.feed, stage.workload
    made = users.made()
    # from the first request on, as the baseline serves everybody
    free = (made[0].done_ns, story.candidate_ns) if made and story else None
    return symptoms(
        control=feed.control,
        until_ns=max((seen.sent_ns for lane in feed.lanes.values() for seen in lane), default=0),
        lanes=stage.probe.counts(),
        host=stage.sentinel.readings(),
        pace=Pace(load=scenario.load, made=made, cpu_share=users.cpu_share(), free=free),
    )


def figures(findings: Findings, stage: Stage, watch: Watch, story: proof.Story) -> None:
    """What users saw, what the way back cut, and whether enough has happened to prove anything."""
    findings.availability = availability_of(stage, watch, story)
    findings.own = own.own_requests(stage.workload.made(), story)
    findings.speed = speed_of(watch, story)
    findings.checks += proof_of(stage, watch, story)
    findings.cuts, cut = cuts_of(stage, watch, story)
    findings.checks += cut
    findings.lock_waits = lock_waits_of(stage, watch, story)


def availability_of(stage: Stage, watch: Watch, story: proof.Story) -> Availability:
    """What users saw from the candidate to the end of the wait for recovery."""
    lanes, counts, until_ns = watch.feed.sorted_lanes(), stage.probe.counts(), _until_ns(watch, story)
    asked = {name: each for name, each in counts.items() if name != CONTROL_LANE}
    return availability(lanes, watch.promised, (story.candidate_ns, until_ns), story.started_ns, asked)


def speed_of(watch: Watch, story: proof.Story) -> Speed | None:
    """How fast the baseline, the candidate and the hold were answered; None where speed is not watched."""
    feed = watch.feed
    if feed.usual is None:
        return None
    reads, usual, restored_ns = feed.lanes.get(READ_LANE, ()), feed.usual, story.restored.hi
    hurt = reading(reads, feed.control, story.candidate_ns, story.started_ns)
    held = reading(reads, feed.control, restored_ns, story.held_ns) if restored_ns and story.held_ns else None
    return Speed(
        typical_ms=round(usual.typical_ms, 3),
        slowest_ms=round(usual.slowest_ms, 3),
        limit_ms=round(usual.limit_ms, 3),
        candidate_ms=round(hurt.read_ms, 3) if hurt else None,
        after_ms=round(held.read_ms, 3) if held else None,
        windows=feed.windows,
        untold=feed.windows - len(feed.lanes.get(SPEED_LANE, ())),
    )


def cuts_of(stage: Stage, watch: Watch, story: proof.Story) -> tuple[Cuts | None, list[CheckRecord]]:
    """What the way back cut, and whether it may have; nothing where nobody listened."""
    if stage.listeners is None:
        return None, []
    lanes = watch.feed.sorted_lanes()
    found = cuts.count(lanes, stage.listeners.heard(), story.started_ns, _until_ns(watch, story))
    return found, cuts.judged(story.scenario, found)


def lock_waits_of(stage: Stage, watch: Watch, story: proof.Story) -> LockWaits | None:
    """Who waited for a lock while the way back ran; None where nobody looked."""
    if stage.locks is None:
        return None
    return locks.lock_waits(stage.locks.looks(), story.started_ns, _until_ns(watch, story))


def watchers(stage: Stage) -> list[Listeners | LockWatch]:
    """Who looks on beside the probe while users are there."""
    return [each for each in (stage.listeners, stage.locks) if each is not None]


def _until_ns(watch: Watch, story: proof.Story) -> int:
    """The end of the wait for recovery."""
    return story.held_ns or max(seen.sent_ns for lane in watch.feed.lanes.values() for seen in lane)


def blamed(stop: Inconclusive, stage: Stage, watch: Watch, scenario: Scenario) -> Inconclusive:
    """`stop`, or the busy machine where that explains why nothing could be seen: such a drill is tried again."""
    if stop.cause.in_harness or not watch.feed.control:
        return stop
    try:
        sick = symptoms_of(stage, watch, scenario, None)
    except Inconclusive as worse:
        return worse
    return Inconclusive(sick[0].cause, f"{stop.detail}; {sick[0].sentence}") if sick else stop


def fast_enough(watch: Watch, hold: Hold | None) -> Enough:
    """Whether a hold that is over now would keep the promise of how fast answers come, where there is one."""
    limit_s = None if hold is None else hold.response_s
    return lambda back_ns, held_ns: limit_s is None or not holding.too_slow(limit_s, watch.feed.lanes, back_ns, held_ns)


def held_as_promised(stage: Stage, hold: Hold | None, watch: Watch, story: proof.Story) -> list[CheckRecord]:
    """The figures that the verification list promises of the hold; nothing where it promises none."""
    return [] if hold is None else holding.judged(hold, watch.feed.sorted_lanes(), story, stage.workload.made())


def proof_of(stage: Stage, watch: Watch, story: proof.Story) -> list[CheckRecord]:
    """Whether enough has happened for the drill to prove anything; Inconclusive where its record cannot be read."""
    lanes = watch.feed.lanes
    try:
        ledger = proof.ledger_whole(stage.ledger_records(), lanes.get(WRITES, ()))
    except (OSError, ValueError) as error:
        raise Inconclusive(Cause.LEDGER_INCOMPLETE, f"{type(error).__name__}: {error}") from error
    return [
        *proof.quiet_before(story, lanes),
        *proof.candidate_seen(story, lanes, watch.baseline),
        *proof.harm_lasted(story.restored, story.started_ns),
        *proof.enough_looks(story, watch.plans, lanes),
        proof.enough_traffic(story, story.scenario.load, stage.workload.made()),
        ledger,
    ]


def snapshot(stage: Stage, system: System, name: str, before: State | None) -> State:
    """The state now, kept as state/NAME.json; rows over the columns that there were `before`."""
    columns = before.columns if before else {}
    try:
        database = stage.database.snapshot(system.state_tables, columns, system.unjudged)
        state = replace(database, facts={**stage.platform.facts(), **database.facts}, files=stage.platform.files())
    except (Inconclusive, EnvironmentUnavailable):
        raise
    except Exception as error:
        raise Inconclusive(Cause.SNAPSHOT_FAILED, f"{name}: {type(error).__name__}: {error}") from error
    stage.sink.write_json(f"state/{name}.json", asdict(state))
    return state


def note_step(sink: EvidenceSink, result: StepResult) -> None:
    """What a step did, as an event at its end."""
    sink.event(
        "step",
        result.ended_ns,
        name=result.step.name,
        source=result.step.source,
        exit=result.exit,
        ok=result.ok,
        started_ns=result.started_ns,
        why=result.why,
    )
