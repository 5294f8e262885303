"""Short forms of what is soaked: the same code with smaller numbers."""

import random
from pathlib import Path

import pytest

from fixtures.guard import TargetGuard
from fixtures.kind import platform
from tests.bench.running import SOAK, benches
from tests.hostile import hostile_value
from tests.runner_bench import Bench, written
from tests.soak import hostile_parameters, hostile_targets, killed
from tests.soak.killing import Found


def test_all_are_found_by_their_names() -> None:
    assert {"canaries", "hostile-parameters", "hostile-targets", "killed"} <= set(benches(SOAK))


def test_no_hostile_value_is_read_as_code() -> None:
    """As parameters of real steps, quoted and not, each arrives as it was given; none leaves a file."""
    assert hostile_parameters.look(200, random.Random(11), lambda _: None) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_a_drill_whose_target_is_anothers_changes_nothing(seed: int) -> None:
    """A whole drill with the real guard, and what its clean-up would delete."""
    assert hostile_targets.drill(seed) == (0, True)


def test_what_several_lanes_came_to_is_added_up() -> None:
    """A lane whose runs left something, or passed, is not lost in the sum."""
    one = Found(passed=1, journals=2, killed={"run": 3.0, "probe": 1.0})
    other = Found(journals=1, killed={"run": 2.0, "users": 1.0})
    other.left["folders"] = 2.0
    total = killed.together([one, other, Found()])
    assert (total.passed, total.journals, total.chains) == (1, 3, 0)
    assert total.left == {"processes": 0.0, "folders": 2.0, "others": 0.0}
    assert total.killed == {"run": 5.0, "probe": 1.0, "users": 1.0}


def test_without_a_guard_it_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else that nothing happened would say nothing."""
    monkeypatch.setattr(TargetGuard, "check", lambda *_: None)
    monkeypatch.setattr(platform, "refuse", lambda _: None)
    touched = [hostile_targets.drill(seed) for seed in range(6)]
    assert all(changes > 0 and not told for changes, told in touched)


def test_the_hostile_values_do_bite(tmp_path: Path) -> None:
    """A step that hands them to `eval` runs some of them: else that none was run would say nothing."""
    bench = Bench(tmp_path)
    chance = random.Random(3)
    for number in range(10):
        value = {"VALUE": hostile_value(chance)}
        bench.run(written(f"bad-{number}", 'cd "$HOME"; eval "echo $VALUE"\n'), parameters=value)
    assert list(tmp_path.rglob("pwned*"))
