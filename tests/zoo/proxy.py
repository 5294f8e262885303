"""A proxy between a client and a service that forwards requests, but for the writes of which it is told otherwise."""

import http.client
import json
import time
from collections.abc import Mapping

from tests.zoo.service import Server, Talk

DELAY_S = 0.03
ACK = 201


class Proxy(Server):
    """`tricks`: by write id, what it does instead of forwarding a request and its answer.

    drops (the request, and hangs up) · cuts (forwards, and hangs up instead of answering) · swallows (says that it is
    saved, and forwards nothing) · repeats · delays · edits · denies (forwards, and says that nothing was saved) ·
    adds (forwards, and a row of its own, "foreign-" and the id) · holds (says that it is saved, and forwards it with
    the next `lets_go:ID`) · lets_go:ID (forwards both, the held one last) · again:ID (forwards, and ID once more)
    """

    def __init__(self, port: int, tricks: Mapping[str, str]) -> None:
        self.service_port, self.tricks = port, tricks
        self.seen: dict[str, bytes] = {}
        super().__init__(_Handler)


class _Handler(Talk):
    server: Proxy

    def do_POST(self) -> None:
        content = self.asked()
        write = json.loads(content)
        write_id = str(write["write"])
        trick, _, other = self.server.tricks.get(write_id, "").partition(":")
        self.server.seen[write_id] = content
        if trick == "drops":
            self.close_connection = True
            return
        if trick == "delays":
            time.sleep(DELAY_S)
        if trick == "edits":
            content = json.dumps(write | {"rows": {row: f"{body}!" for row, body in write["rows"].items()}}).encode()
        if trick in ("swallows", "holds"):
            self.say(ACK, json.dumps({"committed": True, "id": write_id, "release": "zoo"}).encode())
            return
        status, said = self._forward(content)
        if trick == "repeats":
            self._forward(content)
        if other:
            self._forward(self.server.seen[other])
        if trick == "adds":
            row = {f"foreign-{write_id}": "nobody's"}
            own = {"write": f"own-{write_id}", "op": "insert", "client": "proxy", "seq": 1, "rows": row}
            self._forward(json.dumps(own).encode())
        if trick == "denies":
            status, said = 409, json.dumps({"committed": False, "error": "denied"}).encode()
        if trick == "cuts":
            self.close_connection = True
        else:
            self.say(status, said)

    def _forward(self, content: bytes) -> tuple[int, bytes]:
        """On the connection that this client's is paired with."""
        kept: http.client.HTTPConnection | None = getattr(self, "kept", None)
        if kept is None:
            kept = self.kept = http.client.HTTPConnection("127.0.0.1", self.server.service_port, timeout=10)
        kept.request("POST", "/writes", body=content)
        answer = kept.getresponse()
        return answer.status, answer.read()

    def finish(self) -> None:
        super().finish()
        kept: http.client.HTTPConnection | None = getattr(self, "kept", None)
        if kept is not None:
            kept.close()
