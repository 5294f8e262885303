"""Every way in which a drill proves nothing has a name of its own, and each is reached here but for three.

Each way (tests/ways_of_*.py) is one change to a world in which the drill passes, so that without its check the drill
would pass as well, or end under another name.
"""

from pathlib import Path

import pytest

from scenarios.judging.causes import Cause, Verdict
from tests import ways_of_systems, ways_of_the_harness
from tests.simulated_world import BACK, PASSED, World, outcome
from tests.ways import WAYS

ELSEWHERE = {
    Cause.INTERRUPTED: "tests/test_run.py: Ctrl-C goes through the lifecycle",
    Cause.HARNESS_OVERLOADED: "tests/test_probe_calibration.py: before any drill begins",
    Cause.PORT_TAKEN: "tests/test_host.py: a matter of real ports",
}
AT_LEAST = 25


def test_the_world_that_each_way_changes_passes(tmp_path: Path) -> None:
    assert outcome(World(tmp_path).play(BACK)) == PASSED


@pytest.mark.parametrize("name", WAYS)
def test_nothing_was_proved_and_the_cause_says_why(name: str, tmp_path: Path) -> None:
    """Inconclusive, with the one cause that this is; its detail tells more than its name."""
    cause, turn = WAYS[name]
    world = World(tmp_path)
    record = world.play(turn(world) or BACK)
    assert outcome(record) == (Verdict.INCONCLUSIVE, cause)
    assert record.detail
    assert not record.as_expected


def test_every_cause_that_proves_nothing_is_reached() -> None:
    """None is only a word in a list; and there are many of them, since "nothing happened" happens in many ways."""
    assert {turn.__module__ for _, turn in WAYS.values()} == {ways_of_systems.__name__, ways_of_the_harness.__name__}
    inconclusive = {cause for cause in Cause if cause.verdict is Verdict.INCONCLUSIVE}
    assert {cause for cause, _ in WAYS.values()} | ELSEWHERE.keys() == inconclusive
    assert len(inconclusive) >= AT_LEAST
