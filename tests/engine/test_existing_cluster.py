"""Drills on a cluster that is not ours: a second kind cluster plays theirs, and nothing of it is touched."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import fixtures.run
from fixtures.engine import Engine
from fixtures.journal import Journal
from fixtures.kind import allowed
from fixtures.kind.allowed import MARKER, MARKER_NAMESPACE, AllowedCluster
from fixtures.kind.existing import ExistingCluster
from fixtures.leases import LABEL, lease_port
from fixtures.run import Run
from fixtures.run_secrets import RunSecrets
from fixtures.session import EXIT_NOT_REHEARSED
from scenarios.errors import EnvironmentUnavailable
from tests.engine.stranger import Stranger, stranger
from tests.programs import ROOT, soon

NAME = "staging"
NODE_PORTS = (30200, 30201, 30202, 30203)
DRILL = "drills/kubernetes/test_rollout_undo.py::test_every_request_fails"
CONTROL = "drills/kubernetes/test_rollout_undo_controls.py::test_undo_that_does_nothing"
NO_CLUSTER = "drills/git/test_slower.py::test_more_than_a_fifth_slower"
GONE_S = 60.0


@pytest.fixture(scope="module")
def theirs(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """Somebody's cluster, some of whose NodePorts are published on 127.0.0.1; its owner has marked it."""
    with ExitStack() as leases:
        ports = {inner: leases.enter_context(lease_port()).port for inner in NODE_PORTS}
        made = leases.enter_context(stranger(engine, tmp_path_factory.mktemp("theirs"), ports))
        mark(made)
        yield made


@pytest.fixture
def entry(theirs: Stranger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AllowedCluster:
    """A person has allowed it."""
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path / "out")
    view = ("config", "view", "--output", "jsonpath={.clusters[0].cluster.server}")
    made = AllowedCluster(
        name=NAME,
        kubeconfig=str(theirs.kubeconfig),
        context=f"kind-{theirs.name}",
        server=theirs.kubectl(*view).strip(),
        uid=allowed.uid_of(theirs.kubectl),
        marker=allowed.marker_of(theirs.kubectl),
        node_ports=dict(theirs.ports),
        load=[str(engine.kind), "load", "docker-image", "--name", theirs.name],
        kubectl=str(engine.kubectl),
        allowed_at="2026-01-01T00:00:00+00:00",
    )
    allowed.keep({NAME: made})
    return made


def mark(theirs: Stranger) -> None:
    theirs.kubectl("create", "namespace", MARKER_NAMESPACE)
    theirs.kubectl("create", "configmap", MARKER, "--namespace", MARKER_NAMESPACE)


def ours(theirs: Stranger) -> list[str]:
    """The namespaces that bear our label."""
    return theirs.kubectl("get", "namespaces", "--selector", LABEL, "--output", "name").split()


@pytest.fixture
def cluster(entry: AllowedCluster, engine: Engine, tmp_path: Path) -> Iterator[ExistingCluster]:
    """As a worker of a run has it, with a namespace `api-1`."""
    run = Run.begin(time_scale=1, suite=None, environment=NAME, require_all=False)
    Journal(run.name).begin(run.expires)
    made = ExistingCluster(run, engine, entry, tmp_path / "worker")
    made.acquire()
    made.open_namespace("api-1")
    yield made
    if "namespace/api-1" in ours_of(made):
        made.pinned.delete_namespace("api-1")


def ours_of(cluster: ExistingCluster) -> list[str]:
    return cluster.pinned.kubectl("get", "namespaces", "--output", "name").split()


def rehearse(tmp_path: Path, *words: str) -> subprocess.Popen[bytes]:
    """pytest, as somebody types it."""
    argv = [sys.executable, "-m", "pytest", *words, "--environment", NAME, "-p", "no:cacheprovider"]
    env = {**os.environ, "ROLLBACK_DRILLS_OUT": str(tmp_path / "out")}
    with (tmp_path / "said").open("wb") as said:
        return subprocess.Popen(argv, cwd=ROOT, env=env, stdout=said, stderr=said)


