"""The same load with and without the ledger, in turn, against a server that does nothing but answer."""

import asyncio
import json
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from fixtures.run import CHECKOUT
from scenarios.ledger import LedgerWriter
from tests.bench.goals import Tell, Unmeasured

PAIRS = 12
RATE_HZ = 1000
SECONDS = 4.0
WARM_UP_S = 0.5
THREADS = 8
LENGTH = b"Content-Length: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of load: answers a second, and the median time from when a write was due to when it was settled."""

    throughput_hz: float
    p50_ms: float


def pairs(folder: Path, tell: Tell) -> list[tuple[Round, Round]]:
    """(without, with the ledger), PAIRS times; which of the two comes first takes turns."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.ledger_load"], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        found = []
        for number in range(PAIRS):
            order = (False, True) if number % 2 == 0 else (True, False)
            rounds = {kept: _round(port, folder / f"{number}" if kept else None) for kept in order}
            found.append((rounds[False], rounds[True]))
            bare, kept = found[-1]
            tell(f"pair {number + 1} of {PAIRS}: p50 {bare.p50_ms:.3f} ms without, {kept.p50_ms:.3f} ms with")
        return found
    finally:
        server.kill()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()


def differences(found: list[tuple[Round, Round]]) -> tuple[float, float]:
    """Medians over the pairs: throughput in per cent of the one without, p50 in ms."""
    slower = statistics.median(100 * (kept.throughput_hz / bare.throughput_hz - 1) for bare, kept in found)
    return slower, statistics.median(kept.p50_ms - bare.p50_ms for bare, kept in found)


def bare_p50_ms(found: list[tuple[Round, Round]]) -> float:
    """What a write takes without the ledger."""
    return statistics.median(bare.p50_ms for bare, _ in found)


def _round(port: int, ledger: Path | None) -> Round:
    """RATE_HZ writes a second, each due at its own instant, whatever became of those before it."""
    writer = None if ledger is None else LedgerWriter(ledger / "one.jsonl", "bench")
    took_ns: list[list[int]] = [[] for _ in range(THREADS)]
    begin = time.perf_counter_ns() + 50_000_000
    users = [
        threading.Thread(target=_user, args=(port, number, begin, writer, took_ns[number]), daemon=True)
        for number in range(THREADS)
    ]
    for user in users:
        user.start()
    for user in users:
        user.join()
    if writer is not None:
        writer.close()
    ended_ns = time.perf_counter_ns()
    every = [each for user in took_ns for each in user]
    expected = int(RATE_HZ * SECONDS)
    if len(every) < expected * 0.99:
        raise Unmeasured(f"only {len(every)} of {expected} writes were answered")
    warm = [each for user in took_ns for each in user[int(len(user) * WARM_UP_S / SECONDS) :]]
    return Round(throughput_hz=len(every) / ((ended_ns - begin) / 1e9), p50_ms=statistics.median(warm) / 1e6)


def _user(port: int, number: int, begin: int, writer: LedgerWriter | None, took_ns: list[int]) -> None:
    """Every THREADS-th write, on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for tick in range(number, int(RATE_HZ * SECONDS), THREADS):
            due = begin + tick * 1_000_000_000 // RATE_HZ
            wait_ns = due - time.perf_counter_ns()
            if wait_ns > 0:
                time.sleep(wait_ns / 1e9)
            _write(connection, writer, tick)
            took_ns.append(time.perf_counter_ns() - due)


def _write(connection: socket.socket, writer: LedgerWriter | None, tick: int) -> None:
    """One write as users make it, through the ledger or not."""
    write_id, body = f"{random.getrandbits(128):032x}", f"note {tick} {random.getrandbits(256):064x}"
    content = json.dumps({"id": write_id, "client": "bench", "seq": tick, "body": body}).encode()
    if writer is not None:
        writer.intent(write_id, tick, body)
    connection.sendall(b"POST /api/sessions HTTP/1.1\r\n%b%d\r\n\r\n%b" % (LENGTH, len(content), content))
    answer = connection.recv(4096)
    status, body_at = int(answer[9:12]), answer.index(b"\r\n\r\n") + 4
    told = json.loads(answer[body_at:])
    if writer is not None:
        writer.settle(write_id, status, told)


class _Server(asyncio.Protocol):
    """Says that everything is committed. A request or an answer is one packet: it is small, and loopback keeps it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        asked = json.loads(data[data.index(b"\r\n\r\n") + 4 :])
        told = {"id": asked["id"], "committed": True, "release": "v1", "xid": 7, "lsn": 99}
        content = json.dumps(told).encode()
        self._transport.write(b"HTTP/1.1 201 Created\r\n%b%d\r\n\r\n%b" % (LENGTH, len(content), content))


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
