"""Leases: one holder on this machine, free again however the holder ends."""

import json
import secrets
import socket

import pytest

from fixtures import leases
from fixtures.leases import Lease, PortLease, lease_port, measuring
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from tests.programs import program, said, soon

HOLD = """
import sys
from fixtures import leases
leases.LABEL = sys.argv[1]
with leases.Lease("it"):
    print("held", flush=True)
    sys.stdin.read()
"""
MEASURE = """
import json, sys, time
from fixtures import leases
leases.LABEL = sys.argv[1]
print("ready", flush=True)
sys.stdin.readline()
with leases.measuring():
    began = time.monotonic_ns()
    time.sleep(0.15)
    ended = time.monotonic_ns()
print(json.dumps([began, ended]), flush=True)
"""


@pytest.fixture(autouse=True)
def label(monkeypatch: pytest.MonkeyPatch) -> str:
    """Names of the test's own, so that a drill that runs beside the tests neither waits nor is waited for."""
    own = f"rollback-drills-test-{secrets.token_hex(4)}"
    monkeypatch.setattr(leases, "LABEL", own)
    return own


def free(name: str) -> bool:
    try:
        with Lease(name):
            return True
    except OSError:
        return False


def test_a_second_taker_fails_until_the_first_gives_back() -> None:
    lease = Lease("it")
    assert not free("it")
    assert free("something else")
    lease.release()
    lease.release()
    assert free("it")


def test_the_kernel_frees_what_a_killed_holder_had(label: str) -> None:
    """SIGKILL leaves no time to clean up, and none is needed."""
    with program(HOLD, label) as holder:
        assert said(holder) == "held"
        assert not free("it")
        holder.kill()
        assert soon(lambda: free("it"))


def test_a_port_that_somebody_listens_on_is_not_leased() -> None:
    """And the refusal keeps nothing: once the listener is gone the port can be had."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            PortLease(port)
    PortLease(port).release()


def test_no_two_leases_share_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anybody listens, too; an empty pool says which one it is."""
    with lease_port() as first, lease_port() as second:
        assert isinstance(first, PortLease)
        assert isinstance(second, PortLease)
        assert first.port != second.port
        monkeypatch.setattr(leases, "PORTS", range(first.port, first.port + 1))
        with pytest.raises(Inconclusive, match=f"between {first.port} and {first.port}") as none:
            lease_port()
        assert none.value.cause is Cause.PORT_TAKEN


def test_only_one_process_measures_at_a_time(label: str) -> None:
    """Two that want the token at the same moment get it one after the other."""
    with program(MEASURE, label) as one, program(MEASURE, label) as other:
        both = (one, other)
        assert [said(process) for process in both] == ["ready", "ready"]
        for process in both:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        (_, first_ended), (second_began, _) = sorted(json.loads(said(process)) for process in both)
    assert first_ended <= second_began


def test_the_token_is_given_back_when_measuring_fails() -> None:
    with pytest.raises(ValueError, match="broken"), measuring():
        raise ValueError("broken")
    assert free("measuring")