def test_a_drill_passes_there_and_leaves_nothing_and_a_sabotaged_one_fails(
    entry: AllowedCluster, theirs: Stranger, tmp_path: Path
) -> None:
    """What is theirs is as it was; no kubeconfig, namespace or token of ours is left."""
    untouched = theirs.facts()
    assert rehearse(tmp_path, DRILL, CONTROL).wait(500) == 0, (tmp_path / "said").read_text()
    summary = json.loads((tmp_path / "out" / "latest" / "summary.json").read_text())
    assert not summary["not_rehearsed"]
    verdicts = {drill["verdict"] for drill in summary["drills"]}
    assert verdicts == {"passed", "failed"}
    assert {drill["environment"] for drill in summary["drills"]} == {NAME}
    assert ours(theirs) == []
    assert untouched.items() <= theirs.facts().items()
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [path for path in left if "kubeconfig" in path.name] == []
    assert [path for path in left if b"eyJhbGciOi" in path.read_bytes()] == []  # how every token of an account begins


def test_a_drill_that_needs_no_cluster_is_not_rehearsed_there(entry: AllowedCluster, tmp_path: Path) -> None:
    """And said to be so, with what to do."""
    assert rehearse(tmp_path, NO_CLUSTER).wait(100) == EXIT_NOT_REHEARSED, (tmp_path / "said").read_text()
    summary = json.loads((tmp_path / "out" / "latest" / "summary.json").read_text())
    (left_out,) = summary["not_rehearsed"]
    assert f"{NAME} is not ours" in left_out["why"]
    assert "--environment auto" in left_out["mend"]


def test_a_run_that_was_killed_leaves_no_namespace(entry: AllowedCluster, theirs: Stranger, tmp_path: Path) -> None:
    """SIGKILL in the middle: its reaper takes them away within a minute, and what is theirs stays."""
    untouched = theirs.facts()
    run = rehearse(tmp_path, DRILL)
    assert soon(lambda: len(ours(theirs)) == 2, 120), (tmp_path / "said").read_text()
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert soon(lambda: ours(theirs) == [], GONE_S)
    assert untouched.items() <= theirs.facts().items()


@pytest.mark.parametrize(
    "words",
    [
        ("get", "configmaps", "--namespace", "theirs"),
        ("delete", "namespace", "theirs"),
        ("delete", "configmap", "work", "--namespace", "theirs"),
        ("create", "namespace", "more"),
        ("get", "secrets", "--all-namespaces"),
        ("delete", "nodes", "--all"),
        ("create", "clusterrolebinding", "more", "--clusterrole=cluster-admin", "--user=me"),
    ],
)
def test_what_a_step_does_elsewhere_is_refused_by_the_cluster_itself(
    cluster: ExistingCluster, words: tuple[str, ...]
) -> None:
    with pytest.raises(EnvironmentUnavailable, match=r"[Ff]orbidden"):
        cluster.pinned.kubectl("--kubeconfig", str(cluster.credential("api-1")), *words)


def test_the_guard_knows_its_namespace_and_no_other(cluster: ExistingCluster, theirs: Stranger) -> None:
    """By the uid, by the label, by the marker of the cluster's owner."""
    credential = cluster.credential("api-1")
    target = cluster.target(credential, "api-1")
    parameters = {"KUBECONFIG": str(credential), "NAMESPACE": "api-1"}
    assert target.refusal(parameters) == ""
    assert "expected api-1, found theirs" in target.refusal({**parameters, "NAMESPACE": "theirs"})
    theirs.kubectl("label", "namespace", "api-1", f"{LABEL}=another", "--overwrite")
    assert "found another" in target.refusal(parameters)
    theirs.kubectl("delete", "configmap", MARKER, "--namespace", MARKER_NAMESPACE)
    try:
        assert "taken the permission back" in target.refusal(parameters)
        with pytest.raises(EnvironmentUnavailable, match="taken the permission back"):
            cluster.must_live()
    finally:
        theirs.kubectl("create", "configmap", MARKER, "--namespace", MARKER_NAMESPACE)
    assert "found another one" in target.refusal(parameters)


def test_a_token_is_kept_out_of_what_the_run_leaves(cluster: ExistingCluster) -> None:
    config = json.loads(cluster.credential("api-1").read_text(encoding="utf-8"))
    token = config["users"][0]["user"]["token"]
    assert token not in RunSecrets(cluster._run.name).redactor()(f"Bearer {token}".encode()).decode()
    assert cluster.credential("api-1").stat().st_mode & 0o777 == 0o600
