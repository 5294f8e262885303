"""A third party: it answers questions about places to whoever has a key of its own. `python -m jarvis.partner`.

Not jarvis: it runs as a service beside it, and is nobody's to roll back.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = {"production-key"}
PATH = "/v1/places"


class Partner(BaseHTTPRequestHandler):
    """200 with places for a known key, else 401."""

    protocol_version = "HTTP/1.1"
    timeout = 5

    def do_GET(self) -> None:
        known = self.headers.get("X-Partner-Key") in KEYS
        body = json.dumps({"places": ["home"]} if known else {"error": "unknown key"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Hundreds a second while a release asks for each request."""


if __name__ == "__main__":
    ThreadingHTTPServer((os.environ["BIND_ADDRESS"], int(os.environ["PORT"])), Partner).serve_forever()
