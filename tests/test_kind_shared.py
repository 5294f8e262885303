"""The run's cluster as its workers share it: made once, ports given out once, and only ours ever deleted. No engine."""

import json
import secrets
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import fixtures.run
from fixtures import leases
from fixtures.engine.docker import Docker
from fixtures.journal import Journal
from fixtures.kind import shared
from fixtures.kind.shared import SharedCluster, clusters, delete_cluster
from fixtures.leases import Lease
from fixtures.run import Run
from scenarios.errors import EnvironmentUnavailable

OURS = "rollback-drills-"


class World:
    """The clusters that there are, and what was done to them by whom: kind, and an engine that lists them."""

    def __init__(self) -> None:
        self.there: list[str] = []
        self.created: list[str] = []
        self.loaded: list[str] = []
        self.broken = False
        self.restarts = 0

    @property
    def engine(self) -> Any:
        """An engine that knows the labels of the nodes, two of each cluster."""
        return SimpleNamespace(client=lambda: self)

    def run(self, *_words: str) -> str:
        """What docker would list."""
        return "\n".join(self.there * 2)

    def life(self, node: str) -> str:
        """Since when a node runs."""
        if node not in self.there:
            raise EnvironmentUnavailable("engine", f"the container {node} has ended", "look")
        return f"{node} {self.restarts}"

    must_live = Docker.must_live

    def kind(self, _engine: Any, name: str, _folder: Path) -> Any:
        """In place of KindCluster."""
        full = OURS + name

        def create(ports: dict[int, int], labels: dict[str, str]) -> None:
            assert Journal(name).open()[0].ids == {"name": full}, "made before it was written down"
            assert labels == {"rollback-drills": name, "rollback-drills.expires": labels["rollback-drills.expires"]}
            assert len(set(ports.values())) == len(ports) > 0
            self.there.append(full)
            if self.broken:
                raise EnvironmentUnavailable("kind", "the node did not become ready", "look")
            self.created.append(full)

        def delete() -> None:
            self.there = [other for other in self.there if other != full]

        identity = {"server": "https://127.0.0.1:40123", "uid": f"uid of {full}"}
        return SimpleNamespace(
            name=full, node=full, create=create, delete=delete, load=self.loaded.append, identity=lambda: identity
        )


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """No real cluster, no real engine, runs below the test's folder, and names of leases that no drill uses."""
    fake = World()
    monkeypatch.setattr(leases, "LABEL", f"rollback-drills-test-{secrets.token_hex(4)}")
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path)
    monkeypatch.setattr(shared, "KindCluster", fake.kind)
    monkeypatch.setattr(shared, "find", lambda: fake.engine)
    return fake


@pytest.fixture
def run() -> Run:
    begun = Run.begin(time_scale=1, suite=None, environment="kind", require_all=False)
    Journal(begun.name).begin(begun.expires)
    return begun


def worker(run: Run, world: World) -> SharedCluster:
    """One worker's hold on the run's cluster."""
    return SharedCluster(run, world.engine)


def test_two_drills_are_given_different_ports_until_none_is_left(run: Run, world: World) -> None:
    first, second = worker(run, world), worker(run, world)
    first.acquire()
    first.ports = second.ports = {30_100: 20_001, 30_101: 20_002}
    lease, *given = first.lease_node_port()
    with lease:
        other, *more = second.lease_node_port()
        with other:
            assert (given, more) == ([30_100, 20_001], [30_101, 20_002])
            with pytest.raises(EnvironmentUnavailable, match=r"NodePorts are in use.*run with fewer workers"):
                first.lease_node_port()
        again, *more = first.lease_node_port()
        with again:
            assert more == [30_101, 20_002]


def test_a_port_rests_until_every_other_was_used(run: Run, world: World) -> None:
    """A request that timed out in one drill may still be on its way to its port when the next drill begins."""
    first, second = worker(run, world), worker(run, world)
    first.acquire()
    first.ports = second.ports = {30_100 + number: 20_001 + number for number in range(4)}
    given = []
    for each in (first, second, first, second, first):
        lease, inner, outer = each.lease_node_port()
        given.append(inner)
        assert outer == first.ports[inner]
        lease.release()
    assert given == [30_100, 30_101, 30_102, 30_103, 30_100]


def test_the_same_port_of_another_runs_cluster_is_another_port(run: Run, world: World) -> None:
    another = Run.begin(time_scale=1, suite=None, environment="kind", require_all=False)
    Journal(another.name).begin(another.expires)
    with ExitStack() as held:
        for each in (run, another):
            cluster = worker(each, world)
            cluster.acquire()
            cluster.ports = {30_100: 20_001}
            lease, inner, _ = cluster.lease_node_port()
            held.enter_context(lease)
            assert inner == 30_100


def test_the_first_worker_makes_the_cluster_and_the_next_joins_it(run: Run, world: World) -> None:
    """With the same ports; an image is put into its node by whoever comes first with it."""
    workers = [worker(run, world) for _ in range(3)]
    for each in workers:
        each.acquire()
        each.load_once("release:1")
    assert world.created == [OURS + run.name]
    assert workers[0].ports == workers[1].ports == workers[2].ports
    assert all(each.identity["uid"] == f"uid of {OURS}{run.name}" for each in workers)
    assert list(workers[0].ports) == list(shared.NODE_PORTS)
    assert world.loaded == ["release:1"]


def test_a_cluster_that_could_not_be_made_leaves_nothing_and_the_next_tries_again(run: Run, world: World) -> None:
    world.broken = True
    with pytest.raises(EnvironmentUnavailable, match="did not become ready"):
        worker(run, world).acquire()
    assert world.there == []
    world.broken = False
    worker(run, world).acquire()
    assert world.created == [OURS + run.name]


def test_clusters_are_those_of_our_name_each_once(world: World) -> None:
    world.there = [f"{OURS}b", "theirs", f"{OURS}a", "rollback-drill"]
    assert clusters(world.engine) == [f"{OURS}a", f"{OURS}b"]


def test_a_run_without_a_cluster_deletes_none(run: Run, world: World) -> None:
    world.there = [f"{OURS}another"]
    run.folder.mkdir()
    delete_cluster(run)
    assert world.there == [f"{OURS}another"]


def test_the_end_of_a_run_deletes_its_cluster_and_what_was_known_of_it(run: Run, world: World) -> None:
    world.there = [f"{OURS}another"]
    with Lease("run/another"):
        worker(run, world).acquire()
        state = json.loads((run.folder / "cluster" / "cluster.json").read_text(encoding="utf-8"))
        assert set(state) == {"ports", "images", "identity", "life"}
        delete_cluster(run)
        delete_cluster(run)
    assert world.there == [f"{OURS}another"]
    assert run.folder.exists()
    assert not (run.folder / "cluster").exists()


def test_a_cluster_that_died_or_was_started_again_is_lost_to_every_worker(run: Run, world: World) -> None:
    first, second = workers = [worker(run, world) for _ in range(2)]
    for each in workers:
        each.acquire()
        each.must_live()
    world.restarts = 1
    with pytest.raises(EnvironmentUnavailable, match=r"died in the middle: .* ended and was started again"):
        second.must_live()
    world.there.clear()
    with pytest.raises(EnvironmentUnavailable, match=r"cluster is not available: it died in the middle: .* has ended"):
        first.must_live()
