"""Mindmend's users. Run by `locust --headless --host http://127.0.0.1:PORT -f locustfile.py`, never imported.

Environment: as fixtures/workload_users.py says, and PYTHONPATH with the checkout in it.
"""

from locust import task

from fixtures.workload_users import ServiceUser


class MindmendUser(ServiceUser):
    """Does what every user does, and talks."""

    @task(1)
    def talk(self) -> None:
        """Say something, and get a reply."""
        self.send("POST", "/api/therapy-session", "talk", json={"message": "I slept badly."}, expect=200)
