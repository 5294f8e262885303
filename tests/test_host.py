"""The embedded host: nothing outlives it, and a release is composed from files, layer over layer."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fixtures import composition
from fixtures.composition import compose, tree_digest
from fixtures.host import EmbeddedHost
from fixtures.namespaces import INIT
from scenarios.errors import Inconclusive, UsageError
from scenarios.judging.causes import Cause
from scenarios.model import System
from tests.programs import soon
from tests.runner_bench import alive

PLAIN = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def can_unshare() -> bool:
    """Whether this machine lets us make namespaces of our own, the way the host makes them."""
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        return False
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    made = subprocess.run(
        ["unshare", *user, "--pid", "--mount", "--fork", "--mount-proc", "true"], capture_output=True, check=False
    )
    return made.returncode == 0


needs_namespaces = pytest.mark.skipif(not can_unshare(), reason="this machine refuses `unshare --pid --mount`")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """A system folder, and a core service of a few files; who wrote a file last is its content."""
    core, folder = tmp_path / "core", tmp_path / "shop"
    for name in ("app.py", "db.py", "migrations/env.py", "gunicorn.conf.py"):
        write(core / name, "core")
    for name in ("service/main.py", "service/service/db.py", "migrations/env.py", "migrations/versions/0001.py"):
        write(folder / name, "system")
    write(folder / "scripts" / "restore.sh", "system")
    write(folder / "service" / "__pycache__" / "main.cpython-311.pyc", "stale")
    for release in ("v1", "v2"):
        write(folder / "releases" / release / "main.py", release)
    write(folder / "releases" / "v2" / "migrations" / "versions" / "0002.py", "v2")
    monkeypatch.setattr(composition, "CORE", core)
    return System(name="shop", owner="o", database="shop", state_tables=(), folder=folder)


@pytest.fixture
def embedded(system: System, tmp_path: Path) -> Iterator[EmbeddedHost]:
    made = EmbeddedHost(system, tmp_path / "host", PLAIN, port=0)
    yield made
    made.stop()


def inside(embedded: EmbeddedHost, cwd: Path, script: str) -> str:
    """What a script says that is run on the host; it must succeed."""
    done = subprocess.run(
        [*embedded.namespaces.enter(cwd), "sh", "-c", script],
        env=PLAIN,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    return done.stdout.strip()


def test_a_release_is_composed_layer_over_layer(system: System, tmp_path: Path) -> None:
    """Core, the system's part, the release's own code: the last one that has a file wins; caches do not come along."""
    release = compose(system, "v2", tmp_path / "v2")
    files = {
        str(path.relative_to(release)): path.read_text(encoding="utf-8")
        for path in release.rglob("*")
        if path.is_file()
    }
    assert files == {
        "service/app.py": "core",
        "service/db.py": "system",
        "gunicorn.conf.py": "core",
        "migrations/env.py": "system",
        "migrations/versions/0001.py": "system",
        "migrations/versions/0002.py": "v2",
        "scripts/restore.sh": "system",
        "main.py": "v2",
        "RELEASE": "v2\n",
    }


def test_a_release_may_be_laid_over_another_and_come_as_several_commits(system: System, tmp_path: Path) -> None:
    """BASE names the release below; commits are laid in order; what only the harness reads is no part of a release."""
    releases = system.folder / "releases"
    write(releases / "v3" / "BASE", "v2\n")
    write(releases / "v3" / "production.env", "A=1")
    for number, name in enumerate(("late", "early"), 1):
        write(releases / "v3" / "commits" / f"{3 - number}-{name}" / "COMMIT", "Somebody <s@host.example>\nWords\n")
        write(releases / "v3" / "commits" / f"{3 - number}-{name}" / "main.py", name)
    release = compose(system, "v3", tmp_path / "v3")
    assert (release / "main.py").read_text(encoding="utf-8") == "late"
    assert (release / "migrations" / "versions" / "0002.py").read_text(encoding="utf-8") == "v2"
    assert (release / "RELEASE").read_text(encoding="utf-8") == "v3\n"
    assert not {path.name for path in release.rglob("*")} & {"BASE", "COMMIT", "commits", "production.env"}


def test_a_release_below_that_is_not_there_is_told(system: System, tmp_path: Path) -> None:
    """Nothing would be laid in its place, and the drill would be about another release."""
    write(system.folder / "releases" / "v3" / "BASE", "v1-typo")
    with pytest.raises(UsageError, match="BASE: releases/v1-typo is not a folder"):
        compose(system, "v3", tmp_path / "v3")


def test_composing_again_starts_from_nothing(system: System, tmp_path: Path) -> None:
    """What somebody left in a release's folder is not part of the release."""
    release = compose(system, "v1", tmp_path / "v1")
    write(release / "left.py", "left")
    assert not (compose(system, "v1", tmp_path / "v1") / "left.py").exists()


