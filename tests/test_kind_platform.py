"""A namespace that a system is deployed to: manifests, the pipeline, what is taken away. No cluster."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fixtures.evidence import EvidenceFolder
from fixtures.kind.platform import AFTER, BEFORE, KindPlatform
from scenarios.errors import EnvironmentUnavailable, Inconclusive, UsageError
from scenarios.model import System


def platform(folder: Path, **manifests: str) -> KindPlatform:
    """A platform of a system with these manifests; `v2_NAME` is the release v2's own NAME."""
    system = System(name="api", owner="us", database="api", state_tables=(), folder=folder / "system")
    for name, text in manifests.items():
        own = name.startswith("v2_")
        path = system.folder / ("releases/v2/manifests" if own else "manifests") / f"{name.removeprefix('v2_')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shared: Any = None
    target: Any = SimpleNamespace(namespace="api-7")
    return KindPlatform(shared, system, target, folder / "host", {"NODE_PORT": "30100"}, {})


def test_a_releases_manifests_are_filled_in_and_its_own_win(tmp_path: Path) -> None:
    subject = platform(
        tmp_path,
        service="port: $NODE_PORT\nin: $NAMESPACE\n",
        config="release: $RELEASE\n",
        v2_config="release: ${RELEASE}-changed\nimage: $IMAGE\nprice: $$5\n",
    )
    texts = {
        release: {path.name: path.read_text(encoding="utf-8") for path in subject._render(release, "img").iterdir()}
        for release in ("v1", "v2")
    }
    service = "port: 30100\nin: api-7\n"
    assert texts["v1"] == {"service.yaml": service, "config.yaml": "release: v1\n"}
    assert texts["v2"] == {"service.yaml": service, "config.yaml": "release: v2-changed\nimage: img\nprice: $5\n"}
    assert {path.name for path in subject.manifests.iterdir()} == {"v1", "v2"}


def test_a_release_that_is_laid_over_another_has_its_manifests_too(tmp_path: Path) -> None:
    """Its own over them, as with its code."""
    subject = platform(tmp_path, service="system\n", v2_service="v2\n", v2_canary="v2\n")
    laid = tmp_path / "system" / "releases" / "v3"
    (laid / "manifests").mkdir(parents=True)
    (laid / "BASE").write_text("v2\n", encoding="utf-8")
    (laid / "manifests" / "canary.yaml").write_text("v3\n", encoding="utf-8")
    found = {path.name: path.read_text(encoding="utf-8") for path in subject._render("v3", "img").iterdir()}
    assert found == {"service.yaml": "v2\n", "canary.yaml": "v3\n"}


@pytest.mark.parametrize("text", ["image: $IMGE", "price: $ 5"])
def test_a_placeholder_that_is_none_is_a_mistake_told_with_its_file(text: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"config\.yaml: .*\$IMAGE, \$NAMESPACE, \$NODE_PORT, \$RELEASE"):
        platform(tmp_path, config=text)._render("v1", "img")


def appended(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def pipeline(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a deployment of v2 did beside its pipeline's `script`, in order: migrate and apply leave a word each."""
    done = folder / "done"
    (folder / "system" / "releases" / "v2" / "scripts").mkdir(parents=True)
    subject = platform(folder, service="port: $NODE_PORT\n")
    (folder / "system" / "releases" / "v2" / AFTER).write_text(script, encoding="utf-8")
    (folder / "bin").mkdir()
    (folder / "bin" / "flask").write_text(f'#!/bin/bash\necho migrate >> "{done}"\n', encoding="utf-8")
    (folder / "bin" / "flask").chmod(0o755)
    subject._environment = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "DONE": str(done)}
    subject._release = "v1"
    monkeypatch.setattr(subject, "_image", lambda _release: "img")
    monkeypatch.setattr(subject, "_kubectl", lambda *words: appended(done, words[0]))
    subject.deploy("v2")
    return done.read_text(encoding="utf-8").splitlines()


def test_the_pipeline_of_a_release_goes_on_once_its_manifests_are_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = pipeline(tmp_path, 'read -r release < RELEASE && echo "after $release" >> "$DONE"\n', monkeypatch)
    assert done == ["migrate", "apply", "after v2"]


def test_the_release_that_runs_is_called_before_the_next_one_migrates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment for a dump: nothing has been changed yet."""
    running = tmp_path / "host" / "releases" / "v1" / BEFORE
    running.parent.mkdir(parents=True)
    running.write_text('echo "before $1" >> "$DONE"\n', encoding="utf-8")
    (tmp_path / "host" / "current").symlink_to("releases/v1")
    assert pipeline(tmp_path, "true\n", monkeypatch) == ["before v2", "migrate", "apply"]


def test_a_pipeline_that_breaks_off_is_no_deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a drill would take back what was never there."""
    with pytest.raises(
        Inconclusive, match=r"v2: bash scripts/after-deploy\.sh ended with 3; see .*after-deploy-v2\.log"
    ):
        pipeline(tmp_path, "exit 3\n", monkeypatch)


def test_what_a_finalizer_holds_is_taken_away_with_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else its namespace would never go; pods without one are left to the cluster, which may be quicker."""
    asked: list[tuple[str, ...]] = []

    def kubectl(*words: str, **_more: Any) -> str:
        asked.append(words)
        return "pod/held " if words[0] == "get" else ""

    subject = platform(tmp_path)
    monkeypatch.setattr(subject, "_target", SimpleNamespace(of_cluster=lambda: ""))
    closed = SimpleNamespace(close_namespace=lambda name: asked.append(("close", name)), must_live=lambda: None)
    monkeypatch.setattr(subject, "_cluster", closed)
    monkeypatch.setattr(subject, "_kubectl", kubectl)
    subject.stop()
    assert [words[:2] for words in asked] == [
        ("delete", "deployments,services"),
        ("get", "pods"),
        ("patch", "pod/held"),
        ("delete", "pods"),
        ("close", "api-7"),
    ]


def test_nothing_is_deleted_from_a_cluster_that_died(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its namespace died with it: there is nothing left behind to tell of."""

    def dead() -> None:
        raise EnvironmentUnavailable("cluster", "it died in the middle", "run the drill again")

    subject = platform(tmp_path)
    monkeypatch.setattr(subject, "_cluster", SimpleNamespace(must_live=dead))
    subject.stop()
    monkeypatch.setattr("fixtures.kind.objects.collect", lambda *_: None)
    with pytest.raises(EnvironmentUnavailable, match="died in the middle"):
        subject.collect(EvidenceFolder(tmp_path / "evidence"))
