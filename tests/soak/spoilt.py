"""Input of every kind, spoilt in one place: does a traceback reach anybody, or an error without its place?"""

import random
import tempfile
from pathlib import Path

from tests.bench.goals import Goal, Tell
from tests.test_fuzz import RUNBOOKS, look_at_options, look_at_run, look_at_runbook, stored_run

TITLE = "spoilt runs, runbooks and options: file, line and what was expected, and never a traceback"
TAKES = "about 10 min"
RUNS, BOOKS, OPTIONS = 1500, 20_000, 50


def run(tell: Tell) -> list[Goal]:
    """Seeds that the tests do not use."""
    wrong: dict[str, float] = {"runs": 0, "runbooks": 0, "options": 0}
    with tempfile.TemporaryDirectory(prefix="soak-spoilt-") as name:
        whole = stored_run(Path(name))
        for seed in range(RUNS):
            wrong["runs"] += _told(look_at_run(whole, seed), tell)
        tell(f"{RUNS} stored runs")
        for seed in range(BOOKS):
            found = look_at_runbook(random.Random(seed).choice(RUNBOOKS), seed)
            wrong["runbooks"] += _told([found] if found else [], tell)
        tell(f"{BOOKS} runbooks")
        for seed in range(OPTIONS):
            found = look_at_options(Path(name), seed)
            wrong["options"] += _told([found] if found else [], tell)
    return [
        Goal.at_most(
            "answers with a traceback, or without file and what was expected", sum(wrong.values()), "", 0, wrong
        ),
        Goal.seen("spoilt", RUNS + BOOKS + OPTIONS, "inputs"),
    ]


def _told(found: list[str], tell: Tell) -> int:
    for each in found:
        tell(each)
    return len(found)
