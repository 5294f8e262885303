"""What a drill stands on dies in the middle: its server, its cluster's node. Who is blamed, and what is left?"""

import random
from dataclasses import replace

import psutil

from fixtures.engine import find
from fixtures.engine.docker import LABEL
from scenarios.errors import EnvironmentUnavailable
from tests.bench.goals import Goal, Tell
from tests.soak.killed import EMBEDDED
from tests.soak.killed_kind import on_kind
from tests.soak.killing import Found, Way, kill, words

TITLE = "the server or the cluster under a drill dies: the rollback is not blamed, nothing is left"
TAKES = "about 20 min on two cores"
KILLS, KILLS_ON_KIND = 20, 6
EVENTS = ("procedure_started", "begun", "candidate_deployed", "procedure_done", "steady")
SPREAD_S = 0.5  # how long after the event: the procedure is over a second after its beginning


def run(tell: Tell) -> list[Goal]:
    """Both environments; EnvironmentUnavailable where the engine is not up."""
    there = replace(on_kind(), ground={"node": _node, "database": _database})
    here = replace(EMBEDDED, ground={"server": _server})
    return [
        *_die(here, KILLS, tell).goals(here.gone_s),
        *_die(there, KILLS_ON_KIND, tell).goals(there.gone_s),
    ]


def _die(way: Way, kills: int, tell: Tell) -> Found:
    """Each thing in turn, at each event in turn: before users come, while they are hurt, in the middle of the steps."""
    chance, found = random.Random(11), Found()
    for number in range(kills):
        victim, event = list(way.ground)[number % len(way.ground)], EVENTS[number % len(EVENTS)]
        kill(way, victim, lambda: chance.uniform(0.0, SPREAD_S), found, event)
        tell(f"{number + 1} of {kills}: {victim} after {event}; blamed so far: {found.blamed}")
    return found


def _server(family: list[psutil.Process], _run: str) -> psutil.Process | None:
    """The embedded Postgres: not the parent that ends it with the harness, nor one of its own children."""
    there = [each for each in family if "/bin/postgres -D" in words(each) and " -p " in words(each)]
    return there[-1] if there else None


def _node(_family: list[psutil.Process], run: str) -> psutil.Process | None:
    return _container(f"label=io.x-k8s.kind.cluster={LABEL}-{run}")


def _database(_family: list[psutil.Process], run: str) -> psutil.Process | None:
    return _container(f"label={LABEL}={run}")


def _container(which: str) -> psutil.Process | None:
    """The first process of that one container, which is the run's own; None where there is none."""
    docker = find().client()
    try:
        ours = docker.run("ps", "--quiet", "--filter", which).split()
        pid = docker.run("container", "inspect", "--format", "{{.State.Pid}}", *ours) if len(ours) == 1 else "0"
        return psutil.Process(int(pid)) if int(pid) else None
    except (EnvironmentUnavailable, psutil.NoSuchProcess):
        return None
