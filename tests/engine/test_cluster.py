"""A kind cluster from the node image: pods run, are reached on 127.0.0.1, and reach a container beside it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.engine import Engine, KindCluster, Role
from fixtures.leases import lease_port
from fixtures.waits import wait_until
from scenarios.errors import EnvironmentUnavailable
from tests.engine.conftest import Start

NODE_PORT = 30_080
PATIENCE_S = 60.0
SERVE = """
import os
from http.server import HTTPServer, SimpleHTTPRequestHandler
open("index.html", "w").write(os.environ["GREETING"])
HTTPServer(("", 8080), SimpleHTTPRequestHandler).serve_forever()
"""


CONNECT = """
import psycopg, time
while True:
    try:
        with psycopg.connect("postgresql://postgres:x@{address}/postgres", connect_timeout=2) as connection:
            print(connection.execute("SELECT 6 * 7").fetchone()[0])
        break
    except psycopg.OperationalError:
        time.sleep(0.2)
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port of 127.0.0.1 that no other drill is given."""
    with lease_port() as lease:
        yield lease.port


@pytest.fixture(scope="module")
def cluster(engine: Engine, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KindCluster]:
    """A cluster of the tests' own with one published NodePort."""
    cluster = KindCluster(engine, f"test-{port}", tmp_path_factory.mktemp("kind"))
    try:
        cluster.create({NODE_PORT: port}, {})
        cluster.load(engine.images[Role.SERVICE])
        yield cluster
    finally:
        cluster.delete()


def manifest(image: str, greeting: str) -> dict[str, object]:
    """A deployment of one pod that serves `greeting`, and the NodePort service before it."""
    labels = {"app": "hello"}
    container = {
        "name": "hello",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["python", "-c", SERVE],
        "env": [{"name": "GREETING", "value": greeting}],
        "workingDir": "/tmp",
        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 1}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "hello"},
        "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template},
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "hello"},
        "spec": {
            "type": "NodePort",
            "selector": labels,
            "ports": [{"port": 80, "targetPort": 8080, "nodePort": NODE_PORT}],
        },
    }
    return {"apiVersion": "v1", "kind": "List", "items": [service, deployment]}


def served(port: int, wanted: str) -> str:
    """What 127.0.0.1 answers there, as soon as it is `wanted`."""

    def look() -> tuple[str | None, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
                text = answer.read().decode()
        except (urllib.error.URLError, OSError) as error:
            return None, repr(error)
        return (text if text == wanted else None), text

    return wait_until(f"{wanted!r} on port {port}", look, PATIENCE_S, 0.2)


def test_kubectl_is_of_the_servers_own_version(cluster: KindCluster, engine: Engine) -> None:
    versions = json.loads(cluster.kubectl("version", "--output", "json"))
    assert versions["clientVersion"]["gitVersion"] == versions["serverVersion"]["gitVersion"] == engine.kubernetes


def test_a_release_is_rolled_out_and_undone(cluster: KindCluster, engine: Engine, port: int, tmp_path: Path) -> None:
    """The loaded image runs, its NodePort answers on 127.0.0.1, and `rollout undo` brings the first answer back."""
    for greeting in ("good", "bad"):
        path = tmp_path / f"{greeting}.json"
        path.write_text(json.dumps(manifest(engine.images[Role.SERVICE], greeting)), encoding="utf-8")
        cluster.kubectl("apply", "--filename", path)
        cluster.kubectl("rollout", "status", "deployment/hello", "--timeout", "60s", timeout_s=90.0)
        assert served(port, greeting)
    cluster.kubectl("rollout", "undo", "deployment/hello")
    cluster.kubectl("rollout", "status", "deployment/hello", "--timeout", "60s", timeout_s=90.0)
    assert served(port, "good")
    cluster.kubectl("delete", "deployment,service", "hello", "--timeout", "30s")
    with pytest.raises(EnvironmentUnavailable, match="NotFound"):
        cluster.kubectl("get", "deployment", "hello")


def test_a_pod_reaches_a_container_on_our_network(cluster: KindCluster, engine: Engine, start: Start) -> None:
    """A Postgres beside the cluster is reached from a pod by its address on the docker network of ours."""
    options = ("--network", "rollback-drills", "--env", "POSTGRES_PASSWORD=x")
    name = start(engine.images[Role.POSTGRES], options=options)
    shown = '{{(index .NetworkSettings.Networks "rollback-drills").IPAddress}}'
    address = engine.client().run("inspect", "--format", shown, name).strip()
    code = CONNECT.format(address=address)
    image = engine.images[Role.SERVICE]
    words = ("run", "client", "--image", image, "--restart", "Never", "--image-pull-policy", "IfNotPresent")
    cluster.kubectl(*words, "--", "python", "-c", code)

    def look() -> tuple[str | None, str]:
        try:
            return cluster.kubectl("logs", "client").strip() or None, "nothing yet"
        except EnvironmentUnavailable as error:  # the container is being made
            return None, error.why

    logs = wait_until("the pod's answer", look, PATIENCE_S, 0.2)
    cluster.kubectl("delete", "pod", "client", "--now")
    assert logs == "42"
