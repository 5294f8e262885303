"""Drills whose target is not what the run made, told by one thing: does anything happen to it?"""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from fixtures.drill_database import DrillDatabase
from fixtures.environment import EmbeddedEnvironment
from fixtures.evidence import EvidenceFolder
from fixtures.kind.platform import KindPlatform
from fixtures.postgres import EmbeddedPostgres
from fixtures.run import Run
from fixtures.workspace import Workspace
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import Need, Scenario, System
from scenarios.protocols import Stage
from scenarios.record import Subject
from scenarios.registry import built_in
from scenarios.rehearsal import rehearse
from tests.bench.goals import Goal, Tell
from tests.hostile import OURS, Kubectl, cluster, guard, hostile_cluster, hostile_parameters
from tests.simulated_world import BACK, World, stage_of

TITLE = "targets that are not ours, each told by one thing: nothing happens to them, and ours are not refused"
TAKES = "about 2 min"
TARGETS, DATABASES, LEGITIMATE = 200, 20, 10
LOOKS = {"config", "get"}
NEEDS = {Need.POSTGRES, Need.OWN_PROCESSES, Need.GIT, Need.ROUTER}


def run(tell: Tell) -> list[Goal]:
    """Parameters and clusters in whole drills with the real guard, databases on a real server."""
    drills = TARGETS - DATABASES
    happened = refused = 0
    for seed in range(drills):
        touched, told = drill(seed)
        happened += touched
        refused += told
    tell(f"{drills} drills whose parameters or cluster are another's: {refused} refused")
    dropped, kept = databases(DATABASES)
    tell(f"{DATABASES} databases that are another's: {kept} refused")
    wrongly = legitimate(LEGITIMATE, tell)
    return [
        Goal.at_most("calls that change something, on targets that are not ours", happened + dropped, "calls", 0),
        Goal.at_least(
            "drills and clean-ups refused, with what was expected and found", refused + kept, "drills", TARGETS
        ),
        Goal.at_most("set-ups of our own that were refused", wrongly, "set-ups", 0),
        Goal.seen("set-ups of our own", LEGITIMATE, "set-ups"),
    ]


class Hostile:
    """An environment whose guard and parameters are the real ones, and lead elsewhere."""

    name = "simulated"

    def __init__(self, world: World, kubectl: Kubectl, parameters: dict[str, str]) -> None:
        self._parts = world, kubectl, parameters

    @contextmanager
    def provision(self, system: System, scenario: Scenario, evidence: Path) -> Iterator[Stage]:
        """What the lifecycle is given; what it does is in the world."""
        world, kubectl, parameters = self._parts
        sink = EvidenceFolder(evidence)
        yield replace(stage_of(world), sink=sink, guard=guard(kubectl), parameters=parameters)
        sink.close()


def drill(seed: int) -> tuple[int, bool]:
    """A whole drill and its clean-up: how much was changed, and whether it was refused for the right cause."""
    chance = random.Random(seed)
    parameters = hostile_parameters(chance) if seed % 2 else OURS
    kubectl = Kubectl() if seed % 2 else hostile_cluster(chance)
    with tempfile.TemporaryDirectory(prefix="soak-targets-") as name:
        folder = Path(name)
        world = World(folder)
        system = System(
            name="demo", owner="nobody", database="demo", state_tables=("sessions",), scenarios=(BACK,), folder=folder
        )
        subject = Subject(drill_id="soak::back", system=system, scenario=BACK, time_scale=0.02)
        record = rehearse(subject, Hostile(world, kubectl, parameters), folder / "evidence")
        if not seed % 2:
            _clean_up(kubectl, system, folder)
    changes = [words for words in kubectl.calls if words[0] not in LOOKS or "set" in words[1:2]]
    told = record.cause == Cause.TARGET_REFUSED and "expected" in record.detail and "found" in record.detail
    return len(changes) + bool(world.deployed) + len(record.steps), told


def _clean_up(kubectl: Kubectl, system: System, folder: Path) -> None:
    """What the drill's end would delete of that cluster; a file that was changed is found by the drill alone."""
    shared: Any = _Nobody(kubectl)
    platform = KindPlatform(shared, system, cluster(kubectl), folder, {}, {})
    if kubectl.uid != Kubectl().uid or kubectl.labels != Kubectl().labels:
        try:
            platform.stop()
        except Inconclusive:
            return


class _Nobody:
    """The run's cluster, as far as cleaning up would use it."""

    def __init__(self, kubectl: Kubectl) -> None:
        self._kubectl = kubectl

    def inside(self, _namespace: str, *words: str, timeout_s: float = 0.0) -> str:
        return self._kubectl("kubeconfig", *words)

    def close_namespace(self, name: str) -> None:
        self._kubectl("kubeconfig", "delete", "namespace", name)

    def must_live(self) -> None:
        """It does."""


def databases(number: int) -> tuple[int, int]:
    """Somebody's databases on a real server, by the very names of ours: how many are gone, how many were refused."""
    refused = 0
    with Workspace("soak") as workspace:
        server = EmbeddedPostgres(workspace.folder, workspace.secrets("superuser"))
        try:
            server.start()
            for each in range(number):
                name = f"mina_{each}"
                with server.connect("postgres") as connection:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
                    _sentinel(connection, name, each)
                try:
                    DrillDatabase(server, name, workspace.secrets("database")).create()
                except Inconclusive as stop:
                    refused += stop.cause is Cause.TARGET_REFUSED
            with server.connect("postgres") as connection:
                row = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'mina%'").fetchone()
        finally:
            server.stop()
    return number - int(row[0] if row else 0), refused


def _sentinel(connection: psycopg.Connection[Any], name: str, way: int) -> None:
    """No table of ours, none of our rows in it, or another process's."""
    if way % 3:
        connection.execute("CREATE TABLE IF NOT EXISTS rollback_drills_sentinel (name text PRIMARY KEY, mark text)")
    if way % 3 == 2:
        connection.execute("INSERT INTO rollback_drills_sentinel VALUES (%s, 'another')", (name,))
    if not way % 3:
        connection.execute("DROP TABLE IF EXISTS rollback_drills_sentinel")


def legitimate(number: int, tell: Tell) -> int:
    """Real set-ups of built-in scenarios, as drills have them: how many the guard refuses."""
    run = Run.begin(time_scale=0.02, suite=None, environment="embedded", require_all=False)
    scenarios = [(built_in("mina"), each) for each in built_in("mina").scenarios if each.needs <= NEEDS][:number]
    wrongly = 0
    environment = EmbeddedEnvironment(run)
    try:
        with tempfile.TemporaryDirectory(prefix="soak-evidence-") as name:
            for system, scenario in scenarios:
                with environment.provision(system, scenario, Path(name) / scenario.id) as stage:
                    try:
                        stage.guard.check({**stage.parameters, **scenario.parameters})
                    except Inconclusive as refusal:
                        wrongly += 1
                        tell(f"{scenario.id}: {refusal}")
    finally:
        environment.close()
    if len(scenarios) < number:
        raise ValueError(f"only {len(scenarios)} scenarios of mina need no cluster")
    return wrongly
