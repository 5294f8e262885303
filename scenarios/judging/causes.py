"""The closed list of causes. Every verdict that is not *passed* names exactly one of these.

The order matters twice: within a family the first listed wins when several apply, and data loss comes before
everything else because no later success repairs it.
"""

from enum import StrEnum


class Verdict(StrEnum):
    """Outcome of a check or of a drill; `worst` orders them."""

    PASSED = "passed"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"


class Cause(StrEnum):
    """Why a verdict is not *passed*. The value is the id printed in every file."""

    # failed: the rollback is to blame
    WRITES_LOST = "writes_lost"
    WRITES_CORRUPTED = "writes_corrupted"
    WRITES_DUPLICATED = "writes_duplicated"
    WRITES_PHANTOM = "writes_phantom"
    ROWS_FOREIGN = "rows_foreign"
    ROWS_CHANGED = "rows_changed"
    STEP_FAILED = "step_failed"
    STEP_DEADLINE = "step_deadline"
    NOT_SERVED = "not_served"
    RELEASE_STUCK = "release_stuck"
    WRONG_RELEASE = "wrong_release"
    WRONG_SCHEMA = "wrong_schema"
    STATE_DIFFERS = "state_differs"
    NOT_RESTORED = "not_restored"
    RTO_EXCEEDED = "rto_exceeded"
    RPO_EXCEEDED = "rpo_exceeded"
    VERIFICATION_FAILED = "verification_failed"
    # inconclusive: the system or the scenario gave nothing to judge
    NO_STEADY_STATE = "no_steady_state"
    NO_TRAFFIC = "no_traffic"
    NO_HARM = "no_harm"
    NOT_DETECTED = "not_detected"
    TOO_FEW_WRITES_BEFORE = "too_few_writes_before"
    TOO_FEW_WRITES_DURING = "too_few_writes_during"
    TOO_FEW_WRITES_AFTER = "too_few_writes_after"
    OBJECTIVE_STRADDLED = "objective_straddled"
    READ_BACK_FAILED = "read_back_failed"
    # inconclusive: the harness is to blame, so the drill is tried once more
    PROBE_DIED = "probe_died"
    WORKLOAD_DIED = "workload_died"
    HARNESS_OVERLOADED = "harness_overloaded"
    DEPLOY_FAILED = "deploy_failed"
    INTERRUPTED = "interrupted"
    HARNESS_ERROR = "harness_error"

    @property
    def sentence(self) -> str:
        """One plain sentence for people, used by every report."""
        return _SENTENCES[self]

    @property
    def verdict(self) -> Verdict:
        """The verdict this cause stands for."""
        return Verdict.FAILED if self in _FAILED else Verdict.INCONCLUSIVE

    @property
    def in_harness(self) -> bool:
        """True where our own machinery is to blame; only then is an inconclusive drill retried."""
        return self in _HARNESS


_SENTENCES: dict[Cause, str] = {
    Cause.WRITES_LOST: "Writes that users were told had been saved are gone.",
    Cause.WRITES_CORRUPTED: "Writes that users were told had been saved came back with other contents.",
    Cause.WRITES_DUPLICATED: "An acknowledged write is there more than once.",
    Cause.WRITES_PHANTOM: "A write that the service refused is there all the same.",
    Cause.ROWS_FOREIGN: "Rows appeared that no user wrote.",
    Cause.ROWS_CHANGED: "Rows that existed before the candidate were changed or removed.",
    Cause.STEP_FAILED: "A step of the procedure did not do what the runbook says it does.",
    Cause.STEP_DEADLINE: "A step of the procedure did not end before its deadline.",
    Cause.NOT_SERVED: "When the procedure was over, not everybody was being served as before.",
    Cause.RELEASE_STUCK: "The newest rollout did not stand when the procedure was over.",
    Cause.WRONG_RELEASE: "Users are served, but not by the baseline release.",
    Cause.WRONG_SCHEMA: "Users are served, but the database is not at the baseline's schema.",
    Cause.STATE_DIFFERS: "Something that should be as before the candidate is not.",
    Cause.NOT_RESTORED: "The procedure was over and what the baseline promises had not come back.",
    Cause.RTO_EXCEEDED: "Recovery took longer than the objective allows.",
    Cause.RPO_EXCEEDED: "More was lost than the objective allows.",
    Cause.VERIFICATION_FAILED: "A line of the runbook's own verification list is not true.",
    Cause.NO_STEADY_STATE: "The baseline never served users steadily, so there was nothing to hurt.",
    Cause.NO_TRAFFIC: "There was no user traffic to measure.",
    Cause.NO_HARM: "The candidate did no harm, so there was nothing to roll back.",
    Cause.NOT_DETECTED: "The signal never fired, so nobody would have started the rollback.",
    Cause.TOO_FEW_WRITES_BEFORE: "Too few writes were acknowledged before the candidate to judge loss.",
    Cause.TOO_FEW_WRITES_DURING: "Too few writes were attempted while the candidate ran to judge loss.",
    Cause.TOO_FEW_WRITES_AFTER: "Too few writes were acknowledged after the rollback to call users served.",
    Cause.OBJECTIVE_STRADDLED: "The measured interval lies across the objective: neither met nor missed.",
    Cause.READ_BACK_FAILED: "The rows could not be read back, so loss could not be judged.",
    Cause.PROBE_DIED: "The probe stopped before the drill did.",
    Cause.WORKLOAD_DIED: "The background users stopped before the drill did.",
    Cause.HARNESS_OVERLOADED: "This machine was too busy to measure: even our own echo server answered late.",
    Cause.DEPLOY_FAILED: "The release could not be deployed.",
    Cause.INTERRUPTED: "The run was interrupted.",
    Cause.HARNESS_ERROR: "The harness itself failed.",
}

_ORDER = list(Cause)
_FAILED = frozenset(_ORDER[: _ORDER.index(Cause.NO_STEADY_STATE)])
_HARNESS = frozenset(_ORDER[_ORDER.index(Cause.PROBE_DIED) :])
_RANK = {Verdict.PASSED: 0, Verdict.INCONCLUSIVE: 1, Verdict.FAILED: 2}


def worst(parts: list[tuple[Verdict, Cause | None]]) -> tuple[Verdict, Cause | None]:
    """The worst verdict of `parts` and, among the causes of that rank, the one listed first above."""
    if not parts:
        return Verdict.INCONCLUSIVE, Cause.HARNESS_ERROR
    rank = max(_RANK[verdict] for verdict, _ in parts)
    causes = [cause for verdict, cause in parts if _RANK[verdict] == rank and cause is not None]
    verdict = next(verdict for verdict, _ in parts if _RANK[verdict] == rank)
    return verdict, min(causes, key=_ORDER.index, default=None)
