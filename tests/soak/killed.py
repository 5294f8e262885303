"""Runs that are killed at a random instant: what they leave on this machine, and what they say afterwards."""

import random

from tests.bench.goals import Goal, Tell
from tests.soak import killing
from tests.soak.killing import VICTIMS, Found, Way

TITLE = "runs killed at a random instant: nothing left after 5 s, never a verdict that they passed"
TAKES = "about 60 min on two cores"

KILLS = 200
EMBEDDED = Way(
    drill="drills/database/test_downgrade.py::test_one_step_corrected",
    environment="embedded",
    latest_s=24.0,
    gone_s=5.0,
)


def run(tell: Tell) -> list[Goal]:
    """One drill after another, each with one of its processes killed."""
    return kill(EMBEDDED, KILLS, 7, tell).goals(EMBEDDED.gone_s)


def kill(way: Way, kills: int, seed: int, tell: Tell) -> Found:
    """As often as that: every second time the run itself, else any of its processes."""
    chance, found = random.Random(seed), Found()
    for number in range(kills):
        victim = "run" if number % 2 else chance.choice(list(VICTIMS))
        killing.kill(way, victim, lambda: chance.uniform(0.3, way.latest_s), found)
        tell(f"{number + 1} of {kills}: {victim}; left so far: {sum(found.left.values()):.0f}")
    return found
