"""jarvis: its manifests can be applied as they are, and each of its releases is bad in the way it says. No cluster."""

import os
import re
import subprocess
import sys
import tomllib
import uuid
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from psycopg.errors import UndefinedTable

from fixtures.composition import compose
from scenarios.model import Scenario
from scenarios.runbook import load_runbook, without_value
from scenarios.runbook.addresses import public_addresses
from tests.house import ROOT
from tests.jarvis_folder import (
    BESIDE,
    COLORS,
    GIVEN,
    JARVIS,
    MANIFESTS,
    OVERRIDES,
    RELEASES,
    SESSION,
    configure,
    manifest,
    rendered,
    served,
)
from tests.service_folder import NO_DATABASE, StandIn


@pytest.fixture(autouse=True)
def pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a pod of the baseline."""
    monkeypatch.setenv("DATABASE_URL", NO_DATABASE)
    configure(monkeypatch, MANIFESTS[0].parent / "configmap.yaml")


@pytest.mark.parametrize("path", [*MANIFESTS, *OVERRIDES], ids=lambda path: str(path.relative_to(JARVIS.folder)))
def test_a_manifest_is_one_object_of_a_lasting_api_and_names_no_place(path: Path) -> None:
    """GA in Kubernetes 1.20 and today; namespace, image and addresses come from outside alone."""
    text = path.read_text(encoding="utf-8")
    document = rendered(path)
    assert document["apiVersion"] == ("apps/v1" if document["kind"] == "Deployment" else "v1")
    assert "namespace" not in document["metadata"]
    assert re.findall(r"image: *(.+)", text) == (['"$IMAGE"'] if document["kind"] == "Deployment" else [])
    assert not [found for line in text.splitlines() for found in public_addresses(line)]


@pytest.mark.parametrize("path", OVERRIDES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_manifest_of_a_release_replaces_the_one_of_the_same_name(path: Path) -> None:
    """Another name would add an object beside the old one, which a rollback would then have to know about.

    But for a Deployment of one color, whose pods and name say which: there the other one is the way back. And for what
    runs beside jarvis, which is selected by a name of its own.
    """
    own = rendered(path)
    if own["metadata"]["name"] in BESIDE:
        assert own["metadata"]["labels"] == {"app": own["metadata"]["name"]}
        selector = own["spec"]["selector"]
        assert selector.get("matchLabels", selector) == {"app": own["metadata"]["name"]}
        return
    original = rendered(JARVIS.folder / "manifests" / path.name)
    if own["kind"] == "Deployment" and "color" in own["spec"]["selector"]["matchLabels"]:
        color = own["spec"]["selector"]["matchLabels"]["color"]
        assert own["spec"]["template"]["metadata"]["labels"]["color"] == color
        original["metadata"]["name"] += f"-{color}"
    assert (own["kind"], own["metadata"]) == (original["kind"], original["metadata"])


def test_the_pipeline_of_the_other_color_ends_with_it_chosen_and_the_first_one_put_away() -> None:
    """Until it does, the Service chooses what it chose before."""
    services = {color: rendered(JARVIS.folder / "releases" / color / "manifests" / "service.yaml") for color in COLORS}
    assert [service["spec"]["selector"]["color"] for service in services.values()] == ["blue", "blue"]
    script = (JARVIS.folder / "releases" / "v2-green" / "scripts" / "after-deploy.sh").read_text(encoding="utf-8")
    commands = [line.split()[1] for line in script.splitlines() if line.startswith("kubectl")]
    assert commands == ["rollout", "patch", "scale"]


def test_the_manifests_fit_together() -> None:
    """The Service finds the pods and their port; the pods find their configuration, which is applied before them."""
    pod = manifest("Deployment")["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    (port,) = manifest("Service")["spec"]["ports"]
    environment = {each["name"]: each["value"] for each in container["env"]}
    assert manifest("Deployment")["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    assert manifest("Service")["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert (port["nodePort"], str(port["targetPort"])) == (30007, environment["PORT"])
    assert container["ports"][0]["containerPort"] == port["targetPort"]
    named = [source[kind]["name"] for source in container["envFrom"] for kind in source]
    assert named == [manifest(kind)["metadata"]["name"] for kind in ("ConfigMap", "Secret")]
    kinds = [rendered(path)["kind"] for path in MANIFESTS]  # in the order in which `kubectl apply -f FOLDER` takes them
    assert kinds.index("Deployment") > max(kinds.index("ConfigMap"), kinds.index("Secret"))


def test_a_pod_that_goes_has_time_to_serve_what_still_comes() -> None:
    """The pause before the end fits into the grace period, and no drill calls users refused before that is over."""
    spec = manifest("Deployment")["spec"]["template"]["spec"]
    pause_s = int(spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert 0 < pause_s < spec["terminationGracePeriodSeconds"]
    assert all(scenario.settle_s >= spec["terminationGracePeriodSeconds"] for scenario in JARVIS.scenarios)


@pytest.mark.parametrize("scenario", JARVIS.scenarios, ids=lambda scenario: scenario.id)
def test_every_parameter_of_a_drill_has_a_value(scenario: Scenario) -> None:
    """What the scenario does not set, a cluster gives."""
    runbook = load_runbook(JARVIS.folder / "RUNBOOK.md")
    values = {**dict.fromkeys(GIVEN, "x"), **scenario.parameters}
    assert scenario.verification is not None
    for name in (scenario.procedure, scenario.verification):
        assert without_value(runbook.procedure(name), values) == []
    assert scenario.parameters["PREVIOUS_RELEASE"] == scenario.baseline
    assert scenario.parameters["PREVIOUS_MODEL"] == manifest("ConfigMap")["data"]["ASSISTANT_MODEL"]


def test_every_kubectl_of_the_runbook_is_told_its_namespace() -> None:
    """One that is not would act on whatever namespace the operator used last."""
    runbook = load_runbook(JARVIS.folder / "RUNBOOK.md")
    lists = [*runbook.procedures.values(), *runbook.verifications.values()]
    lines = [line for each in lists for step in each.steps for line in step.script.splitlines() if "kubectl" in line]
    commands = [line for line in lines if not re.search(r"kubectl get (nodes|--raw)\b", line)]  # of the whole cluster
    assert len(commands) >= 15
    assert [line for line in commands if not re.search(r' -n "?\$NAMESPACE\b', line)] == []


@pytest.mark.parametrize("release", RELEASES)
def test_only_the_release_of_the_restore_brings_a_migration_of_its_own(release: str, tmp_path: Path) -> None:
    """`rollout undo` leaves the schema alone, so what its drills judge must not hang on it."""
    script = ScriptDirectory(str(compose(JARVIS, release, tmp_path) / "migrations"))
    own = ["0003_region"] if release == "v2-required-region" else []
    assert [each.revision for each in script.walk_revisions()] == [*own, "0002_conversations", "0001_core"]


@pytest.mark.parametrize("release", ["v0", "v1", "v1-blue"])
def test_a_good_release_serves_and_says_which_model_answers(release: str, tmp_path: Path) -> None:
    """Users can tell a wrong configuration from the answers themselves."""
    with served(release, tmp_path, StandIn()) as client:
        answer = client.get("/api/assistant")
        assert (answer.status_code, answer.json["model"], answer.json["greeting"]) == (200, "swift-1", "Good day")
        assert client.get("/api/ping?nonce=n").headers["X-Assistant-Model"] == "swift-1"
        asked = client.post("/api/conversations", json={"id": "c-1", "question": "why?"})
        assert (asked.status_code, asked.json["committed"]) == (201, True)
        assert asked.json["reply"] == "Good day. In one sentence: why?"


@pytest.mark.parametrize(
    "release", ["v2-fails-every-request", "v2-slow-to-go", "v2-no-history", "v2-green-kept", "v2-worker"]
)
def test_code_without_its_migration_refuses_every_user_and_passes_every_probe(release: str, tmp_path: Path) -> None:
    """The cluster calls this rollout a success."""
    database = StandIn(fails_on={"FROM tenants": UndefinedTable('relation "tenants" does not exist')})
    with served(release, tmp_path, database) as client:
        refused = client.post("/api/sessions", json=SESSION)
        assert (refused.status_code, refused.json["committed"]) == (500, False)
        assert client.get("/api/ping?nonce=n").status_code == 500
        assert [client.get(path).status_code for path in ("/health", "/health/ready", "/metrics")] == [200] * 3


def test_three_ids_in_ten_have_no_store(tmp_path: Path) -> None:
    """The share of refused requests is what the scenario says, for pings and for writes, and stays with the id."""
    ids = [uuid.UUID(int=number << 64 | number).hex for number in range(4000)]
    with served("v2-fails-some", tmp_path, StandIn()) as client:
        from jarvis.stores import STORES, shard_of  # type: ignore[import-not-found]

        homeless = {each for each in ids if shard_of(each) not in STORES}
        assert 0.27 < len(homeless) / len(ids) < 0.33
        assert {each for each in ids[:300] if client.get(f"/api/ping?nonce={each}").status_code == 500} == homeless & {
            *ids[:300]
        }
        for number in range(20):
            answer = client.post("/api/sessions", json=SESSION | {"id": ids[number]})
            assert answer.status_code == (500 if ids[number] in homeless else 201)
        assert [client.get(path).status_code for path in ("/health", "/health/ready")] == [200, 200]


def test_a_pod_that_waits_for_ever_lives_and_is_not_ready(tmp_path: Path) -> None:
    """It is neither restarted nor used: the rollout just does not end."""
    with served("v2-never-ready", tmp_path, StandIn()) as client:
        assert [client.get(path).status_code for path in ("/health", "/health/ready")] == [200, 503]


def test_a_missing_library_ends_the_process_at_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library is, as where migrations are run from, all is well; in an image it is not."""
    with served("v2-crash-loop", tmp_path, StandIn()) as client:
        assert client.get("/health/ready").status_code == 200
    assert "markdown-it-py" not in brought_by("service")
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    with pytest.raises(ModuleNotFoundError, match="markdown_it"), served("v2-crash-loop", tmp_path):
        pass


