"""The checks after a rollback: what turns each red, and under which cause."""

from dataclasses import replace

import pytest

from scenarios import checks, proof
from scenarios.judging.causes import Cause, Verdict
from scenarios.judging.intervals import Edge
from scenarios.judging.ledger import Judgement, Write
from scenarios.model import Objective, RecoveryClock
from scenarios.protocols import StepResult
from scenarios.results import CheckRecord, Interval, Writes
from scenarios.runbook import Step

STEP = Step(name="undo", source="written", script="undo", deadline_s=30, line=1)
SECOND = 1_000_000_000


def result(ok: bool = True, exit: int | None = 0) -> StepResult:
    why = "" if ok else "status 1"
    return StepResult(step=STEP, exit=exit, started_ns=0, ended_ns=1, output="", failed_commands=(), ok=ok, why=why)


def outcome(check: CheckRecord) -> tuple[str, str | None]:
    return check.verdict, check.cause


PASSED = (Verdict.PASSED, None)


def failed(cause: Cause) -> tuple[str, str | None]:
    return Verdict.FAILED, cause


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result()], PASSED),
        ([result(), result(ok=False, exit=1)], failed(Cause.STEP_FAILED)),
        ([result(ok=False, exit=0)], failed(Cause.STEP_FAILED)),  # exit 0 and still not what the runbook says
        ([result(ok=False, exit=None)], failed(Cause.STEP_DEADLINE)),
        ([result(ok=False, exit=1), result(ok=False, exit=None)], failed(Cause.STEP_DEADLINE)),
        ([result(exit=1)], PASSED),  # the runbook declared that exit
    ],
)
def test_every_step_must_do_what_the_runbook_declares(
    results: list[StepResult], expected: tuple[str, str | None]
) -> None:
    assert outcome(checks.steps(results)) == expected


def test_what_was_wrong_names_its_step_once() -> None:
    """The runner's own sentence begins with the step's name."""
    wrong = replace(result(ok=False), why="undo ended with exit status 2 where 0 was expected")
    assert checks.steps([wrong]).detail == wrong.why
    assert checks.steps([wrong, wrong]).detail == f"{wrong.why}; {wrong.why}"
    assert checks.steps([replace(wrong, exit=None)]).detail == wrong.why


@pytest.mark.parametrize(
    ("lost", "rpa_s", "said"),
    [
        (0, 0.0, "0 of 1088 acknowledged writes lost"),
        (1, 0.0, "1 of 1088 acknowledged writes lost: the newest one"),
        (2, 0.0, "2 of 1088 acknowledged writes lost: the newest ones"),
        (1, None, "1 of 1088 acknowledged writes lost"),
        (1, 0.0001, "1 of 1088 acknowledged writes lost, reaching back 0.001 s"),
        (9, 2.31, "9 of 1088 acknowledged writes lost, reaching back 2.310 s"),
    ],
)
def test_lost_writes_in_words(lost: int, rpa_s: float | None, said: str) -> None:
    """Nothing is lost by rounding: whatever reaches back at all is told as 1 ms or more."""
    assert checks.lost_writes(lost, 1088, rpa_s) == said


def test_a_verification_line_keeps_its_cause_even_when_it_was_cut() -> None:
    check = checks.steps([result(ok=False, exit=None)], "verify-x", Cause.VERIFICATION_FAILED)
    assert (check.id, *outcome(check)) == ("verify-x", *failed(Cause.VERIFICATION_FAILED))


def test_every_promise_is_a_check_with_its_own_cause() -> None:
    """Release, schema, and whatever else a scenario promises."""
    names = ("release", "schema", "provider")
    before: dict[str, str | None] = dict.fromkeys(names, "old")
    now: dict[str, str | None] = dict.fromkeys(names, "new")
    assert {outcome(check) for check in checks.promises(names, before, dict(before))} == {PASSED}
    assert [outcome(check) for check in checks.promises(names, before, now)] == [
        failed(Cause.WRONG_RELEASE),
        failed(Cause.WRONG_SCHEMA),
        failed(Cause.STATE_DIFFERS),
    ]
    assert [outcome(check)[0] for check in checks.promises(names, before, {})] == [Verdict.FAILED] * 3


