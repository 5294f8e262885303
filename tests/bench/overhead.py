"""What a drill takes beyond its set-up and its own scaled holds: drills without a cluster, serial and two at once.

Real drills in a pytest of their own, of the ci suite; each one's record says what it took.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from fixtures.run import CHECKOUT
from reports.summary import load_summary
from scenarios.results import Summary
from tests.bench.goals import Goal, Tell, Unmeasured

TITLE = "what a drill takes beyond its set-up and its own holds"
TAKES = "about 4 min"
AREAS = "git or configuration"
LIMIT_S = 15.0
WITHIN_S = 900.0
WAYS: dict[str, tuple[str, ...]] = {"serial": (), "two at once": ("-n", "2")}


def run(tell: Tell) -> list[Goal]:
    """Run the drills once in each way; Unmeasured where one did not come out as expected."""
    found = []
    for name, more in WAYS.items():
        tell(f"{name}: pytest drills/ -k '{AREAS}' --suite ci")
        with tempfile.TemporaryDirectory(prefix="bench-overhead-") as out:
            summary = _drilled(Path(out), more)
        found.append(goal(name, summary))
        tell(f"{name}: {found[-1].figure:.1f} s")
    return found


def goal(name: str, summary: Summary) -> Goal:
    """The worst of a run's drills; Unmeasured where one of them has no figure."""
    odd = [drill.id for drill in summary.drills if not drill.as_expected or drill.overhead_s is None]
    if odd or not summary.drills:
        raise Unmeasured(f"{name}: not as expected: {', '.join(odd) or 'there was no drill'}")
    taken = {drill.id: drill.overhead_s or 0.0 for drill in summary.drills}
    worst = max(taken, key=lambda drill: taken[drill])
    return Goal.at_most(f"{name}: the longest of {len(taken)} drills ({worst}), at most", taken[worst], "s", LIMIT_S)


def _drilled(out: Path, more: tuple[str, ...]) -> Summary:
    command = [sys.executable, "-m", "pytest", "drills", "-k", AREAS, "--suite", "ci", "--environment", "embedded"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *more],
        cwd=CHECKOUT,
        env={**os.environ, "ROLLBACK_DRILLS_OUT": str(out)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    if not (out / "latest" / "summary.json").is_file():
        raise Unmeasured(f"pytest ended with {done.returncode}: {done.stdout.strip().splitlines()[-1:]}")
    return load_summary(out / "latest")