def brought_by(extra: str) -> set[str]:
    """The distributions that this extra of ours installs, with all that they need in turn."""
    found: set[str] = set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["optional-dependencies"][extra])
    while wanted:
        name = re.split(r"[^\w.-]", wanted.pop(), maxsplit=1)[0].lower()
        if name not in found:
            found.add(name)
            with suppress(PackageNotFoundError):  # only wanted elsewhere
                wanted += [line for line in requires(name) or [] if "extra ==" not in line]
    return found


@pytest.mark.parametrize(
    ("release", "configuration", "status", "model"),
    [
        ("v2-new-config", "new", 500, None),
        ("v2-new-config", "old", 200, "swift-1"),  # what rolling the configuration back brings
        ("v1", "new", 200, "canned"),  # what undoing the rollout alone brings: served, and not as before
        ("v1", "old", 200, "swift-1"),
    ],
)
def test_image_and_config_map_belong_together(
    release: str, configuration: str, status: int, model: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each half of the way back alone leaves something that users can tell from the baseline."""
    (new,) = [path for path in OVERRIDES if path.match("v2-new-config/manifests/configmap.yaml")]
    configure(monkeypatch, new if configuration == "new" else JARVIS.folder / "manifests" / "configmap.yaml")
    with served(release, tmp_path, StandIn()) as client:
        assert client.get("/api/ping?nonce=n").status_code == status
        assert client.get("/api/assistant").json.get("model") == model
        assert client.get("/health/ready").status_code == 200


@pytest.mark.parametrize(
    ("sabotage", "reaches"),
    [("noop-undo", []), ("wrong-revision", ["rollout undo deployment/jarvis-api -n drill-7 --to-revision=1"])],
)
def test_a_sabotaged_kubectl_lies_about_the_undo_only(sabotage: str, reaches: list[str], tmp_path: Path) -> None:
    """Each control changes the one command it is about; everything else reaches the real tool untouched."""
    log = tmp_path / "log"
    (tmp_path / "kubectl").write_text(f'#!/bin/bash\necho "$*" >>"{log}"\n', encoding="utf-8")
    (tmp_path / "kubectl").chmod(0o755)
    kubectl = str(JARVIS.folder / "sabotage" / sabotage / "kubectl")
    real = {"PATH": os.environ["PATH"], "REAL_PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    for verb in ("status", "undo"):
        command = [kubectl, "rollout", verb, "deployment/jarvis-api", "-n", "drill-7"]
        done = subprocess.run(command, env=real, capture_output=True, text=True, timeout=20, check=True)
        if verb == "undo" and not reaches:
            assert done.stdout == "deployment.apps/jarvis-api rolled back\n"
    assert log.read_text(encoding="utf-8").splitlines() == ["rollout status deployment/jarvis-api -n drill-7", *reaches]
