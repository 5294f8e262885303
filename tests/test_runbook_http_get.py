"""Runbooks ask health endpoints without curl: the answer is printed, the exit status tells how it went."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "scenarios" / "service" / "scripts" / "http_get.py"


class Answer(BaseHTTPRequestHandler):
    """200 on /health, 503 elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.end_headers()
        self.wfile.write(b'{"path": "%s"}' % self.path.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
    # The proxy must not be asked: there is nothing on that port.
    env = {"http_proxy": "http://127.0.0.1:1", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, env=env, check=False
    )


def test_a_good_answer_a_bad_one_and_none(url: str) -> None:
    """0, 22 and 7, as curl -f has it; the body is printed whenever there is one."""
    good, bad, none = ask(f"{url}/health"), ask(f"{url}/other"), ask("http://127.0.0.1:1/health")
    assert (good.returncode, good.stdout) == (0, '{"path": "/health"}\n')
    assert (bad.returncode, bad.stdout) == (22, '{"path": "/other"}\n')
    assert "answered 503" in bad.stderr
    assert (none.returncode, none.stdout) == (7, "")
    assert "did not answer" in none.stderr
    assert ask("file:///etc/hostname").returncode == 2
