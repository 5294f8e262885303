"""docs/runbook-findings.md names drills that there are; those that show a mistake expect it."""

import re

from reports.measured import HEADING, load_measurements
from scenarios.judging.causes import Verdict
from scenarios.registry import built_in
from scenarios.runbook import load_runbook
from tests.house import ROOT

PAGE = (ROOT / "docs" / "runbook-findings.md").read_text(encoding="utf-8")
BY_HAND, _, MEASURED = PAGE.partition(HEADING)
ROWS = [line.split(" | ") for line in BY_HAND.splitlines() if "::" in line]
DRILL = re.compile(r"`([a-z_]+/test_[a-z_]+\.py)::(test_[a-z_]+)`")
MARK = r'@pytest\.mark\.scenario\("(\w+)", "([\w-]+)"\)\ndef {name}\('


def expected(file: str, name: str) -> tuple[Verdict, str | None]:
    """What the drill expects, and how it is sabotaged; the test fails where there is no such drill."""
    found = re.search(MARK.format(name=name), (ROOT / "drills" / file).read_text(encoding="utf-8"))
    assert found, f"{file}::{name} is not a drill"
    scenario = built_in(found[1]).scenario(found[2])
    return scenario.expected.verdict, scenario.sabotage


def test_what_a_row_says_is_what_its_drills_expect() -> None:
    """The drill of a mistake expects to fail; the drill of the corrected step expects to pass, unsabotaged."""
    assert len(ROWS) >= 16
    for row in ROWS:
        shown, corrected = DRILL.findall(row[2]), DRILL.findall(row[3])
        assert shown, row
        assert corrected, row
        assert {expected(*drill)[0] for drill in shown} == {Verdict.FAILED}
        assert {expected(*drill) for drill in corrected} == {(Verdict.PASSED, None)}


def test_the_end_of_the_page_is_the_file() -> None:
    """What was measured is written by the command alone, of drills that there are."""
    found = load_measurements(ROOT / "docs" / "runbook-findings.json")
    assert found.section() == HEADING + MEASURED
    for drill, each in found.drills.items():
        path, _, name = drill.partition("::")
        expected(path.removeprefix("drills/"), name)
        assert each.procedure in load_runbook(ROOT / "scenarios" / "systems" / each.system / "RUNBOOK.md").procedures
