"""The world as `rehearse()` sees it. `fixtures/` holds one class behind each protocol; tests may bring fakes.

All instants are `time.monotonic_ns()`: on one host it is one clock for every process, containers too.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from scenarios.ledger import Row
from scenarios.model import Load, Scenario, System
from scenarios.observations import Observation
from scenarios.protocols_host import Listeners, LockWatch, Sentinel
from scenarios.results import Calibration
from scenarios.runbook import Procedure, Step


class Clock(Protocol):
    """The one clock. `sleep` is the only place the lifecycle waits."""

    def now_ns(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...


class EvidenceSink(Protocol):
    """One drill's evidence folder. Everything is on disk when the call returns."""

    folder: Path

    @property
    def head(self) -> str | None:
        """The SHA-256 that the next line of events.jsonl would carry as `prev`; None before the first line."""
        ...

    def event(self, name: str, at_ns: int, /, **facts: object) -> None:
        """Append one line to events.jsonl."""
        ...

    def write_json(self, name: str, value: object) -> Path:
        """Write `value` as indented JSON to `name` below the folder."""
        ...

    def path(self, name: str) -> Path:
        """A path below the folder whose parent exists."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Named facts, per table row id to row digest over `columns`, users' files by digest, faults of the disk."""

    facts: dict[str, str]
    rows: dict[str, dict[str, str]]
    columns: dict[str, list[str]]
    files: dict[str, str] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)


class Platform(Protocol):
    """Where the system runs: a host of processes or a cluster."""

    kind: str  # "embedded", "kind", …

    def deploy(self, release: str) -> None:
        """Bring `release` to the users as this system deploys; raises Inconclusive(DEPLOY_FAILED)."""
        ...

    def stand(self) -> None:
        """Wait until what was deployed last stands; raises Inconclusive(DEPLOY_FAILED)."""
        ...

    def facts(self) -> dict[str, str]:
        """What runs now: release, digest of its files, its packages, processes."""
        ...

    def files(self) -> dict[str, str]:
        """Digest by name of each file that users have put where the service keeps such."""
        ...

    def collect(self, sink: EvidenceSink) -> None:
        """Copy logs into the evidence."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Whether the server is still the one that the drill began with, and has gone on without a break.

    `forked_lsn`: in bytes, where its log left the old one; None where it is the old one or has nothing to do with it.
    """

    same: bool
    forked_lsn: int | None = None


class Database(Protocol):
    """The system's database, always read on new connections from what is primary now."""

    version: str

    def snapshot(
        self, tables: Sequence[str], columns: Mapping[str, Sequence[str]], unjudged: Collection[str] = ()
    ) -> State:
        """Catalog facts and row digests of `tables`; a table that is not there has no rows. Every other table's rows
        are one fact, but for those of `unjudged`. Damage is looked for where `columns` are given: once it is over.
        A table named in `columns` is digested over those columns alone: one that came later changes no row.
        """
        ...

    def ledger_rows(self, table: str) -> list[Row]:
        """Every row of the ledger's table; an absent table is an empty list."""
        ...

    def lineage(self) -> Lineage:
        """What the server that is primary now has to do with the one that there was when the database was made."""
        ...

    def transactions(self, xids: Sequence[int]) -> dict[int, str | None]:
        """What became of transactions of this server ("committed", "aborted", "in progress"; None: too long ago)."""
        ...

    def collect(self, sink: EvidenceSink) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a background user, answered or given up (`status` None) at `done_ns`. `ok`: as it should be."""

    sent_ns: int
    done_ns: int
    status: int | None = 200
    ok: bool = True
    who: str = ""


class Workload(Protocol):
    """Background users (Locust)."""

    def start(self, load: Load) -> None: ...

    def stop(self) -> None: ...

    def requests(self) -> int:
        """How many requests users made so far; raises Inconclusive(WORKLOAD_DIED)."""
        ...

    def made(self) -> Sequence[Request]:
        """Every request so far, in the order they ended."""
        ...

    def cpu_share(self) -> float | None:
        """The most of one core that users' own program took over any 5 s of making requests; None: not known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One judged lane's plan: tick i is due at `start_ns + i * period_ns` and answered or given up by `deadline_ns`."""

    name: str
    start_ns: int
    period_ns: int
    deadline_ns: int

    def planned_ns(self, tick: int) -> int:
        """When tick `tick` is due."""
        return self.start_ns + tick * self.period_ns

    @property
    def expiry_ns(self) -> int:
        """After this long past its due time, a tick without a record was dropped (1 s of slack for a late record)."""
        return self.deadline_ns + 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneCounts:
    """How well one lane kept its schedule: ticks planned, sent and dropped, and how late those sent were, in ms.

    `latency_ms`: of its served answers, from the instant at which each was due.
    """

    planned: int
    sent: int
    dropped: int
    late_ms: Mapping[str, float]  # p50, p99, max
    latency_ms: Mapping[str, float] = field(default_factory=dict)  # p50, p90, p99, p99.9, max


class Probe(Protocol):
    """Fixed-rate measurement of availability, open loop, in its own process."""

    lanes: Mapping[str, Lane]  # the judged ones
    rate_hz: float  # of all judged lanes together
    error_ms: float | None  # worst error of this run's self-calibration
    calibration: Calibration | None  # all of it; None: not calibrated

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def observations(self) -> Sequence[Observation]:
        """All so far, judged lanes and control, in the order they ended; raises Inconclusive(PROBE_DIED)."""
        ...

    def counts(self) -> Mapping[str, LaneCounts]:
        """Each lane's schedule, the control lane's too; empty until the probe has stopped."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What one step did. `exit` is None when it was cut at its deadline; `failed_commands` is each non-zero one."""

    step: Step
    exit: int | None
    started_ns: int
    ended_ns: int
    output: str  # capped; the whole is in the log
    failed_commands: tuple[str, ...]
    ok: bool  # the declared expectation held
    why: str  # one sentence where not ok


class Runner(Protocol):
    """Executes a procedure's steps as written, one shell state across the procedure."""

    def run(
        self,
        procedure: Procedure,
        parameters: dict[str, str],
        sabotage: Path | None,
        prefix: str,
        on_step: Callable[[StepResult], None],
    ) -> list[StepResult]:
        """Run every step; `prefix` names the logs (`steps/` or `verification/`)."""
        ...


class Guard(Protocol):
    """Holds what the steps will act on against what was recorded when it was made."""

    def check(self, parameters: Mapping[str, str]) -> None:
        """Inconclusive(TARGET_REFUSED) where `parameters` lead elsewhere: what was expected, and what was found."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What was provisioned for one drill. Each part is stopped by the environment's own cleanup."""

    platform: Platform
    database: Database
    workload: Workload
    probe: Probe
    sentinel: Sentinel
    runner: Runner
    guard: Guard
    sink: EvidenceSink
    clock: Clock
    parameters: dict[str, str]  # SERVICE_URL, DATABASE_URL, PG*: what the place gives to every runbook
    ledger_records: Callable[[], Iterable[dict[str, object]]]
    service_rows: Callable[[], list[Row]] | None  # as users see them; None where the system shows no such thing
    measuring: Callable[[], AbstractContextManager[None]]  # the host-wide token that timed windows hold
    fill: Callable[[], None] = lambda: None  # give the database as many rows more as the run asks for
    listeners: Listeners | None = None  # None: nobody listens
    locks: LockWatch | None = None  # None: nobody looks


class Environment(Protocol):
    """Gives a Stage for a scenario and takes it away again, whatever happens in between."""

    name: str

    def provision(self, system: System, scenario: Scenario, evidence: Path) -> AbstractContextManager[Stage]: ...
