"""When a request arrived: the fault server judges by it, and the probe notes when it must have."""

import socket
import threading
import time

import pytest

from fixtures.probe.exchange import Budget, Connection, ping
from fixtures.probe.faults import FaultServer
from fixtures.probe.plan import Fault
from fixtures.probe.requests import ReadTick
from scenarios.observations import TIMED_OUT


@pytest.fixture(scope="module")
def server() -> FaultServer:
    """In this process, until it ends."""
    server = FaultServer()
    threading.Thread(target=server.run, daemon=True).start()
    return server


@pytest.mark.parametrize(("sent_s", "good"), [(0.06, True), (0.16, False), (0.36, True)])
def test_a_request_is_judged_by_when_it_arrived_and_not_by_when_it_was_read(
    sent_s: float, good: bool, server: FaultServer
) -> None:
    """The serving thread is kept from reading across the edge of an outage; what had arrived before it is not in it."""
    fault = Fault(shape="503", length_s=0.2, pause_s=0.1)
    maker = threading.Thread(target=server.make, args=(fault,))
    begun = time.monotonic()
    maker.start()
    connection = Connection(server.port, Budget(5.0))
    time.sleep(begun + sent_s - 0.02 - time.monotonic())
    busy = threading.Thread(target=server._call, args=(lambda: time.sleep(0.08),))
    busy.start()
    time.sleep(begun + sent_s - time.monotonic())
    assert ping(connection).served is good
    connection.close()
    busy.join()
    maker.join()


def test_a_request_that_gets_no_answer_says_when_it_had_left(server: FaultServer) -> None:
    """Long before it is given up: an outage's beginning is known by it."""
    maker = threading.Thread(target=server.make, args=(Fault(shape="hang", length_s=0.1, pause_s=0.0),))
    maker.start()
    time.sleep(0.03)
    sent_ns = time.monotonic_ns()
    answer = ReadTick(server.port, 0.3).send(0, 0)
    maker.join()
    assert answer.why is not None
    assert answer.why.startswith(TIMED_OUT)
    assert answer.asked_ns is not None
    assert sent_ns < answer.asked_ns < sent_ns + 0.2e9


def test_a_connection_that_never_comes_about_says_when_it_was_asked_for() -> None:
    """Nobody accepts, and the kernel has no more room for those who wait."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        sent_ns = time.monotonic_ns()
        answer = ReadTick(port, 0.3).send(0, 0)
        for each in waiting:
            each.close()
    assert answer.why is not None
    assert answer.why.startswith(TIMED_OUT)
    assert answer.asked_ns is not None
    assert sent_ns < answer.asked_ns < sent_ns + 0.2e9
