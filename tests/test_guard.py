"""The guard: what steps would act on is held against what was made; anything else is refused before it is touched."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from fixtures import postgres_sentinel
from fixtures.environment import EmbeddedEnvironment
from fixtures.guard import Addresses, ClusterTarget, DatabaseTarget, TargetGuard
from fixtures.kind.platform import KindPlatform
from fixtures.run import Run
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import System
from tests.simulated_world import BACK, World, outcome

RUN = "20261125-120000-beef"
OURS = {
    "DATABASE_URL": "postgresql://mina:secret@127.0.0.1:20005/mina_production",
    "PGHOST": "127.0.0.1",
    "PGPORT": "20005",
    "SERVICE_URL": "http://127.0.0.1:20006",
    "KUBECONFIG": "/drill/home/kubeconfig",
    "NAMESPACE": "jarvis-7f",
    "PREVIOUS_REVISION": "0002_segments",
}
SERVER = "https://127.0.0.1:40123"
UID = "6b7c-uid"
ELSEWHERE = ["10.0.0.7", "db.example.com", "192.168.1.4", "[::2]", "127.0.0.2", "169.254.169.254", "0.0.0.0", ""]
DATABASE = DatabaseTarget(port=20_005, refused=lambda: "")


def config() -> dict[str, Any]:
    """A kubeconfig as kind writes it, with the drill's namespace."""
    return {
        "clusters": [{"name": "kind", "cluster": {"server": SERVER, "certificate-authority-data": "x"}}],
        "contexts": [{"name": "kind", "context": {"cluster": "kind", "user": "kind", "namespace": "jarvis-7f"}}],
        "users": [{"name": "kind", "user": {"client-certificate-data": "x", "client-key-data": "y"}}],
        "current-context": "kind",
    }


class Kubectl:
    """Says what a file and a cluster say; notes each call."""

    def __init__(self) -> None:
        self.config = config()
        self.uid = UID
        self.labels: dict[str, str] = {"rollback-drills": RUN}
        self.calls: list[tuple[str, ...]] = []

    def __call__(self, *words: Any) -> str:
        _, *said = map(str, words)
        self.calls.append(tuple(said))
        if said[0] == "config":
            return json.dumps(self.config)
        ours = {"name": "jarvis-7f", "labels": self.labels}
        return json.dumps({"items": [{"metadata": {"uid": self.uid}}, {"metadata": ours}]})


def cluster(kubectl: Kubectl) -> ClusterTarget:
    return ClusterTarget(
        kubectl=kubectl,
        kubeconfig=Path(OURS["KUBECONFIG"]),
        server=SERVER,
        uid=UID,
        namespace="jarvis-7f",
        run=RUN,
    )


def test_what_the_run_made_is_not_refused() -> None:
    TargetGuard((Addresses(), DATABASE, cluster(Kubectl()))).check(OURS)


def test_a_refusal_says_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(Inconclusive, match=r"expected .*:20005, found db\.prod:5432") as refused:
        TargetGuard((DATABASE,)).check(OURS | {"DATABASE_URL": "postgresql://db.prod:5432/x"})
    assert refused.value.cause is Cause.TARGET_REFUSED


def hostile_parameters(chance: random.Random) -> dict[str, str]:
    """Ours, but for one thing that leads elsewhere."""
    host = chance.choice(ELSEWHERE)
    port = chance.choice([5432, 20_005, 20_004, 6432])
    ways = [
        {"DATABASE_URL": f"postgresql://mina:x@{host}:{port}/mina_production"},
        {"DATABASE_URL": f"host={host.strip('[]')} port={port} dbname=mina_production"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:20005,{host}:{port}/mina_production"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:20005/mina_production?hostaddr={host.strip('[]') or '10.0.0.1'}"},
        {"DATABASE_URL": f"postgresql://127.0.0.1:{chance.randrange(5000, 20_000)}/mina_production"},
        {"DATABASE_URL": "service=production"},
        {"DATABASE_URL": "this is no address"},
        {"DATABASE_URL": ""},
        {"PGHOST": host},
        {"PGPORT": str(chance.randrange(5000, 20_000))},
        {chance.choice(["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGPASSFILE", "PGSYSCONFDIR"]): "production"},
        {"SERVICE_URL": f"https://{chance.choice(['10.1.2.3', 'api.example.com', '[fe80::1]', '192.168.0.9'])}:{port}"},
        {"KUBECONFIG": chance.choice(["/root/.kube/config", "", "kubeconfig"])},
        {"NAMESPACE": chance.choice(["default", "production", "kube-system", ""])},
    ]
    return OURS | chance.choice(ways)


@pytest.mark.parametrize("seed", range(100))
def test_hostile_parameters_are_refused(seed: int) -> None:
    """One of a hundred sets of parameters that lead elsewhere; the cluster is then not even asked to do anything."""
    kubectl = Kubectl()
    with pytest.raises(Inconclusive) as refused:
        TargetGuard((Addresses(), DATABASE, cluster(kubectl))).check(hostile_parameters(random.Random(seed)))
    assert refused.value.cause is Cause.TARGET_REFUSED
    assert {words[0] for words in kubectl.calls} <= {"config", "get"}


