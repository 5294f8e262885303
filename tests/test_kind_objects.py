"""What is read from a namespace: facts, evidence, the watch of a rollout. No cluster."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.evidence import EvidenceFolder
from fixtures.kind import objects, rollout
from fixtures.kind.rollout import PERIOD_NS, RolloutWatch
from scenarios.errors import EnvironmentUnavailable
from scenarios.observations import Observation
from tests.programs import soon

PASSWORD = "b3BlbiBzZXNhbWU="
LOOKS = 3

Items = dict[str, dict[str, Any]]


def item(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """One object as `kubectl get -o json` lists it."""
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "uid": "7"}, **more}


def namespace() -> Items:
    """What a small system left in its namespace, and what the cluster put beside it."""
    container = {
        "name": "api",
        "image": "releases/api:v1",
        "env": [{"name": "PORT", "value": "8080"}],
        "envFrom": [{"configMapRef": {"name": "settings"}}],
    }
    spec = {"replicas": 3, "template": {"spec": {"containers": [container]}}}
    return {
        "deployment": item("Deployment", "api", spec=spec, status={"replicas": 3}),
        "service": item("Service", "api", spec={"selector": {"app": "api"}, "clusterIP": "10.96.0.7"}),
        "configmap": item("ConfigMap", "settings", data={"MODEL": "swift-1"}),
        "secret": item("Secret", "credentials", data={"PASSWORD": PASSWORD}),
        "root": item("ConfigMap", "kube-root-ca.crt", data={"ca.crt": "of the cluster"}),
        "token": item("Secret", "default-token-x7k2p", data={"token": "of the cluster"}),
    }


def listed(items: Items) -> Callable[..., str]:
    """A kubectl that lists them."""
    return lambda *_words: json.dumps({"kind": "List", "items": list(items.values())})


def refuse(*words: str) -> str:
    """A kubectl whose cluster is gone."""
    why = f"`/opt/kubectl {' '.join(words)}` exited with 1: the connection was refused"
    raise EnvironmentUnavailable("the container engine", why, "drill engine up")


def test_facts_name_what_a_release_declares_and_never_a_secrets_contents() -> None:
    """One fact for each thing that a rollback must bring back; what the cluster made itself is left out."""
    facts = objects.facts(listed(namespace()))
    digests = {name: facts.pop(name) for name in ("configmap/settings data", "secret/credentials data")}
    assert facts == {
        "deployment/api image": "releases/api:v1",
        "deployment/api replicas": "3",
        "deployment/api configuration": '[{"configMapRef": {"name": "settings"}}]',
        "deployment/api environment": "PORT 6c237681e7092160",
        "service/api selector": '{"app": "api"}',
    }
    assert all(len(digest) == 16 and int(digest, 16) for digest in digests.values())
    assert PASSWORD not in str(digests)


def changed(find: str, change: Callable[[dict[str, Any]], Any]) -> set[str]:
    """The facts that differ once `change` was made to one object."""
    items = namespace()
    before = objects.facts(listed(items))
    items[find] = copy.deepcopy(items[find])
    change(items[find])
    after = objects.facts(listed(items))
    return {name for name, _ in before.items() ^ after.items()}


def container(deployment: dict[str, Any]) -> dict[str, Any]:
    """Its one container."""
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return found


@pytest.mark.parametrize(
    ("find", "change", "fact"),
    [
        ("deployment", lambda it: container(it).update(image="releases/api:v2"), "deployment/api image"),
        ("deployment", lambda it: it["spec"].update(replicas=2), "deployment/api replicas"),
        (
            "deployment",
            lambda it: container(it)["envFrom"].append({"secretRef": {"name": "more"}}),
            "deployment/api configuration",
        ),
        (
            "deployment",
            lambda it: container(it)["env"].append({"valueFrom": {"configMapKeyRef": {"name": "more", "key": "A"}}}),
            "deployment/api configuration",
        ),
        ("service", lambda it: it["spec"].update(selector={"app": "green"}), "service/api selector"),
        ("configmap", lambda it: it["data"].update(MODEL="swift-2"), "configmap/settings data"),
        ("secret", lambda it: it["data"].update(PASSWORD="bmV3"), "secret/credentials data"),
    ],
    ids=["image", "replicas", "configuration", "one variable", "selector", "configmap", "secret"],
)
def test_one_change_is_one_fact(find: str, change: Callable[[dict[str, Any]], Any], fact: str) -> None:
    assert changed(find, change) == {fact}


def test_what_no_release_declares_is_no_fact() -> None:
    """Else every rollback would differ from the snapshot before it: counters, and what the cluster renews."""
    assert changed("deployment", lambda it: it["status"].update(replicas=4)) == set()
    assert changed("deployment", lambda it: it["metadata"].update(resourceVersion="8", generation=2)) == set()
    assert changed("token", lambda it: it["data"].update(token="renewed")) == set()


def test_the_evidence_has_every_text_and_both_logs_of_every_pod(tmp_path: Path) -> None:
    def kubectl(*words: str) -> str:
        if words[:2] == ("get", "pods") and words[-1] == "name":
            return "pod/api-1\npod/api-2\n"
        if "--previous" in words:
            return refuse(*words)
        return f"said: {' '.join(words)}\n"

    objects.collect(kubectl, "api", EvidenceFolder(tmp_path))
    folder = tmp_path / "kubernetes"
    texts = {path.name for path in folder.iterdir() if path.is_file()}
    assert texts == {"events.txt", "describe.txt", "objects.yaml", "pods.txt", "rollout-history.txt"}
    assert "history deployment/api" in (folder / "rollout-history.txt").read_text(encoding="utf-8")
    logs = {path.name: path.read_text(encoding="utf-8") for path in (folder / "logs").iterdir()}
    assert set(logs) == {f"api-{number}{which}.log" for number in (1, 2) for which in ("", ".previous")}
    assert logs["api-1.log"].startswith("said: logs pod/api-1")
    assert "refused" in logs["api-1.previous.log"]


def test_evidence_is_kept_from_a_cluster_that_is_gone(tmp_path: Path) -> None:
    """Each file says why it has nothing else to say, and no word of that is taken for a pod's name."""
    objects.collect(refuse, "api", EvidenceFolder(tmp_path))
    files = [path for path in (tmp_path / "kubernetes").rglob("*") if path.is_file()]
    assert len(files) == len(objects.TEXTS) + 1
    assert all("the connection was refused" in path.read_text(encoding="utf-8") for path in files)
    assert not (tmp_path / "kubernetes" / "logs").exists()


