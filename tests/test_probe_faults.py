"""The fault server: what it says of its outages is true to the request, and so it can tell how true the probe is."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from fixtures.probe.exchange import Budget, Connection, ping
from fixtures.probe.faults import FaultServer
from fixtures.probe.known import FaultProcess
from fixtures.probe.plan import Fault, Shape, Truth, Whom
from fixtures.probe.requests import KEPT, KeptTick
from scenarios.errors import Inconclusive
from tests.programs import soon

PATIENCE_S = 0.1
SLOW_S = 0.3
SHAPES: list[Shape] = ["503", "reset", "refuse", "hang", "slow"]


@pytest.fixture(scope="module")
def server() -> FaultServer:
    """In this process, until it ends."""
    server = FaultServer()
    threading.Thread(target=server.run, daemon=True).start()
    return server


@dataclass(frozen=True, kw_only=True)
class Look:
    sent_ns: int
    done_ns: int
    good: bool


def look(port: int) -> Look:
    """One request on a connection of its own."""
    sent_ns = time.monotonic_ns()
    good = False
    try:
        connection = Connection(port, Budget(PATIENCE_S))
        try:
            good = ping(connection).served
        finally:
            connection.close()
    except (OSError, http.client.HTTPException):
        good = False
    return Look(sent_ns=sent_ns, done_ns=time.monotonic_ns(), good=good)


def looks_during(server: FaultServer, fault: Fault) -> tuple[Truth, list[Look]]:
    """Look without a pause, from before an outage until after it."""
    truths: list[Truth] = []
    maker = threading.Thread(target=lambda: truths.append(server.make(fault)))
    maker.start()
    looks = []
    while maker.is_alive():
        looks.append(look(server.port))
    looks += [look(server.port) for _ in range(5)]
    maker.join()
    return truths[0], looks


@pytest.mark.parametrize("shape", SHAPES)
def test_what_it_says_is_true_to_the_request(shape: Shape, server: FaultServer) -> None:
    """Wholly before the outage or sent after it: good. Sent within and answered within: bad, and some are."""
    truth, looks = looks_during(server, Fault(shape=shape, length_s=0.25, pause_s=0.05, slow_s=SLOW_S))
    assert truth.ended_ns - truth.began_ns >= 0.25e9
    assert truth.slack_ns == 0 or shape == "refuse"
    before = [each for each in looks if each.done_ns < truth.began_ns]
    after = [each for each in looks if each.sent_ns >= truth.ended_ns + truth.slack_ns]
    within = [each for each in looks if truth.began_ns <= each.sent_ns and each.done_ns < truth.ended_ns]
    assert before
    assert after
    assert within
    assert all(each.good for each in before + after)
    assert not any(each.good for each in within)
    if shape != "refuse":
        assert truth.bad == sum(not each.good for each in looks)


def held(server: FaultServer) -> Connection:
    """A connection that has been answered twice."""
    connection = Connection(server.port, Budget(5.0))
    assert ping(connection).served
    assert ping(connection).served
    return connection


def test_what_was_sent_in_a_hang_is_never_answered(server: FaultServer) -> None:
    """Not after the outage either, and nothing else on that connection is; it stays open."""
    connection = held(server)
    maker = threading.Thread(target=server.make, args=(Fault(shape="hang", length_s=0.1, pause_s=0.05),))
    maker.start()
    time.sleep(0.1)
    connection.request("GET", "/api/ping?nonce=x")
    maker.join()
    assert look(server.port).good
    connection.renew(Budget(0.2))
    with pytest.raises(TimeoutError):  # silence, where a closed connection would say so
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize("shape", ["reset", "refuse"])
def test_kept_connections_are_reset(shape: Shape, server: FaultServer) -> None:
    """At once when nobody listens any more, with the next request otherwise."""
    connection = held(server)
    maker = threading.Thread(target=server.make, args=(Fault(shape=shape, length_s=0.15, pause_s=0.0),))
    maker.start()
    time.sleep(0.05)
    with pytest.raises(ConnectionResetError):
        ping(connection)
    maker.join()
    connection.close()


def test_a_kept_connection_outlives_a_503(server: FaultServer) -> None:
    connection = held(server)
    maker = threading.Thread(target=server.make, args=(Fault(shape="503", length_s=0.1, pause_s=0.0),))
    maker.start()
    time.sleep(0.05)
    assert ping(connection).status == 503
    maker.join()
    assert ping(connection).served
    connection.close()


def test_the_port_is_kept_while_nobody_listens(server: FaultServer) -> None:
    """Somebody else who took it would be measured in its place."""
    maker = threading.Thread(target=server.make, args=(Fault(shape="refuse", length_s=0.15, pause_s=0.0),))
    maker.start()
    time.sleep(0.05)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", server.port))
    maker.join()
    assert look(server.port).good


@pytest.mark.parametrize(
    ("whom", "share", "low", "high"),
    [("share", 0.3, 0.15, 0.45), ("replica_rotation", 1.0, 0.3, 0.37), ("replica_random", 1.0, 0.18, 0.48)],
)
def test_some_are_refused(whom: Whom, share: float, low: float, high: float, server: FaultServer) -> None:
    """A share of the requests, or those of one replica of three."""
    fault = Fault(shape="503", length_s=0.4, pause_s=0.02, whom=whom, share=share, seed=3)
    truth, looks = looks_during(server, fault)
    within = [each for each in looks if truth.began_ns <= each.sent_ns and each.done_ns < truth.ended_ns]
    assert len(within) > 50
    assert low < sum(not each.good for each in within) / len(within) < high


@pytest.fixture
def kept(server: FaultServer) -> Iterator[KeptTick]:
    """The kept lane's requests."""
    tick = KeptTick(server.port, 0.5)
    yield tick
    for _, connection in tick._idle:
        connection.close()


