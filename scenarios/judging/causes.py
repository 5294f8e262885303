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
    WRITES_TORN = "writes_torn"
    WRITES_REORDERED = "writes_reordered"
    WRITES_STALE = "writes_stale"
    WRITES_RESURRECTED = "writes_resurrected"
    ROWS_FOREIGN = "rows_foreign"
    ROWS_CHANGED = "rows_changed"
    DATA_DAMAGED = "data_damaged"
    FILES_CHANGED = "files_changed"
    READ_BACK_DISAGREES = "read_back_disagrees"
    COMMITS_LOST = "commits_lost"
    STEP_FAILED = "step_failed"
    STEP_DEADLINE = "step_deadline"
    NOT_SERVED = "not_served"
    RELEASE_STUCK = "release_stuck"
    WRONG_RELEASE = "wrong_release"
    WRONG_SCHEMA = "wrong_schema"
    WRONG_CONFIGURATION = "wrong_configuration"
    STATE_DIFFERS = "state_differs"
    NOT_RESTORED = "not_restored"
    RTO_EXCEEDED = "rto_exceeded"
    RPO_EXCEEDED = "rpo_exceeded"
    STREAMS_CUT = "streams_cut"
    CONNECTIONS_CUT = "connections_cut"
    VERIFICATION_FAILED = "verification_failed"
    # inconclusive: the system or the scenario gave nothing to judge
    NO_STEADY_STATE = "no_steady_state"
    PROMISE_UNTOLD = "promise_untold"
    NO_TRAFFIC = "no_traffic"
    HARMED_EARLY = "harmed_early"
    OTHER_HARM = "other_harm"
    NO_HARM = "no_harm"
    CANDIDATE_UNSEEN = "candidate_unseen"
    NOT_DETECTED = "not_detected"
    HARM_OVER_EARLY = "harm_over_early"
    PROCEDURE_EMPTY = "procedure_empty"
    TARGET_REFUSED = "target_refused"
    TOO_FEW_WRITES_BEFORE = "too_few_writes_before"
    TOO_FEW_WRITES_DURING = "too_few_writes_during"
    TOO_FEW_WRITES_AFTER = "too_few_writes_after"
    OBJECTIVE_STRADDLED = "objective_straddled"
    NO_STREAMS = "no_streams"
    READ_BACK_FAILED = "read_back_failed"
    SNAPSHOT_FAILED = "snapshot_failed"
    # inconclusive: the harness is to blame, so the drill is tried once more; what explains most comes first
    HOST_SUSPENDED = "host_suspended"
    EVIDENCE_UNWRITABLE = "evidence_unwritable"
    PROBE_DIED = "probe_died"
    WORKLOAD_DIED = "workload_died"
    CPU_STARVED = "cpu_starved"
    CONTROL_LANE_SILENT = "control_lane_silent"
    CONTROL_LANE_LATE = "control_lane_late"
    PROBE_DROPPED = "probe_dropped"
    PROBE_LATE = "probe_late"
    WORKLOAD_SATURATED = "workload_saturated"
    HARNESS_OVERLOADED = "harness_overloaded"
    LANE_SILENT = "lane_silent"
    TOO_FEW_LOOKS = "too_few_looks"
    TOO_LITTLE_TRAFFIC_BEFORE = "too_little_traffic_before"
    TOO_LITTLE_TRAFFIC_DURING = "too_little_traffic_during"
    TOO_LITTLE_TRAFFIC_AFTER = "too_little_traffic_after"
    LEDGER_INCOMPLETE = "ledger_incomplete"
    PORT_TAKEN = "port_taken"
    DEPLOY_FAILED = "deploy_failed"
    STEPS_NOT_RUN = "steps_not_run"
    ENVIRONMENT_LOST = "environment_lost"
    LOGS_NOT_KEPT = "logs_not_kept"
    CLEANUP_FAILED = "cleanup_failed"
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
    Cause.WRITES_TORN: "Of a write of several rows some are there and some are not.",
    Cause.WRITES_REORDERED: "A client's later acknowledged write lies under its earlier one.",
    Cause.WRITES_STALE: "A row shows an older value than the newest that was acknowledged.",
    Cause.WRITES_RESURRECTED: "A row is there whose deletion had been acknowledged.",
    Cause.ROWS_FOREIGN: "Rows appeared that no user wrote.",
    Cause.ROWS_CHANGED: "Rows that existed before the candidate were changed or removed.",
    Cause.DATA_DAMAGED: "The database is damaged on its disk: a table, an index or a checksum is not sound.",
    Cause.FILES_CHANGED: "Files that users had uploaded before the candidate came were changed or removed.",
    Cause.READ_BACK_DISAGREES: "What users are shown is not what the database holds.",
    Cause.COMMITS_LOST: "Commits of other people are no longer in the branch that is deployed.",
    Cause.STEP_FAILED: "A step of the procedure did not do what the runbook says it does.",
    Cause.STEP_DEADLINE: "A step of the procedure did not end before its deadline.",
    Cause.NOT_SERVED: "When the procedure was over, not everybody was being served as before.",
    Cause.RELEASE_STUCK: "The newest rollout did not stand when the procedure was over.",
    Cause.WRONG_RELEASE: "Users are served, but not by the baseline release.",
    Cause.WRONG_SCHEMA: "Users are served, but the database is not at the baseline's schema.",
    Cause.WRONG_CONFIGURATION: "Users are served, but not with the configuration that they were served with before.",
    Cause.STATE_DIFFERS: "Something that should be as before the candidate is not.",
    Cause.NOT_RESTORED: "The procedure was over and what the baseline promises had not come back.",
    Cause.RTO_EXCEEDED: "Recovery took longer than the objective allows.",
    Cause.RPO_EXCEEDED: "More was lost than the objective allows.",
    Cause.STREAMS_CUT: "Live streams were cut in the middle by a way back that promises to spare them.",
    Cause.CONNECTIONS_CUT: "Requests were refused or broken off by a way back that promises to spare them.",
    Cause.VERIFICATION_FAILED: "A line of the runbook's own verification list is not true.",
    Cause.NO_STEADY_STATE: "The baseline never served users steadily, so there was nothing to hurt.",
    Cause.PROMISE_UNTOLD: "The baseline's answers do not tell what it promises, so its return could not be seen.",
    Cause.NO_TRAFFIC: "There was no user traffic to measure.",
    Cause.HARMED_EARLY: "Users were hurt before the candidate came, so not all of the harm is its own.",
    Cause.OTHER_HARM: "The candidate did harm, but not of the kind that the scenario declares.",
    Cause.NO_HARM: "The candidate did no harm, so there was nothing to roll back.",
    Cause.CANDIDATE_UNSEEN: "Every answer was the baseline's, bad ones too: the candidate never reached a user.",
    Cause.NOT_DETECTED: "The signal never fired, so nobody would have started the rollback.",
    Cause.HARM_OVER_EARLY: "The harm was over before the procedure began, so it ended nothing.",
    Cause.PROCEDURE_EMPTY: "The procedure holds no command: every line of its steps is empty or a comment.",
    Cause.TARGET_REFUSED: "What the steps would have acted on is not what this run made, so nothing was done to it.",
    Cause.TOO_FEW_WRITES_BEFORE: "Too few writes were acknowledged before the candidate to judge loss.",
    Cause.TOO_FEW_WRITES_DURING: "Too few writes were attempted while the candidate ran to judge loss.",
    Cause.TOO_FEW_WRITES_AFTER: "Too few writes were acknowledged after the rollback to call users served.",
    Cause.OBJECTIVE_STRADDLED: "The measured interval lies across the objective: neither met nor missed.",
    Cause.NO_STREAMS: "Live streams were not all open when the procedure began, so what it cuts could not be counted.",
    Cause.READ_BACK_FAILED: "The rows could not be read back, so loss could not be judged.",
    Cause.SNAPSHOT_FAILED: "The state could not be looked at, so what the rollback changed is not known.",
    Cause.HOST_SUSPENDED: "This machine slept during the drill: its times are not those that users had.",
    Cause.EVIDENCE_UNWRITABLE: "The evidence could not be written: the disk is full or refuses.",
    Cause.PROBE_DIED: "The probe stopped before the drill did.",
    Cause.WORKLOAD_DIED: "The background users stopped before the drill did.",
    Cause.CPU_STARVED: "Programs of the harness waited for a processor so long that it shows in what was measured.",
    Cause.CONTROL_LANE_SILENT: "Our own echo server was never heard, so nobody knows whether this machine was well.",
    Cause.CONTROL_LANE_LATE: "This machine was too busy to measure: even our own echo server answered late.",
    Cause.PROBE_DROPPED: "The probe could not send all of its looks.",
    Cause.PROBE_LATE: "The probe sent its looks late, so lateness of ours would be called lateness of the service.",
    Cause.WORKLOAD_SATURATED: "The background users could not keep their pace: there was less load than declared.",
    Cause.HARNESS_OVERLOADED: "This machine is too busy to measure: calibration did not see an outage of known length.",
    Cause.LANE_SILENT: "One kind of request was no longer answered at all, so whether it is served is not known.",
    Cause.TOO_FEW_LOOKS: "The probe looked too rarely after the rollback to call users served.",
    Cause.TOO_LITTLE_TRAFFIC_BEFORE: "Users had stopped coming before the candidate was deployed.",
    Cause.TOO_LITTLE_TRAFFIC_DURING: "Users stopped coming while the candidate ran.",
    Cause.TOO_LITTLE_TRAFFIC_AFTER: "Too few users came after the rollback to say that it holds under load.",
    Cause.LEDGER_INCOMPLETE: "The record of writes has gaps, so loss could not be judged.",
    Cause.PORT_TAKEN: "Something else listens on the port that the service was given, or no port is free.",
    Cause.DEPLOY_FAILED: "The release could not be deployed.",
    Cause.STEPS_NOT_RUN: "Steps of the procedure were left out, though none before them had failed.",
    Cause.ENVIRONMENT_LOST: "What the drill stood on went away while it ran.",
    Cause.LOGS_NOT_KEPT: "Logs of the drill could not be kept, so its evidence is not whole.",
    Cause.CLEANUP_FAILED: "What the drill had made could not be taken away.",
    Cause.INTERRUPTED: "The run was interrupted.",
    Cause.HARNESS_ERROR: "The harness itself failed.",
}

_ORDER = list(Cause)
_FAILED = frozenset(_ORDER[: _ORDER.index(Cause.NO_STEADY_STATE)])
_HARNESS = frozenset(_ORDER[_ORDER.index(Cause.HOST_SUSPENDED) :])
_RANK = {Verdict.PASSED: 0, Verdict.INCONCLUSIVE: 1, Verdict.FAILED: 2}


def worst(parts: list[tuple[Verdict, Cause | None]]) -> tuple[Verdict, Cause | None]:
    """The worst verdict of `parts` and, among the causes of that rank, the one listed first above."""
    if not parts:
        return Verdict.INCONCLUSIVE, Cause.HARNESS_ERROR
    rank = max(_RANK[verdict] for verdict, _ in parts)
    causes = [cause for verdict, cause in parts if _RANK[verdict] == rank and cause is not None]
    verdict = next(verdict for verdict, _ in parts if _RANK[verdict] == rank)
    return verdict, min(causes, key=_ORDER.index, default=None)
