"""Verification after the rollback. Each function judges one thing and returns a CheckRecord; none touches the world."""

import math
from collections.abc import Iterable, Sequence

from scenarios.judging.causes import Cause, Verdict, worst
from scenarios.judging.intervals import against
from scenarios.judging.ledger import Judgement, Write
from scenarios.model import Objective, RecoveryClock
from scenarios.protocols import StepResult
from scenarios.results import CheckRecord, Interval

MIN_WRITES = 10
# Loss in its three forms; an objective that allows for loss allows for each.
_TAKEN_BACK = {
    "lost": Cause.WRITES_LOST,
    "stale": Cause.WRITES_STALE,
    "resurrected": Cause.WRITES_RESURRECTED,
}
_OF_PROMISE = {
    "release": Cause.WRONG_RELEASE,
    "schema": Cause.WRONG_SCHEMA,
    "configuration": Cause.WRONG_CONFIGURATION,
}


def passed(check_id: str, detail: str) -> CheckRecord:
    """A check that holds."""
    return CheckRecord(id=check_id, verdict=Verdict.PASSED, detail=detail)


def not_passed(check_id: str, cause: Cause, detail: str) -> CheckRecord:
    """A check that does not hold; the verdict is the one its cause stands for."""
    return CheckRecord(id=check_id, verdict=cause.verdict, cause=cause, detail=detail)


def steps(results: Sequence[StepResult], check_id: str = "steps", cause: Cause = Cause.STEP_FAILED) -> CheckRecord:
    """Every step did what the runbook declares of it."""
    wrong = [result for result in results if not result.ok]
    if not wrong:
        who = "every step" if len(results) > 1 else "the step"
        return passed(check_id, f"{who} did what the runbook says")
    cut = [result for result in wrong if result.exit is None]
    if cut and cause is Cause.STEP_FAILED:
        return not_passed(check_id, Cause.STEP_DEADLINE, cut[0].why)
    return not_passed(check_id, cause, "; ".join(result.why for result in wrong))  # each names its step


def verified(result: StepResult) -> CheckRecord:
    """One line of the runbook's own verification list is true."""
    return steps([result], f"verify-{result.step.name}", Cause.VERIFICATION_FAILED)


def served(restored: bool, still_bad: str) -> CheckRecord:
    """Users were served again after the procedure, and stayed served through the hold."""
    if restored:
        return passed("served", "users were served again and stayed served through the hold")
    return not_passed("served", Cause.NOT_SERVED, still_bad)


def stands(recovery_stuck: bool, still_bad: str) -> list[CheckRecord]:
    """A check that does not hold where users are served and the newest rollout does not stand, else none."""
    return [not_passed("rollout", Cause.RELEASE_STUCK, still_bad)] if recovery_stuck else []


def promises(restores: Sequence[str], baseline: dict[str, str | None], now: dict[str, str | None]) -> list[CheckRecord]:
    """What the users' answers say of themselves (release, schema, …) is the baseline's again: one check a promise."""
    records = []
    for name in restores:
        want, got = baseline.get(name), now.get(name)
        cause = _OF_PROMISE.get(name, Cause.STATE_DIFFERS)
        if want == got:
            records.append(passed(f"answers-{name}", f"{name} {got} as before the candidate"))
        else:
            records.append(not_passed(f"answers-{name}", cause, f"{name} is {got}; the baseline's is {want}"))
    return records


def recovery_time(objective: Objective, recovery: Interval | None, disruption: Interval | None) -> CheckRecord:
    """The measured interval against the objective, on the clock that the objective names."""
    interval = recovery if objective.clock is RecoveryClock.RECOVERY else disruption
    lo, hi = interval or (None, None)
    if lo is None:
        return not_passed("objective-rto", Cause.OBJECTIVE_STRADDLED, "the recovery time was not measured")
    if hi is None:
        # the procedure has ended and so has the wait after it: waiting out the objective could not change anything
        detail = f"{objective.clock} > {lo:.3f} s when the drill stopped waiting, objective {objective.rto_s:g} s"
        return not_passed("objective-rto", Cause.NOT_RESTORED, detail)
    verdict, cause = against((lo, hi), objective.rto_s, Cause.RTO_EXCEEDED)
    detail = f"{objective.clock} {lo:.3f} s to {hi:.3f} s, objective {objective.rto_s:g} s"
    return CheckRecord(id="objective-rto", verdict=verdict, cause=cause, detail=detail)


