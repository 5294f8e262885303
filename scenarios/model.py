"""What a drill rehearses, as frozen declarations. Units are in the names; durations are seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from scenarios.judging.causes import Cause, Verdict


class Harm(StrEnum):
    """The kind of harm a candidate must do; another kind, or none, makes the drill inconclusive."""

    USERS_HURT = "users_hurt"
    RELEASE_STUCK = "release_stuck"
    STATE_WRONG = "state_wrong"


class Need(StrEnum):
    """What a scenario needs of the machine beyond Python and loopback."""

    POSTGRES = "postgres"
    CLUSTER = "cluster"
    REDIS = "redis"
    ROUTER = "router"
    GCLOUD = "gcloud"
    GPG = "gpg"  # backups are encrypted
    GIT = "git"  # the host has a repository, and pushing to it is how releases are deployed
    WAL_ARCHIVE = "wal-archive"  # a Postgres server of the drill's own, which steps may stop and replace
    OWN_PROCESSES = "own-processes"  # a host with PID and mount namespaces of its own: steps end processes by name


class RecoveryClock(StrEnum):
    """Which clock an objective judges: `recovery` from procedure_started, `disruption` from harmed, to restored."""

    RECOVERY = "recovery"
    DISRUPTION = "disruption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the runbook promises: `rto_s` on `clock`; at most `rpo_s` seconds and `rpo_writes` writes lost."""

    rto_s: float
    rpo_s: float
    rpo_writes: int | None = 0
    clock: RecoveryClock = RecoveryClock.RECOVERY


USER_TIMEOUT_S = 2.0  # a background user gives up on an answer after this long


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The background users (Locust). `users` at once, each pausing `pause_s` between requests on average."""

    users: int = 6
    pause_s: float = 0.1
    locustfile: str = "locustfile.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """How a drill must come out. A drill of a step that cannot work expects *failed* with its cause."""

    verdict: Verdict = Verdict.PASSED
    cause: Cause | None = None

    @classmethod
    def of(cls, cause: Cause) -> "Expectation":
        """The verdict and the cause that `cause` stands for."""
        return cls(verdict=cause.verdict, cause=cause)


NIGHTLY = frozenset({"nightly", "certification"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing to rehearse. Names are those of the system's folder: releases/, sabotage/, RUNBOOK procedures."""

    id: str
    title: str  # the property the drill shows, one sentence
    procedure: str  # id of the procedure in RUNBOOK.md
    baseline: str
    candidate: str
    deployment: str | None = None  # on a cluster: the Deployment of the baseline, where it is not the system's
    earlier: tuple[str, ...] = ()  # releases deployed before the baseline, oldest first: a history to go back in
    defect: str  # what is wrong with the candidate, one sentence
    branch: str = "main"  # where pushing deploys: the branch that this host deploys
    signal: str  # a signal of the runbook's triggers table
    rolled_out: bool = False  # nobody reacts before the candidate stands whole, whatever users see until then
    harm: Harm = Harm.USERS_HURT
    restores: tuple[str, ...] = ("release", "schema")  # facts of an answer that must be the baseline's again
    leaves: tuple[str, ...] = ()  # objects of a cluster that stay as the candidate made them, by intent: "deployment/x"
    objective: Objective | None = None  # None: the one the runbook's procedure states
    verification: str | None = "verification"  # id of the runbook's verification list
    parameters: Mapping[str, str] = field(default_factory=dict)  # values of the runbook's parameters
    needs: frozenset[Need] = frozenset()
    load: Load = Load()
    listeners: int = 0  # users of the system's live stream, besides the load
    spares: tuple[str, ...] = ()  # what the procedure must not cut: "connections", "streams"
    steady_s: float = 60.0  # scaled by --time-scale
    hold_s: float = 60.0  # scaled by --time-scale
    settle_s: float = 5.0  # real: how long after the procedure users may still be hurt before it counts as failed
    expected: Expectation = Expectation()
    known: str | None = None  # a failure that really happened: its public thread, as `owner/project#number`
    sabotage: str | None = None  # a negative control: sabotage/<name>/ is first on the steps' PATH
    suites: frozenset[str] = NIGHTLY | {"ci"}

    def sabotaged(self, sabotage: str, title: str, cause: Cause, suites: frozenset[str] | None = None) -> "Scenario":
        """The same way back as a negative control, `control-<sabotage>`, that must be red for `cause`."""
        return replace(
            self,
            id=f"control-{sabotage}",
            title=title,
            sabotage=sabotage,
            expected=Expectation.of(cause),
            suites=self.suites if suites is None else suites,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One critical request of a system, asked once of a release beside a schema that may not be its own.

    In `path` and in the values of `fields` and `shows`, `{row}` is the id of a row that is there, `{writer}` the
    release that wrote it, `{new}` an id that is not taken.
    """

    name: str
    method: str
    path: str
    fields: Mapping[str, object] | None = None  # the request's JSON
    expect: int = 200
    shows: Mapping[str, object] = field(default_factory=dict)  # what the answer's JSON must say


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system folder: its declaration in scenarios.py plus where it lies."""

    name: str
    owner: str
    database: str  # name of its database, as its runbook writes it
    state_tables: tuple[str, ...]  # tables whose rows must survive a rollback, each with a primary key `id`
    # tables whose rows nobody compares, each with the reason; of every other table all rows must be as before
    unjudged: Mapping[str, str] = field(
        default_factory=lambda: {"deleted_sessions": "users go on filling it, and the ledger knows what they deleted"}
    )
    tells: tuple[str, ...] = ()  # facts that its answers tell besides release and schema, for `restores`
    deployment: str = ""  # on a cluster: the Deployment that serves users
    ledger_table: str = "sessions"  # read back as (id, client, seq, body), and `version` where it has one
    ledger_path: str | None = None  # where its service shows the same in pages; None: it shows no such thing
    stream_path: str | None = None  # where its live stream is, `{session}` for a session's id; None: it has none
    writes: tuple[Ask, ...] = ()  # what makes the row `{row}`
    asks: tuple[Ask, ...] = ()  # what must work on it beside another release or schema (scenarios/crossing.py)
    scenarios: tuple[Scenario, ...] = ()
    folder: Path = Path()

    def scenario(self, scenario_id: str) -> Scenario:
        """The scenario called `scenario_id`; KeyError names those there are."""
        for scenario in self.scenarios:
            if scenario.id == scenario_id:
                return scenario
        known = ", ".join(scenario.id for scenario in self.scenarios)
        raise KeyError(f"{self.name} has no scenario {scenario_id!r}; it has: {known}")
