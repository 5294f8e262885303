"""The run's cluster and its Postgres on a real engine: made once, on 127.0.0.1 alone, gone afterwards."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest

import fixtures.run
from fixtures.engine import Engine, KindCluster, Role
from fixtures.engine.docker import LABEL
from fixtures.engine.lifecycle import our_clusters
from fixtures.journal import Journal, Kind
from fixtures.kind.postgres import SETTINGS, ContainerPostgres
from fixtures.kind.shared import NODE_PORTS, SharedCluster, clusters, delete_cluster
from fixtures.leases import Lease
from fixtures.reaping import reap
from fixtures.run import Run
from fixtures.run_secrets import RunSecrets
from tests.engine.conftest import Start
from tests.engine.stranger import NETWORK, Stranger, stranger
from tests.programs import program, said

LOOPBACK = "127.0.0.1"
KIND_LABEL = "io.x-k8s.kind.cluster"
ACQUIRE = """
import json, sys
from fixtures.engine import find
from fixtures.kind.shared import SharedCluster
from fixtures.run import Run
from fixtures.run_secrets import RunSecrets
shared = SharedCluster(Run.from_json(sys.argv[1]), find())
print("ready", flush=True)
sys.stdin.readline()
shared.acquire()
print(json.dumps([shared.cluster.name, shared.ports]), flush=True)
"""


def a_run() -> Run:
    """With a journal, as a real one has."""
    run = Run.begin(time_scale=1, suite=None, environment="kind", require_all=False)
    Journal(run.name).begin(run.expires)
    return run


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: Engine) -> Iterator[Run]:
    """A run whose folder lies below the test's; whatever the test does, its cluster is gone afterwards."""
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path)
    run = a_run()
    yield run
    KindCluster(engine, run.name, tmp_path).delete()


def nodes(engine: Engine, cluster: str) -> list[str]:
    """The containers of a cluster, whatever state they are in."""
    return engine.client().run("ps", "--all", "--quiet", "--filter", f"label={KIND_LABEL}={cluster}").split()


def published(engine: Engine, container: str) -> list[tuple[str, int]]:
    """(address, port) of everything that the container is reached by from outside."""
    shown = engine.client().run("inspect", "--format", "{{json .NetworkSettings.Ports}}", container)
    bindings = [binding for bound in json.loads(shown).values() for binding in bound or ()]
    return [(binding["HostIp"], int(binding["HostPort"])) for binding in bindings]


def listening(port: int) -> set[str]:
    """The addresses of this machine where somebody listens on that port."""
    sockets = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    return {each.laddr.ip for each in sockets if each.laddr and each.laddr.port == port}


