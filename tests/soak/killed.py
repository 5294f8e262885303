"""Runs that are killed at a random instant: what they leave on this machine, and what they say afterwards.

In two lanes, as half a machine waits while one run ends. Each has a network of its own: ports and the token to measure
are names in a network namespace, so that no lane waits for the other.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields

from fixtures.processes import with_parent
from fixtures.run import CHECKOUT
from tests.bench.goals import Goal, Tell
from tests.soak import killing
from tests.soak.killing import VICTIMS, Found, Way

TITLE = "runs killed at a random instant: nothing left after 5 s, never a verdict that they passed"
TAKES = "about 70 min on two cores"

KILLS, SEED = 200, 7
LANES = 2
IN_A_NETWORK = ("unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
EMBEDDED = Way(
    drill="drills/database/test_downgrade.py::test_one_step_corrected",
    environment="embedded",
    latest_s=24.0,
    gone_s=5.0,
)


def run(tell: Tell) -> list[Goal]:
    """In one lane where this machine gives nobody a network of its own."""
    lanes = LANES if os.geteuid() == 0 and all(map(shutil.which, ("unshare", "ip"))) else 1
    if lanes == 1:
        return kill(EMBEDDED, KILLS, SEED, tell).goals(EMBEDDED.gone_s)
    with ThreadPoolExecutor(lanes) as pool:
        found = pool.map(lambda lane: _lane(lane, KILLS // lanes, tell), range(lanes))
        return together(list(found)).goals(EMBEDDED.gone_s)


def kill(way: Way, kills: int, seed: int, tell: Tell) -> Found:
    """As often as that: every second time the run itself, else any of its processes."""
    chance, found = random.Random(seed), Found()
    for number in range(kills):
        victim = "run" if number % 2 else chance.choice(list(VICTIMS))
        killing.kill(way, victim, lambda: chance.uniform(0.3, way.latest_s), found)
        tell(f"{number + 1} of {kills}: {victim}; left so far: {sum(found.left.values()):.0f}")
    return found


def together(found: Sequence[Found]) -> Found:
    """What several lanes came to."""
    total = Found()
    for one in found:
        for name in (field.name for field in fields(Found)):
            mine, more = getattr(total, name), getattr(one, name)
            if isinstance(mine, dict):
                more = {key: mine.get(key, 0.0) + more.get(key, 0.0) for key in {**mine, **more}}
                setattr(total, name, more)
            else:
                setattr(total, name, mine + more)
    return total


def _lane(lane: int, kills: int, tell: Tell) -> Found:
    """RuntimeError where the lane ends before its kills are over: what it said is on this program's own stderr."""
    argv = [*IN_A_NETWORK, sys.executable, "-m", "tests.soak.killed", str(kills), str(SEED + lane)]
    last = ""
    with subprocess.Popen(with_parent(argv), cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last = line.strip()
            if not last.startswith("{"):
                tell(f"lane {lane + 1}: {last}")
    if process.returncode != 0:
        raise RuntimeError(f"lane {lane + 1} ended with {process.returncode}")
    return Found(**json.loads(last))


if __name__ == "__main__":
    mine = kill(EMBEDDED, int(sys.argv[1]), int(sys.argv[2]), lambda line: print(line, flush=True))
    print(json.dumps(asdict(mine)))
