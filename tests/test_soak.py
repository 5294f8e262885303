"""Short forms of what is soaked: the same code with smaller numbers."""

import random
from pathlib import Path

import pytest

from fixtures.guard import TargetGuard
from fixtures.kind import platform
from tests.bench.running import SOAK, benches
from tests.hostile import hostile_value
from tests.runner_bench import Bench, written
from tests.soak import hostile_parameters, hostile_targets


def test_all_are_found_by_their_names() -> None:
    assert {"canaries", "hostile-parameters", "hostile-targets", "killed"} <= set(benches(SOAK))


def test_no_hostile_value_is_read_as_code() -> None:
    """As parameters of real steps, quoted and not, each arrives as it was given; none leaves a file."""
    assert hostile_parameters.look(200, random.Random(11), lambda _: None) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(20))
def test_a_drill_whose_target_is_anothers_changes_nothing(seed: int) -> None:
    """A whole drill with the real guard, and what its clean-up would delete."""
    assert hostile_targets.drill(seed) == (0, True)


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
