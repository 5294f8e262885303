"""Jarvis's users. Run by `locust --headless --host http://127.0.0.1:PORT -f locustfile.py`, never imported.

Environment: as fixtures/workload_users.py says, and PYTHONPATH with the checkout in it.
"""

import uuid

from locust import task

from fixtures.workload_users import ServiceUser


class JarvisUser(ServiceUser):
    """Does what every user does, asks questions and reads the replies again."""

    @task(1)
    def ask(self) -> None:
        """Ask, then look at the conversation as it was saved."""
        question = {"id": str(uuid.uuid4()), "question": "What is next on my list?"}
        _, ok = self.send("POST", "/api/conversations", "ask", json=question, expect=201)
        if ok:
            self.send("GET", f"/api/conversations/{question['id']}", "read reply", expect=200, fields=question)
