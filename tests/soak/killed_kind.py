"""The same on a cluster: a run that is killed leaves no cluster, no container and no network."""

from fixtures.engine import find
from fixtures.engine.docker import Docker
from tests.bench.goals import Goal, Tell
from tests.soak.killed import kill
from tests.soak.killing import Way

TITLE = "runs with a cluster killed at a random instant: nothing left after 60 s"
TAKES = "about 20 min on two cores"
KILLS = 10


def run(tell: Tell) -> list[Goal]:
    """One drill of the kubernetes area after another."""
    way = on_kind()
    return kill(way, KILLS, 7, tell).goals(way.gone_s)


def on_kind() -> Way:
    """EnvironmentUnavailable where the engine is not up."""
    docker = find().client()
    return Way(
        drill="drills/kubernetes/test_rollout_undo.py::test_every_request_fails",
        environment="kind",
        latest_s=80.0,
        gone_s=60.0,
        left=lambda: containers(docker),
    )


def containers(docker: Docker) -> set[str]:
    """Names of all of this engine, whoever made them."""
    return set(docker.run("ps", "--all", "--format", "{{.Names}}").split())
