"""Every check was once turned red by something: docs/checks.json, which a nightly run keeps up to date."""

import ast
from pathlib import Path

import pytest

from reports.matrix import load_matrix
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
# Nothing turned these red yet. The list may only become shorter: the nightly run that sees one red makes this fail.
NOTHING_YET = frozenset({"answers-summaries", "rollout", "verify-database", "verify-logs"})


def wanted() -> set[str]:
    """The checks that drills have: those that the code names, those of promises, those of verification lists."""
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
                names |= {f"verify-{step.name}" for step in runbook.verifications[scenario.verification].steps}
    return {str(name) for name in names}


def test_every_check_was_turned_red_by_something() -> None:
    """A check that no candidate and no sabotage ever turned red says nothing when it holds."""
    red = load_matrix(FILE).red
    assert {name for name in wanted() if not red.get(name)} == NOTHING_YET


def test_the_table_is_the_file() -> None:
    assert FILE.with_suffix(".md").read_text(encoding="utf-8") == load_matrix(FILE).table()


def test_what_a_simulated_drill_turned_red_is_so() -> None:
    """Entries of ways name one that is there."""
    named = {each.by.removeprefix("way ") for found in load_matrix(FILE).red.values() for each in found}
    assert {turn.__module__ for _, turn in WAYS.values()} == {ways_of_systems.__name__, ways_of_the_harness.__name__}
    assert {name for name in named if not name.startswith(("sabotage ", "its candidate"))} <= WAYS.keys()


def record(tmp_path: Path, *, red: bool, expected: bool, control: str | None = "drops-a-row") -> DrillRecord:
    """A drill of the simulated world, with one check of ours in it."""
    found = CheckRecord(id="new-check", verdict="failed" if red else "passed", cause="writes_lost" if red else None)
    played = World(tmp_path).play(BACK)
    return played.model_copy(update={"checks": [found], "control": control, "as_expected": expected})


@pytest.mark.parametrize(("red", "expected", "rows"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_a_run_adds_what_it_saw_and_takes_nothing_away(red: bool, expected: bool, rows: int, tmp_path: Path) -> None:
    """What came out otherwise than expected is no proof: nobody knows what turned it red."""
    before = load_matrix(FILE)
    after = before.with_run([record(tmp_path, red=red, expected=expected)])
    assert len(after.red["new-check"]) == rows
    assert {check: after.red[check] for check in before.red} == before.red
    assert after.drills["demo::back"] == ["new-check"]
    assert after.with_run([]) == after
