"""docs/findings.md names drills that there are; those that show a mistake expect it."""

import re

from scenarios.judging.causes import Verdict
from scenarios.registry import built_in
from tests.house import ROOT

PAGE = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in PAGE.splitlines() if "::" in line]
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
