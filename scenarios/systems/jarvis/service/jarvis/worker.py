"""The worker: writes a brief into the conversations twice a second. `python -m jarvis.worker`, beside the API.

Each brief names the release that wrote it, so whoever wants to know whether a worker works asks the table.
"""

import os
import threading
import uuid
from contextlib import suppress

import psycopg
from service.release import RELEASE

PAUSE_S = 0.5
_INSERT = "INSERT INTO conversations (id, question, reply, model) VALUES (%s, 'brief', %s, 'worker')"


def work(url: str, stopping: threading.Event) -> None:
    """Until told to stop; a database that is away for a while ends nothing."""
    while not stopping.wait(PAUSE_S):
        with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2) as connection:
            connection.execute(_INSERT, (f"brief-{uuid.uuid4()}", f"brief by {RELEASE}"))


if __name__ == "__main__":
    work(os.environ["DATABASE_URL"], threading.Event())
