"""Background users: their requests are counted as they are made, and users who are gone prove nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.workload import LocustWorkload
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.model import Load, System


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


def test_users_who_end_unasked_make_the_drill_inconclusive(workload: LocustWorkload) -> None:
    """No traffic must never look like traffic without errors."""
    workload.start(Load(users=1))
    assert workload._process is not None
    assert workload._process.wait(30) != 0
    with pytest.raises(Inconclusive, match="locust ended with status") as stop:
        workload.requests()
    assert stop.value.cause is Cause.WORKLOAD_DIED
