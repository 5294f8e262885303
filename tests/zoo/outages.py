"""A service that breaks for a known time, in twelve shapes: `python -m tests.zoo.outages`. The standard library alone.

Its first line is its loopback port. Each line on standard input is a fault, `{"shape", "length_s", "pause_s",
"late_s", "seed"}`, and each is answered by `{"shape", "began_ns", "ended_ns", "bad"}` once it is over. It ends with its
standard input.

One thread does everything. It changes its mind only when nothing that has arrived is left to be read: whatever arrived
before `began_ns[0]` was answered well, whatever arrives after `began_ns[1]` is answered badly, and `ended_ns` is meant
the same way. So the truth is two instants, each known to lie between two numbers, however busy the machine is.

503 · reset · refuse (nobody listens) · hang (never answered) · slow (`late_s` and a half too late) · brown_out (a third
of the requests, at random) · flap (bad and good in turn, bad first and last) · ramp (slower and slower; bad from where
it takes `late_s`) · replica (of three; each connection is one's) · kept (only connections that had been asked before it
began) · old_body (the right status with the body of an earlier answer) · half_closed (half an answer, then no more)
"""

import contextlib
import heapq
import itertools
import json
import os
import random
import selectors
import socket
import struct
import sys
import time
from typing import Any

SHAPES = (
    *("503", "reset", "refuse", "hang", "slow", "brown_out", "flap", "ramp", "replica", "kept", "old_body"),
    "half_closed",
)
SHARE = 0.35
FLAP_NS = 60_000_000
RAMP_ENDS_AT = 2.0  # how many times `late_s` the slowest answer of a ramp takes
BLUR_S = 0.02  # a round trip on a busy machine: a ramp's answer is late that much earlier
FACTS = {"release": "zoo", "schema": "zoo"}


class Peer:
    """One connection."""

    def __init__(self, sock: socket.socket, replica: int) -> None:
        self.sock, self.replica = sock, replica
        self.data, self.asked, self.veteran, self.gone = b"", 0, False, False


