"""The bench of the ledger finds what it planted, calls a wrong class wrong, and cuts where it says."""

import socket
import threading
from pathlib import Path

import pytest

from scenarios.judging.ledger import fold, judge
from scenarios.ledger import Row
from tests.bench import ledger_check, ledger_load
from tests.bench.cutting_proxy import DOWN, UP, CuttingProxy
from tests.bench.ledger_cuts import Sent, _misjudged
from tests.bench.ledger_load import Round, differences
from tests.ledger_records import op, shows


def test_every_planted_fault_is_found_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own, from the files alone, as the bench measures it."""
    monkeypatch.setattr(ledger_check, "FAULT_EVERY", 20)
    planted = ledger_check.write_run(tmp_path / "run", 3000)
    assert set(planted) == {"lost", "stale", "resurrected", "torn"}
    measured = ledger_check.judge_apart(tmp_path / "run")
    assert measured.counts == planted
    assert measured.wall_s > 0
    assert measured.peak_mb > 1


def test_the_class_of_a_cut_write_is_held_against_what_its_client_heard_and_what_is_there() -> None:
    def misjudged(heard: str, rows: list[Row], outcome: str) -> int:
        sent = [Sent(write_id="r", kind="insert", seq=1, rows=("r",), heard=heard)]
        return _misjudged(sent, rows, judge(fold(op("insert", 1, 1, 2, outcome)), rows, set(), 0))

    assert misjudged("ack", [shows(1)], "ack") == 0
    assert misjudged("unknown", [shows(1)], "unknown") == 0
    assert misjudged("unknown", [], "rejected") == 0  # the server said: aborted
    assert misjudged("ack", [], "ack") == 1  # a promise that was broken is no success, whatever it is called
    assert misjudged("unknown", [], "ack") == 1
    assert misjudged("unknown", [shows(1)], "ack") == 1


@pytest.mark.parametrize(("way", "arrives", "answered"), [(UP, 3, 0), (DOWN, 8, 3)])
def test_a_connection_is_cut_after_exactly_so_many_bytes(way: str, arrives: int, answered: int) -> None:
    """Three more bytes of eight: the other end gets those and then the end."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def echo() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(connection.recv(64))
                while data := connection.recv(64):
                    got.append(data)
                    if sum(map(len, got)) == 8:
                        connection.sendall(b"answered")

        server = threading.Thread(target=echo)
        server.start()
        proxy = CuttingProxy(listener.getsockname()[1])
        with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
            client.sendall(b"hello")
            assert client.recv(64) == b"hello"
            proxy.cut(way, 3)
            client.sendall(b"12345678")
            answer = b""
            while data := client.recv(64):
                answer += data
        server.join(timeout=5)
        proxy.close()
    assert len(b"".join(got)) == arrives
    assert len(answer) == answered


def test_differences_are_medians_over_pairs() -> None:
    """One odd pair does not decide."""
    pair = Round(throughput_hz=1000, p50_ms=0.2), Round(throughput_hz=990, p50_ms=0.25)
    odd = Round(throughput_hz=1000, p50_ms=0.2), Round(throughput_hz=10, p50_ms=90.0)
    slower, added_ms = differences([pair, odd, pair])
    assert slower == pytest.approx(-1.0)
    assert added_ms == pytest.approx(0.05)
    assert ledger_load.bare_p50_ms([pair, odd]) == pytest.approx(0.2)
