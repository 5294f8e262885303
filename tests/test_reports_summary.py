"""summary.json: gathered whole, judged strictly, found again, pruned carefully."""

import json
import os
from pathlib import Path

import pytest

from reports.summary import load_drills, load_summary, prune_runs, resolve_run, run_verdict, write_summary
from scenarios.errors import UsageError
from scenarios.results import Summary
from tests.sample_header import NOT_REHEARSED, header
from tests.sample_run import STORIES, build_run, record_of


def test_a_summary_is_written_and_read_back(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    written = write_summary(run, **header())
    assert load_summary(run) == written == load_summary(run / "summary.json")
    assert [drill.id for drill in written.drills] == sorted(drill.id for drill in written.drills)
    assert len(written.drills) == len(STORIES)
    assert written.not_rehearsed == NOT_REHEARSED
    assert json.loads((run / "summary.json").read_text())["schema_version"] == 1
    assert [path.name for path in run.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("chosen", "verdict"),
    [
        ((0, 1, 2), "passed"),
        ((0, 3), "failed"),
        ((0, 3, 4), "failed"),
        ((0, 4), "inconclusive"),
        ((), "inconclusive"),
    ],
)
def test_the_verdict_of_a_run(chosen: tuple[int, ...], verdict: str) -> None:
    """One surprise fails the run; nothing run proves nothing."""
    assert run_verdict([record_of(STORIES[i]) for i in chosen]) == verdict


def test_a_broken_verdict_is_named(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    broken = run / STORIES[0].slug / "verdict.json"
    broken.write_text('{"id": "half')
    with pytest.raises(UsageError, match="not a drill's verdict") as caught:
        load_drills(run)
    assert str(broken) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "not there"), ("{", "not a summary"), ('{"schema_version": 1, "surprise": 2}', "not a summary")],
)
def test_a_missing_or_broken_summary_is_a_usage_error(tmp_path: Path, content: str | None, says: str) -> None:
    if content is not None:
        (tmp_path / "summary.json").write_text(content)
    with pytest.raises(UsageError, match=says) as caught:
        load_summary(tmp_path)
    assert "summary.json" in str(caught.value)


def _finished(out: Path, name: str, started_at: str) -> Path:
    run = build_run(out, name, stories=())
    write_summary(run, **header(run=name, started_at=started_at))
    return run


def test_a_run_is_found_by_name_path_and_as_latest(tmp_path: Path) -> None:
    run = _finished(tmp_path, "a", "2026-01-01T00:00:00+00:00")
    (tmp_path / "latest").symlink_to("a")
    for name in ("a", "latest", str(run), str(run / "summary.json")):
        assert resolve_run(name, tmp_path) == run.resolve()


@pytest.mark.parametrize("name", ["nowhere", "", "latest"])
def test_an_unknown_run_names_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="none yet"):
        resolve_run(name, tmp_path)
    _finished(tmp_path, "a", "2026-01-01T00:00:00+00:00")
    _finished(tmp_path, "b", "2026-01-02T00:00:00+00:00")
    with pytest.raises(UsageError, match="Runs there: b, a"):
        resolve_run(name, tmp_path)


def test_pruning_keeps_the_newest_the_latest_and_what_is_not_ours(tmp_path: Path) -> None:
    runs = [_finished(tmp_path, name, f"2026-01-0{day}T00:00:00+00:00") for day, name in enumerate("dcba", start=1)]
    (tmp_path / "latest").symlink_to("d")
    going = build_run(tmp_path, "still-going", STORIES[:1])
    (tmp_path / "bench").mkdir()
    os.utime(runs[-1], (0, 0))  # the age of a folder is not the age of a run
    assert prune_runs(tmp_path, keep=2) == [runs[1]]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "bench", "d", "latest", "still-going"]
    assert (going / STORIES[0].slug / "verdict.json").is_file()
    assert prune_runs(tmp_path, keep=9) == []


def test_keeping_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="at least 1"):
        prune_runs(tmp_path, keep=0)


def test_the_schema_refuses_unknown_keys(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    value = write_summary(run, **header()).model_dump(mode="json") | {"extra": 1}
    with pytest.raises(ValueError, match="extra"):
        Summary.model_validate(value)
