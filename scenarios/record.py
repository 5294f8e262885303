"""From what a rehearsal found to the DrillRecord: checks, verdict, figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scenarios import checks
from scenarios.errors import Inconclusive
from scenarios.harness import Symptom
from scenarios.judging.causes import Cause, Verdict, worst
from scenarios.judging.intervals import duration_s
from scenarios.judging.ledger import Judgement
from scenarios.model import Objective, RecoveryClock, Scenario, System
from scenarios.protocols import Stage, StepResult
from scenarios.results import (
    Availability,
    CheckRecord,
    Cuts,
    DrillRecord,
    Expected,
    Interval,
    LockWaits,
    ObjectiveRecord,
    OwnRequests,
    Phases,
    Speed,
    StepRecord,
    Writes,
)
from scenarios.runbook import Hold, Procedure
from scenarios.timeline import Timeline
from scenarios.watching import Recovery

# what a machine that was too busy to measure cannot be trusted to say
ROLLOUT_STATUS = "kubectl rollout status"
TIMED_CHECKS = frozenset({"served", "rollout", "objective-rto", "steps", "hold-errors", "hold-response", "hold-uptime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Which scenario is rehearsed, under which drill id, at which time scale."""

    drill_id: str
    system: System
    scenario: Scenario
    time_scale: float


@dataclass(slots=True)
class Findings:
    """What the ten steps found, filled as they go; a step that was not reached leaves its field empty."""

    objective: Objective | None = None
    steps: list[StepResult] = field(default_factory=list)
    verified: list[StepResult] = field(default_factory=list)  # of the runbook's own verification list
    recovery: Recovery | None = None
    judgement: Judgement | None = None
    baseline_answers: dict[str, str | None] = field(default_factory=dict)
    last_answers: dict[str, str | None] = field(default_factory=dict)
    availability: Availability | None = None
    speed: Speed | None = None
    cuts: Cuts | None = None
    lock_waits: LockWaits | None = None
    own: OwnRequests | None = None
    begun_ns: int = 0  # when users were started: what comes before is set-up
    windows_s: float = 0.0  # of the steady state, the alarm and the hold, as they were scaled
    overhead_s: float | None = None
    hold: Hold | None = None  # what the verification list promises of it
    harness: list[Symptom] = field(default_factory=list)  # worst first
    window_cut_s: float = 0.0  # by how much --time-scale shortened the alarm's window
    checks: list[CheckRecord] = field(default_factory=list)
    stopped: Inconclusive | None = None


def promised(scenario: Scenario, procedure: Procedure) -> Objective | None:
    """The scenario's own objective, else what the runbook's procedure promises."""
    if scenario.objective is not None or procedure.rto_s is None:
        return scenario.objective
    rpo_s = procedure.rpo_s or 0.0
    return Objective(
        rto_s=procedure.rto_s,
        rpo_s=rpo_s,
        rpo_writes=0 if rpo_s == 0 else None,
        clock=RecoveryClock(procedure.clock),
    )


def build_record(
    subject: Subject, environment: str, stage: Stage, findings: Findings, timeline: Timeline
) -> DrillRecord:
    """Judge the findings. The worst part wins; among equals the cause listed first in `Cause`."""
    scenario = subject.scenario
    recovery, disruption = _intervals(findings, timeline)
    judged = _checks(scenario, findings, recovery, disruption)
    verdict, cause, detail = _verdict(judged, findings.stopped)
    judgement = findings.judgement
    return _blank(subject, environment, stage.sink.folder.name).model_copy(
        update={
            "verdict": verdict,
            "cause": cause,
            "detail": detail,
            "as_expected": verdict == scenario.expected.verdict and cause == scenario.expected.cause,
            "objective": _objective(findings.objective),
            "recovery_s": recovery,
            "disruption_s": disruption,
            "claimed_s": _claimed_s(findings, timeline),
            "probe_error_ms": stage.probe.error_ms,
            "calibration": stage.probe.calibration,
            "availability": findings.availability,
            "speed": findings.speed,
            "cuts": findings.cuts,
            "lock_waits": findings.lock_waits,
            "own": findings.own,
            "overhead_s": findings.overhead_s,
            "rpa_s": judgement.rpa_s if judgement else None,
            "recovery_point": judgement.recovery_point if judgement else None,
            "writes": judgement.writes if judgement else Writes(),
            "phases_s": timeline.phases(),
            "checks": judged,
            "steps": [_step(result) for result in findings.steps],
            "events_head": stage.sink.head,
        }
    )


