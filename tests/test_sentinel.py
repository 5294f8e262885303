"""The host sentinel: what the kernel says is read as it is meant, what it does not say is None, and it stays light."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from fixtures import sentinel
from fixtures.sentinel import HostSentinel, asleep_ns, stolen_s, take, waiting
from tests.programs import soon

PRESSURE = """some avg10=62.50 avg60=41.07 avg300=29.90 total=470136371
full avg10=0.00 avg60=0.00 avg300=0.00 total=0
"""
STAT = """cpu  78673 55376 45206 142827 1897 0 3900 117 0 0
cpu0 39000 27000 22000 71000 900 0 1900 60 0 0
btime 1700000000
"""


def test_waiting_for_a_processor_is_the_line_some() -> None:
    """In a whole machine `full` means nothing for processors."""
    assert waiting(PRESSURE) == (470136371, 62.5)
    assert waiting("") == (None, None)
    assert waiting("full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n") == (None, None)


def test_stolen_time_is_that_of_all_processors_together() -> None:
    assert stolen_s(STAT, 100) == 1.17
    assert stolen_s("cpu  1 2 3 4 5 6 7\n", 100) is None  # a kernel that does not know of it
    assert stolen_s("", 100) is None


def test_a_kernel_without_pressure_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading says that it does not know."""
    for name in ("PRESSURE", "STAT"):
        monkeypatch.setattr(sentinel, name, tmp_path / "absent")
    reading = take([0.1])
    assert reading["waiting_us"] is None
    assert reading["waiting_avg10"] is None
    assert reading["stolen_s"] is None


def test_boot_time_and_monotonic_time_differ_by_a_constant_while_awake() -> None:
    """To well below what counts as having slept, however often the two clocks are read."""
    found = [asleep_ns() for _ in range(200)]
    assert max(found) - min(found) < 50_000_000
    assert min(found) >= -50_000_000


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[HostSentinel]:
    made = HostSentinel(tmp_path)
    yield made
    made.stop()


def test_it_watches_until_it_is_stopped(watching: HostSentinel, tmp_path: Path) -> None:
    """About ten lines a second and never more than twenty, in order, each with what five sleeps overslept."""
    assert watching.readings() == []
    watching.start()
    assert soon(lambda: len(watching.readings()) >= 5)
    assert watching._process is not None
    program = psutil.Process(watching._process.pid)
    watching.stop()
    assert not program.is_running()
    readings = watching.readings()
    assert [len(reading.late_ms) for reading in readings] == [sentinel.WAKES] * len(readings)
    assert all(ms > -0.1 for reading in readings for ms in reading.late_ms)
    instants = [reading.at_ns for reading in readings]
    assert instants == sorted(instants)
    least_ns = sentinel.WAKES * sentinel.PERIOD_NS * 0.9
    assert all(later - earlier > least_ns for earlier, later in pairwise(instants))
    assert least_ns > 1e9 / 20
    assert len((tmp_path / "sentinel.jsonl").read_text(encoding="utf-8").splitlines()) == len(readings)


def test_half_a_line_is_left_out(watching: HostSentinel, tmp_path: Path) -> None:
    """The program may be killed while it writes."""
    line = json.dumps(take([0.1, 0.2]))
    (tmp_path / "sentinel.jsonl").write_text(f"{line}\n{line[:40]}", encoding="utf-8")
    (reading,) = watching.readings()
    assert reading.late_ms == (0.1, 0.2)


def test_stopping_what_never_started_is_harmless(watching: HostSentinel) -> None:
    watching.stop()
    assert watching.readings() == []
