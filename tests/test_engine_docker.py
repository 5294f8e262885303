"""Asking a docker daemon over its socket, and the engine that is found through it: quick, and never hanging."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import pytest

from fixtures.engine import Engine, Role, find, pins
from fixtures.engine import engine as engine_module
from fixtures.engine.docker import Docker
from fixtures.engine.engine import State, kubectl_path
from fixtures.engine.places import Places
from scenarios.errors import EnvironmentUnavailable

IMAGES = {role: f"rollback-drills/{role}:0123" for role in Role}


class FakeDaemon(ThreadingUnixStreamServer):
    """Answers /_ping, and image questions from `images`: name -> size."""

    daemon_threads = True
    images: dict[str, int]


class _Answer(BaseHTTPRequestHandler):
    server: FakeDaemon

    def do_GET(self) -> None:
        known = {f"/images/{name.replace('/', '%2F').replace(':', '%3A')}/json": name for name in self.server.images}
        if self.path == "/_ping":
            self._send(HTTPStatus.OK, "text/plain", b"OK")
        elif self.path in known:
            name = known[self.path]
            self._send(
                HTTPStatus.OK, "application/json", json.dumps({"Id": name, "Size": self.server.images[name]}).encode()
            )
        elif self.path == "/distribution/haproxy%3A3.0/json":
            self._send(HTTPStatus.OK, "application/json", b'{"Descriptor": {}}')
        else:
            self._send(HTTPStatus.NOT_FOUND, "application/json", b'{"message": "none such"}')

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket"

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def fake_daemon(path: Path, images: dict[str, int]) -> Iterator[Docker]:
    with FakeDaemon(str(path), _Answer) as server:
        server.images = images
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Docker(f"unix://{path}", Path("/bin/false"))
        server.shutdown()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A brought-up engine on disk: state, kubectl, and a daemon program that is found."""
    places = Places(tmp_path / "home")
    places.home.mkdir()
    state = State(made="built", docker_host=f"unix://{tmp_path}/d.sock", kubernetes="v1.20.2", images=IMAGES)
    state.write(places.state)
    kubectl = kubectl_path(places, IMAGES[Role.NODE])
    kubectl.parent.mkdir(parents=True)
    kubectl.touch()
    monkeypatch.setenv("ROLLBACK_DRILLS_ENGINE", str(places.home))
    monkeypatch.setattr(engine_module, "which", lambda name: Path("/usr/bin") / name)
    monkeypatch.setattr(engine_module, "find_docker", lambda _: None)
    return places


def test_an_image_is_known_by_its_name(tmp_path: Path) -> None:
    with fake_daemon(tmp_path / "d.sock", {"a/b:c": 7}) as docker:
        assert docker.answers()
        image = docker.image("a/b:c")
        assert image is not None
        assert image.size == 7
        assert docker.image("a/b:d") is None


def test_a_daemon_that_is_not_there_or_not_awake_is_told_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket, nobody behind it, and somebody who never answers: each is a plain no within its time."""
    monkeypatch.setattr("fixtures.engine.docker.PING_S", 0.2)
    assert not Docker(f"unix://{tmp_path}/none.sock", Path("/bin/false")).answers()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        docker = Docker(f"unix://{tmp_path}/silent.sock", Path("/bin/false"))
        assert not docker.answers()
        silent.listen()
        begun = time.monotonic()
        assert not docker.answers()
        assert time.monotonic() - begun < 2.0


def test_a_registry_is_asked_and_not_pulled_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known there: yes. Not known, or no answer in time: no."""
    monkeypatch.setattr(pins, "PROBE_S", 0.2)
    with fake_daemon(tmp_path / "d.sock", {}) as docker:
        assert pins.registry_answers(docker, "haproxy:3.0")
        assert not pins.registry_answers(docker, "haproxy:0.1")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent.sock"))
        silent.listen()
        assert not pins.registry_answers(Docker(f"unix://{tmp_path}/silent.sock", Path("/bin/false")), "haproxy:3.0")


def test_a_whole_engine_is_found_at_once(tmp_path: Path, home: Places) -> None:
    """With everything a drill asks for; taking an image away makes it not ready, and not found, with a mend."""
    sizes = dict.fromkeys(IMAGES.values(), 1)
    with fake_daemon(tmp_path / "d.sock", sizes):
        begun = time.monotonic()
        engine = find()
        assert engine.ready()
        assert time.monotonic() - begun < 1.0
        _check(engine, tmp_path, home)
        del sizes[IMAGES[Role.REDIS]]
        assert not engine.ready()
        with pytest.raises(EnvironmentUnavailable, match=r"image of redis is not there.*drill engine up"):
            find()


def _check(engine: Engine, tmp_path: Path, home: Places) -> None:
    assert engine.images == IMAGES
    assert engine.kubernetes == "v1.20.2"
    assert engine.kubectl.is_relative_to(home.home)
    environment = engine.environment()
    assert environment["DOCKER_HOST"] == f"unix://{tmp_path}/d.sock"
    assert environment["TESTCONTAINERS_HOST_OVERRIDE"] == "127.0.0.1"
    assert environment["TESTCONTAINERS_RYUK_DISABLED"] == "true"


def test_an_engine_that_is_not_whole_says_what_is_missing(home: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never brought up, no daemon, no kind: each with its own reason and the same way out."""
    with pytest.raises(EnvironmentUnavailable, match="no docker daemon answers"):
        find()
    monkeypatch.setattr(engine_module, "which", lambda name: None if name == "kind" else Path("/usr/bin") / name)
    with pytest.raises(EnvironmentUnavailable, match="kind is not on PATH"):
        find()
    home.state.write_text("{", encoding="utf-8")
    with pytest.raises(EnvironmentUnavailable, match=r"never brought up.*drill engine up"):
        find()
