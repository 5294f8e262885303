"""Drill records that came out in each way, for tests that ask what a run makes of them."""

from pathlib import Path

from scenarios.judging.causes import Cause
from scenarios.model import Scenario, System
from scenarios.record import Subject, unprovisioned
from scenarios.results import DrillRecord

SCENARIO = Scenario(id="quick", title="t", procedure="p", baseline="v1", candidate="v2", defect="d", signal="s")
SUBJECT = Subject(
    drill_id="drills/git/test_x.py::test_y",
    system=System(name="shop", owner="o", database="shop", state_tables=()),
    scenario=SCENARIO,
    time_scale=0.02,
)


def record(*, verdict: str, as_expected: bool) -> DrillRecord:
    plain = unprovisioned(SUBJECT, "embedded", Path("evidence"), Cause.HARNESS_ERROR, "")
    return plain.model_copy(update={"verdict": verdict, "as_expected": as_expected})


GOOD, BAD = record(verdict="passed", as_expected=True), record(verdict="failed", as_expected=False)
MEANT, OPEN = record(verdict="failed", as_expected=True), record(verdict="inconclusive", as_expected=False)
