"""A world for `rehearse()` in which time is a number: a whole drill takes milliseconds.

The service is a script of modes ("from this instant on, writes fail"); the probe's ticks, the ledger and the rows
follow from it when somebody looks. Sleeping moves the clock. Tests turn the knobs of `World` before the drill starts.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from scenarios.heard import Heard
from scenarios.ledger import Row
from scenarios.model import Scenario, System
from scenarios.protocols import EvidenceSink, Lineage, Stage, State, StepResult
from scenarios.record import Subject
from scenarios.rehearsal import rehearse
from scenarios.results import DrillRecord
from scenarios.runbook import Procedure, Step
from tests.sample_runbook import SIMULATED
from tests.simulated_host import HostFacts, SimulatedUsers
from tests.simulated_probe import GOOD, SECOND, WRITES_FAIL, Mode, SimulatedProbe

BACK = Scenario(
    id="back",
    title="the way back works",
    procedure="back",
    baseline="v1",
    candidate="v2",
    defect="every write fails",
    signal="error rate",
)
PASSED = ("passed", None)


@dataclass(kw_only=True)
class Act:
    """What running a step does: it takes `takes_s`, then `effect` happens and `after_s` more pass."""

    effect: Callable[[], object] = lambda: None
    takes_s: float = 0.4
    after_s: float = 0.1
    exit: int | None = 0
    why: str = ""  # empty: the declared expectation held


@dataclass
class World:
    """Everything that a Stage is made of, in one place. Attributes up to `users_die_ns` are the tests' knobs."""

    folder: Path
    candidate: Mode = WRITES_FAIL
    acts: dict[str, Act] = field(default_factory=dict)
    users: bool = True
    drops: Callable[[str, int], bool] = lambda lane, tick: False
    control_hang_s: float = 0.001
    busy: float = 4.0  # how much slower everything is, our own echo server too, while the machine is `noisy`
    noisy: Callable[[int], bool] = lambda at_ns: False
    dropped: float = 0.0
    late_ms: float = 0.1  # how late the probe sends
    host: HostFacts = field(default_factory=HostFacts)
    absent: Callable[[int], bool] = lambda at_ns: False  # when no user makes a request, though their program lives
    users_cpu: float | None = 0.2
    ledger_error: Exception | None = None
    on_snapshot: Callable[[], object] = lambda: None
    deploy_error: Exception | None = None
    refused: str = ""  # why the guard refuses, if it does
    runs_steps: bool = True
    lacks: Exception | None = None  # raised instead of provisioning
    cleanup_error: Exception | None = None
    log_error: Exception | None = None
    read_back_error: Exception | None = None
    shown: Callable[[], list[Row]] | None = None  # what the service shows, where it is not what the database holds
    lineage: Lineage = field(default_factory=lambda: Lineage(same=True))
    transactions: dict[int, str | None] = field(default_factory=dict)
    state_rows: dict[str, str] = field(default_factory=lambda: {"ada": "digest"})
    slow: dict[tuple[str, int], float] = field(default_factory=dict)  # (lane, sent about ns) to seconds: answered badly
    heard: list[Heard] | None = None  # what listeners of live streams wrote down; None: nobody listens
    probe_dies_ns: int | None = None
    users_die_ns: int | None = None
    now_ns: int = 1000 * SECOND
    modes: list[tuple[int, Mode]] = field(default_factory=lambda: [(0, GOOD)])
    rows: dict[str, list[Row]] = field(default_factory=dict)
    ledger: list[dict[str, object]] = field(default_factory=list)
    events: dict[str, tuple[int, dict[str, object]]] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    deployed: str = ""

    def __post_init__(self) -> None:
        self.acts = {"undo": Act(effect=lambda: self.turn(GOOD)), "look": Act(), "health": Act(), **self.acts}
        (self.folder / "RUNBOOK.md").write_text(SIMULATED, encoding="utf-8")
        self.probe = SimulatedProbe(self)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ns += int(seconds * SECOND)

    def turn(self, mode: Mode, after_s: float = 0.0) -> None:
        """From now (or a bit later) on the service behaves like `mode`; what was planned earlier stays."""
        self.modes.append((self.now_ns + int(after_s * SECOND), mode))
        self.modes.sort(key=lambda pair: pair[0])

    def mode(self, at_ns: int) -> Mode:
        """How the service behaves at `at_ns`."""
        return next(mode for start, mode in reversed(self.modes) if start <= at_ns)

    def since(self, mode: Mode) -> int:
        """When the service last turned to `mode`."""
        return max(start for start, each in self.modes if each is mode)

    def ledger_records(self) -> list[dict[str, object]]:
        """What users and probe wrote down."""
        if self.ledger_error:
            raise self.ledger_error
        return self.ledger

    def lose(self, count: int) -> list[str]:
        """Delete the newest `count` rows that are there now; their ids."""
        self.probe.observations()
        ids = list(self.rows)[-count:]
        for row_id in ids:
            del self.rows[row_id]
        return ids

    def play(self, scenario: Scenario, time_scale: float = 0.02) -> DrillRecord:
        """Rehearse `scenario` here."""
        system = System(
            name="demo",
            owner="nobody",
            database="demo",
            state_tables=("sessions", "users"),
            scenarios=(scenario,),
            folder=self.folder,
        )
        subject = Subject(drill_id="demo::back", system=system, scenario=scenario, time_scale=time_scale)
        return rehearse(subject, SimulatedEnvironment(self), self.folder)


