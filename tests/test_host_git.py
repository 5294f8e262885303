"""A host that is deployed to by pushing: the hook deploys what main holds, and what a forced push lost is named."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures import composition, host
from fixtures.host import CommandFailed
from fixtures.host_git import GitHost
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import System


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class NoService(GitHost):
    """A host without gunicorn: what is looked at here is the repository and the folders."""

    def _serve(self) -> None:
        pass

    def _wait_for(self, release: str, port: int, master: object) -> None:
        pass


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """v1, and v2 that came as three commits: the bad one and two of other people."""
    core, folder = tmp_path / "core", tmp_path / "shop"
    for name in ("migrations/env.py", "gunicorn.conf.py"):
        write(core / name, "core")
    write(folder / "service" / "main.py", "v1\n")
    (folder / "releases" / "v1").mkdir(parents=True)
    commits = folder / "releases" / "v2" / "commits"
    write(commits / "1-bad" / "COMMIT", "Jon <jon@host.example>\nBe bold\n\nShop-1\n")
    write(commits / "1-bad" / "main.py", "v2\n")
    write(commits / "1-bad" / "RELEASE", "v2\n")
    write(commits / "2-more" / "COMMIT", "Maria <maria@host.example>\nMore\n")
    write(commits / "2-more" / "more.py", "more\n")
    write(commits / "3-notes" / "COMMIT", "Sam <sam@host.example>\nNotes\n")
    write(commits / "3-notes" / "NOTES.md", "notes\n")
    monkeypatch.setattr(composition, "CORE", core)
    return System(name="shop", owner="o", database="shop", state_tables=(), folder=folder)


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """Stands for `flask` on the host's PATH; it succeeds until it is told otherwise."""
    flask = tmp_path / "bin" / "flask"
    write(flask, "#!/bin/sh\necho migrated\n")
    flask.chmod(0o755)
    return flask