def test_the_digest_tells_releases_apart(system: System, tmp_path: Path) -> None:
    """It changes when one file does, in name or content, and not with the interpreter's caches."""
    release = compose(system, "v1", tmp_path / "v1")
    digest = tree_digest(release)
    write(release / "__pycache__" / "main.pyc", "cache")
    assert tree_digest(release) == digest
    write(release / "main.py", "v1, patched")
    patched = tree_digest(release)
    (release / "main.py").rename(release / "renamed.py")
    assert len({digest, patched, tree_digest(release)}) == 3
    assert tree_digest(compose(system, "v1", tmp_path / "v1")) == digest


def test_init_ends_when_its_input_closes(tmp_path: Path) -> None:
    """The harness is gone then, however it went."""
    init = subprocess.Popen([sys.executable, str(INIT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert init.stdout is not None
    assert init.stdout.readline() == b"ready\n"
    assert init.poll() is None
    init.communicate(timeout=10)
    assert init.returncode == 0


@needs_namespaces
def test_the_host_sees_no_process_but_its_own(embedded: EmbeddedHost, tmp_path: Path) -> None:
    """`pkill -f gunicorn` in a runbook reaches this host's gunicorn and nobody else's; and the cwd is as asked."""
    embedded.start()
    assert embedded.namespaces.isolated
    assert inside(embedded, tmp_path, "ps -e -o pid= | wc -l; pwd").split("\n")[1] == str(tmp_path)
    seen = inside(embedded, tmp_path, "ps -e -o pid=").split()
    assert "1" in seen
    assert len(seen) < 5
    assert str(os.getpid()) not in seen


@needs_namespaces
def test_orphans_are_reaped(embedded: EmbeddedHost, tmp_path: Path) -> None:
    """No zombie is left of what a step had started in the background: `kill -0` on it says gone, as on a real host."""
    embedded.start()
    orphan = inside(embedded, tmp_path, "sleep 0.3 & echo $!")
    assert soon(lambda: inside(embedded, tmp_path, f"kill -0 {orphan} 2>/dev/null || echo gone") == "gone")
    assert embedded.namespaces._init is not None
    (first,) = psutil.Process(embedded.namespaces._init.pid).children()
    assert soon(lambda: first.children() == [])


@needs_namespaces
@pytest.mark.parametrize("end", ["stop", "close-input"])
def test_nothing_outlives_the_host(end: str, embedded: EmbeddedHost, tmp_path: Path) -> None:
    """Not even what left its session and ignores every signal it may."""
    embedded.start()
    assert embedded.namespaces._init is not None
    script = "setsid sh -c 'trap \"\" HUP INT TERM; sleep 60; sleep 60' > /dev/null 2>&1 &"
    inside(embedded, tmp_path, script)
    init = psutil.Process(embedded.namespaces._init.pid)
    assert soon(lambda: "sleep" in {child.name() for child in init.children(recursive=True)})
    started = [child.pid for child in init.children(recursive=True)]
    began = time.monotonic()
    if end == "stop":
        embedded.stop()
    else:
        assert embedded.namespaces._init.stdin is not None
        embedded.namespaces._init.stdin.close()
    assert soon(lambda: not any(alive(pid) for pid in started))
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("said", "cause"),
    [("[ERROR] Connection in use: ('127.0.0.1', 20001)", Cause.PORT_TAKEN), ("no module main", Cause.DEPLOY_FAILED)],
)
def test_a_port_that_somebody_else_has_is_told_from_a_release_that_does_not_start(
    said: str, cause: Cause, system: System, tmp_path: Path
) -> None:
    """Nothing is wrong with the release then, and the next attempt gets another port."""
    for name, text in (("flask", "exit 0"), ("gunicorn", f'echo "{said}"; exit 1')):
        write(tmp_path / "bin" / name, f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    host = EmbeddedHost(system, tmp_path / "host", {**PLAIN, "PATH": f"{tmp_path / 'bin'}:{PLAIN['PATH']}"}, port=1)
    try:
        host.start()
        with pytest.raises(Inconclusive) as stop:
            host.deploy("v1")
    finally:
        host.stop()
    assert stop.value.cause is cause


def test_what_users_upload_is_looked_at_file_by_file(system: System, tmp_path: Path) -> None:
    """A file that is just being written is left out: its name begins with a dot."""
    host = EmbeddedHost(system, tmp_path / "host", PLAIN, port=0)
    uploads = Path(host.places(tmp_path / "host")["UPLOADS"])
    assert host.files() == {}
    write(uploads / "a.wav", "sound")
    write(uploads / "deep" / "b.wav", "sound")
    write(uploads / ".c.wav", "half")
    found = host.files()
    assert set(found) == {"a.wav", "deep/b.wav"}
    write(uploads / "a.wav", "noise")
    assert host.files()["a.wav"] != found["a.wav"] == found["deep/b.wav"]