def overhead_s(findings: Findings, now_ns: int) -> float | None:
    """What a drill has taken since users were started, beyond its own holds and windows; None where they never were."""
    if not findings.begun_ns:
        return None
    return round((now_ns - findings.begun_ns) / 1e9 - findings.windows_s, 3)


def uncleaned(record: DrillRecord, error: Exception) -> DrillRecord:
    """`record` of a drill whose cleanup failed: what it found stands, but it is not *passed* and says what is left."""
    return left_behind(record, checks.not_passed("cleanup", Cause.CLEANUP_FAILED, f"{type(error).__name__}: {error}"))


def left_behind(record: DrillRecord, left: CheckRecord) -> DrillRecord:
    """`record` with a check that was made after it had been judged, and that does not hold."""
    if record.verdict == Verdict.FAILED:
        return record.model_copy(update={"checks": [*record.checks, left]})
    verdict = {"verdict": left.verdict, "cause": left.cause, "detail": left.detail, "as_expected": False}
    return record.model_copy(update={"checks": [*record.checks, left], **verdict})


def unprovisioned(subject: Subject, environment: str, evidence: Path, cause: Cause, detail: str) -> DrillRecord:
    """The record of a drill that never got its stage: the harness failed, or somebody interrupted it."""
    blank = _blank(subject, environment, evidence.name)
    return blank.model_copy(update={"verdict": cause.verdict, "cause": cause, "detail": detail})


def worst_of(records: Sequence[DrillRecord]) -> int:
    """Which of several records of one drill counts: the first of the worst.

    Conclusively not as expected comes before inconclusive before as expected; among equals, the one whose recovery may
    have taken longest, where one that never ended takes longer than any other.
    """

    def badness(record: DrillRecord) -> tuple[int, float]:
        longest_s = -1.0 if record.recovery_s is None else record.recovery_s[1]
        rank = 0 if record.as_expected else 1 if record.verdict == Verdict.INCONCLUSIVE else 2
        return rank, math.inf if longest_s is None else longest_s

    return max(range(len(records)), key=lambda i: (*badness(records[i]), -i))


def _blank(subject: Subject, environment: str, evidence: str) -> DrillRecord:
    """What is known of a drill before anything has happened: who it is and what is expected of it."""
    scenario = subject.scenario
    return DrillRecord(
        id=subject.drill_id,
        title=scenario.title,
        system=subject.system.name,
        procedure=scenario.procedure,
        owner=subject.system.owner,
        environment=environment,
        control=scenario.sabotage,
        expected=Expected(verdict=scenario.expected.verdict, cause=scenario.expected.cause),
        verdict=Verdict.INCONCLUSIVE,
        cause=Cause.HARNESS_ERROR,
        detail="nothing has happened",
        as_expected=False,
        objective=None,
        signal=scenario.signal,
        harm=scenario.harm,
        recovery_s=None,
        disruption_s=None,
        probe_error_ms=None,
        rpa_s=None,
        writes=Writes(),
        phases_s=Phases(),
        checks=[],
        steps=[],
        evidence=evidence,
    )


def _step(result: StepResult) -> StepRecord:
    took_s = round((result.ended_ns - result.started_ns) / 1e9, 3)
    return StepRecord(name=result.step.name, source=result.step.source, exit=result.exit, s=took_s)


