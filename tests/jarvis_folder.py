"""jarvis's folder and its releases, composed and imported as a pod would: for tests of them. No cluster."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml

from fixtures.composition import compose
from scenarios.registry import built_in
from tests.service_folder import NO_DATABASE, StandIn

JARVIS = built_in("jarvis")
RELEASES = sorted(folder.name for folder in (JARVIS.folder / "releases").iterdir())
MANIFESTS = sorted(JARVIS.folder.glob("manifests/*.yaml"))
OVERRIDES = sorted(JARVIS.folder.glob("releases/*/manifests/*.yaml"))
COLORS = ("v1-blue", "v2-green")
BESIDE = ("jarvis-worker", "jarvis-partner")  # what some releases run beside the API
VALUES = {
    "NAMESPACE": "drill-7",
    "IMAGE": "releases/jarvis:v1",
    "NODE_PORT": "30007",
    "DATABASE_URL": NO_DATABASE,
    "RELEASE": "v1",
}
GIVEN = {
    "NAMESPACE",
    "SERVICE_URL",
    "DEPLOYED_MANIFESTS",
    "BACKUPS",
}  # what a cluster gives to runbooks
SESSION = {"id": "s-1", "client": "c", "seq": 1, "body": "text"}


def rendered(path: Path) -> dict[str, Any]:
    """The one object in a manifest, its placeholders filled in."""
    (document,) = yaml.safe_load_all(Template(path.read_text(encoding="utf-8")).substitute(VALUES))
    assert isinstance(document, dict)
    return document


def manifest(kind: str) -> dict[str, Any]:
    """The baseline's object of this kind; there is one of each."""
    (found,) = [each for each in map(rendered, MANIFESTS) if each["kind"] == kind]
    return found


@contextmanager
def served(release: str, folder: Path, database: StandIn | None = None) -> Iterator[Any]:
    """A test client of `release`, composed and imported as a pod would; without a database where none is given."""
    compose(JARVIS, release, folder)
    sys.path.insert(0, str(folder))
    try:
        import main  # type: ignore[import-not-found]

        if database is not None:
            main.app.extensions["database"] = database
        yield main.app.test_client()
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in {"main", "jarvis", "service"}]:
            del sys.modules[name]


def configure(monkeypatch: pytest.MonkeyPatch, configmap: Path) -> None:
    """What `envFrom` makes of a ConfigMap, and nothing of another one."""
    assistant = ("ASSISTANT_MODEL", "ASSISTANT_GREETING", "ASSISTANT_PERSONA", "PERSONA")
    for name in (*assistant, "FEATURE_NEW_DASHBOARD", "FEATURE_NEW_INTEGRATION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in rendered(configmap)["data"].items():
        monkeypatch.setenv(name, value)
