"""The way of a machine that reaches a registry: official names, pulled from a mirror on loopback, pinned and locked."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.engine import Engine, Role, apt, daemon, find, lifecycle
from fixtures.engine.docker import Docker
from fixtures.engine.images import Source
from fixtures.engine.pins import PINNED
from fixtures.engine.places import Places
from fixtures.engine.programs import ask, environment, which
from fixtures.leases import lease_port
from fixtures.waits import wait_until
from scenarios.errors import EnvironmentUnavailable

REGISTRY = apt.Package(name="docker-registry", program="docker-registry")
NAMES = {role: f"library/{role}:1" for role in PINNED} | {Role.NODE: "kindest/node:1"}
SECOND_UP_S = 10.0
BRIDGE = "rbd-test0"

CONFIG = """
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's docker-registry on loopback; its host:port."""
    folder = tmp_path_factory.mktemp("registry")
    if which(REGISTRY.program) is None:
        if os.environ.get("CI") != "true":
            raise EnvironmentUnavailable("docker-registry", "it is not installed", "apt-get install docker-registry")
        apt.Apt(Places(folder)).install([REGISTRY], folder / "apt.log", print)
    with lease_port() as lease:
        config = folder / "config.yml"
        config.write_text(CONFIG.format(folder=folder / "data", port=lease.port), encoding="utf-8")
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)],
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until("the registry", lambda: _answers(f"http://127.0.0.1:{lease.port}/v2/"), 20.0)
            yield f"127.0.0.1:{lease.port}"
        finally:
            process.terminate()
            process.wait(20)


def _answers(url: str) -> tuple[bool | None, str]:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True, ""
    except (urllib.error.URLError, OSError) as error:
        return None, repr(error)


@pytest.fixture
def mirrored(engine: Engine, registry: str, tmp_path: Path) -> str:
    """The registry, filled under official names: a real Python, and stand-ins for what this test does not start."""
    docker = engine.client()
    (tmp_path / "kubectl").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "version").write_text("v9.9.9\n", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(
        'FROM scratch\nCOPY kubectl /usr/bin/\nCOPY version /kind/\nCMD ["kubectl"]\n', encoding="utf-8"
    )
    stand_in = "rollback-drills/test-node:1"
    docker.run("build", "--tag", stand_in, tmp_path)
    sources = dict.fromkeys(PINNED, engine.images[Role.REDIS])
    sources |= {Role.NODE: stand_in, Role.PYTHON: engine.images[Role.PYTHON]}
    for role, source in sources.items():
        name = f"{registry}/{NAMES[role]}"
        docker.run("tag", source, name)
        docker.run("push", name, timeout_s=300.0)
        docker.run("rmi", name)
    docker.run("rmi", stand_in)
    return registry


@pytest.fixture
def second(mirrored: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Docker]:
    """Another daemon, whose mirror is that registry; its bridge, its engine home and its pins are its own."""
    places = Places(tmp_path / "home")
    pins = tmp_path / "pins.toml"
    lines = [f'{role} = "{name.removeprefix("library/")}"' for role, name in NAMES.items()]
    pins.write_text("\n".join(["[images]", *lines]), encoding="utf-8")
    monkeypatch.setenv("ROLLBACK_DRILLS_ENGINE", str(places.home))
    monkeypatch.setenv("ROLLBACK_DRILLS_PINS", str(pins))
    # a bridge of its own: with `none` a daemon takes the usual bridge away, from every other daemon of the machine too
    ask(["ip", "link", "add", BRIDGE, "type", "bridge"], timeout_s=10.0)
    ask(["ip", "address", "add", "198.18.0.1/24", "dev", BRIDGE], timeout_s=10.0)
    alone = ("--bridge", BRIDGE, "--iptables=false", "--ip6tables=false")
    try:
        yield daemon.start(places, "--registry-mirror", f"http://{mirrored}", *alone)
    finally:
        daemon.stop(places)
        daemon.unmount(places.home)
        ask(["ip", "link", "delete", BRIDGE], timeout_s=10.0)


def test_where_a_mirror_answers_images_are_pulled_and_locked(engine: Engine, second: Docker, tmp_path: Path) -> None:
    """`auto` finds the mirror, images get names of ours, the lock says what each tag meant, and purge frees it all."""
    lifecycle.up(source=Source.AUTO, yes=True, tell=print)
    pulled = find()
    assert (pulled.made, pulled.kubernetes, pulled.docker_host) == ("pulled", "v9.9.9", second.host)
    assert pulled.ready()
    lock = json.loads((tmp_path / "pins.lock.json").read_text(encoding="utf-8"))
    assert set(lock) == {name.removeprefix("library/") for name in NAMES.values()}
    assert all(digest.startswith("sha256:") for digest in lock.values())
    names = second.run("images", "--format", "{{.Repository}}").split()
    assert set(names) == {f"rollback-drills/{role}" for role in Role}
    begun = time.monotonic()
    lifecycle.up(source=Source.AUTO, yes=False, tell=print)
    assert time.monotonic() - begun < SECOND_UP_S
    lifecycle.down(yes=True, purge=True, tell=print)
    assert not (tmp_path / "home").exists()
    assert engine.ready()
