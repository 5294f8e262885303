"""A small HTTP service that speaks the reference service's contract and breaks on command; for tests/test_probe.py."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

TOKEN = "token-of-ada"
ANSWERS = {"release": "v1", "schema": "0001"}


class FakeService:
    """Listens on a loopback port. `mode` says what happens to requests that arrive from now on:

    good · refused (nobody listens, open connections are cut) · error (503, not committed) · hang (no answer, ever) ·
    cut (saves, then hangs up without an answer) · stale (somebody else's nonce and id) · trickle (a body that comes
    after the deadline, though no part of it is that late).
    """

    def __init__(self, late_s: float = 0.0) -> None:
        self.mode = "good"
        self.late_s = late_s
        self.saved: dict[str, dict[str, Any]] = {}  # everything that was committed, told or not
        self.told: set[str] = set()  # ids whose 201 was sent
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._accept()

    @contextmanager
    def broken(self, mode: str) -> Iterator[list[tuple[int, int]]]:
        """An outage: fills in [(before, after it began), (before, after it ended)] in monotonic ns."""
        truth: list[tuple[int, int]] = []
        before = time.monotonic_ns()
        self._switch(mode)
        truth.append((before, time.monotonic_ns()))
        try:
            yield truth
        finally:
            before = time.monotonic_ns()
            self._switch("good")
            truth.append((before, time.monotonic_ns()))

    def close(self) -> None:
        """Stop listening and let go of every request that hangs."""
        self.closing.set()
        self._hang_up()

    def _switch(self, mode: str) -> None:
        if mode == "refused":
            self._hang_up()
        elif self.mode == "refused":
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
            self._accept()
        self.mode = mode

    def _hang_up(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        listener = self._listener

        def serve() -> None:
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    return
                threading.Thread(target=self._talk, args=(connection, address), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()

    def _talk(self, connection: socket.socket, address: Any) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                _Handler(connection, address, self)  # type: ignore[arg-type]
            except OSError:
                return


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeService  # type: ignore[assignment]

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/api/ping":
            nonce = "another" if self.server.mode == "stale" else query.removeprefix("nonce=")
            self._answer(200, {"nonce": nonce, **ANSWERS})
        elif path == "/dashboard":
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self._answer(200 if known else 401, {"user": "ada", "sessions": 1, **ANSWERS})
        else:
            row = self.server.saved.get(path.removeprefix("/api/sessions/"))
            self._answer(200 if row else 404, {**(row or {}), **ANSWERS})

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/login":
            self._answer(200, {"token": TOKEN})
            return
        mode = self.server.mode
        if mode in ("good", "cut", "stale", "trickle"):
            self.server.saved[sent["id"]] = sent
        if mode == "good":
            self.server.told.add(sent["id"])
        said = "another" if mode == "stale" else sent["id"]
        self._answer(201, {"id": said, "nonce": said, "committed": True, **ANSWERS})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        mode = self.server.mode
        if mode == "hang":
            self.server.closing.wait(10)
        if mode in ("hang", "cut", "refused"):
            self.close_connection = True
            return
        if mode == "error":
            status, body = 503, {"error": "down", "committed": False}
        content = json.dumps(body).encode()
        if mode == "trickle":
            time.sleep(self.server.late_s)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if mode == "trickle":
            self.wfile.write(content[:1])
            time.sleep(self.server.late_s)
            content = content[1:]
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what was asked is in the probe's own record."""