@pytest.mark.parametrize(
    ("recovery", "disruption", "clock", "expected"),
    [
        ((1.0, 2.0), (9.0, 9.1), RecoveryClock.RECOVERY, PASSED),
        ((1.0, 2.0), (9.0, 9.1), RecoveryClock.DISRUPTION, failed(Cause.RTO_EXCEEDED)),
        ((4.0, 6.0), None, RecoveryClock.RECOVERY, (Verdict.INCONCLUSIVE, Cause.OBJECTIVE_STRADDLED)),
        ((1.0, None), None, RecoveryClock.RECOVERY, failed(Cause.NOT_RESTORED)),
        (None, (1.0, 2.0), RecoveryClock.RECOVERY, (Verdict.INCONCLUSIVE, Cause.OBJECTIVE_STRADDLED)),
    ],
)
def test_the_objective_judges_the_clock_it_names(
    recovery: Interval | None, disruption: Interval | None, clock: RecoveryClock, expected: tuple[str, str | None]
) -> None:
    """Within 5 s; an interval that was not measured, or has no end, never passes."""
    objective = Objective(rto_s=5.0, rpo_s=0, clock=clock)
    assert outcome(checks.recovery_time(objective, recovery, disruption)) == expected


def loss(lost: int, rpa_s: float) -> Judgement:
    return Judgement(writes=Writes(acked=100, kept=100 - lost, lost=lost), classes={}, rpa_s=rpa_s)


@pytest.mark.parametrize(
    ("rpo_s", "rpo_writes", "lost", "rpa_s", "expected"),
    [
        (0, 0, 0, 0.0, PASSED),
        (0, 0, 1, 0.0, failed(Cause.WRITES_LOST)),
        (0, None, 1, 0.0, failed(Cause.WRITES_LOST)),  # the newest one reaches back no time, and is lost all the same
        (60, None, 9, 59.0, PASSED),
        (60, None, 9, 61.0, failed(Cause.RPO_EXCEEDED)),
        (60, 5, 5, 59.0, PASSED),
        (60, 5, 6, 1.0, failed(Cause.RPO_EXCEEDED)),
        (60, 5, 1, 61.0, failed(Cause.RPO_EXCEEDED)),  # both limits hold, not either
        (60, 0, 1, 1.0, failed(Cause.RPO_EXCEEDED)),
    ],
)
def test_loss_must_stay_within_both_limits(
    rpo_s: float, rpo_writes: int | None, lost: int, rpa_s: float, expected: tuple[str, str | None]
) -> None:
    objective = Objective(rto_s=1, rpo_s=rpo_s, rpo_writes=rpo_writes)
    assert outcome(checks.recovery_point(objective, loss(lost, rpa_s))) == expected


def test_without_an_objective_nothing_may_be_lost() -> None:
    assert outcome(checks.recovery_point(None, loss(0, 0.0))) == PASSED
    assert outcome(checks.recovery_point(None, loss(1, 0.0))) == failed(Cause.WRITES_LOST)


def test_the_worst_of_the_ledgers_classes_names_the_cause_and_all_are_counted() -> None:
    """Recovered and unknown-lost writes are nobody's fault."""
    classes: dict[str, list[dict[str, object]]] = {"foreign": [{}], "phantom": [{}, {}], "recovered": [{}]}
    found = checks.ledger(Judgement(writes=Writes(), classes=classes, rpa_s=0.0))
    assert outcome(found) == failed(Cause.WRITES_PHANTOM)
    assert "2 phantom" in found.detail
    assert "1 foreign" in found.detail
    harmless: dict[str, list[dict[str, object]]] = {"recovered": [{}], "unknown_lost": [{}]}
    assert outcome(checks.ledger(Judgement(writes=Writes(), classes=harmless, rpa_s=0.0))) == PASSED


def writes(count: int, at: int, outcome: str = "ack") -> list[Write]:
    """`count` writes sent at second `at`, answered half a second later."""
    sent = at * SECOND
    return [
        Write(id="", client="", seq=i, digest="", intent_ns=sent, outcome=outcome, settled_ns=sent + SECOND // 2)
        for i in range(count)
    ]


ENOUGH = [*writes(10, 1), *writes(10, 11, "rejected"), *writes(10, 31)]


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (ENOUGH, None),
        ([*writes(9, 1), *ENOUGH[10:]], Cause.TOO_FEW_WRITES_BEFORE),
        ([*writes(10, 1, "rejected"), *ENOUGH[10:]], Cause.TOO_FEW_WRITES_BEFORE),
        ([*ENOUGH[:19], *ENOUGH[20:]], Cause.TOO_FEW_WRITES_DURING),
        ([*ENOUGH[:20], *writes(9, 31)], Cause.TOO_FEW_WRITES_AFTER),
        ([*ENOUGH[:20], *writes(10, 31, "unknown")], Cause.TOO_FEW_WRITES_AFTER),
        ([*ENOUGH[:20], *writes(10, 25)], Cause.TOO_FEW_WRITES_AFTER),  # under the procedure, not after it
    ],
)
def test_ten_writes_are_wanted_in_each_part_of_the_story(found: list[Write], cause: Cause | None) -> None:
    """Acknowledged before the candidate (10 s), attempted before the procedure (20 s), acknowledged after 30 s."""
    check = checks.enough_writes(found, 10 * SECOND, 20 * SECOND, 30 * SECOND)
    assert (check.id, check.cause) == ("enough-writes", cause)
    assert check.verdict == (Verdict.INCONCLUSIVE if cause else Verdict.PASSED)