def _checks(
    scenario: Scenario, findings: Findings, recovery: Interval | None, disruption: Interval | None
) -> list[CheckRecord]:
    """Every check in the order of the story: steps, users, time, data, state, verification."""
    judged: list[CheckRecord] = []
    if findings.steps:
        judged.append(checks.steps(findings.steps))
    if findings.recovery is not None:
        judged.append(checks.served(findings.recovery.served, findings.recovery.still_bad))
        judged += checks.stands(findings.recovery.stuck, findings.recovery.still_bad)
        if findings.recovery.served:
            judged += checks.promises(scenario.restores, findings.baseline_answers, findings.last_answers)
        if findings.objective is not None:
            judged.append(checks.recovery_time(findings.objective, recovery, _unscaled(disruption, findings)))
    if findings.judgement is not None:
        judged.append(checks.recovery_point(findings.objective, findings.judgement))
        judged.append(checks.ledger(findings.judgement))
    judged += findings.checks
    # where something that no clock tells has failed too, the rollback did fail: then its first cause stands
    failed = [check for check in judged if check.verdict == Verdict.FAILED]
    if findings.harness and all(_timed(check) for check in failed):
        judged = [_distrust(check, findings.harness[0]) for check in judged]
    judged += [checks.not_passed(f"harness-{cause}", cause, told) for cause, told in findings.harness]
    return judged


def _timed(check: CheckRecord) -> bool:
    return check.id in TIMED_CHECKS and check.cause != Cause.STEP_FAILED


def _distrust(check: CheckRecord, symptom: Symptom) -> CheckRecord:
    if check.verdict == Verdict.PASSED or not _timed(check):
        return check
    return checks.not_passed(check.id, symptom.cause, f"{check.detail} (not trusted: harness-{symptom.cause})")


def _verdict(judged: list[CheckRecord], stopped: Inconclusive | None) -> tuple[str, str | None, str]:
    parts = [(Verdict(check.verdict), Cause(check.cause) if check.cause else None) for check in judged]
    if stopped is not None and stopped.cause is Cause.ENVIRONMENT_LOST:
        # what a dead cluster or server does to steps, users and rows is no failure of the runbook's
        return stopped.cause.verdict, stopped.cause, stopped.detail
    if stopped is not None:
        parts.append((stopped.cause.verdict, stopped.cause))
    verdict, cause = worst(parts)
    details = [check.detail for check in judged if check.cause is not None and check.cause == cause]
    if stopped is not None and stopped.cause is cause:
        details.append(stopped.detail)
    return verdict, cause, "; ".join(details)


def _unscaled(disruption: Interval | None, findings: Findings) -> Interval | None:
    """What users would have lived through with the alarm's window as the runbook writes it: that is what is judged."""
    lo, hi = disruption or (None, None)
    cut = findings.window_cut_s
    return None if lo is None else (lo + cut, None if hi is None else hi + cut)


def _claimed_s(findings: Findings, timeline: Timeline) -> float | None:
    """When `kubectl rollout status` claimed that the rollback was done: the first such step that held."""
    started = timeline.get("procedure_started")
    ended = [r.ended_ns for r in findings.steps if r.ok and ROLLOUT_STATUS in r.step.script]
    return round((min(ended) - started.lo) / 1e9, 3) if started and ended else None


def _intervals(findings: Findings, timeline: Timeline) -> tuple[Interval | None, Interval | None]:
    """recovery = procedure_started to restored; disruption = harmed to restored. None where not measured."""
    started = timeline.get("procedure_started")
    if findings.recovery is None or started is None:
        return None, None
    restored, harmed = findings.recovery.edge, findings.recovery.harmed
    return _rounded(duration_s(started, restored)), _rounded(duration_s(harmed, restored))


def _rounded(interval: tuple[float, float | None]) -> Interval:
    return round(interval[0], 4), None if interval[1] is None else round(interval[1], 4)


def _objective(objective: Objective | None) -> ObjectiveRecord | None:
    if objective is None:
        return None
    return ObjectiveRecord(
        rto_s=objective.rto_s, clock=objective.clock, rpo_s=objective.rpo_s, rpo_writes=objective.rpo_writes
    )