def hostile_cluster(chance: random.Random) -> Kubectl:
    """A kubeconfig or a cluster that is not as it was when the run made it, in one thing."""
    kubectl = Kubectl()
    it = kubectl.config
    servers = ["https://10.0.0.1:6443", "https://prod.example.com", "https://127.0.0.1:6443", "http://127.0.0.1:40123"]
    ways: list[Callable[[], object]] = [
        lambda: it["clusters"][0]["cluster"].update(server=chance.choice(servers)),
        lambda: it["clusters"][0]["cluster"].update({"proxy-url": "http://10.0.0.1"}),
        lambda: it["clusters"][0]["cluster"].update({"insecure-skip-tls-verify": True}),
        lambda: it["clusters"].append(it["clusters"][0]),
        lambda: it["contexts"].append({"name": "production", "context": {}}),
        lambda: it["users"].append({"name": "admin", "user": {"token": "x"}}),
        lambda: it["users"][0]["user"].update(exec={"command": "aws"}),
        lambda: it["users"][0]["user"].update({"auth-provider": {"name": "gcp"}}),
        lambda: it["users"][0]["user"].update(token="x"),
        lambda: it["contexts"][0]["context"].update(namespace=chance.choice(["default", "production"])),
        lambda: it["contexts"][0]["context"].pop("namespace"),
        lambda: it.update(users=None),
        lambda: setattr(kubectl, "uid", f"another-{chance.randrange(1000)}"),
        lambda: setattr(kubectl, "labels", {}),
        lambda: setattr(kubectl, "labels", {"rollback-drills": "20261125-120000-dead"}),
    ]
    chance.choice(ways)()
    return kubectl


@pytest.mark.parametrize("seed", range(100))
def test_a_cluster_that_is_not_the_runs_own_is_refused(seed: int) -> None:
    with pytest.raises(Inconclusive) as refused:
        TargetGuard((cluster(hostile_cluster(random.Random(seed))),)).check(OURS)
    assert refused.value.cause is Cause.TARGET_REFUSED
    assert "expected" in refused.value.detail
    assert "found" in refused.value.detail


def test_a_steps_environment_holds_nothing_of_the_persons_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever credentials lie about: a step sees the parameters, a PATH, a home of the drill's own, and LANG."""
    for name in ("AWS_SECRET_ACCESS_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG", "PGPASSWORD", "DATABASE_URL"):
        monkeypatch.setenv(name, "production")
    run = Run.begin(time_scale=1, suite=None, environment="embedded", require_all=False)
    environment = EmbeddedEnvironment(run)
    try:
        ground: Any = SimpleNamespace(home=tmp_path)
        seen = environment.step_environment(ground, {"PORT": "20006"})
    finally:
        environment.close()
    assert set(seen) == {"PORT", "PATH", "HOME", "LANG", "FLASK_APP"}
    assert seen["HOME"] == str(tmp_path)
    assert "production" not in seen.values()


def test_nothing_is_deleted_from_a_cluster_that_is_not_ours(tmp_path: Path) -> None:
    """Another cluster at the same address: cleanup leaves it alone, and says so."""
    kubectl = Kubectl()
    kubectl.uid = "theirs"
    system = System(name="api", owner="us", database="api", state_tables=(), folder=tmp_path)
    shared: Any = None
    platform = KindPlatform(shared, system, cluster(kubectl), tmp_path, {}, {})
    with pytest.raises(Inconclusive, match="expected the one that this run made"):
        platform.stop()
    assert {words[0] for words in kubectl.calls} == {"get"}


def test_a_drill_whose_target_is_refused_changes_nothing(tmp_path: Path) -> None:
    """Not even the baseline is deployed."""
    world = World(tmp_path)
    world.refused = "DATABASE_URL: expected ours, found theirs"
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", "target_refused")
    assert world.deployed == ""
    assert record.steps == []


def test_a_target_that_changes_during_the_drill_is_refused_before_the_procedure(tmp_path: Path) -> None:
    world = World(tmp_path)
    deploys = replace(BACK)

    def lead_elsewhere() -> None:
        world.refused = "cluster: expected ours, found another"

    world.on_snapshot = lead_elsewhere
    record = world.play(deploys)
    assert outcome(record) == ("inconclusive", "target_refused")
    assert world.deployed == "v1"
    assert record.steps == []


class Server:
    """The maintenance database of a server, as far as the sentinel asks it."""

    def __init__(self, rows: dict[str, str] | None, there: bool) -> None:
        self.rows = rows
        self.there = there

    def execute(self, query: str, _values: object = ()) -> Any:
        if "pg_database" in query:
            return _Rows([("database",)] if self.there else [])
        if self.rows is None:
            raise psycopg.errors.UndefinedTable
        return _Rows([(mark,) for mark in self.rows.values()])


class _Rows:
    def __init__(self, rows: list[tuple[str, ...]]) -> None:
        self._rows = rows

    def fetchone(self) -> tuple[str, ...] | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[tuple[str, ...]]:
        return self._rows


@pytest.mark.parametrize(
    ("rows", "found"), [(None, "found none"), ({}, "found none"), ({"mina": "theirs"}, "another run's")]
)
def test_a_database_without_our_sentinel_is_never_dropped(rows: dict[str, str] | None, found: str) -> None:
    server: Any = Server(rows, there=True)
    with pytest.raises(Inconclusive, match=found):
        postgres_sentinel.may_drop(server, "mina", "mina")
    assert found in postgres_sentinel.refusal(server, "mina")


def test_our_own_is_dropped_also_after_a_procedure_has_replaced_it() -> None:
    """The sentinel lies beside the database and not in it: `dropdb` and `createdb` do not take it along."""
    ours: Any = Server({"mina": postgres_sentinel.MARK}, there=True)
    gone: Any = Server({"mina": postgres_sentinel.MARK}, there=False)
    assert postgres_sentinel.may_drop(ours, "mina", "mina")
    assert postgres_sentinel.may_drop(gone, "mina", "mina")
    assert postgres_sentinel.refusal(ours, "mina") == ""


def test_where_there_is_nothing_there_is_nothing_to_drop() -> None:
    server: Any = Server(None, there=False)
    assert not postgres_sentinel.may_drop(server, "mina", "mina")