def test_one_kept_connection_is_bad_and_no_other(kept: KeptTick, server: FaultServer) -> None:
    """The kept lane asks its connections in turn: every fourth look meets the bad one, and nobody on a new one does."""
    for number in range(4 * KEPT):
        assert kept.send(number, 0).served
    fault = Fault(shape="503", length_s=0.4, pause_s=0.0, whom="one_kept")
    maker = threading.Thread(target=server.make, args=(fault,))
    maker.start()
    time.sleep(0.05)
    asked = [kept.send(number, 0).served for number in range(6 * KEPT)]
    assert look(server.port).good
    maker.join()
    bad = [number for number, served in enumerate(asked) if not served]
    assert len(bad) == 6
    assert {later - one for one, later in pairwise(bad)} == {KEPT}
    assert all(kept.send(number, 0).served for number in range(2 * KEPT))


def test_a_kept_connection_that_breaks_is_replaced(kept: KeptTick, server: FaultServer) -> None:
    """All of them are reset; the lane asks again once, fails, and has as many new ones afterwards."""
    for number in range(2 * KEPT):
        assert kept.send(number, 0).served
    before = {connection.sock.getsockname() for _, connection in kept._idle if connection.sock}
    assert len(before) == KEPT
    maker = threading.Thread(target=server.make, args=(Fault(shape="refuse", length_s=0.1, pause_s=0.0),))
    maker.start()
    time.sleep(0.05)
    assert not kept.send(0, 0).served
    maker.join()
    assert all(kept.send(number, 0).served for number in range(2 * KEPT))
    after = {connection.sock.getsockname() for _, connection in kept._idle if connection.sock}
    assert len(after) == kept._open == KEPT
    assert not before & after


def test_while_all_kept_connections_are_busy_more_are_opened(kept: KeptTick, server: FaultServer) -> None:
    """A hang of four looks must not stop the fifth; what was opened beyond the four is closed again."""
    maker = threading.Thread(target=server.make, args=(Fault(shape="slow", length_s=0.15, pause_s=0.0, slow_s=0.15),))
    maker.start()
    time.sleep(0.02)
    answers: list[bool] = []
    users = [threading.Thread(target=lambda: answers.append(kept.send(0, 0).served)) for _ in range(3 * KEPT)]
    for user in users:
        user.start()
    assert soon(lambda: kept._open == 3 * KEPT)
    for user in users:
        user.join()
    maker.join()
    assert answers == [True] * 3 * KEPT
    assert kept._open == len(kept._idle) == KEPT


@pytest.fixture
def process(tmp_path: Path) -> Iterator[FaultProcess]:
    process = FaultProcess(tmp_path / "faults.log")
    yield process
    process.stop()


def test_the_process_makes_what_it_is_asked_for_in_order(process: FaultProcess) -> None:
    """Pauses count from the end of the one before; its answers say when each was."""
    process.ask([Fault(shape="503", length_s=0.05, pause_s=0.03), Fault(shape="refuse", length_s=0.04, pause_s=0.06)])
    one, other = process.truth(), process.truth()
    assert (one.shape, other.shape) == ("503", "refuse")
    assert one.ended_ns - one.began_ns == 50_000_000
    assert other.began_ns - one.ended_ns >= 60_000_000
    assert look(process.port).good


def test_a_fault_server_that_ends_is_no_truth(process: FaultProcess) -> None:
    process._process.kill()
    with pytest.raises(Inconclusive, match="probe_died"):
        process.truth()


def test_a_write_is_answered_as_the_service_does(server: FaultServer) -> None:
    connection = held(server)
    connection.request("POST", "/api/sessions", body=json.dumps({"id": "w1", "client": "c", "seq": 1, "body": "b"}))
    response = connection.getresponse()
    answer = json.loads(response.read())
    assert (response.status, answer["committed"], answer["id"]) == (201, True, "w1")
    connection.close()
