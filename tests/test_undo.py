"""By its journal a dead run's things are taken away, each by its identity; what is another's is left and told."""

import json
import os
import secrets
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

import drill
import fixtures.engine
import fixtures.kind.network
import fixtures.undo
from fixtures import leases, reaping, workspace
from fixtures.expired import expiry_of_name
from fixtures.journal import Journal, Kind
from fixtures.labels import WORKSPACE_VARIABLE, expiry, is_over
from fixtures.leases import Lease
from scenarios.errors import EnvironmentUnavailable

RUN = "20260101-000000-beef"
PAST = "20200101T000000Z"


class Docker:
    """Containers by name, with the two labels of ours that they bear, as the real program lists them."""

    def __init__(self) -> None:
        self.there: dict[str, tuple[str, str]] = {}
        self.clusters: list[str] = []
        self.down = False

    def run(self, *words: str) -> str:
        if self.down:
            raise EnvironmentUnavailable("engine", "no docker daemon answers", "drill engine up")
        if words[0] == "rm":
            del self.there[words[-1]]
            return ""
        by = words[words.index("--filter") + 1]
        if by.startswith("name="):
            name = by.removeprefix("name=^/?").removesuffix("$")
            return f"found {self.there[name][0]}\n" if name in self.there else ""
        if by == "label=io.x-k8s.kind.cluster":
            return "\n".join(self.clusters)
        return "".join(f"{name} {run} {expires}\n" for name, (run, expires) in self.there.items() if expires)


@pytest.fixture(autouse=True)
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """An engine of the test's own, temporary folders of its own, and names of leases that nobody else has."""
    monkeypatch.setattr(leases, "LABEL", f"rollback-drills-test-{secrets.token_hex(4)}")
    fake = Docker()
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    engine: Any = SimpleNamespace(client=lambda: fake)
    monkeypatch.setattr(fixtures.engine, "find", lambda: engine)
    monkeypatch.setattr(fixtures.kind.network, "remove_network", lambda _: None)

    def kind(_engine: Any, name: str, _folder: Path) -> Any:
        return SimpleNamespace(delete=lambda: fake.clusters.remove(f"rollback-drills-{name}"))

    monkeypatch.setattr(fixtures.engine, "KindCluster", kind)
    return fake


@pytest.fixture
def journal() -> Journal:
    """Of a run that is gone."""
    begun = Journal(RUN)
    begun.begin(expiry())
    return begun


def a_folder(owner: str | None, expires: str = "", name: str = "aaaa") -> Path:
    folder = Path(tempfile.gettempdir()) / f"{workspace.PREFIX}{name}"
    (folder / "data").mkdir(parents=True)
    if owner is not None:
        (folder / workspace.RUN_FILE).write_text(json.dumps({"run": owner, "expires": expires}))
    return folder


def test_all_that_a_dead_run_made_goes_the_newest_first(journal: Journal, docker: Docker) -> None:
    folder = a_folder(RUN)
    journal.note(Kind.FOLDER, path=str(folder))
    journal.note(Kind.PORT, port="20000")
    journal.note(Kind.NETWORK, name="rollback-drills")
    journal.note(Kind.CLUSTER, name=f"rollback-drills-{RUN}")
    journal.note(Kind.CONTAINER, name="postgres-1")
    journal.note(Kind.DATABASE, name="mina", port="20000")
    docker.there = {"postgres-1": (RUN, ""), "theirs": ("", "")}
    docker.clusters = ["kind", f"rollback-drills-{RUN}"]
    assert reaping.reap().taken == [
        "container postgres-1: removed",
        f"cluster rollback-drills-{RUN}: deleted",
        f"folder {folder}: deleted",
    ]
    assert (list(docker.there), docker.clusters) == (["theirs"], ["kind"])
    assert not journal.path.exists()
    assert not reaping.reap()


def test_what_was_noted_and_never_made_is_no_trouble(journal: Journal) -> None:
    """The run was killed between the line and the thing."""
    journal.note(Kind.FOLDER, path=str(Path(tempfile.gettempdir()) / f"{workspace.PREFIX}never"))
    journal.note(Kind.CONTAINER, name="never")
    journal.note(Kind.CLUSTER, name=f"rollback-drills-{RUN}")
    journal.note(Kind.PROCESSES, workspace="never")
    assert not reaping.reap()
    assert not journal.path.exists()


def test_a_folder_whose_maker_was_killed_before_it_could_sign_it_goes(journal: Journal) -> None:
    folder = a_folder(None)
    (folder / "data").rmdir()
    journal.note(Kind.FOLDER, path=str(folder))
    assert reaping.reap().taken == [f"folder {folder}: deleted"]


