"""Users of SYSTEM_NAME. Run by `locust -f locustfile.py`, never imported.

Environment: LEDGER_DIR (folder of ledger files), WORKLOAD_LOG (one JSON line a request is appended), LOAD_PAUSE_S
(average pause between a user's requests).
"""

import json
import os
import random
import time
import uuid
from itertools import count
from pathlib import Path
from typing import Any

import requests
from locust import HttpUser, events, task
from locust.env import Environment

from scenarios.appending import append_or_end
from scenarios.ledger import LedgerWriter

TIMEOUT_S = 2.0
PAUSE_S = float(os.environ.get("LOAD_PAUSE_S", "0.1"))
WRITER = f"locust-{os.getpid()}"
LEDGER = LedgerWriter(Path(os.environ["LEDGER_DIR"]) / f"{WRITER}.jsonl", WRITER)
LOG = os.open(os.environ["WORKLOAD_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
users, numbers = count(1), count(1)


@events.quitting.add_listener
def _failures_are_data(environment: Environment, **_: Any) -> None:
    environment.process_exit_code = (
        0  # requests are meant to fail here; another status means the users themselves broke
    )


class Visitor(HttpUser):
    """Saves sessions and reads them again. A request that fails is a record, never the end of a user."""

    def wait_time(self) -> float:
        """Seconds to the next request, PAUSE_S on average."""
        return random.uniform(0.5, 1.5) * PAUSE_S

    def on_start(self) -> None:
        """A user with its own name in the ledger."""
        self.client.trust_env = False  # a proxy has no business between us and the loopback
        self.writer = f"{WRITER}-{next(users)}"
        self.last = ""

    @task(2)
    def save(self) -> None:
        """One session. The ledger hears of it before it is sent, and again when the answer is known."""
        write_id, seq = str(uuid.uuid4()), next(numbers)
        body = f"session {seq} of {self.writer}"
        LEDGER.intent(write_id, seq, body, client=self.writer)
        response = self.send("POST", "/api/sessions", {"id": write_id, "client": self.writer, "seq": seq, "body": body})
        if response is None:
            LEDGER.unknown(write_id, None, "no answer")  # never "failed": it may have been saved
        elif LEDGER.settle(write_id, response.status_code, response.json()) == "ack":
            self.last = write_id

    @task(1)
    def look_again(self) -> None:
        """The session saved last."""
        if self.last:
            self.send("GET", f"/api/sessions/{self.last}")

    def send(self, method: str, path: str, fields: dict[str, Any] | None = None) -> requests.Response | None:
        """Send one request and log it; None where there was no answer in JSON."""
        name = f"{method} {'/'.join(path.split('/')[:3])}"
        sent_ns = time.monotonic_ns()
        response = self.client.request(method, path, name=name, json=fields, timeout=TIMEOUT_S)
        done_ns = time.monotonic_ns()
        status = response.status_code or None  # locust gives 0 where there was no answer
        record = {"t": sent_ns, "done": done_ns, "name": name, "status": status, "ok": bool(response.ok and status)}
        record["ms"] = round((done_ns - sent_ns) / 1e6, 3)
        append_or_end(LOG, json.dumps(record, separators=(",", ":")), "workload.jsonl")
        is_json = status is not None and response.headers.get("Content-Type", "").startswith("application/json")
        return response if is_json else None
