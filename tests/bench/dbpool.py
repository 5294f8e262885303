"""How long a drill waits for its database: one that is ready, a new one, pytest-postgresql's, a new container."""

import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

from fixtures.drill_database import DrillDatabase
from fixtures.engine import find
from fixtures.leases import measuring
from fixtures.postgres import SUPERUSER, EmbeddedPostgres
from fixtures.warm_databases import WarmDatabases
from tests.bench.containers import postgres
from tests.bench.goals import Goal, Tell

TITLE = "a database for a drill: ready, made, pytest-postgresql's, and a new container"
TAKES = "about 2 min, needs the engine"

TIMES = 100
CONTAINERS = 5
WITHIN_MS = 25.0
NAME = "mina_production"


def run(tell: Tell) -> list[Goal]:
    """EnvironmentUnavailable where the engine is not up: a container is part of the comparison."""
    find()
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="dbpool-bench-")))
        folder.chmod(0o755)  # as root the server runs as somebody else
        server = EmbeddedPostgres(folder, secrets.token_hex(8))
        cleanup.callback(server.stop)
        server.start()
        cleanup.enter_context(measuring())
        # in turn, so that a slow moment of the machine is everybody's
        ways = {"ready": _ready(server), "made": _made(server), "pytest-postgresql": _janitor(server)}
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number in range(TIMES):
            for name, way in ways.items():
                taken[name].append(way())
            if number % 20 == 19:
                tell(f"{number + 1} of {TIMES} each: " + ", ".join(f"{n} {median(t):.1f} ms" for n, t in taken.items()))
    containers = [_container(tell) for _ in range(CONTAINERS)]
    p95 = {name: quantiles(times, n=20)[-1] for name, times in taken.items()}
    others = {"made": p95["made"], "pytest-postgresql": p95["pytest-postgresql"], "new container": max(containers)}
    medians = {name: median(times) for name, times in taken.items()} | {"new container": median(containers)}
    return [
        Goal.at_most("a database handed out from those that are ready, p95", p95["ready"], "ms", WITHIN_MS, others),
        Goal.seen("the same, median", medians.pop("ready"), "ms", medians),
    ]


def _timed(make: Callable[[], object], undo: Callable[[], object]) -> float:
    """Milliseconds that `make` takes."""
    began = time.monotonic()
    make()
    taken_ms = (time.monotonic() - began) * 1000
    undo()
    return taken_ms


def _ready(server: EmbeddedPostgres) -> Callable[[], float]:
    warm = WarmDatabases(server)
    warm.fill()
    database = DrillDatabase(server, NAME, secrets.token_hex(8), warm=warm)

    def undo() -> None:
        database.drop()
        warm.fill()

    return lambda: _timed(database.create, undo)


def _made(server: EmbeddedPostgres) -> Callable[[], float]:
    database = DrillDatabase(server, NAME, secrets.token_hex(8))
    return lambda: _timed(database.create, database.drop)


def _janitor(server: EmbeddedPostgres) -> Callable[[], float]:
    """As its `postgresql` fixture does for each test: a clone of a template that was made once."""
    from pytest_postgresql.janitor import DatabaseJanitor  # of this bench alone: who lists them all does without

    given = {"user": SUPERUSER, "password": server.password, "host": "127.0.0.1", "port": server.port}
    DatabaseJanitor(**given, dbname="tests_tmpl", as_template=True).init()
    janitor = DatabaseJanitor(**given, dbname="tests", template_dbname="tests_tmpl")
    return lambda: _timed(janitor.init, janitor.drop)


def _container(tell: Tell) -> float:
    """Milliseconds until a Postgres in a new container answers."""
    engine = find()
    began = time.monotonic()
    with postgres(engine):
        taken_ms = (time.monotonic() - began) * 1000
    tell(f"a new container: {taken_ms:.0f} ms")
    return taken_ms
