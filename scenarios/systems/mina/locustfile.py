"""Mina's users. Run by `locust --headless --host http://127.0.0.1:PORT -f locustfile.py`, never imported.

Environment: LEDGER_DIR (folder of ledger files), WORKLOAD_LOG (one JSON line a request is appended), LOAD_PAUSE_S
(average pause between a user's requests, default 0.1), PYTHONPATH with the checkout in it. A request that fails is a
record, never the end of a user.
"""

import json
import os
import random
import time
import uuid
from collections import deque
from itertools import count
from pathlib import Path
from typing import Any

import requests
from locust import HttpUser, events, task
from locust.env import Environment
from urllib3.exceptions import NewConnectionError

from scenarios.ledger import LedgerWriter

TIMEOUT_S = 2.0
PAUSE_S = float(os.environ.get("LOAD_PAUSE_S", "0.1"))
REMEMBERED = 50  # sessions of its own that a user may look at again

LEDGER = LedgerWriter(Path(os.environ["LEDGER_DIR"]) / f"locust-{os.getpid()}.jsonl", f"locust-{os.getpid()}")
LOG = os.open(os.environ["WORKLOAD_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
numbers = count(1)


@events.quitting.add_listener
def _failures_are_data(environment: Environment, **_: Any) -> None:
    # Locust exits 1 when any request failed. Here requests are meant to fail; an exit status other than 0 is left to
    # mean that the users themselves broke.
    environment.process_exit_code = 0


class MinaUser(HttpUser):
    """Takes notes, looks at them again, looks at the dashboard.

    HttpUser and not FastHttpUser: the latter's client sends a request a second time, unasked, when a kept connection
    turns out to be closed. A write sent twice can be saved by the first and refused by the second, and the ledger would
    then call a saved write rejected. This one never repeats a request, and tells a refused connection from a cut one.
    """

    def wait_time(self) -> float:
        """Seconds to the next request, PAUSE_S on average."""
        return random.uniform(0.5, 1.5) * PAUSE_S

    def on_start(self) -> None:
        """A user with its own name in the ledger, logged in if the service lets it."""
        self.client.trust_env = False  # a proxy of this machine has no business between us and the loopback
        self.writer = f"locust-{os.getpid()}-{next(numbers)}"
        self.seq = count(1)
        self.mine: deque[tuple[str, str]] = deque(maxlen=REMEMBERED)
        self.token: str | None = None
        self.log_in()

    @task(5)
    def take_notes(self) -> None:
        """Write a session through the ledger."""
        write_id, seq = str(uuid.uuid4()), next(self.seq)
        body = f"note {seq} of {self.writer}: {random.randbytes(random.randint(8, 64)).hex()}"
        LEDGER.intent(write_id, seq, body, client=self.writer)
        fields = {"id": write_id, "client": self.writer, "seq": seq, "body": body}
        response, ok = self.send("POST", "/api/sessions", "write session", json=fields, expect=201)
        error = getattr(response, "error", None)
        if response.status_code:
            if LEDGER.settle(write_id, response.status_code, answer_of(response)) == "ack" and ok:
                self.mine.append((write_id, body))
        elif never_sent(error):
            LEDGER.rejected(write_id, None, f"connection refused before anything was sent: {error}"[:200])
        else:
            LEDGER.unknown(write_id, None, f"{type(error).__name__}: {error}"[:200])

    @task(3)
    def look_again(self) -> None:
        """Read one of the own sessions and compare it with what was written."""
        if not self.mine:
            return
        write_id, body = random.choice(self.mine)
        self.send("GET", f"/api/sessions/{write_id}", "read session", expect=200, fields={"id": write_id, "body": body})

    @task(1)
    def add_segment(self) -> None:
        """Add a piece of transcript to one of the own sessions."""
        if not self.mine:
            return
        write_id, _ = random.choice(self.mine)
        fields = {"id": str(uuid.uuid4()), "seq": random.randrange(1000), "text": "and so on"}
        self.send("POST", f"/api/sessions/{write_id}/segments", "write segment", json=fields, expect=201)

    @task(1)
    def look_at_dashboard(self) -> None:
        """The dashboard; a user that is not logged in tries to log in instead."""
        if self.token is None:
            self.log_in()
            return
        bearer = {"Authorization": f"Bearer {self.token}"}
        self.send("GET", "/dashboard", "dashboard", headers=bearer, expect=200, fields={"user": "ada"})

    def log_in(self) -> None:
        """Get a token as the one seeded user."""
        credentials = {"user": "ada", "password": "drill-password"}
        response, ok = self.send("POST", "/login", "login", json=credentials, expect=200)
        self.token = answer_of(response).get("token") if ok else None

    def send(
        self, method: str, path: str, name: str, expect: int, fields: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[requests.Response, bool]:
        """Send one request and log it; True if the status and the answer's `fields` are as expected."""
        sent_ns = time.monotonic_ns()
        response = self.client.request(method, path, name=name, timeout=TIMEOUT_S, allow_redirects=False, **kwargs)
        done_ns = time.monotonic_ns()
        status = response.status_code or None  # locust gives 0 where there was no answer
        ok = status == expect and (fields or {}).items() <= answer_of(response).items()
        record = {"t": sent_ns, "done": done_ns, "name": name, "status": status, "ok": ok}
        record["ms"] = round((done_ns - sent_ns) / 1e6, 3)
        os.write(LOG, (json.dumps(record, separators=(",", ":")) + "\n").encode())
        return response, ok


def answer_of(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer; an empty one if it has none."""
    try:
        answer = response.json()
    except (ValueError, TypeError):  # TypeError: locust's stand-in for a missing answer has no content at all
        return {}
    return answer if isinstance(answer, dict) else {}


def never_sent(error: BaseException | None) -> bool:
    """True if no connection came about, so nothing can have been written."""
    reason = getattr(error.args[0], "reason", None) if error is not None and error.args else None
    return isinstance(reason, NewConnectionError)