def test_a_rollback_that_never_came_to_an_end_needs_no_writes_after_it() -> None:
    assert outcome(checks.enough_writes(ENOUGH[:20], 10 * SECOND, 20 * SECOND, None)) == PASSED


@pytest.mark.parametrize(("hi", "told"), [(19, True), (20, True), (21, False), (None, False)])
def test_users_who_were_served_before_anybody_did_anything_are_told_of(hi: int | None, told: bool) -> None:
    """The procedure starts at 20: harm that had certainly ended by then was not ended by it."""
    found = proof.harm_lasted(Edge(lo=10, hi=hi), 20)
    assert [outcome(check) for check in found] == ([(Verdict.INCONCLUSIVE, Cause.HARM_OVER_EARLY)] if told else [])


# --- in words: id, and what the record says


def said(check: CheckRecord) -> tuple[str, str]:
    return check.id, check.detail


def test_what_holds_says_what_was_looked_at() -> None:
    assert said(checks.steps([result()])) == ("steps", "the step did what the runbook says")
    assert said(checks.steps([result(), result()])) == ("steps", "every step did what the runbook says")
    assert said(checks.verified(result())) == ("verify-undo", "the step did what the runbook says")
    assert checks.verified(result(ok=False)).cause == Cause.VERIFICATION_FAILED
    assert said(checks.served(True, "")) == ("served", "users were served again and stayed served through the hold")
    assert said(checks.served(False, "lane x")) == ("served", "lane x")
    assert checks.stands(False, "x") == []
    (stuck,) = checks.stands(True, "3 of 4 pods")
    assert (*said(stuck), stuck.cause) == ("rollout", "3 of 4 pods", Cause.RELEASE_STUCK)


def test_promises_and_times_are_told_with_what_was_promised() -> None:
    kept, broken = checks.promises(("release", "schema"), {"release": "v1", "schema": "1"}, {"release": "v1"})
    assert said(kept) == ("answers-release", "release v1 as before the candidate")
    assert said(broken) == ("answers-schema", "schema is None; the baseline's is 1")
    (configured,) = checks.promises(("configuration",), {"configuration": "a"}, {"configuration": "b"})
    assert configured.cause == Cause.WRONG_CONFIGURATION
    objective = Objective(rto_s=5.0, rpo_s=0)
    unmeasured = checks.recovery_time(objective, None, None)
    assert said(unmeasured) == ("objective-rto", "the recovery time was not measured")
    open_end = checks.recovery_time(objective, (1.0, None), None)
    told = "recovery > 1.000 s when the drill stopped waiting, objective 5 s"
    assert said(open_end) == ("objective-rto", told)
    met = checks.recovery_time(objective, (1.0, 2.5), None)
    assert said(met) == ("objective-rto", "recovery 1.000 s to 2.500 s, objective 5 s")


def test_loss_is_told_by_its_form_and_against_the_objective() -> None:
    writes = Writes(acked=100, kept=90, lost=2, stale=3, resurrected=1)
    found = Judgement(writes=writes, classes={}, rpa_s=2.0)
    forms = "2 of 100 acknowledged writes lost, reaching back 2.000 s, 3 stale, 1 resurrected"
    assert said(checks.recovery_point(None, found)) == ("objective-rpo", f"{forms}; none may be")
    allowed = Objective(rto_s=1, rpo_s=1.5, rpo_writes=None)
    assert said(checks.recovery_point(allowed, found)) == ("objective-rpo", f"{forms}; objective 1.5 s")
    assert said(checks.recovery_point(replace(allowed, rpo_s=2.0), found)) == ("objective-rpo", forms)
    assert outcome(checks.recovery_point(replace(allowed, rpo_s=2.0), found)) == PASSED
    for name, cause in (("stale", Cause.WRITES_STALE), ("resurrected", Cause.WRITES_RESURRECTED)):
        taken = Judgement(writes=Writes(acked=9, kept=8, lost=0, **{name: 1}), classes={}, rpa_s=0.0)
        assert outcome(checks.recovery_point(None, taken)) == failed(cause)
    nothing = Judgement(writes=Writes(), classes={}, rpa_s=0.0)
    assert said(checks.recovery_point(None, nothing)) == ("objective-rpo", "0 of 0 acknowledged writes lost")
