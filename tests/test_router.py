"""The router: a real HAProxy that sends reads and writes to one of two servers, and says where."""

import http.client
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures import router
from fixtures.leases import lease_port
from fixtures.namespaces import Namespaces
from fixtures.router import HAProxy, find_haproxy, haproxy_version
from scenarios.errors import EnvironmentUnavailable, Inconclusive
from scenarios.judging.causes import Cause


class Colour(http.server.BaseHTTPRequestHandler):
    """Answers with the name of its server."""

    def do_GET(self) -> None:
        body = getattr(self.server, "colour", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Two servers, and what a router before them is told."""
    found = {"ROUTER_SOCKET": str(tmp_path / "router" / "socket"), "PATH": "/usr/bin:/bin"}
    servers = []
    for colour in ("green", "blue"):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Colour)
        server.colour = colour  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        found[f"{colour.upper()}_PORT"] = str(server.server_address[1])
    with lease_port() as lease:
        yield found | {"PORT": str(lease.port)}
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def running(environment: dict[str, str], tmp_path: Path) -> Iterator[HAProxy]:
    made = HAProxy(environment, tmp_path / "router.log")
    made.start(Namespaces())
    yield made
    made.stop()


def asked(environment: dict[str, str], method: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", int(environment["PORT"]), timeout=5)
    try:
        connection.request(method, "/", body=b"" if method == "POST" else None)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_every_kind_of_request_goes_where_it_points(running: HAProxy, environment: dict[str, str]) -> None:
    assert running.facts() == {"router": "reads to green, writes to green"}
    assert {asked(environment, method) for method in ("GET", "POST")} == {"green"}
    running.point("blue")
    assert running.pointing() == {"reads": "blue", "writes": "blue"}
    assert {asked(environment, method) for method in ("GET", "POST")} == {"blue"}


def test_half_a_switch_is_told_as_half(running: HAProxy, environment: dict[str, str]) -> None:
    running.ask("set server reads/blue state ready")
    running.ask("set server reads/green state maint")
    assert running.facts() == {"router": "reads to blue, writes to green"}
    assert (asked(environment, "GET"), asked(environment, "POST")) == ("blue", "green")


def test_a_port_that_is_taken_has_a_name(running: HAProxy, environment: dict[str, str], tmp_path: Path) -> None:
    """The second one on a port ends, and says so: the drill takes another port."""
    elsewhere = environment | {"ROUTER_SOCKET": str(tmp_path / "other" / "socket")}
    second = HAProxy(elsewhere, tmp_path / "second.log")
    with pytest.raises(Inconclusive) as stop:
        second.start(Namespaces())
    second.stop()
    assert stop.value.cause is Cause.PORT_TAKEN


def test_a_machine_without_one_says_what_mends_it(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "WHEEL", "no_such_wheel")
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(EnvironmentUnavailable, match=r"router is not available: there is no HAProxy.*apt-get install"):
        HAProxy(environment, tmp_path / "router.log")


def test_a_program_that_is_no_haproxy_is_not_taken_for_one(tmp_path: Path) -> None:
    fake = tmp_path / "haproxy"
    fake.write_text("#!/bin/sh\necho something else\n", encoding="utf-8")
    fake.chmod(0o755)
    assert haproxy_version(fake) is None
    assert haproxy_version(tmp_path / "absent") is None
    program = find_haproxy()
    assert program is not None
    assert haproxy_version(program)
