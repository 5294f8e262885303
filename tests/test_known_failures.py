"""docs/known-failures.md and the scenarios that re-create failures of others say the same."""

import re
from collections import Counter

import pytest

from scenarios.judging.causes import Verdict
from scenarios.model import Scenario
from scenarios.registry import BUILT_IN, built_in
from tests.house import ROOT

ROW = re.compile(
    r"^\| (?P<system>\w+) `(?P<drill>[\w-]+)` \| [^|]+ \| `(?P<cause>\w+)`: [^|]+"
    r" \| \[(?P<source>[\w.-]+/[\w.-]+#\d+)\]\((?P<address>\S+)\) \|$",
    re.MULTILINE,
)
PAGE = (ROOT / "docs" / "known-failures.md").read_text(encoding="utf-8")
ROWS = [row.groupdict() for row in ROW.finditer(PAGE)]
KNOWN = [
    (folder.name, scenario)
    for folder in sorted(BUILT_IN.iterdir())
    if (folder / "scenarios.py").is_file()
    for scenario in built_in(folder.name).scenarios
    if scenario.known is not None
]


def test_each_known_failure_has_one_row_with_its_cause_and_its_source() -> None:
    declared = [(system, each.id, each.expected.cause, each.known) for system, each in KNOWN]
    told = [(row["system"], row["drill"], row["cause"], row["source"]) for row in ROWS]
    assert sorted(told) == sorted(declared)
    assert len(ROWS) == sum(line.startswith("| ") for line in PAGE.splitlines()) - 1  # but for the head of the table


def test_there_are_twelve_and_no_source_is_used_twice() -> None:
    assert len(KNOWN) >= 12
    assert max(Counter(each.known for _, each in KNOWN).values()) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["drill"])
def test_the_address_of_a_source_is_that_of_its_thread(row: dict[str, str]) -> None:
    project, number = row["source"].split("#")
    assert re.fullmatch(rf"https://github\.com/{re.escape(project)}/(issues|pull)/{number}", row["address"])


@pytest.mark.parametrize("scenario", [each for _, each in KNOWN], ids=lambda scenario: scenario.id)
def test_a_known_failure_is_caught_every_night_as_it_is(scenario: Scenario) -> None:
    """Red, and by itself: nothing is sabotaged."""
    assert scenario.expected.verdict is Verdict.FAILED
    assert "nightly" in scenario.suites
    assert scenario.sabotage is None


def test_each_known_failure_is_a_drill() -> None:
    marks = {
        match.groups()
        for path in (ROOT / "drills").rglob("test_*.py")
        for match in re.finditer(r'mark\.scenario\("([\w-]+)", "([\w-]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert {(system, each.id) for system, each in KNOWN} <= marks