@pytest.fixture(scope="module")
def theirs(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """A kind cluster that is not ours, present all the while."""
    with stranger(engine, tmp_path_factory.mktemp("theirs")) as made:
        yield made


def test_workers_that_come_at_once_share_one_cluster_and_it_goes_with_the_run(
    run: Run, engine: Engine, theirs: Stranger, tmp_path: Path
) -> None:
    """Reached on 127.0.0.1 only; neither a sweep nor the run's end touches a cluster whose name is not ours."""
    untouched = theirs.facts()
    with ExitStack() as stack:
        workers = [
            stack.enter_context(program(ACQUIRE, run.to_json(), ROLLBACK_DRILLS_OUT=str(tmp_path))) for _ in range(2)
        ]
        assert [said(worker) for worker in workers] == ["ready", "ready"]
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("\n")
            worker.stdin.flush()
        (name, ports), second = (json.loads(said(worker)) for worker in workers)
    assert second == [name, ports]
    assert name == f"{LABEL}-{run.name}"
    (node,) = nodes(engine, name)
    assert sorted(map(int, ports)) == list(NODE_PORTS)
    bound = published(engine, node)
    assert {address for address, _ in bound} == {LOOPBACK}
    assert {int(port) for port in ports.values()} <= {port for _, port in bound}
    assert all(listening(port) <= {LOOPBACK} for _, port in bound)
    shared = SharedCluster(run, engine)
    shared.acquire()
    assert (shared.cluster.kubectl("get", "nodes", "--output", "name").split(), nodes(engine, name)) == (
        [f"node/{name}-control-plane"],
        [node],
    )
    with Lease(f"run/{run.name}"):
        reap()
    assert nodes(engine, name) == [node]
    delete_cluster(run)
    assert nodes(engine, name) == []
    assert name not in clusters(engine)
    assert not (run.folder / "cluster").exists()
    assert untouched.items() <= theirs.facts().items()


def test_a_dead_runs_cluster_goes_by_its_journal_and_a_live_ones_and_a_strangers_stay(
    run: Run, engine: Engine, theirs: Stranger, start: Start
) -> None:
    """The dead run's cluster is real, and so is the stranger's, which answers afterwards with all that it had.

    A container that bears kind's label stands for the live one: it is what kind itself goes by.
    """
    untouched = theirs.facts()
    alive = a_run()
    Journal(alive.name).note(Kind.CLUSTER, name=f"{LABEL}-{alive.name}")
    start(engine.images[Role.SERVICE], "sleep", "300", options=("--label", f"{KIND_LABEL}={LABEL}-{alive.name}"))
    left = SharedCluster(run, engine)
    with Lease(f"run/{alive.name}"):
        with Lease(f"run/{run.name}"):
            left.acquire()
            labels = json.loads(left.cluster.kubectl("get", "nodes", "--output", "json"))["items"][0]["metadata"][
                "labels"
            ]
            assert run.labels.items() <= labels.items()
            assert not reap()
            assert len(nodes(engine, left.cluster.name)) == 1
        assert reap().taken == [f"cluster {left.cluster.name}: deleted"]
        assert nodes(engine, left.cluster.name) == []
        assert len(nodes(engine, f"{LABEL}-{alive.name}")) == 1
    delete_cluster(run)
    assert untouched.items() <= theirs.facts().items()


def test_what_engine_down_takes_for_ours_is_no_strangers(engine: Engine, theirs: Stranger) -> None:
    """`drill engine down` deletes by name and by label; a cluster of somebody else has neither."""
    docker = engine.client()
    assert theirs.name not in our_clusters(docker)
    node = docker.run("ps", "--quiet", "--filter", f"name=^{theirs.node}$").strip()
    assert node
    assert node not in docker.ours("container")
    network = docker.run("network", "ls", "--quiet", "--filter", f"name=^{NETWORK}$").strip()
    assert network
    assert network not in docker.ours("network")


def volumes(engine: Engine, container: str) -> list[str]:
    """Names of the volumes that a container has."""
    shown = "{{range .Mounts}}{{.Name}} {{end}}"
    return engine.client().run("inspect", "--format", shown, container).split()


def test_postgres_answers_on_loopback_alone_and_goes_with_its_volume(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in engine.environment().items():
        monkeypatch.setenv(name, value)
    docker = engine.client()
    run = a_run()
    owner = run.name
    server = ContainerPostgres(engine, run.labels, Journal(run.name), RunSecrets(run.name)("superuser"))
    try:
        server.start()
        (name,) = docker.run("ps", "--filter", f"label={LABEL}={owner}", "--format", "{{.Names}}").split()
        with server.connect("postgres") as connection:
            shown = [connection.execute(f"SHOW {setting}").fetchone() for setting in SETTINGS]
        assert shown == [(value,) for value in SETTINGS.values()]
        assert server.version.startswith("17")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(server.url("postgres", password="wrong"), connect_timeout=5)
        assert published(engine, name) == [(LOOPBACK, server.port)]
        assert listening(server.port) <= {LOOPBACK}
        assert server.inner_host not in {"", LOOPBACK}
        assert b"database system is ready" in server.log()
        kept = volumes(engine, name)
        assert kept
    finally:
        server.stop()
    assert docker.run("ps", "--all", "--quiet", "--filter", f"label={LABEL}={owner}") == ""
    assert not set(kept) & set(docker.run("volume", "ls", "--quiet").split())