@pytest.fixture
def pushed(system: System, migrations: Path, tmp_path: Path) -> Iterator[GitHost]:
    """v1 deployed and looked at, then v2."""
    environment = {"PATH": f"{migrations.parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(tmp_path)}
    made = NoService(system, tmp_path / "host", environment, port=0)
    made.start()
    made.deploy("v1")
    made.facts()
    made.deploy("v2")
    yield made
    made.stop()


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=20, check=True, env=ENVIRONMENT
    )
    return done.stdout + done.stderr


ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture
def checkout(pushed: GitHost, migrations: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an operator stands."""
    monkeypatch.setitem(ENVIRONMENT, "PATH", f"{migrations.parent}:/usr/bin:/bin")
    return pushed.current.parent / "checkout"


def test_a_push_deploys_and_releases_are_tagged(pushed: GitHost, checkout: Path) -> None:
    assert (pushed.current / "main.py").read_text(encoding="utf-8") == "v2\n"
    assert (pushed.current / "more.py").exists()
    assert not (pushed.current / ".git").exists()
    facts = pushed.facts()
    assert (facts["release"], facts["branch_runs"], facts["lost_commits"]) == ("v2", "yes", "none")
    assert [each.split(" ", 1)[1] for each in facts["commits"].split("; ")] == [
        "Sam: Notes",
        "Maria: More",
        "Jon: Be bold",
        "Release team: Release v1",
    ]
    assert facts["files_differ"] == "RELEASE; main.py"
    assert git(checkout, "log", "-1", "--format=%s", "v2").strip() == "Be bold"


def test_a_revert_brings_the_files_back_and_keeps_what_others_did(pushed: GitHost, checkout: Path) -> None:
    git(checkout, "revert", "--no-edit", "v2")
    assert "remote: deployed: releases/" in git(checkout, "push", "origin", "main")
    assert (pushed.current / "main.py").read_text(encoding="utf-8") == "v1\n"
    assert (pushed.current / "more.py").exists()
    facts = pushed.facts()
    assert (facts["release"], facts["files_differ"], facts["lost_commits"]) == ("v1", "none", "none")
    assert facts["commit"].endswith('On duty: Revert "Be bold"')


def test_a_forced_push_loses_commits_and_they_are_named(pushed: GitHost, checkout: Path) -> None:
    """The bad commit is not among them: it is the one to lose."""
    git(checkout, "reset", "--hard", "v1")
    git(checkout, "push", "origin", "main", "--force")
    facts = pushed.facts()
    assert (facts["release"], facts["files_differ"]) == ("v1", "none")
    assert [each.split(" ", 1)[1] for each in facts["lost_commits"].split("; ")] == ["Sam: Notes", "Maria: More"]


def test_half_a_revert_is_seen(pushed: GitHost, checkout: Path) -> None:
    """The version is back and a file of the bad commit is not."""
    git(checkout, "checkout", "v1", "--", "RELEASE")
    git(checkout, "commit", "--message=half")
    git(checkout, "push", "origin", "main")
    assert (pushed.facts()["release"], pushed.facts()["files_differ"]) == ("v1", "main.py")


def test_a_push_whose_migrations_fail_deploys_nothing_and_is_accepted(
    pushed: GitHost, checkout: Path, migrations: Path
) -> None:
    """That is what a post-receive hook can do; the facts say that something else runs than the branch holds."""
    write(migrations, "#!/bin/sh\nexit 1\n")
    git(checkout, "revert", "--no-edit", "v2")
    assert "remote: not deployed: the migrations of releases/" in git(checkout, "push", "origin", "main")
    facts = pushed.facts()
    assert facts["release"] == "v2"
    assert facts["branch_runs"].startswith("no: ")


def test_another_branch_deploys_nothing(pushed: GitHost, checkout: Path) -> None:
    runs = pushed.current.resolve()
    git(checkout, "revert", "--no-edit", "v2")
    git(checkout, "push", "origin", "main:later")
    assert pushed.current.resolve() == runs


def test_a_command_that_hangs_is_a_deployment_that_failed(
    pushed: GitHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its output so far is kept: it says where it hung."""
    monkeypatch.setattr(host, "DEPLOY_DEADLINE_S", 0.5)
    with pytest.raises(CommandFailed, match=r"^sh -c echo here; sleep 30 did not end within 0.5 s: \['here'\]$"):
        pushed._run(["/bin/sh", "-c", "echo here; sleep 30"], tmp_path, "hung.log")
    assert (pushed.logs / "hung.log").read_text(encoding="utf-8") == "here\n"


def test_a_release_that_cannot_be_committed_is_not_deployed(pushed: GitHost, system: System) -> None:
    """The same release again is no change: git says so, and the drill does not go on as if."""
    with pytest.raises(Inconclusive, match="v2: git commit") as caught:
        pushed.deploy("v2")
    assert caught.value.cause is Cause.DEPLOY_FAILED


def test_what_a_release_pins_must_be_on_the_shelf(pushed: GitHost, checkout: Path, migrations: Path) -> None:
    """The hook links what is installed under these very requirements, and deploys nothing where nothing is."""
    runs, text = pushed.current.resolve(), "shop==1\n"
    write(checkout / "requirements.txt", text)
    git(checkout, "add", "--all")
    git(checkout, "commit", "--message=pins")
    assert "remote: not deployed: what requirements.txt of " in git(checkout, "push", "origin", "main")
    assert pushed.current.resolve() == runs
    own = checkout.parent / "own"
    write(own / "bin" / "flask", migrations.read_text(encoding="utf-8"))
    (own / "bin" / "flask").chmod(0o755)
    (checkout.parent / "packages" / hashlib.sha256(text.encode()).hexdigest()).symlink_to(own)
    git(checkout, "commit", "--allow-empty", "--message=again")
    assert "remote: deployed: " in git(checkout, "push", "origin", "main")
    assert (pushed.current / ".venv").resolve() == own


def test_a_branch_of_its_own_is_merged_and_the_merge_is_the_release(
    system: System, migrations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a host of staging, which deploys that branch and no other; what the merge's first parent held is what was."""
    monkeypatch.setitem(ENVIRONMENT, "PATH", f"{migrations.parent}:/usr/bin:/bin")
    commits = system.folder / "releases" / "v2" / "commits"
    write(commits / "1-bad" / "BRANCH", "feature/bad\n")
    environment = {"PATH": f"{migrations.parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(tmp_path)}
    host = NoService(system, tmp_path / "staging", environment, port=0)
    host.branch = "staging"
    host.start()
    try:
        host.deploy("v1")
        host.facts()
        host.deploy("v2")
        checkout = tmp_path / "staging" / "checkout"
        assert git(checkout, "log", "-1", "--format=%s", "v2").startswith("Merge branch 'feature/bad'")
        assert host.facts()["release"] == "v2"
        runs = host.current.resolve()
        git(checkout, "push", "origin", "staging:main")
        assert host.current.resolve() == runs
        git(checkout, "revert", "--no-edit", "-m", "1", "v2")
        git(checkout, "push")
        facts = host.facts()
        assert (facts["release"], facts["files_differ"], facts["lost_commits"]) == ("v1", "none", "none")
        assert (host.current / "more.py").exists()
    finally:
        host.stop()
