"""The scratch folder: written down before it is there, gone after use with every process that was started for it."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil
import pytest

from fixtures import processes, workspace
from fixtures.journal import Journal, Kind
from fixtures.labels import RUN_VARIABLE, is_over
from fixtures.leases import Lease
from fixtures.workspace import Workspace, copy_files, owner
from tests.programs import soon


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of the test's own."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_it_is_gone_after_use(temporary: Path) -> None:
    """With all that is in it; while it is there everybody may enter it, and it says whose it is."""
    with Workspace("run-1") as own:
        (own.folder / "deep" / "down").mkdir(parents=True)
        (own.folder / "link").symlink_to(temporary)
        assert own.folder.parent == temporary
        assert own.folder.stat().st_mode & 0o777 == 0o755
        said = owner(own.folder)
        assert said["run"] == "run-1"
        assert not is_over(said["expires"])
    assert list(temporary.iterdir()) == []
    assert Journal("run-1").open() == []


def test_it_is_leased_and_written_down_before_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed right before or after making it has left word of it, and nobody takes it from the living."""
    make = Path.mkdir
    seen: list[str] = []

    def watched(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if self.name.startswith(workspace.PREFIX):
            seen.extend(entry.ids["path"] for entry in Journal("run-1").open() if entry.kind is Kind.FOLDER)
            with pytest.raises(OSError, match="in use"):
                Lease(f"workspace/{self.name}")
        make(self, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "mkdir", watched)
    with Workspace("run-1") as own:
        assert seen == [str(own.folder)]


def test_what_was_started_for_it_bears_its_mark_and_ends_with_it(tmp_path: Path) -> None:
    """Also a process that left its group and its parent, as `setsid nohup … &` in a runbook's step does."""
    with Workspace("run-1") as own:
        script = "setsid sleep 300 >/dev/null 2>&1 & echo $!"
        started = processes.spawn(
            ["bash", "-c", script],
            env={"PATH": "/usr/bin:/bin"},
            cwd=tmp_path,
            log=tmp_path / "log",
            stdout=subprocess.PIPE,
        )
        assert started.stdout is not None
        strayed = psutil.Process(int(started.stdout.readline()))
        started.communicate()
        assert soon(lambda: strayed.environ().get(RUN_VARIABLE) == "run-1")  # it may be about to become `sleep`
        assert own.folder.name in strayed.environ().values()
    assert not strayed.is_running() or strayed.status() == psutil.STATUS_ZOMBIE
    assert processes.marked({"A": "b"}) == {"A": "b"}


def test_what_says_whose_it_is_goes_last(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who is killed while deleting leaves a folder that can still be told."""
    folder = temporary / f"{workspace.PREFIX}half"
    (folder / "data").mkdir(parents=True)
    (folder / workspace.RUN_FILE).write_text(json.dumps({"run": "run-1", "expires": ""}))

    def refuse(path: Path, *_: object, **__: object) -> None:
        assert path != folder, "what says whose it is would have gone with the rest"

    monkeypatch.setattr(shutil, "rmtree", refuse)
    workspace.delete(folder)
    assert owner(folder)["run"] == "run-1"


def test_a_copy_has_files_and_links_and_skips_what_would_block(tmp_path: Path) -> None:
    """A named pipe would be waited for; a relative link still points at what lies beside it."""
    source = tmp_path / "source"
    (source / "releases" / "r1").mkdir(parents=True)
    (source / "releases" / "r1" / "RELEASE").write_text("r1\n", encoding="utf-8")
    (source / "current").symlink_to("releases/r1")
    (source / "dangling").symlink_to("nowhere")
    os.mkfifo(source / "pipe")
    copy_files(source, tmp_path / "target")
    assert (tmp_path / "target" / "current" / "RELEASE").read_text(encoding="utf-8") == "r1\n"
    assert sorted(path.name for path in (tmp_path / "target").iterdir()) == ["current", "dangling", "releases"]
