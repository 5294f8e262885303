"""A small service for writes, over real HTTP. It is honest, but for the writes of which it is told to be otherwise."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.zoo.store import Store

PAGE = 500


class Server(ThreadingHTTPServer):
    """Listens on a port of 127.0.0.1 in threads of its own until it is closed."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_port

    def close(self) -> None:
        """Listen no more."""
        self.shutdown()
        self.server_close()


class Service(Server):
    """`lies`: by write id, what it does instead of saving and saying so.

    forgets · alters · repeats · halves · hides (saves, and says that it did not) · refuses · mumbles (saves, and does
    not say so)
    """

    def __init__(self, store: Store, lies: Mapping[str, str]) -> None:
        self.store, self.lies = store, lies
        super().__init__(_Handler)

    def write(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """One write; status and answer."""
        write_id, rows = str(asked["write"]), dict(asked["rows"])
        lie = self.lies.get(write_id)
        if lie == "alters":
            rows = {row: f"{body}, more or less" for row, body in rows.items()}
        if lie == "halves":
            rows = dict(list(rows.items())[: len(rows) // 2])
        if lie not in ("forgets", "refuses"):
            for _ in range(2 if lie == "repeats" else 1):
                self.store.save(asked["op"], asked["client"], asked["seq"], rows)
        if lie in ("hides", "refuses"):
            return 409, {"committed": False, "error": "refused"}
        if lie == "mumbles":
            return 500, {"error": "something went wrong"}
        return 201, {"committed": True, "id": write_id, "release": "zoo"}


class Talk(BaseHTTPRequestHandler):
    """What the service and the proxy have in common."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one packet
    disable_nagle_algorithm = True

    def asked(self) -> bytes:
        """The body of the request."""
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def say(self, status: int, said: bytes) -> None:
        """The whole answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Handler(Talk):
    server: Service

    def do_POST(self) -> None:
        status, said = self.server.write(json.loads(self.asked()))
        self.say(status, json.dumps(said).encode())

    def do_GET(self) -> None:
        """The rows, page by page; a page ends between two ids, as a row may be there twice."""
        after = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
        left = sorted(row for row in self.server.store.every() if row.id > after)
        last = left[PAGE - 1].id if len(left) > PAGE else None
        page = [row._asdict() for row in left if last is None or row.id <= last]
        self.say(200, json.dumps({"rows": page, "next": last}).encode())
