"""What a run leaves: `summary.json` and each drill's `verdict.json` (the same drill object), as pydantic models.

`[lo, null]` is "not restored within the window" (censored); `null` is "not measured".
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION = 1
Interval = tuple[float | None, float | None]


class Record(BaseModel):
    """Base of every record we write: unknown keys are an error, so a reader never guesses."""

    model_config = ConfigDict(extra="forbid")


class NotRehearsed(Record):
    """Something that this machine could not rehearse, and what to do about it."""

    id: str
    why: str
    mend: str


class Expected(Record):
    verdict: str
    cause: str | None


class ObjectiveRecord(Record):
    rto_s: float
    clock: str
    rpo_s: float
    rpo_writes: int | None


class Writes(Record):
    """The ledger's classes, counted. `null`: this drill's writes cannot show that class."""

    acked: int | None = None
    kept: int | None = None
    lost: int | None = None
    corrupt: int | None = None
    duplicate: int | None = None
    phantom: int | None = None
    resurrected: int | None = None
    stale: int | None = None
    reordered: int | None = None
    torn: int | None = None
    recovered: int | None = None
    unknown_lost: int | None = None
    foreign: int | None = None


class RecoveryPoint(Record):
    """How far back the loss reaches, beside `rpa_s`; and what the server could tell of writes that nobody heard of."""

    writes: int  # acknowledged, and their effect is gone: lost, stale, resurrected, torn
    wal_bytes: int | None  # of Postgres' log; null where the server was never replaced
    unknowns: dict[str, int]  # "committed", "aborted", and "left" unknown


class Phases(Record):
    """Where the time went, seconds; midpoints of the events' intervals."""

    detect: float | None = None
    decide: float | None = None
    execute: float | None = None
    propagate: float | None = None
    stabilise: float | None = None


class CheckRecord(Record):
    id: str
    verdict: str
    cause: str | None = None
    detail: str = ""


class StepRecord(Record):
    """One step of the procedure. `exit` is null when the step was cut at its deadline."""

    name: str
    source: Literal["written", "corrected", "adapted"]
    exit: int | None
    s: float


class Calibration(Record):
    """The probe against outages of known length, in this run: errors of the measured length, in ms."""

    outages: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    by_shape_ms: dict[str, float]  # the worst of each shape: 503, reset, refuse, hang, slow


class LaneFigures(Record):
    """What one lane of the probe saw from the steady state on. Latency counts from the *intended* send time, in ms."""

    lane: str
    planned: int
    sent: int
    dropped: int
    bad: int
    latency_ms: dict[str, float]  # p50, p90, p99, p99.9, max of the answers that were served


class Window(Record):
    """Windowed user uptime: the worst window of this length, as a share of answers served (1.0: all)."""

    window_s: float
    uptime: float


class Availability(Record):
    """What users saw over the whole drill, beside the two clocks."""

    first_good_s: Interval | None  # from procedure_started to the first good moment; the stable one is `recovery_s`
    bad_s: float | None  # seconds in which users were hurt, summed over its stretches
    stretches: int | None  # of harm
    worst: list[Window]
    lanes: list[LaneFigures]


class Speed(Record):
    """How fast the read lane was answered, by half seconds, in ms from the instant at which each look was due.

    `limit_ms`: past it users count as slowed down. `untold`: half seconds that a busy machine may have slowed down.
    """

    typical_ms: float
    slowest_ms: float
    limit_ms: float
    candidate_ms: float | None  # the median from its deployment to the procedure's start
    after_ms: float | None  # the median of the hold
    windows: int
    untold: int


class OwnRequests(Record):
    """What the background users' own requests came to, beside the probe's. Medians are of all answers, in ms.

    `bad`: not answered, or otherwise than they should be; of those after the rollback, refused or failed.
    """

    users: int  # who made any while the candidate ran
    hurt: int  # of them, who had a bad one
    requests: int  # from the candidate's deployment until users were back, or to the end
    bad: int
    held: int  # sent after users were back, to the end of the hold
    held_bad: int
    before_ms: float | None
    hurt_ms: float | None
    held_ms: float | None


class Cuts(Record):
    """What a way back did to whoever was connected, from its first command to the end of the wait for recovery."""

    window_s: float
    asked: int  # requests of the probe, follow-ups left out
    refused: int  # nobody took the connection
    cut: int  # the connection went away before the answer was there
    unanswered: int  # the deadline was over first
    streams: int  # live streams that were open when it began
    streams_ended: int  # in order, as an answer ends
    streams_cut: int  # in the middle, or gone silent
    longest_gap_s: float  # between two streams of one listener


class LockWaits(Record):
    """Who waited for a lock of the database, from a way back's first command to the end of the wait for recovery."""

    window_s: float
    looks: int
    blind_s: float  # the longest time between two looks: what is shorter may not have been seen
    deepest: int  # statements that one look saw waiting
    longest_s: Interval  # of one statement; it ended between two looks. null: it waited still when nobody looked on
    statement: str  # its beginning
    behind: list[str]  # who stood at the head of its queue, and what that session did


class DrillRecord(Record):
    """One drill: the object in summary.json and the whole of verdict.json."""

    id: str
    title: str
    system: str
    procedure: str
    owner: str
    environment: str
    control: str | None
    expected: Expected
    verdict: str
    cause: str | None
    detail: str
    as_expected: bool
    objective: ObjectiveRecord | None
    n: int = 1
    signal: str
    harm: str
    recovery_s: Interval | None
    disruption_s: Interval | None
    claimed_s: float | None = None  # `kubectl rollout status` said that it was done, after procedure_started
    probe_error_ms: float | None
    calibration: Calibration | None = None
    availability: Availability | None = None
    speed: Speed | None = None  # null where the drill is not about it
    cuts: Cuts | None = None  # null where nobody listened
    lock_waits: LockWaits | None = None  # null where nobody looked
    own: OwnRequests | None = None
    overhead_s: float | None = None  # from the users' start to the kept logs, without holds, windows and a wait in vain
    rpa_s: float | None
    recovery_point: RecoveryPoint | None = None
    writes: Writes
    phases_s: Phases
    checks: list[CheckRecord]
    steps: list[StepRecord]
    evidence: str
    events_head: str | None = None  # SHA-256 of the last line of events.jsonl


class Platform(Record):
    """Versions of what was real in this run; null where it was not used."""

    kubernetes: str | None = None
    kubectl: str | None = None
    postgres: str | None = None
    gcloud: str | None = None
    router: str | None = None


class Summary(Record):
    """summary.json. `schema_version` 1."""

    schema_version: int = SCHEMA_VERSION
    run: str
    started_at: str
    git_rev: str
    verdict: str
    time_scale: float
    suite: str | None
    rows: int = 0  # that each drill's database was filled with, of about a kilobyte each
    platform: Platform
    not_rehearsed: list[NotRehearsed]
    drills: list[DrillRecord]
