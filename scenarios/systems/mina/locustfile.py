"""Mina's users. Run by `locust --headless --host http://127.0.0.1:PORT -f locustfile.py`, never imported.

Environment: as fixtures/workload_users.py says, and PYTHONPATH with the checkout in it.
"""

import uuid

from locust import task

from fixtures.workload_users import ServiceUser, chance


class MinaUser(ServiceUser):
    """Does what every user does, adds pieces of transcript to sessions, and uploads recordings."""

    @task(1)
    def add_segment(self) -> None:
        """Add a piece of transcript to one of the own sessions."""
        if not self.mine:
            return
        write_id, _ = chance.choice(self.mine)
        fields = {"id": str(uuid.uuid4()), "seq": chance.randrange(1000), "text": "and so on"}
        self.send("POST", f"/api/sessions/{write_id}/segments", "write segment", json=fields, expect=201)

    @task(1)
    def upload(self) -> None:
        """Put a recording on the host."""
        self.send("PUT", f"/api/recordings/{uuid.uuid4()}", "upload", data=chance.randbytes(2000), expect=201)
