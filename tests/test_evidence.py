"""The evidence folder: on disk when a call returns, readable by anyone."""

import errno
import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from fixtures.evidence import EvidenceFolder
from reports.evidence import read_events
from scenarios.chain import verify
from scenarios.judging.intervals import Edge
from scenarios.timeline import Timeline


def test_an_event_is_on_disk_when_the_call_returns(tmp_path: Path) -> None:
    """Instant, wall clock with its zone, name and facts, one line each; the folder is never closed here on purpose."""
    told: list[tuple[str, int, dict[str, object]]] = []
    sink = EvidenceFolder(tmp_path / "drill", lambda *event: told.append(event))
    sink.event("harmed", 7, lo_ns=5, hi_ns=7)
    sink.event("step", 9, name="undo", log=Path("steps/01-undo.log"))
    lines = [json.loads(line) for line in (tmp_path / "drill" / "events.jsonl").read_text("utf-8").splitlines()]
    assert [(line["t"], line["event"]) for line in lines] == [(7, "harmed"), (9, "step")]
    assert lines[0]["facts"] == {"lo_ns": 5, "hi_ns": 7}
    assert lines[1]["facts"] == {"name": "undo", "log": "steps/01-undo.log"}
    assert datetime.fromisoformat(lines[0]["wall"]).tzinfo is not None
    assert [event[0] for event in told] == ["harmed", "step"]
    sink.close()


def test_the_wall_clock_of_an_event_is_that_of_its_instant(tmp_path: Path) -> None:
    """A measured event is written later than it happened: its wall time goes with `t`, not with the writing."""
    sink = EvidenceFolder(tmp_path)
    sink.event("candidate_deployed", 9_000_000_000)
    sink.event("harmed", 7_500_000_000)
    sink.close()
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    later, earlier = (datetime.fromisoformat(line["wall"]) for line in lines)
    assert (later - earlier).total_seconds() == pytest.approx(1.5, abs=0.002)


def test_a_second_sink_goes_on_where_the_first_ended(tmp_path: Path) -> None:
    """In number and chain too."""
    for name in ("first", "second"):
        sink = EvidenceFolder(tmp_path)
        sink.event(name, 1)
        sink.close()
    lines = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert len(lines) == 2
    assert verify(lines, sink.head) is None


def test_a_line_that_went_to_disk_in_part_is_an_error_and_not_an_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk may take the beginning of a line without complaint."""
    sink = EvidenceFolder(tmp_path)
    sink.event("first", 1)
    head, write = sink.head, os.write
    monkeypatch.setattr("scenarios.appending.os.write", lambda fd, data: write(fd, data[:20]))
    with pytest.raises(OSError, match="only a part") as stop:
        sink.event("second", 2)
    assert stop.value.errno == errno.ENOSPC
    assert sink.head == head
    sink.close()


def test_what_was_refined_is_written_down_beside_what_was_seen_first(tmp_path: Path) -> None:
    """The first line stays; a second one names the event and has the interval that holds. Nothing new: no line."""
    sink = EvidenceFolder(tmp_path)
    timeline = Timeline(sink)
    timeline.measured("harmed", Edge(lo=10, hi=20))
    timeline.refine("harmed", Edge(lo=10, hi=20))
    timeline.refine("harmed", Edge(lo=5, hi=30))
    sink.close()
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_bytes().splitlines()]
    assert [(line["event"], line["t"]) for line in lines] == [("harmed", 20), ("refined", 30)]
    assert lines[1]["facts"] == {"lo_ns": 5, "hi_ns": 30, "name": "harmed"}
    assert timeline.at("harmed") == 30
    (shown,) = (event for event in read_events(tmp_path) if event.name == "harmed")
    assert (shown.lo_ns, shown.hi_ns) == (5, 30)


def test_paths_have_their_folder_and_json_is_whole(tmp_path: Path) -> None:
    sink = EvidenceFolder(tmp_path)
    sink.path("logs/deep/x.log").write_text("x", encoding="utf-8")
    assert json.loads(sink.write_json("state/before.json", {"at": Path("a")}).read_text("utf-8")) == {"at": "a"}
    sink.close()
