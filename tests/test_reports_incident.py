"""The incident document: filled from what happened, open where nothing is known, never a word that means Markdown."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.incident import incident
from scenarios.model import Scenario
from scenarios.results import OwnRequests
from tests.sample_run import STORIES, build_run, record_of

SCENARIO = Scenario(
    id="undo",
    title="undo it",
    procedure="undo",
    baseline="baseline",
    candidate="candidate",
    defect="a column that *nobody* fills",
    signal="error rate",
)
PASSED, FAILED, *_ = STORIES


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return build_run(tmp_path)


def test_it_has_what_the_runbook_asks_for(run: Path) -> None:
    document = incident(record_of(PASSED), SCENARIO, run / PASSED.slug)
    assert document is not None
    lines = document.splitlines()
    assert [line for line in lines if line.startswith("## ")] == [
        "## Summary",
        "## Figures of the drill",
        "## Timeline",
        "## Root cause",
        "## Resolution",
        "## Action items",
        "## Prevention",
    ]
    assert lines[0].endswith(": a column that \\*nobody\\* fills")
    assert "- **Date**: 2026-01-02" in lines
    assert "- **Outcome**: passed" in lines
    figures = lines[lines.index("## Figures of the drill") + 2 :][:3]
    assert [line.split("**")[1] for line in figures] == ["Time", "Loss", "Success"]
    assert figures[2].startswith("- **Success**: 1 of 1; ")
    assert "- **Users**: how many users it hurt, and how slow it was, is not known" in lines
    assert "- **Severity**: nobody decided" in lines  # the sample has no such event: it is not made up
    told = [line.split(" ", 2)[2] for line in lines[lines.index("## Timeline") :] if line.startswith("- 03:04:")]
    assert told[:3] == ["baseline deployed: baseline", "candidate deployed: candidate", "harmed"]
    assert told[-2:] == ["restored", "held"]
    assert "steady" not in told


def test_each_check_that_does_not_hold_is_something_to_do(run: Path) -> None:
    record = next(record_of(story) for story in STORIES if story.cause and story.evidence)
    story = next(story for story in STORIES if story.cause and story.evidence)
    document = incident(record, SCENARIO, run / story.slug) or ""
    todo = document.partition("## Action items")[2].partition("##")[0].strip().splitlines()
    assert len(todo) == sum(check.cause is not None for check in record.checks)
    assert all(line.startswith("- [ ] ") for line in todo)


def test_text_of_whatever_broke_cannot_become_markup(run: Path) -> None:
    record = record_of(PASSED).model_copy(update={"title": "x\n# owned <b>\x1b[31m"})
    document = incident(record, replace(SCENARIO, defect="[a](b)"), run / PASSED.slug) or ""
    assert "A drill: x \\# owned \\<b\\>." in document
    assert "\\[a\\](b)" in document


def test_where_nobody_was_hurt_there_is_no_incident(tmp_path: Path) -> None:
    assert incident(record_of(PASSED), SCENARIO, tmp_path) is None


def test_it_says_who_was_hurt_and_how_slow_it_was(run: Path) -> None:
    own = OwnRequests(
        users=6, hurt=5, requests=40, bad=12, held=30, held_bad=0, before_ms=2.0, hurt_ms=9.0, held_ms=None
    )
    document = incident(record_of(PASSED).model_copy(update={"own": own}), SCENARIO, run / PASSED.slug) or ""
    line = next(line for line in document.splitlines() if line.startswith("- **Users**"))
    assert "5 of 6 users had a request that failed" in line
    assert line.endswith("answers took 9.0 ms at the median, 2.0 ms before")