class FakeApi:
    """Answers with the deployment, or raises."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read_namespaced_deployment(self, name: str, namespace: str, **_more: Any) -> Any:
        assert (name, namespace) == ("api", "api-7")
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def deployment(*, observed: int | None = 2, updated: int | None = 3, available: int | None = 3, total: int = 3) -> Any:
    """As the API's client gives it: three wanted, second revision; what is zero comes as None."""
    status = SimpleNamespace(
        observed_generation=observed, updated_replicas=updated, available_replicas=available, replicas=total
    )
    spec, metadata = SimpleNamespace(replicas=3), SimpleNamespace(generation=2)
    return SimpleNamespace(spec=spec, metadata=metadata, status=status)


def watch(answer: Any, record: Path, monkeypatch: pytest.MonkeyPatch) -> RolloutWatch:
    """A watch whose API answers so."""
    monkeypatch.setattr(rollout, "connect", lambda _kubeconfig: FakeApi(answer))
    return RolloutWatch(Path("kubeconfig"), "api-7", "api", record)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (deployment(), None),
        (deployment(observed=1), "the newest revision is not observed yet"),
        (deployment(observed=None), "the newest revision is not observed yet"),
        (deployment(updated=1, total=4), "of 3 wanted: 1 updated, 3 available, 4 in all"),
        (deployment(updated=None), "of 3 wanted: 0 updated, 3 available, 3 in all"),
        (deployment(total=4), "of 3 wanted: 3 updated, 3 available, 4 in all"),
        (deployment(available=None), "of 3 wanted: 3 updated, 0 available, 3 in all"),
        (ConnectionRefusedError("nobody there"), "cannot be read: ConnectionRefusedError: nobody there"),
        (RuntimeError("(404)\nHTTP headers: many"), "cannot be read: RuntimeError: (404)"),
    ],
)
def test_a_rollout_stands_once_every_pod_wanted_is_the_newest_and_no_other_is_left(
    answer: Any, why: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert watch(answer, tmp_path / "record", monkeypatch)._stuck() == why


def test_a_deployment_without_a_status_is_not_observed_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = deployment()
    answer.status = None
    assert watch(answer, tmp_path / "record", monkeypatch)._stuck() == "the newest revision is not observed yet"


def test_each_look_is_an_observation_of_its_planned_tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written into the probe's record beside whatever is there, readable as all others are."""
    record = tmp_path / "probe.jsonl"
    record.write_text('{"before": 1}\n', encoding="utf-8")
    subject = watch(deployment(), record, monkeypatch)
    lane = subject.start()
    assert soon(lambda: record.read_text(encoding="utf-8").count("\n") > LOOKS)
    subject.stop()
    ended = record.read_text(encoding="utf-8")
    first, *lines = ended.splitlines()
    looks = [Observation.from_line(line) for line in lines]
    assert (first, lane.name, lane.period_ns) == ('{"before": 1}', "rollout", PERIOD_NS)
    assert [look.tick for look in looks] == list(range(len(looks)))
    assert all(look.planned_ns == lane.planned_ns(look.tick) <= look.sent_ns <= look.done_ns for look in looks)
    assert all(look.lane == "rollout" and look.served and look.status is None for look in looks)
    assert not soon(lambda: record.read_text(encoding="utf-8") != ended, within_s=0.3)


def test_a_watch_that_never_started_is_stopped_without_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch(deployment(), tmp_path / "record", monkeypatch).stop()
    assert not (tmp_path / "record").exists()
