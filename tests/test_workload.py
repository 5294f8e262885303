"""Background users: their requests are counted as they are made, and users who are gone prove nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.workload import LocustWorkload, busiest
from scenarios.appending import NO_ROOM
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import Load, System
from scenarios.protocols import Request


@pytest.fixture
def workload(tmp_path: Path) -> Iterator[LocustWorkload]:
    """Users whose locustfile cannot be loaded (where Locust is not installed they do not start either)."""
    for name in ("system", "evidence", "scratch"):
        (tmp_path / name).mkdir()
    (tmp_path / "system" / "locustfile.py").write_text("raise SystemExit(3)\n", encoding="utf-8")
    system = System(name="shop", owner="o", database="shop", state_tables=(), folder=tmp_path / "system")
    made = LocustWorkload(system, 1, tmp_path / "evidence", tmp_path / "scratch")
    yield made
    made.stop()


def test_requests_are_counted_as_they_are_written(workload: LocustWorkload, tmp_path: Path) -> None:
    """One a line; half a line is counted when it is whole."""
    record = tmp_path / "evidence" / "workload.jsonl"
    assert workload.requests() == 0
    with record.open("a", encoding="utf-8") as lines:
        for text, count in (("{}\n{}\n", 2), ("{", 2), ("}\n", 3), ("", 3)):
            lines.write(text)
            lines.flush()
            assert workload.requests() == count


def test_what_users_did_is_known_request_by_request(workload: LocustWorkload, tmp_path: Path) -> None:
    """In the order in which they ended; half a line is none."""
    assert workload.made() == []
    lines = [
        '{"t":10,"done":30,"name":"a","status":null,"ok":false,"ms":0.1,"who":"u"}',
        '{"t":12,"done":20,"name":"b"}',
        '{"t":13',
    ]
    (tmp_path / "evidence" / "workload.jsonl").write_text("\n".join(lines), encoding="utf-8")
    last = Request(sent_ns=10, done_ns=30, status=None, ok=False, who="u")
    assert workload.made() == [Request(sent_ns=12, done_ns=20), last]


@pytest.mark.parametrize(
    ("samples", "share"),
    [
        ([], None),
        ([(0.0, 0.0), (4.9, 4.9)], None),
        ([(0.0, 1.0), (5.0, 2.0)], 0.2),
        ([(0.0, 0.0), (1.0, 1.0), (5.0, 1.5), (6.0, 1.8), (10.0, 6.5)], 1.0),
        ([(float(at), 0.2 * at) for at in range(60)], 0.2),
    ],
    ids=["never-looked", "too-short", "once", "busy-at-the-end", "steady"],
)
def test_the_busiest_five_seconds_of_the_users_program(samples: list[tuple[float, float]], share: float | None) -> None:
    """A burst is not diluted by the calm around it, and starting up is too short to count."""
    found = busiest(samples)
    assert found is share is None or found == pytest.approx(share)


def test_the_users_program_is_looked_at_once_a_second(
    workload: LocustWorkload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its first request on, however often somebody asks how many there are."""
    now = [0.0]
    monkeypatch.setattr("fixtures.workload.time.monotonic", lambda: now[0])
    child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    workload._process = child
    workload.requests()
    assert workload._cpu_s == []
    (tmp_path / "evidence" / "workload.jsonl").write_text("{}\n", encoding="utf-8")
    for tenth in range(31):
        now[0] = tenth / 10
        workload.requests()
    assert [at for at, _ in workload._cpu_s] == [0.0, 1.0, 2.0, 3.0]
    assert all(used >= 0 for _, used in workload._cpu_s)
    assert workload.cpu_share() is None


def test_users_who_end_unasked_make_the_drill_inconclusive(workload: LocustWorkload) -> None:
    """No traffic must never look like traffic without errors."""
    workload.start(Load(users=1))
    assert workload._process is not None
    assert workload._process.wait(30) != 0
    with pytest.raises(Inconclusive, match="locust ended with status") as stop:
        workload.requests()
    assert stop.value.cause is Cause.WORKLOAD_DIED


def standing(answer: str) -> subprocess.Popen[bytes]:
    """A program that does this when it is asked to end, and stands when this returns."""
    program = f"import os, signal, sys; signal.signal(signal.SIGTERM, lambda *_: {answer}); print('up', flush=True); "
    argv = [sys.executable, "-c", f"{program} signal.pause()"]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


@pytest.mark.parametrize("early", [True, False])
def test_users_who_are_killed_as_they_end_make_it_inconclusive_too(
    workload: LocustWorkload, tmp_path: Path, early: bool
) -> None:
    """Between the last look and the end, or in the middle of it: what they were doing then is not known."""
    (tmp_path / "evidence" / "logs").mkdir()
    (tmp_path / "evidence" / "logs" / "locust.log").touch()
    workload._process = standing("os.kill(os.getpid(), signal.SIGKILL)")
    if early:
        workload._process.kill()
        workload._process.wait(10)
    for _ in range(2):  # it stays so, however often it is stopped
        workload.stop()
        with pytest.raises(Inconclusive, match="locust ended with status -9") as stop:
            workload.requests()
        assert stop.value.cause is Cause.WORKLOAD_DIED


def test_users_who_end_in_order_are_no_matter(workload: LocustWorkload) -> None:
    """Locust's own status says whether any request failed, which is what it is there for."""
    workload._process = standing("sys.exit(1)")
    workload.stop()
    assert workload.requests() == 0


def test_users_whose_record_did_not_fit_are_told_from_users_who_died(workload: LocustWorkload) -> None:
    """Also where that happened at the very end; their end itself, a part of cleanup, never fails."""
    workload._process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({NO_ROOM})"], start_new_session=True)
    workload._process.wait(10)
    workload.stop()
    with pytest.raises(Inconclusive, match="locust ended: it could not write its record") as stop:
        workload.made()
    assert stop.value.cause is Cause.EVIDENCE_UNWRITABLE
