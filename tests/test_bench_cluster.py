"""What `bench cluster` reckons with, as far as that needs no engine."""

import json
import os
from pathlib import Path

import pytest

from fixtures.leases import Lease
from scenarios.results import Phases
from tests.bench.apart import PREFIX, sweep_homes
from tests.bench.cluster import Drilled, measured_s
from tests.sample_records import GOOD


def test_the_procedure_and_its_windows_are_the_steady_state_and_all_phases(tmp_path: Path) -> None:
    """What is left of a drill's wall time is its cost: nothing of what was measured may hide in it."""
    phases = Phases(detect=2.5, decide=0.1, execute=7.0, propagate=None, stabilise=2.0)
    record = GOOD.model_copy(update={"phases_s": phases})
    (tmp_path / "verdict.json").write_text(record.model_dump_json(), encoding="utf-8")
    events = [{"event": "begun", "facts": {}}, {"event": "steady", "facts": {"window_s": 2.2}}]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    assert measured_s(tmp_path) == pytest.approx(13.8)


def test_each_drill_ends_once_in_the_order_of_their_verdicts(tmp_path: Path) -> None:
    drilled = Drilled()
    drilled.look(tmp_path)
    for name in ("second.by.name", "first.by.name"):
        folder = tmp_path / "run" / name
        folder.mkdir(parents=True)
        (folder / "verdict.json").write_text("{}", encoding="utf-8")
        drilled.look(tmp_path)
        drilled.look(tmp_path)
    assert [folder.name for _, folder in drilled.ended] == ["second.by.name", "first.by.name"]
    (tmp_path / "latest").symlink_to("run")
    drilled.look(tmp_path)
    (one, _), (other, _) = drilled.ended
    assert one < other


def test_a_drill_that_is_tried_twice_ends_with_its_second_attempt(tmp_path: Path) -> None:
    drilled = Drilled()
    folder = tmp_path / "run" / "a.drill"
    for attempt in range(2):
        folder.mkdir(parents=True)
        (folder / "verdict.json").write_text("{}", encoding="utf-8")
        os.utime(folder / "verdict.json", (attempt + 1, attempt + 1))
        drilled.look(tmp_path)
        if attempt == 0:
            ((first, _),) = drilled.ended
            folder.rename(folder.with_name("a.drill.attempt-1"))
            drilled.look(tmp_path)
    ((second, found),) = drilled.ended
    assert (found.name, second > first) == ("a.drill", True)


def test_what_a_killed_bench_left_is_taken_away_and_a_living_ones_is_not(tmp_path: Path) -> None:
    """Nor anything that is not a bench's: the user's own engine lies in the same folder."""
    dead, alive, own = (tmp_path / name for name in (f"{PREFIX}dead", f"{PREFIX}alive", "engine"))
    for home in (dead, alive, own):
        (home / "docker").mkdir(parents=True)
    told: list[str] = []
    with Lease(f"bench/{alive.name}"):
        sweep_homes(tmp_path, told.append)
    assert (dead.exists(), alive.exists(), own.exists()) == (False, True, True)
    assert str(dead) in told[0]
