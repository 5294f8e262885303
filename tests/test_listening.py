"""Listeners: a stream that ends in order is told from one that is cut, by the connection itself."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.listening import Listener
from fixtures.waits import wait_until
from scenarios.heard import RECORD, Heard, read_heard

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
DATA = b'data: {"n": 0, "release": "v1"}\n\n'
CHUNK = f"{len(DATA):x}\r\n".encode() + DATA + b"\r\n"
LAST = b"0\r\n\r\n"


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


@pytest.mark.parametrize(
    ("answer", "reset", "events"),
    [
        (HEAD + CHUNK + CHUNK + LAST, False, ["opened", "ended"]),
        (HEAD + CHUNK + CHUNK, False, ["opened", "cut"]),
        (HEAD + CHUNK + CHUNK, True, ["opened", "cut"]),
        (HEAD + CHUNK + CHUNK[:9], False, ["opened", "cut"]),
        (b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", False, ["refused"]),
        (HEAD.replace(b"chunked", b"identity") + DATA, False, ["refused"]),
    ],
    ids=["in order", "closed", "reset", "in a chunk", "turned away", "end untold"],
)
def test_how_a_stream_ends(
    server: socket.socket, tmp_path: Path, answer: bytes, reset: bool, events: list[str]
) -> None:
    sink = os.open(tmp_path / RECORD, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    stop = threading.Event()
    listener = Listener(0, server.getsockname()[1], "/stream", sink)
    thread = threading.Thread(target=listener.run, args=(stop,), daemon=True)
    thread.start()
    connection, _ = server.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(answer)
        if reset:
            wait_until("the stream to be heard", lambda: (listener.hears.is_set() or None, "nothing heard"), 5.0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    def look() -> tuple[list[Heard] | None, str]:
        heard = read_heard(tmp_path)
        return (heard if len(heard) >= len(events) else None), f"{heard}"

    heard = wait_until("the listener's record", look, 5.0)
    stop.set()
    server.close()
    thread.join(5)
    os.close(sink)
    assert [each.event for each in heard[: len(events)]] == events
    if events[0] == "opened":
        assert heard[0].release == "v1"
