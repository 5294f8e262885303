"""Every check was once turned red by something: docs/checks.json, which a nightly run keeps up to date."""

import ast
import re
from pathlib import Path

import pytest

from reports.matrix import load_matrix, row_of
from scenarios.registry import built_in
from scenarios.results import CheckRecord, DrillRecord
from scenarios.runbook import load_runbook
from tests import ways_of_systems, ways_of_the_harness
from tests.house import ROOT, calls
from tests.simulated_world import BACK, World
from tests.ways import WAYS

FILE = ROOT / "docs" / "checks.json"
MAKERS = {"passed", "not_passed", "checks.passed", "checks.not_passed"}
SYSTEMS = [path.parent.name for path in sorted((ROOT / "scenarios" / "systems").glob("*/scenarios.py"))]
DRILL = re.compile(r'^@pytest\.mark\.scenario\("\w+", "[\w-]+"\)\n(?:@.*\n)*def (test_\w+)\(', re.MULTILINE)
RUN_IT = "run it (`pytest drills/ -k …`), and `python -m reports.matrix reports/out/latest` writes down what it saw"


def wanted() -> set[str]:
    """The rows of the checks that drills have: that the code names, that lists promise, that any drill ever had."""
    names = {
        call.args[0].value
        for path in (ROOT / "scenarios").glob("*.py")
        for name, call in calls(path.relative_to(ROOT))
        if name in MAKERS and call.args and isinstance(call.args[0], ast.Constant)
    }
    for name in SYSTEMS:
        system = built_in(name)
        runbook = load_runbook(system.folder / "RUNBOOK.md")
        for scenario in system.scenarios:
            names |= {f"answers-{promise}" for promise in scenario.restores}
            if scenario.verification is not None:
                steps = runbook.verifications[scenario.verification].steps
                names |= {row_of(name, f"verify-{step.name}") for step in steps}
    had = {row for rows in load_matrix(FILE).drills.values() for row in rows}
    return had | {str(name) for name in names}


def test_every_check_was_turned_red_by_something() -> None:
    """A check that no candidate and no sabotage ever turned red says nothing when it holds."""
    red = load_matrix(FILE).red
    assert sorted(name for name in wanted() if not red.get(name)) == [], RUN_IT


def test_the_file_knows_every_drill_and_no_other() -> None:
    """What a drill checks is known once it has been run."""
    drills = {
        f"{path.relative_to(ROOT)}::{found[1]}"
        for path in (ROOT / "drills").rglob("test_*.py")
        for found in DRILL.finditer(path.read_text(encoding="utf-8"))
    }
    known = load_matrix(FILE).drills.keys()
    assert sorted(drills - known) == [], RUN_IT
    assert sorted(known - drills) == [], "take it out of docs/checks.json: there is no such drill"


def test_the_table_is_the_file() -> None:
    assert FILE.with_suffix(".md").read_text(encoding="utf-8") == load_matrix(FILE).table()


def test_what_a_simulated_drill_turned_red_is_so() -> None:
    """Entries of ways name one that is there."""
    named = {each.by.removeprefix("way ") for found in load_matrix(FILE).red.values() for each in found}
    assert {turn.__module__ for _, turn in WAYS.values()} == {ways_of_systems.__name__, ways_of_the_harness.__name__}
    assert {name for name in named if not name.startswith(("sabotage ", "its candidate"))} <= WAYS.keys()


def record(tmp_path: Path, *, red: bool, expected: bool, check: str = "new-check") -> DrillRecord:
    """A drill of the simulated world, with one check of ours in it."""
    found = CheckRecord(id=check, verdict="failed" if red else "passed", cause="writes_lost" if red else None)
    played = World(tmp_path).play(BACK)
    return played.model_copy(update={"checks": [found], "control": "drops-a-row", "as_expected": expected})


@pytest.mark.parametrize(("red", "expected", "rows"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_a_run_adds_what_it_saw_and_takes_nothing_away(red: bool, expected: bool, rows: int, tmp_path: Path) -> None:
    """What came out otherwise than expected is no proof: nobody knows what turned it red."""
    before = load_matrix(FILE)
    after = before.with_run([record(tmp_path, red=red, expected=expected)])
    assert len(after.red["new-check"]) == rows
    assert {check: after.red[check] for check in before.red} == before.red
    assert after.drills["demo::back"] == ["new-check"]
    assert after.with_run([]) == after


def test_lines_of_verification_lists_are_rows_of_their_system(tmp_path: Path) -> None:
    """`verify-health` of one runbook says nothing of that of another."""
    after = load_matrix(FILE).with_run([record(tmp_path, red=True, expected=True, check="verify-health")])
    assert [each.drill for each in after.red["demo verify-health"]] == ["demo::back"]
    assert after.drills["demo::back"] == ["demo verify-health"]