class SimulatedParts(SimulatedUsers):
    """Platform, database, workload, sentinel, runner, sink and clock of one world: each protocol's methods."""

    kind = name = "simulated"
    version = "0"
    head: str | None = None

    def __init__(self, world: World, what: str = "users") -> None:
        super().__init__(world, what)
        self.folder = world.folder
        self.now_ns: Callable[[], int] = lambda: world.now_ns
        self.sleep = world.sleep

    def deploy(self, release: str) -> None:
        if self.world.deploy_error:
            raise self.world.deploy_error
        self.world.deployed = release
        if release == "v2":
            self.world.sleep(0.2)
            self.world.turn(self.world.candidate)
        self.world.sleep(0.2)

    def stand(self) -> None:
        """Every release of this world stands at once."""

    def facts(self) -> dict[str, str]:
        return {"release": str(self.world.mode(self.world.now_ns).release)}

    def snapshot(
        self, tables: Sequence[str], columns: Mapping[str, Sequence[str]], unjudged: Collection[str] = ()
    ) -> State:
        self.world.on_snapshot()
        self.world.probe.observations()
        written = {row_id: rows[0].digest for row_id, rows in self.world.rows.items()}
        rows = {"sessions": written, "users": dict(self.world.state_rows)}
        return State(facts={"schema_revision": str(self.world.mode(self.world.now_ns).schema)}, rows=rows, columns={})

    def ledger_rows(self, table: str) -> list[Row]:
        if self.world.read_back_error:
            raise self.world.read_back_error
        return [row for rows in self.world.rows.values() for row in rows]

    def lineage(self) -> Lineage:
        return self.world.lineage

    def transactions(self, xids: Sequence[int]) -> dict[int, str | None]:
        return {xid: self.world.transactions[xid] for xid in xids}

    def run(
        self,
        procedure: Procedure,
        parameters: dict[str, str],
        sabotage: Path | None,
        prefix: str,
        on_step: Callable[[StepResult], None],
    ) -> list[StepResult]:
        results = []
        for step in procedure.steps if self.world.runs_steps else ():
            results.append(self._act(step))
            on_step(results[-1])
        return results

    def _act(self, step: Step) -> StepResult:
        act, started = self.world.acts[step.name], self.world.now_ns
        self.world.sleep(act.takes_s)
        act.effect()
        self.world.sleep(act.after_s)
        return StepResult(
            step=step,
            exit=act.exit,
            started_ns=started,
            ended_ns=self.world.now_ns,
            output="",
            failed_commands=(),
            ok=not act.why,
            why=act.why,
        )

    def event(self, name: str, at_ns: int, /, **facts: object) -> None:
        self.world.events[name] = (at_ns, facts)

    def write_json(self, name: str, value: object) -> Path:
        return self.folder / name

    def path(self, name: str) -> Path:
        return self.folder / name


class Logs(SimulatedParts):
    """A part whose logs are collected, or cannot be."""

    def collect(self, sink: EvidenceSink) -> None:
        self.world.collected.append(self.what)
        if self.world.log_error:
            raise self.world.log_error


class SimulatedListeners(SimulatedParts):
    """Listeners who tell what the world's knob says."""

    def heard(self) -> list[Heard]:
        return self.world.heard or []


class SimulatedEnvironment:
    """Gives the world's Stage."""

    name = "simulated"

    def __init__(self, world: World) -> None:
        self._world = world

    @contextmanager
    def provision(self, system: System, scenario: Scenario, evidence: Path) -> Iterator[Stage]:
        if self._world.lacks:
            raise self._world.lacks
        yield stage_of(self._world)
        if self._world.cleanup_error:
            raise self._world.cleanup_error


def stage_of(world: World) -> Stage:
    """Everything as protocols."""
    parts = SimulatedParts(world)
    return Stage(
        platform=Logs(world, "platform"),
        database=Logs(world, "database"),
        workload=parts,
        probe=world.probe,
        sentinel=SimulatedParts(world, "sentinel"),
        runner=parts,
        guard=parts,
        sink=parts,
        clock=parts,
        parameters={},
        ledger_records=world.ledger_records,
        service_rows=world.shown or partial(parts.ledger_rows, "sessions"),
        measuring=nullcontext,
        listeners=SimulatedListeners(world) if world.heard is not None else None,
    )


def outcome(record: DrillRecord) -> tuple[str, str | None]:
    """Verdict and cause of the drill."""
    return record.verdict, record.cause


def verdict_of(record: DrillRecord, check_id: str) -> tuple[str, str | None]:
    """Verdict and cause of one of its checks."""
    return next((check.verdict, check.cause) for check in record.checks if check.id == check_id)


def interval(found: tuple[float | None, float | None] | None) -> tuple[float, float]:
    """Both ends of a measured interval."""
    assert found is not None
    lo, hi = found
    assert lo is not None
    assert hi is not None
    return lo, hi
