"""What was measured: the worst of all rehearsals counts, each run once, and nothing that is sabotaged or unproved."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import drill
from fixtures import commands
from reports.measured import Measurements, load_measurements, write_measurements
from scenarios.results import DrillRecord, Interval, Platform, Summary
from tests.sample_run import STORIES, record_of

PASSED, AS_EXPECTED, CONTROL, UNEXPECTED, INCONCLUSIVE = (record_of(story) for story in STORIES)
NOTHING = Measurements(runs=[], drills={})


def run(name: str, *drills: DrillRecord) -> Summary:
    return SUMMARY.model_copy(update={"run": name, "drills": list(drills)})


def took(bounds: Interval, n: int = 1) -> DrillRecord:
    return PASSED.model_copy(update={"recovery_s": bounds, "n": n})


SUMMARY = Summary(
    run="r",
    started_at="2026-01-01T00:00:00Z",
    git_rev="0",
    verdict="passed",
    time_scale=0.02,
    suite=None,
    platform=Platform(),
    not_rehearsed=[],
    drills=[],
)


def test_the_worst_of_all_rehearsals_counts_and_each_run_once() -> None:
    """Later is worse, never is worst, and a better night does not make it better."""
    found = NOTHING.with_run(run("a", took((1.0, 1.1), n=3)))
    for name, bounds, n, worst in (
        ("b", (0.5, 0.6), 4, (1.0, 1.1)),
        ("b", (9.0, 9.9), 4, (1.0, 1.1)),  # the same run again
        ("c", (2.0, 2.1), 5, (2.0, 2.1)),
        ("d", (1.5, None), 6, (1.5, None)),
        ("e", (5.0, 5.1), 7, (1.5, None)),
    ):
        found = found.with_run(run(name, took(bounds)))
        assert (found.drills[PASSED.id].n, found.drills[PASSED.id].measured_s) == (n, worst)
    assert found.runs == ["a", "b", "c", "d", "e"]


def test_another_procedure_begins_anew() -> None:
    """A drill that rehearses something else by now says nothing of what it was."""
    found = NOTHING.with_run(run("a", took((9.0, 9.1))))
    other = took((1.0, 1.1)).model_copy(update={"procedure": "another"})
    assert found.with_run(run("b", other)).drills[PASSED.id].n == 1


def test_only_what_was_proved_of_the_procedure_itself_is_counted() -> None:
    """Sabotage, surprises and drills that proved nothing are not the procedure's figures."""
    found = NOTHING.with_run(run("a", PASSED, AS_EXPECTED, CONTROL, UNEXPECTED, INCONCLUSIVE))
    assert set(found.drills) == {PASSED.id, AS_EXPECTED.id}


def test_what_is_written_by_hand_stays(tmp_path: Path) -> None:
    """The end of the page is written anew, the rest is nobody's but its author's."""
    path, found = tmp_path / "f.json", NOTHING.with_run(run("a", took((1.0, 1.1))))
    path.with_suffix(".md").write_text("# By hand\n", encoding="utf-8")
    for _ in range(2):
        write_measurements(path, found)
        assert path.with_suffix(".md").read_text(encoding="utf-8") == "# By hand\n" + found.section()
    assert load_measurements(path) == found
    assert "1.00\N{EN DASH}1.10 s" in found.section()


def test_the_command_adds_runs_to_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their folders, each once, and says how many are new."""
    monkeypatch.setattr(commands, "CHECKOUT", tmp_path)
    (tmp_path / "docs").mkdir()
    for name in "ab":
        (tmp_path / name).mkdir()
        text = run(name, took((1.0, 1.1))).model_dump_json()
        (tmp_path / name / "summary.json").write_text(text, encoding="utf-8")
    asked = [str(tmp_path / name) for name in "ab"]
    for new in (2, 0):
        done = CliRunner().invoke(drill.main, ["findings", *asked], catch_exceptions=False)
        assert (done.exit_code, done.output.splitlines()[-1]) == (0, f"Added now: {new} runs")
    assert load_measurements(tmp_path / "docs" / "runbook-findings.json").drills[PASSED.id].n == 2
