"""A drill that is going on, as one screen: what its files say by now, whatever of them is there yet."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import drill
from fixtures import watch as watching
from reports.live import going_on, look, over

NOW_NS = 100_000_000_000
S = 1_000_000_000


def event(what: str, at_s: float, **facts: Any) -> dict[str, Any]:
    return {"event": what, "t": int(at_s * S), "facts": facts}


def tick(at_s: float, lane: str = "read", why: str | None = None) -> dict[str, Any]:
    return {"lane": lane, "done_ns": int(at_s * S), "served": why is None, "why": why}


BEGUN = event("begun", 80, title="a way back", system="mina")
STARTED = [BEGUN, event("harmed", 94), event("procedure_started", 96, procedure="revert")]
STEP = event("step", 99, name="push")


def written(folder: Path, events: list[dict[str, Any]], ticks: list[dict[str, Any]]) -> Path:
    """A drill's folder as it is while the drill goes on, with a line that is cut short."""
    folder.mkdir(parents=True)
    for name, lines in (("events", events), ("probe", ticks)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text + ("{" if name == "probe" else ""), encoding="utf-8")
    (folder / "workload.jsonl").write_text(f'{{"done":{99 * S}}}\n' * 50, encoding="utf-8")
    return folder


def test_it_says_phase_time_errors_and_what_is_allowed(tmp_path: Path) -> None:
    """Only the last seconds count, and our own lanes are nobody's requests."""
    old, good, bad = tick(90, why="long ago"), [tick(98 + n / 100) for n in range(3)], tick(99, why="ping answered 500")
    ours = [tick(99, lane="control", why="late"), tick(99, lane="rollout", why="of 3 wanted: 1 updated")]
    folder = written(tmp_path / "d", [*STARTED, STEP], [old, *good, bad, *ours])
    assert look(folder, NOW_NS, 300.0, ["a 1/1 Running", "b 0/1 Error"]).lines() == [
        "a way back",
        "phase      after step push: 4.00 s of the way back, 300 s allowed",
        "harm       first harm 6.00 s ago",
        "errors     25.0% bad of the last 5 s; last: ping answered 500",
        "requests   10 a second",
        "health     does not answer",
        "rollout    of 3 wanted: 1 updated",
        "pods       a 1/1 Running",
        "           b 0/1 Error",
    ]


def test_before_anything_is_seen_it_says_so(tmp_path: Path) -> None:
    """A folder with one line in it is a drill, too."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "events.jsonl").write_text(json.dumps(BEGUN) + "\n", encoding="utf-8")
    assert look(tmp_path / "d", NOW_NS, None, []).lines() == [
        "a way back",
        "phase      begun",
        "harm       nobody was hurt yet",
        "errors     nothing seen of the last 5 s",
        "requests   -",
        "health     not asked",
    ]


def test_the_way_back_takes_no_longer_once_users_are_back(tmp_path: Path) -> None:
    """The hold is no part of it; with it the drill is over."""
    folder = written(tmp_path / "d", [*STARTED, event("restored", 98), event("held", 100)], [])
    assert look(folder, NOW_NS, None, []).since_start_s == 2.0
    assert over(folder)
    assert not over(written(tmp_path / "e", STARTED, []))


def test_the_command_looks_at_the_drill_that_was_written_to_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the newest run, until it is over, with what its runbook allows; without a run it says how to start one."""
    monkeypatch.setattr("fixtures.run.OUT", tmp_path)
    monkeypatch.setattr(watching, "EVERY_S", 0.0)
    none = CliRunner().invoke(drill.main, ["watch"])
    assert (none.exit_code, "start one in another terminal" in none.output) == (2, True)
    run = tmp_path / "run"
    run.mkdir()
    (run / "run.json").write_text("{}", encoding="utf-8")
    assert "no drill yet" in CliRunner().invoke(drill.main, ["watch", "--once"]).output
    written(run / "d", [*STARTED, event("held", 100)], [])
    assert going_on(run) == run / "d"
    for words in (["watch"], ["watch", str(run), "--once"]):
        done = CliRunner().invoke(drill.main, words, catch_exceptions=False)
        assert (done.exit_code, done.output.count("phase")) == (0, 1)
        assert "900 s allowed" in done.output
