"""The guard: what steps would act on is held against what was made; anything else is refused before it is touched."""

import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from fixtures import postgres_sentinel
from fixtures.environment import EmbeddedEnvironment
from fixtures.guard import AllowedTarget, TargetGuard
from fixtures.kind.platform import KindPlatform
from fixtures.run import Run
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import System
from tests.hostile import DATABASE, OURS, SERVER, UID, Kubectl, cluster, guard, hostile_cluster, hostile_parameters
from tests.simulated_world import BACK, World, outcome


def test_what_the_run_made_is_not_refused() -> None:
    guard(Kubectl()).check(OURS)


def test_a_refusal_says_what_was_expected_and_what_was_found() -> None:
    with pytest.raises(Inconclusive, match=r"expected .*:20005, found db\.prod:5432") as refused:
        TargetGuard((DATABASE,)).check(OURS | {"DATABASE_URL": "postgresql://db.prod:5432/x"})
    assert refused.value.cause is Cause.TARGET_REFUSED


@pytest.mark.parametrize("seed", range(100))
def test_hostile_parameters_are_refused(seed: int) -> None:
    """One of a hundred sets of parameters that lead elsewhere; the cluster is then not even asked to do anything."""
    kubectl = Kubectl()
    with pytest.raises(Inconclusive) as refused:
        guard(kubectl).check(hostile_parameters(random.Random(seed)))
    assert refused.value.cause is Cause.TARGET_REFUSED
    assert {words[0] for words in kubectl.calls} <= {"config", "get"}


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
    assert set(seen) == {"PORT", "PATH", "HOME", "GNUPGHOME", "LANG", "FLASK_APP"}
    assert Path(seen["GNUPGHOME"]).parent == tmp_path
    assert seen["HOME"] == str(tmp_path)
    assert "production" not in seen.values()


def test_nothing_is_deleted_from_a_cluster_that_is_not_ours(tmp_path: Path) -> None:
    """Another cluster at the same address: cleanup leaves it alone, and says so."""
    kubectl = Kubectl()
    kubectl.uid = "theirs"
    system = System(name="api", owner="us", database="api", state_tables=(), folder=tmp_path)
    shared: Any = SimpleNamespace(must_live=lambda: None)
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


def lent(kubectl: Kubectl, refused: str = "") -> AllowedTarget:
    """The drill's namespace of a cluster that is not ours, which may be anywhere; the drill works with a token."""
    kubectl.config["clusters"][0]["cluster"]["server"] = "https://10.1.2.3:6443"
    kubectl.config["users"][0]["user"] = {"token": "x"}
    ours = cluster(kubectl)
    return AllowedTarget(
        kubectl=kubectl.namespace,
        kubeconfig=ours.kubeconfig,
        server="https://10.1.2.3:6443",
        uid=UID,
        namespace=ours.namespace,
        run=ours.run,
        refused=lambda: refused,
    )


def test_a_namespace_of_a_cluster_that_drills_may_use_is_not_refused() -> None:
    assert lent(Kubectl()).refusal(OURS) == ""


def test_a_namespace_there_is_told_by_its_own_identity_and_the_cluster_by_its_owners_marker() -> None:
    """The name and the label are right each time."""
    assert lent(Kubectl(), "no marker").refusal(OURS) == "no marker"
    another = Kubectl()
    another.uid = "made-again"
    assert f"expected the one that this run made ({UID}), found made-again" in lent(another).refusal(OURS)
    unlabelled = Kubectl()
    unlabelled.labels = {}
    assert "expected the label" in lent(unlabelled).refusal(OURS)


def test_what_opens_more_than_the_namespace_is_refused() -> None:
    """The certificate of whoever allowed the cluster, say; and an address that is not the one that was allowed."""
    kubectl = Kubectl()
    target = lent(kubectl)
    kubectl.config["users"][0]["user"] = {"client-certificate-data": "x", "client-key-data": "y"}
    assert "expected token and nothing else, found client-certificate-data, client-key-data" in target.refusal(OURS)
    kubectl = Kubectl()
    target = lent(kubectl)
    kubectl.config["clusters"][0]["cluster"]["server"] = SERVER
    assert f"expected the API server at https://10.1.2.3:6443, found {SERVER}" in target.refusal(OURS)
