"""mindmend: its manifests can be applied, and each of its releases is bad in the way it says. No cluster."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml
from psycopg.errors import UndefinedTable

from fixtures.composition import compose, release_folders
from scenarios.registry import built_in
from scenarios.runbook import load_runbook
from tests.service_folder import NO_DATABASE, StandIn

MINDMEND = built_in("mindmend")
MANIFESTS = sorted(MINDMEND.folder.glob("**/manifests/*.yaml"))
VALUES = {"IMAGE": "releases/mindmend:v1", "NODE_PORT": "30007", "DATABASE_URL": NO_DATABASE, "RELEASE": "v1"}
ACCOUNTS = [f"account-{number}" for number in range(60)]
GEMINI = ("v2-gemini", "v2-code", "v2-everywhere", "v2-enterprise", "v2-sessions")


def rendered(path: Path) -> dict[str, Any]:
    """The one object in a manifest, its placeholders filled in."""
    (document,) = yaml.safe_load_all(Template(path.read_text(encoding="utf-8")).substitute(VALUES))
    assert isinstance(document, dict)
    return document


@contextmanager
def served(release: str, folder: Path, database: StandIn) -> Iterator[Any]:
    """A test client of `release`, composed and imported as a pod would."""
    compose(MINDMEND, release, folder)
    sys.path.insert(0, str(folder))
    try:
        import main  # type: ignore[import-not-found]

        main.app.extensions["database"] = database
        yield main.app.test_client()
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in {"main", "mindmend", "service"}]:
            del sys.modules[name]


@pytest.fixture(autouse=True)
def pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a pod of the baseline."""
    monkeypatch.setenv("DATABASE_URL", NO_DATABASE)
    monkeypatch.setenv("AI_PROVIDER", "openai")
    for name in ("AI_PROVIDER_FOR_ENTERPRISE", "AI_PROVIDER_FOR_SESSIONS"):
        monkeypatch.delenv(name, raising=False)


def talk(client: Any, account: str) -> tuple[str, int, str]:
    """(tier, status, provider) of one therapy session."""
    answer = client.post("/api/therapy-session", json={"message": "test"}, headers={"X-Account": account})
    return answer.json.get("tier", "refused"), answer.status_code, answer.json["told"]["provider"]


def settings(release: str, name: str) -> dict[str, str]:
    """The environment that the Deployment `name` of this release sets, by its own manifest or one it is laid over."""
    folders = release_folders(MINDMEND, release)
    found = [rendered(path) for folder in folders for path in sorted(folder.glob("manifests/*.yaml"))]
    (own,) = [each for each in found if each["metadata"]["name"] == name]
    return {each["name"]: each["value"] for each in own["spec"]["template"]["spec"]["containers"][0]["env"]}


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_manifest_is_one_object_of_a_lasting_api_and_names_no_place(path: Path) -> None:
    """GA in Kubernetes 1.20 and today; the Service finds every pod, and no two Deployments have the same pods."""
    document, text = rendered(path), path.read_text(encoding="utf-8")
    assert document["apiVersion"] == ("apps/v1" if document["kind"] == "Deployment" else "v1")
    assert "namespace" not in document["metadata"]
    if document["kind"] == "Deployment":
        assert re.findall(r"image: *(.+)", text) == ['"$IMAGE"']
        labels = document["spec"]["template"]["metadata"]["labels"]
        assert document["spec"]["selector"]["matchLabels"].items() <= labels.items()
        assert labels["version"] == ("gemini" if document["metadata"]["name"].endswith("-canary") else "stable")
        service = rendered(MINDMEND.folder / "manifests" / "service.yaml")
        assert service["spec"]["selector"].items() <= labels.items()


def test_every_kubectl_of_the_runbook_is_told_its_namespace() -> None:
    """One that is not would act on whatever namespace the operator used last."""
    runbook = load_runbook(MINDMEND.folder / "RUNBOOK.md")
    lists = [*runbook.procedures.values(), *runbook.verifications.values()]
    commands = [line for each in lists for step in each.steps for line in step.script.splitlines() if "kubectl" in line]
    assert len(commands) >= 25
    assert [line for line in commands if not re.search(r' -n "?\$NAMESPACE\b', line)] == []


def test_the_baseline_serves_everybody_with_the_old_provider(tmp_path: Path) -> None:
    """Users can tell the provider from the answers themselves."""
    assert settings("v1", "mindmend-backend")["AI_PROVIDER"] == "openai"
    with served("v1", tmp_path, StandIn()) as client:
        assert {talk(client, account) for account in ACCOUNTS} == {
            ("enterprise", 200, "openai"),
            ("other", 200, "openai"),
        }


