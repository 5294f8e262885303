"""Packages that a release pins: installed once, into a folder of their own; where that fails it is told."""

import hashlib
from pathlib import Path

import pytest

from fixtures import requirements
from scenarios.errors import EnvironmentUnavailable
from scenarios.model import System
from tests.simulated_world import BACK


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """v1 pins nothing that would have to be fetched; v2 lies over it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for release in ("v1", "v2"):
        (tmp_path / "releases" / release).mkdir(parents=True)
    (tmp_path / "releases" / "v1" / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    (tmp_path / "releases" / "v2" / "BASE").write_text("v1\n", encoding="utf-8")
    return System(name="shop", owner="o", database="shop", state_tables=(), folder=tmp_path)


def test_they_are_installed_once_and_lie_beside_the_code(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release over another has the other's; the second drill installs nothing."""
    requirements.install(system, BACK)
    ran: list[list[str]] = []
    monkeypatch.setattr(requirements, "_run", lambda command, _: ran.append(command))
    requirements.install(system, BACK)
    assert not ran
    folder = tmp_path / "composed"
    folder.mkdir()
    (folder / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    requirements.link(folder)
    assert (folder / ".venv" / "bin" / "python").exists()


def test_what_cannot_be_installed_is_not_rehearsed_and_says_why(system: System) -> None:
    """Nor is half an installation taken for a whole one the next time."""
    pinned = system.folder / "releases" / "v1" / "requirements.txt"
    pinned.write_text("--no-index\nno-such-package==1.0\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(
            EnvironmentUnavailable, match=r"packages is not available: .*requirements\.txt could not be"
        ):
            requirements.install(system, BACK)


def test_a_host_knows_what_a_release_runs_on(system: System, tmp_path: Path) -> None:
    """Its own packages by name where it pins any; else how many the host has, which another release shares."""
    requirements.install(system, BACK)
    folder, plain = tmp_path / "composed", tmp_path / "plain"
    for each in (folder, plain):
        each.mkdir()
    (folder / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    requirements.link(folder)
    assert "pip==" in requirements.installed(folder)
    assert requirements.installed(plain).startswith("the host's ")
    assert requirements.installed(plain) == requirements.installed(tmp_path)


def test_what_is_pinned_lies_on_the_shelf_under_the_digest_of_its_text(system: System, tmp_path: Path) -> None:
    """There a host's own scripts find it; twice is as good as once, and a release that pins nothing has no place."""
    requirements.install(system, BACK)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for _ in range(2):
        requirements.shelve(system.folder / "releases" / "v1", shelf)
        requirements.shelve(system.folder / "releases" / "v2", shelf)
    (place,) = shelf.iterdir()
    assert place.name == hashlib.sha256(b"# nothing\n").hexdigest()
    assert (place / "bin" / "python").exists()


def test_on_a_cluster_such_a_release_is_not_rehearsed(system: System) -> None:
    """Pods run on the packages of the service's image: what would be rehearsed is not what is deployed."""
    with pytest.raises(EnvironmentUnavailable, match="packages is not available: pods run on the packages"):
        requirements.pinned_nowhere(system, BACK)
    (system.folder / "releases" / "v1" / "requirements.txt").unlink()
    requirements.pinned_nowhere(system, BACK)