class Outage:
    """The fault that is to come or is on."""

    def __init__(self, fault: dict[str, Any], now_ns: int) -> None:
        self.shape, self.late_s = str(fault["shape"]), float(fault["late_s"])
        if self.shape not in SHAPES:
            raise ValueError(f"no outage has the shape {self.shape!r}")
        self.chance = random.Random(fault["seed"])
        self.begins_ns = now_ns + int(fault["pause_s"] * 1e9)
        self.length_ns = int(fault["length_s"] * 1e9)
        if self.shape == "flap":  # bad, good, …, bad: an odd number of phases
            self.length_ns = (self.length_ns // FLAP_NS | 1) * FLAP_NS
        self.ends_ns = self.begins_ns + self.length_ns
        self.began: tuple[int, int] | None = None
        self.bad = 0
        self.old = ""

    def delay_s(self, now_ns: int) -> float:
        """How long an answer to what is read now takes."""
        if self.shape == "slow":
            return 1.5 * self.late_s
        return self._ramp_s((now_ns - self.begins_ns) / self.length_ns)

    def _ramp_s(self, share: float) -> float:
        return RAMP_ENDS_AT * self.late_s * share

    def truly_began(self) -> tuple[int, int]:
        """When what was asked began to be answered badly."""
        assert self.began is not None
        if self.shape != "ramp":
            return self.began
        late_ns = self.length_ns / RAMP_ENDS_AT
        blur_ns = late_ns * BLUR_S / self.late_s
        return int(self.begins_ns + late_ns - blur_ns), int(self.begins_ns + late_ns)

    def hits(self, peer: Peer, now_ns: int) -> bool:
        """Whether a request read now is answered badly."""
        if self.began is None:
            return False
        if self.shape == "brown_out":
            return self.chance.random() < SHARE
        if self.shape == "flap":
            return max(0, now_ns - self.begins_ns) // FLAP_NS % 2 == 0 or now_ns >= self.ends_ns
        if self.shape == "replica":
            return peer.replica == 0
        return peer.veteran if self.shape == "kept" else True


class Service:
    """Serves in the thread that calls `run`."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = int(found.getsockname()[1])
        # bound to a number: a port that the kernel chose is given back as soon as nobody listens
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self._listener.setblocking(False)
        self._poll = selectors.DefaultSelector()
        self._poll.register(self._listener, selectors.EVENT_READ)
        self._poll.register(sys.stdin, selectors.EVENT_READ)
        self._peers: set[Peer] = set()
        self._replicas = random.Random(3)
        self._order = itertools.count()
        self._late: list[tuple[int, int, Peer, bytes]] = []
        self._asked: list[dict[str, Any]] = []
        self._input = b""
        self._outage: Outage | None = None
        self._newest = "none yet"
        self._open = True

    def run(self) -> None:
        """Serve until standard input ends."""
        while self._open or self._outage or self._asked:
            self._serve(self._wait_s())
            now_ns = time.monotonic_ns()
            while self._late and self._late[0][0] <= now_ns:
                _, _, peer, message = heapq.heappop(self._late)
                self._send(peer, message)
            if self._outage is None and self._asked:
                self._outage = Outage(self._asked.pop(0), now_ns)
            if self._outage is not None:
                self._turn(self._outage, now_ns)

    def _wait_s(self) -> float | None:
        due = [self._late[0][0]] if self._late else []
        if self._outage is not None:
            due.append(self._outage.ends_ns if self._outage.began else self._outage.begins_ns)
        elif self._asked:
            return 0.0
        return max(0.0, (min(due) - time.monotonic_ns()) / 1e9) if due else None

    def _serve(self, wait_s: float | None) -> bool:
        """Read what is there; whether anything was."""
        events = self._poll.select(wait_s)
        for key, _ in events:
            if isinstance(key.data, Peer):
                self._read(key.data)
            elif key.fileobj is self._listener:
                self._accept()
            else:
                self._take_orders()
        return bool(events)

    def _turn(self, outage: Outage, now_ns: int) -> None:
        """Begin or end it where it is time, with nothing left unread."""
        if now_ns < (outage.ends_ns if outage.began else outage.begins_ns):
            return
        if outage.began is None:
            before = self._settled()
            for peer in self._peers:
                peer.veteran = peer.asked > 0
            outage.old = self._newest
            if outage.shape == "refuse":
                self._stop_listening()
            outage.began = (before, time.monotonic_ns())
            return
        before = time.monotonic_ns() if outage.shape == "refuse" else self._settled()
        if outage.shape == "refuse":
            self._listener.listen(512)
            self._poll.register(self._listener, selectors.EVENT_READ)
        # whoever is refused a connection is never read, so nobody counts them
        bad = max(outage.bad, outage.shape == "refuse")
        truth = {"shape": outage.shape, "began_ns": outage.truly_began(), "bad": int(bad)}
        sys.stdout.write(json.dumps({**truth, "ended_ns": (before, time.monotonic_ns())}) + "\n")
        sys.stdout.flush()
        self._outage = None

    def _settled(self) -> int:
        """Read until nothing is left; the instant before the look that found nothing."""
        while True:
            before = time.monotonic_ns()
            if not self._serve(0.0):
                return before

    def _take_orders(self) -> None:
        data = os.read(sys.stdin.fileno(), 1 << 16)
        if not data:
            self._open = False
            self._poll.unregister(sys.stdin)
        *lines, self._input = (self._input + data).split(b"\n")
        self._asked += [json.loads(line) for line in lines]

    def _stop_listening(self) -> None:
        self._poll.unregister(self._listener)
        self._listener.shutdown(socket.SHUT_RDWR)
        for peer in list(self._peers):
            self._reset(peer)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                sock, _ = self._listener.accept()
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peer = Peer(sock, self._replicas.randrange(3))
                self._peers.add(peer)
                self._poll.register(sock, selectors.EVENT_READ, peer)

    def _read(self, peer: Peer) -> None:
        try:
            data = b"" if peer.gone else peer.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(peer)
            return
        peer.data += data
        head, found, body = peer.data.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0)
        if found and len(body) >= length:  # nobody here asks twice without waiting
            peer.data = b""
            self._answer(peer, head.split(b" ", 2)[1].decode(), body)

    def _answer(self, peer: Peer, target: str, body: bytes) -> None:
        now_ns, outage = time.monotonic_ns(), self._outage
        peer.asked += 1
        ours = json.loads(body)["id"] if body else target.partition("nonce=")[2]
        good = _message(201 if body else 200, _said(ours, bool(body)))
        if outage is None or not outage.hits(peer, now_ns):
            self._newest = ours
            self._send(peer, good)
            return
        shape = outage.shape
        if shape in ("slow", "ramp"):
            delay_s = outage.delay_s(now_ns)
            outage.bad += delay_s >= outage.late_s
            heapq.heappush(self._late, (now_ns + int(delay_s * 1e9), next(self._order), peer, good))
            return
        outage.bad += 1
        if shape in ("reset", "refuse"):
            self._reset(peer)
        elif shape == "old_body":
            self._send(peer, _message(201 if body else 200, _said(outage.old, bool(body))))
        elif shape == "half_closed":
            self._send(peer, good[: len(good) - 20])
            with contextlib.suppress(OSError):
                peer.sock.shutdown(socket.SHUT_WR)
        elif shape != "hang":
            self._send(peer, _message(503, {"error": "down", "committed": False}))

    def _send(self, peer: Peer, message: bytes) -> None:
        if not peer.gone:
            try:
                peer.sock.sendall(message)
            except OSError:
                self._close(peer)

    def _reset(self, peer: Peer) -> None:
        with contextlib.suppress(OSError):
            peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._close(peer)

    def _close(self, peer: Peer) -> None:
        if not peer.gone:
            peer.gone = True
            self._peers.discard(peer)
            self._poll.unregister(peer.sock)
            peer.sock.close()


def _said(ours: str, write: bool) -> dict[str, Any]:
    return {"committed": True, "id": ours, **FACTS} if write else {"nonce": ours, **FACTS}


def _message(status: int, said: dict[str, Any]) -> bytes:
    content = json.dumps(said).encode()
    return b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n%b" % (status, len(content), content)


if __name__ == "__main__":
    service = Service()
    sys.stdout.write(f"{service.port}\n")
    sys.stdout.flush()
    service.run()