@pytest.mark.parametrize("release", ["v1", *GEMINI])
def test_a_provider_that_an_image_does_not_have_refuses_users_and_no_probe(
    release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old image under a new environment serves nobody; health asks no provider."""
    monkeypatch.setenv("AI_PROVIDER", "nobody")
    with served(release, tmp_path, StandIn()) as client:
        assert talk(client, "any") == ("refused", 503, "nobody")
        assert [client.get(path).status_code for path in ("/health", "/health/ready", "/metrics")] == [200] * 3


@pytest.mark.parametrize("release", ["v2-gemini", "v2-everywhere"])
def test_a_provider_without_quota_serves_nobody_and_switched_back_everybody(
    release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flag is the Deployment's environment, and the code is not to blame."""
    name = "mindmend-backend-canary" if release == "v2-gemini" else "mindmend-backend"
    assert settings(release, name)["AI_PROVIDER"] == "gemini"
    for provider, status in (("gemini", 503), ("openai", 200)):
        monkeypatch.setenv("AI_PROVIDER", provider)
        with served(release, tmp_path, StandIn()) as client:
            assert {talk(client, account)[1:] for account in ACCOUNTS} == {(status, provider)}


def test_new_code_hurts_everybody_whatever_the_provider(tmp_path: Path) -> None:
    """So the image has to go back, and the flag helps nobody."""
    assert settings("v2-code", "mindmend-backend") == settings("v1", "mindmend-backend")
    database = StandIn(fails_on={"FROM profiles": UndefinedTable('relation "profiles" does not exist')})
    with served("v2-code", tmp_path, database) as client:
        assert talk(client, "any") == ("refused", 500, "openai")
        assert client.get("/health/ready").status_code == 200


def test_an_override_for_a_tier_reaches_that_tier_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three accounts in ten are refused without it, and answered by the old provider with it."""
    monkeypatch.setenv("AI_PROVIDER", "gemini")
    with served("v2-enterprise", tmp_path, StandIn()) as client:
        found = [talk(client, account) for account in ACCOUNTS]
        assert {each[1:] for each in found} == {(503, "gemini"), (200, "gemini")}
        assert 10 <= sum(status == 503 for _, status, _ in found) <= 26
        monkeypatch.setenv("AI_PROVIDER_FOR_ENTERPRISE", "openai")
        found = [talk(client, account) for account in ACCOUNTS]
        assert set(found) == {("enterprise", 200, "openai"), ("other", 200, "gemini")}


def test_an_override_for_an_endpoint_reaches_that_endpoint_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions are refused without it, and answered by the old provider with it."""
    monkeypatch.setenv("AI_PROVIDER", "gemini")
    session = {"id": "s-1", "client": "c", "seq": 1, "body": "text"}
    with served("v2-sessions", tmp_path, StandIn()) as client:
        refused = client.post("/api/sessions", json=session)
        assert (refused.status_code, refused.json["committed"]) == (503, False)
        monkeypatch.setenv("AI_PROVIDER_FOR_SESSIONS", "openai")
        assert client.post("/api/sessions", json=session).json["told"] == {"provider": "openai"}
        assert {talk(client, account)[1:] for account in ACCOUNTS} == {(200, "gemini")}


SAID = {
    "noop-set-env": ("set env deployment/mindmend-backend-canary -n n AI_PROVIDER=openai", None),
    "scales-all-down": ("scale deployment/x -n n --replicas=4", "scale deployment/x -n n --replicas=0"),
    "noop-set-image": ("set image deployment/mindmend-backend -n n mindmend-app=i", None),
    "noop-exec": ("exec deployment/mindmend-backend -n n -- flask db downgrade", None),
    "canary-stays": ("scale deployment/mindmend-backend-canary -n n --replicas=0", None),
    "sets-everybody": (
        "set env deployment/mindmend-backend -n n AI_PROVIDER_FOR_ENTERPRISE=openai",
        "set env deployment/mindmend-backend -n n AI_PROVIDER=openai",
    ),
}


@pytest.mark.parametrize("sabotage", SAID)
def test_a_sabotaged_kubectl_changes_the_one_command_that_it_is_about(sabotage: str, tmp_path: Path) -> None:
    """Everything else reaches the real tool untouched."""
    log = tmp_path / "log"
    (tmp_path / "kubectl").write_text(f'#!/bin/bash\necho "$*" >>"{log}"\n', encoding="utf-8")
    (tmp_path / "kubectl").chmod(0o755)
    kubectl = str(MINDMEND.folder / "sabotage" / sabotage / "kubectl")
    real = {"PATH": os.environ["PATH"], "REAL_PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    asked, reaches = SAID[sabotage]
    other = "get pods -n n"
    for command in (asked, other):
        subprocess.run([kubectl, *command.split()], env=real, capture_output=True, timeout=20, check=True)
    expected = [reaches, other] if reaches else [other]
    assert log.read_text(encoding="utf-8").splitlines() == expected
