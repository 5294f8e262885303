"""Child processes: exactly the environment they are given, ended as a group, never outliving the harness."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from fixtures.processes import NOBODY, must_enter, spawn, stop, with_parent
from scenarios.errors import EnvironmentUnavailable
from tests.programs import program, said, soon
from tests.runner_bench import alive

PLAIN = {"PATH": "/usr/bin:/bin"}
PARENT = """
import sys
from pathlib import Path
from fixtures.processes import spawn
child = spawn(
    ["sleep", "60"], env={"PATH": "/usr/bin:/bin"}, cwd=Path("/"), log=Path(sys.argv[1]), user=sys.argv[2] or None
)
print(child.pid, flush=True)
sys.stdin.read()
"""
needs_setpriv = pytest.mark.skipif(
    shutil.which("setpriv") is None, reason="no setpriv (util-linux): the kernel cannot be asked for the signal"
)


def test_the_environment_is_exactly_the_given_one(tmp_path: Path) -> None:
    """Nothing of the harness's own (tokens, proxies, a virtual environment) reaches a service or a runbook."""
    log = tmp_path / "logs" / "env.log"
    assert spawn(["/usr/bin/env"], env={"ONLY": "this"}, cwd=tmp_path, log=log).wait() == 0
    assert log.read_text(encoding="utf-8") == "ONLY=this\n"


def test_a_folder_that_somebody_else_cannot_get_to_is_named_with_what_to_do() -> None:
    """As root the server runs as nobody; the loader would only say that a library is not there."""
    with tempfile.TemporaryDirectory(prefix="test-barred-") as name:  # pytest's own folders nobody else may enter
        mine = Path(name)
        (mine / "postgres").mkdir()
        with pytest.raises(
            EnvironmentUnavailable, match=rf"nobody, who may not enter {mine}\. .*set TMPDIR to a folder"
        ):
            must_enter("postgres", mine / "postgres", NOBODY)
        mine.chmod(0o711)
        must_enter("postgres", mine / "postgres", NOBODY)


def test_stop_ends_what_the_process_started_too(tmp_path: Path) -> None:
    """A child that ignores the signal goes with its parent, even if the parent ends at once."""
    stubborn = "(trap '' TERM; echo $BASHPID > child; while :; do sleep 0.05; done) & echo $$ > parent; wait"
    process = spawn(["bash", "-c", stubborn], env=PLAIN, cwd=tmp_path, log=tmp_path / "log")
    files = (tmp_path / "parent", tmp_path / "child")
    assert soon(lambda: all(file.exists() and file.read_text() for file in files))
    assert stop(process) == -signal.SIGTERM
    assert soon(lambda: not any(alive(int(file.read_text())) for file in files))


def test_stop_kills_who_ignores_the_signal(tmp_path: Path) -> None:
    """After the grace, not before."""
    script = "trap '' TERM; echo ready > ready; while :; do sleep 0.05; done"
    process = spawn(["bash", "-c", script], env=PLAIN, cwd=tmp_path, log=tmp_path / "log")
    assert soon((tmp_path / "ready").exists)
    asked = time.monotonic()
    assert stop(process, grace_s=0.3) == -signal.SIGKILL
    assert time.monotonic() - asked >= 0.3


def test_stop_gives_the_status_of_who_ended_by_itself(tmp_path: Path) -> None:
    """Of one that has ended before, too, and as often as it is asked."""
    process = spawn(["bash", "-c", "exit 3"], env=PLAIN, cwd=tmp_path, log=tmp_path / "log")
    assert process.wait() == 3
    assert stop(process) == 3
    polite = spawn(
        ["bash", "-c", "trap 'exit 4' TERM; touch up; while :; do sleep 0.01; done"],
        env=PLAIN,
        cwd=tmp_path,
        log=tmp_path / "log",
    )
    assert soon((tmp_path / "up").exists)
    assert [stop(polite), stop(polite)] == [4, 4]


@needs_setpriv
@pytest.mark.parametrize("user", ["", NOBODY])
def test_a_child_dies_with_a_killed_harness(user: str, tmp_path: Path) -> None:
    """SIGKILL of the parent is enough, also for a child that runs as another user: the kernel tells it."""
    if user and os.geteuid() != 0:
        pytest.skip("only root starts processes as another user")
    with program(PARENT, str(tmp_path / "log"), user) as parent:
        child = int(said(parent))
        assert soon(lambda: psutil.Process(child).name() == "sleep")
        expected = pwd.getpwnam(user).pw_uid if user else os.getuid()
        assert psutil.Process(child).uids().real == expected
        parent.kill()
        assert soon(lambda: not alive(child))


def test_another_user_cannot_be_had_without_setpriv(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that says what to install; a command without a user still runs."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert with_parent(["true"]) == ["true"]
    with pytest.raises(EnvironmentUnavailable, match="install util-linux"):
        with_parent(["true"], user=NOBODY)


@needs_setpriv
def test_what_is_asked_to_end_with_us_does_not_outlive_a_killed_harness(tmp_path: Path) -> None:
    """kind, say, which would go on making the cluster that the reaper has just taken away."""
    asks = "ask(['sh', '-c', sys.argv[1]], timeout_s=60, with_us=True)"
    script = f"import sys; from fixtures.engine.programs import ask; {asks}"
    note = tmp_path / "pid"
    parent = subprocess.Popen(
        [sys.executable, "-c", script, f"echo $$ > {note}.new; mv {note}.new {note}; exec sleep 60"]
    )
    assert soon(note.exists)
    parent.kill()
    parent.wait()
    assert soon(lambda: not alive(int(note.read_text())))
