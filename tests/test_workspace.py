"""The scratch folder: gone after use, swept after a killed owner, never taken from a living one."""

import os
import tempfile
from pathlib import Path

import pytest

from fixtures import workspace
from fixtures.workspace import Workspace, copy_files, sweep
from tests.programs import program, said, soon

OWN = """
import sys
from fixtures.workspace import Workspace
with Workspace("run-1") as own:
    (own.folder / "data").mkdir()
    print(own.folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary directory of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_gone_after_use(temporary: Path) -> None:
    """With all that is in it; while it is there everybody may enter it."""
    with Workspace("run-1") as own:
        (own.folder / "deep" / "down").mkdir(parents=True)
        assert own.folder.parent == temporary
        assert own.folder.stat().st_mode & 0o777 == 0o755
    assert list(temporary.iterdir()) == []


def test_a_killed_owners_folder_is_swept_by_the_next(temporary: Path) -> None:
    with program(OWN, TMPDIR=str(temporary)) as owner:
        left = Path(said(owner))
        owner.kill()
        owner.wait()
        assert left.is_dir()
        with Workspace("run-1") as own:
            assert soon(lambda: sweep() == [] and not left.exists())
            assert own.folder.is_dir()


def test_a_living_owners_folder_is_never_swept(temporary: Path) -> None:
    with program(OWN, TMPDIR=str(temporary)) as owner:
        theirs = Path(said(owner))
        with Workspace("run-1"):
            assert sweep() == []
        assert (theirs / "data").is_dir()


def test_no_sweep_comes_between_a_folder_and_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep at the worst moments, right before and right after the folder appears, leaves it alone."""
    make = Path.mkdir

    def watched(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        assert sweep() == []
        make(self, mode, parents, exist_ok)
        assert sweep() == []

    monkeypatch.setattr(Path, "mkdir", watched)
    with Workspace("run-1") as own:
        assert own.folder.is_dir()


def test_what_is_not_ours_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link, a file, and a folder of another network namespace, whose leases cannot be seen from here."""
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"{workspace.PREFIX}link").symlink_to(elsewhere)
    (temporary / f"{workspace.PREFIX}file").touch()
    (temporary / "rollback-drills-0-aaaaaaaa").mkdir()
    before = sorted(temporary.iterdir())
    assert sweep() == []
    assert sorted(temporary.iterdir()) == before


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