def recovery_point(objective: Objective | None, judgement: Judgement) -> CheckRecord:
    """Acknowledged writes whose effect is gone, and the seconds they reach back, against the objective; without one,
    none may be.

    A value or a deletion that was taken back is lost as well as a row that is.
    """
    acked = judgement.writes.acked or 0
    counts = {name: getattr(judgement.writes, name) or 0 for name in _TAKEN_BACK}
    taken = sum(counts.values())
    detail = lost_writes(counts["lost"], acked, judgement.rpa_s)
    detail += "".join(f", {counts[name]} {name}" for name in counts if name != "lost" and counts[name])
    if objective is None or (objective.rpo_s == 0 and not objective.rpo_writes):
        # a single lost write, the newest, reaches back 0 s: here the count decides
        if taken:
            cause = next(cause for name, cause in _TAKEN_BACK.items() if counts[name])
            return not_passed("objective-rpo", cause, f"{detail}; none may be")
        return passed("objective-rpo", detail)
    too_many = objective.rpo_writes is not None and taken > objective.rpo_writes
    if too_many or judgement.rpa_s > objective.rpo_s:
        return not_passed("objective-rpo", Cause.RPO_EXCEEDED, f"{detail}; objective {objective.rpo_s:g} s")
    return passed("objective-rpo", detail)


def lost_writes(lost: int, acked: int, rpa_s: float | None) -> str:
    """`3 of 412 acknowledged writes lost, reaching back 2.310 s`; the seconds rounded up, so never less is told."""
    said = f"{lost} of {acked} acknowledged writes lost"
    if not lost or rpa_s is None:
        return said
    if rpa_s == 0:
        return f"{said}: the newest {'one' if lost == 1 else 'ones'}"
    return f"{said}, reaching back {math.ceil(round(rpa_s * 1e3, 3)) / 1e3:.3f} s"


def ledger(judgement: Judgement) -> CheckRecord:
    """No acknowledged write came back changed, twice, in half or out of order, no refused one is there, and no row
    appeared from nowhere.
    """
    found = [
        (cause, name)
        for name, cause in (
            ("corrupt", Cause.WRITES_CORRUPTED),
            ("duplicate", Cause.WRITES_DUPLICATED),
            ("phantom", Cause.WRITES_PHANTOM),
            ("torn", Cause.WRITES_TORN),
            ("reordered", Cause.WRITES_REORDERED),
            ("foreign", Cause.ROWS_FOREIGN),
        )
        if judgement.classes.get(name)
    ]
    kept = f"{judgement.writes.kept} of {judgement.writes.acked} acknowledged writes are there as written"
    if not found:
        return passed("ledger", f"nothing changed, repeated, torn, refused or foreign among the rows; {kept}")
    _, cause = worst([(cause.verdict, cause) for cause, _ in found])
    detail = ", ".join(f"{len(judgement.classes[name])} {name}" for _, name in found)
    return not_passed("ledger", cause or Cause.STATE_DIFFERS, detail)


def enough_writes(writes: Iterable[Write], candidate_ns: int, started_ns: int, restored_ns: int | None) -> CheckRecord:
    """Loss can only be judged where there were writes: before the candidate, under it, and after the rollback."""
    everything = list(writes)
    before = sum(w.outcome == "ack" and (w.settled_ns or 0) < candidate_ns for w in everything)
    during = sum(candidate_ns <= w.intent_ns < started_ns for w in everything)
    detail = f"{before} acknowledged before the candidate, {during} attempted under it"
    if before < MIN_WRITES:
        return not_passed("enough-writes", Cause.TOO_FEW_WRITES_BEFORE, detail)
    if during < MIN_WRITES:
        return not_passed("enough-writes", Cause.TOO_FEW_WRITES_DURING, detail)
    if restored_ns is not None:
        after = sum(w.outcome == "ack" and w.intent_ns >= restored_ns for w in everything)
        detail += f", {after} acknowledged after the rollback"
        if after < MIN_WRITES:
            return not_passed("enough-writes", Cause.TOO_FEW_WRITES_AFTER, detail)
    return passed("enough-writes", detail)