def test_what_is_another_runs_or_nobodys_is_left_and_told(
    journal: Journal, docker: Docker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a journal says: a name alone is no identity. `drill reap` says so and ends with 1."""
    theirs, unsigned, home = a_folder("another"), a_folder(None, name="bbbb"), tmp_path / "home"
    home.mkdir()
    (home / "precious").touch()
    link = Path(tempfile.gettempdir()) / f"{workspace.PREFIX}link"
    link.symlink_to(home)
    for path in (theirs, unsigned, home, link):
        journal.note(Kind.FOLDER, path=str(path))
    journal.note(Kind.CONTAINER, name="theirs")
    journal.note(Kind.CLUSTER, name="rollback-drills-another")
    docker.there, docker.clusters = {"theirs": ("another", "")}, ["rollback-drills-another"]
    ended = CliRunner().invoke(drill.main, ["reap"])
    assert ended.exit_code == 1
    told = ended.output.splitlines()
    assert len([line for line in told if line.startswith("Left behind: ")]) == 6
    assert f"folder {theirs}: expected the name of the run {RUN} in it, found another" in ended.output
    assert f"container theirs: expected the label rollback-drills={RUN}, found another" in ended.output
    assert (theirs / "data").is_dir()
    assert (unsigned / "data").is_dir()
    assert (home / "precious").exists()
    assert (list(docker.there), docker.clusters) == (["theirs"], ["rollback-drills-another"])
    assert len(journal.open()) == 6


def test_by_a_journal_that_was_tampered_with_nothing_is_taken(journal: Journal, docker: Docker) -> None:
    folder = a_folder(RUN)
    journal.note(Kind.FOLDER, path=str(folder))
    journal.note(Kind.CONTAINER, name="postgres-1")
    docker.there = {"postgres-1": (RUN, "")}
    first, second, third = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(first + second.replace(b"aaaa", b"bbbb") + third)
    reaped = reaping.reap()
    assert reaped.taken == []
    (why,) = reaped.left
    assert "line 3 does not follow" in why
    assert "Nothing was taken away by it" in why
    assert (folder / "data").is_dir()
    assert list(docker.there) == ["postgres-1"]


def test_what_cannot_be_reached_now_stays_on_the_list(journal: Journal, docker: Docker) -> None:
    """The docker daemon is down: the folder goes all the same, the container as soon as somebody can."""
    folder = a_folder(RUN)
    journal.note(Kind.FOLDER, path=str(folder))
    journal.note(Kind.CONTAINER, name="postgres-1")
    docker.there, docker.down = {"postgres-1": (RUN, "")}, True
    reaped = reaping.reap()
    assert reaped.taken == [f"folder {folder}: deleted"]
    assert "no docker daemon answers" in reaped.left[0]
    docker.down = False
    assert reaping.reap().taken == ["container postgres-1: removed"]
    assert not journal.path.exists()


def test_a_run_whose_worker_lives_keeps_everything(journal: Journal) -> None:
    folder = a_folder(RUN)
    journal.note(Kind.FOLDER, path=str(folder))
    with Lease(f"workspace/{folder.name}"):
        assert not reaping.reap()
    assert (folder / "data").is_dir()
    assert reaping.reap().taken == [f"folder {folder}: deleted"]


def test_a_run_of_another_container_is_left_until_it_has_expired(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its leases cannot be seen from here, so nobody can tell that it is dead."""
    folder = a_folder(RUN)
    journal.note(Kind.FOLDER, path=str(folder))
    monkeypatch.setattr(reaping, "NAMESPACE_ID", "elsewhere")
    assert not reaping.reap()
    assert folder.is_dir()
    monkeypatch.setattr(reaping, "is_over", lambda _: True)
    assert reaping.reap().taken == [f"folder {folder}: deleted"]


def test_only_processes_of_its_own_are_killed(journal: Journal) -> None:
    ours, theirs = (
        subprocess.Popen(["sleep", "300"], env={**os.environ, WORKSPACE_VARIABLE: name}) for name in ("mine", "other")
    )
    try:
        journal.note(Kind.PROCESSES, workspace="mine")
        assert reaping.reap().taken == [f"processes {ours.pid}: killed"]
        assert ours.wait() != 0
        assert theirs.poll() is None
    finally:
        for process in (ours, theirs):
            process.kill()
            process.wait()


def test_what_bears_our_label_and_no_journal_knows_goes_when_it_has_expired(journal: Journal, docker: Docker) -> None:
    """Left by a run of another machine or container, whose journal may be gone with it. One that lives is spared."""
    old, new, alive = "20200101-000000-dead", "20990101-000000-beef", "20200101-000000-cafe"
    expired, fresh = a_folder(old, PAST), a_folder(new, expiry(), name="bbbb")
    docker.there = {
        "old": (old, PAST),
        "new": (new, expiry()),
        "alive": (alive, PAST),
        "known": (RUN, PAST),
        "theirs": ("", ""),
    }
    docker.clusters = ["kind", *(f"rollback-drills-{name}" for name in (old, new, alive, RUN, "test-1", "notes"))]
    journal.note(Kind.CONTAINER, name="still-reached-by-its-journal")
    with Lease(f"run/{RUN}"), Lease(f"run/{alive}"):
        assert reaping.reap().taken == [
            f"folder {expired}: expired, deleted",
            "container old: expired, removed",
            f"cluster rollback-drills-{old}: expired, deleted",
        ]
    assert fresh.is_dir()
    assert list(docker.there) == ["new", "alive", "known", "theirs"]
    assert f"rollback-drills-{old}" not in docker.clusters
    assert len(docker.clusters) == 6


def test_an_expiry_is_told_by_what_bears_it() -> None:
    assert is_over(PAST)
    assert is_over(expiry_of_name("20200101-000000-dead"))
    for other in (expiry(), "", "never", expiry_of_name("test-1"), expiry_of_name("20990101-000000-beef")):
        assert not is_over(other)
