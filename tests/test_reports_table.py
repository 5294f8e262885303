"""The table at the end of a run and the failure message: complete, in plain words, and within the terminal's width."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.summary import write_summary
from reports.table import format_failure, summary_lines
from reports.words import MACHINE_TIME
from scenarios.results import Summary
from tests.sample_header import header
from tests.sample_run import STORIES, build_run, record_of


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return write_summary(build_run(tmp_path_factory.mktemp("out")), **header())


def _text(summary: Summary, width: int = 100) -> str:
    lines = summary_lines(summary, Path("reports/out/run"), width)
    return " ".join(" ".join(text.split()) for text, _ in lines)


@pytest.mark.parametrize(("width", "widest"), [(20, 80), (80, 80), (100, 100), (140, 140), (300, 140)])
def test_no_line_is_wider_than_the_terminal(summary: Summary, width: int, widest: int) -> None:
    lines = summary_lines(summary, Path("reports/out/run"), width)
    assert max(len(text) for text, _ in lines) <= widest
    assert all("\x1b" not in text for text, _ in lines)


def test_every_drill_says_result_time_loss_and_evidence(summary: Summary) -> None:
    text = _text(summary)
    for drill in summary.drills:
        assert f"evidence: reports/out/run/{drill.evidence}" in text
    assert "recovered in 1.56\N{EN DASH}1.58 s of 900 s allowed (±4.1 ms probe)" in text
    assert "first good answer after 0.41\N{EN DASH}0.44 s, 1.13 s or more before it stayed good" in text
    assert text.count("first good answer") == 1  # where it says something
    assert "0 of 412 acknowledged writes lost" in text
    assert "NOT AS EXPECTED: expected passed, got failed/writes_lost" in text
    assert "control: the rollback was sabotaged on purpose (deletes-rows)" in text


def test_the_end_says_counts_scale_and_where_the_report_is(summary: Summary) -> None:
    text = _text(summary)
    assert "At least one drill did NOT come out as expected." in text
    assert (
        "5 drills: 1 passed, 1 failed as expected, 1 control red as it must be, 1 NOT AS EXPECTED, 1 inconclusive, "
        "2 not rehearsed"
    ) in text
    assert "why: no container engine answers" in text
    assert "to mend it: `drill engine up`" in text
    assert "Time scale 0.02" in text
    assert MACHINE_TIME in text
    assert "this run's own calibration outages: 15 outages, p50 1.2, p99 4.1 ms." in text
    assert text.endswith("Report: reports/out/run/index.html")


def test_the_end_names_the_drill_that_took_longest_beyond_its_holds(summary: Summary) -> None:
    assert not any("Beyond its set-up" in text for text, _ in summary_lines(summary, Path("run"), 140))
    drills = [drill.model_copy(update={"overhead_s": 3.0 + i}) for i, drill in enumerate(summary.drills)]
    lines = summary_lines(summary.model_copy(update={"drills": drills}), Path("run"), 140)
    told = f"Beyond its set-up and its own holds a drill took at most {2.0 + len(drills):.2f} s"
    assert any(told in text for text, _ in lines)


def test_green_is_only_what_is_as_expected(summary: Summary) -> None:
    styles = {
        text.strip()[:1]: style for text, style in summary_lines(summary, Path("x"), 140) if text.startswith("     ")
    }
    assert (styles["✓"], styles["◆"], styles["✗"], styles["?"]) == ("green", "green", "red", "yellow")


def test_a_run_without_drills_is_not_green(summary: Summary) -> None:
    empty = summary.model_copy(update={"drills": [], "verdict": "inconclusive", "not_rehearsed": []})
    lines = summary_lines(empty, Path("x"), 100)
    assert lines[0] == ("No drill was run, so nothing was proved.", "yellow")
    assert all(style != "green" for _, style in lines)


def test_a_failure_message_traces_the_verdict_to_evidence() -> None:
    record = record_of(replace(STORIES[3], claimed_s=1.1, first_good_s=(0.412, 0.433)))
    message = format_failure(record, Path("reports/out/run"), 0.02)
    lines = message.splitlines()
    assert lines[0] == "mina: `flask db downgrade base` brings users back but keeps what they wrote"
    assert "failed/writes_lost: Writes that users were told had been saved are gone: 396 of 412" in lines[1]
    rows = {line[2:13].strip(): line[14:] for line in lines[1:] if line[2:13].strip()}
    assert rows["expected"] == "passed"
    assert rows["disruption"] == (
        "3.80\N{EN DASH}3.83 s (±4.1 ms probe; alarm after 2.20 s at time scale 0.02); allowed: 900 s, met"
    )
    assert rows["claimed"].startswith(
        "kubectl rollout status claimed success after 1.10 s: 0.46 s or more before users"
    )
    assert rows["first good"] == "after 0.41\N{EN DASH}0.44 s, 1.13 s or more before it stayed good"
    assert rows["probe error"].startswith("over 15 outages of known length: p50 1.2, p99 4.1, max 4.1 ms")
    assert "repeated" not in rows
    assert rows["loss"].endswith("allowed: 0 writes, 0 s")
    assert rows["time spent"].startswith("detect 2.20 s · decide 0.05 s · execute 1.35 s")
    assert rows["checks"] == "1 of 4 not passed"
    assert "- ledger: failed/writes_lost: 396 of 412 acknowledged writes are gone" in message
    assert rows["steps"] == "1. show-current (written): exit 0, 0.62 s"
    assert rows["evidence"] == "reports/out/run/downgrade-base"


@pytest.mark.parametrize(
    ("bounds", "standing"),
    [
        ((899.0, 900.0), "met"),
        ((900.1, 901.0), "MISSED"),
        ((899.0, 901.0), "neither met nor missed"),
        ((901.0, None), "MISSED"),
        ((5.0, None), "not met: not restored when the drill stopped waiting"),
    ],
)
def test_the_whole_interval_decides_where_it_stands(bounds: tuple[float, float | None], standing: str) -> None:
    record = record_of(STORIES[0]).model_copy(update={"recovery_s": bounds})
    row = next(line for line in format_failure(record).splitlines() if line.startswith("  recovery"))
    assert row.endswith(f"allowed: 900 s, {standing}")


def test_a_failure_of_several_rehearsals_says_so() -> None:
    message = format_failure(record_of(STORIES[3]).model_copy(update={"n": 20}))
    assert "  repeated    the worst of 20 rehearsals\n" in message


def test_a_drill_that_never_began_still_has_a_message() -> None:
    record = record_of(STORIES[4]).model_copy(
        update={"recovery_s": None, "disruption_s": None, "checks": [], "steps": [], "objective": None}
    )
    message = format_failure(record)
    assert "recovery    not measured" in message
    assert "checks      none was made" in message
    assert "allowed: no objective" in message
