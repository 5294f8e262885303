"""What a way back cuts: counted between two instants, judged by what the scenario promises to spare."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports import cuts as told
from reports.page import render_page
from reports.table import summary_lines
from scenarios.cuts import count, judged, open_at
from scenarios.heard import RECORD, Event, Heard, read_heard
from scenarios.judging.causes import Cause
from scenarios.observations import Observation
from scenarios.results import Cuts, Platform, Summary
from tests.sample_records import record
from tests.simulated_probe import SECOND
from tests.simulated_world import BACK, PASSED, World, outcome, verdict_of

SPARING = replace(BACK, listeners=2, spares=("streams", "connections"))
START, END = 10 * SECOND, 20 * SECOND


def heard(listener: int, at_s: float, event: Event) -> Heard:
    return Heard(listener=listener, at_ns=int(at_s * SECOND), event=event)


def look(at_s: float, why: str | None, again: int = 0, lane: str = "read") -> Observation:
    at_ns = int(at_s * SECOND)
    return Observation(
        lane=lane,
        tick=0,
        planned_ns=at_ns,
        sent_ns=at_ns,
        done_ns=at_ns + 1,
        status=None,
        served=not why,
        why=why,
        again=again,
    )


OPEN = [heard(0, 1, "opened"), heard(1, 1, "opened")]


def test_only_what_broke_between_the_two_instants_is_counted() -> None:
    looks = [
        look(9.9, "ConnectionRefusedError: too early"),
        look(11, "ConnectionRefusedError: [Errno 111] Connection refused"),
        look(12, "RemoteDisconnected: Remote end closed connection without response"),
        look(13, "ConnectionResetError: [Errno 104]"),
        look(14, "TimeoutError: timed out"),
        look(15, "read answered 500: broken"),  # the candidate's doing: somebody did answer
        look(16, None),
        look(17, "ConnectionRefusedError: a follow-up", again=1),
        look(21, "ConnectionRefusedError: too late"),
    ]
    streams = [*OPEN, heard(0, 11, "cut"), heard(1, 12, "ended"), heard(1, 12.5, "opened"), heard(0, 14, "opened")]
    found = count({"read": looks}, streams, START, END)
    assert (found.asked, found.refused, found.cut, found.unanswered) == (6, 1, 2, 1)
    assert (found.streams, found.streams_cut, found.streams_ended, found.longest_gap_s) == (2, 1, 1, 3.0)


def test_silence_is_a_cut_and_a_listener_who_never_comes_back_is_away_to_the_end() -> None:
    found = count({}, [*OPEN, heard(0, 18, "silent"), heard(0, 18.1, "refused")], START, END)
    assert (found.streams_cut, found.longest_gap_s) == (1, 2.0)
    assert open_at([*OPEN, heard(0, 2, "cut")], START) == {1}


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({}, None),
        ({"streams_ended": 2}, None),
        ({"streams_cut": 1}, Cause.STREAMS_CUT),
        ({"cut": 1}, Cause.CONNECTIONS_CUT),
        ({"refused": 1}, Cause.CONNECTIONS_CUT),
        ({"streams": 1}, Cause.NO_STREAMS),
    ],
)
def test_a_promise_is_red_for_what_it_did_not_spare(changed: dict[str, int], cause: Cause | None) -> None:
    """One request or one stream is enough, and a stream that ended in order is none."""
    none = Cuts(
        window_s=10,
        asked=900,
        refused=0,
        cut=0,
        unanswered=0,
        streams=2,
        streams_ended=0,
        streams_cut=0,
        longest_gap_s=0,
    )
    causes = {check.cause for check in judged(SPARING, none.model_copy(update=changed))}
    assert causes - {None} == ({cause} if cause else set())


def test_without_a_promise_it_is_counted_and_nothing_is_judged() -> None:
    cuts = count({"read": [look(11, "ConnectionRefusedError: x")]}, [*OPEN, heard(0, 11, "cut")], START, END)
    assert judged(replace(SPARING, spares=()), cuts) == []


def test_a_drill_with_listeners_counts_and_judges(tmp_path: Path) -> None:
    """A stream that is cut while the procedure runs turns a drill red that is right in everything else."""
    began = 1000 * SECOND
    world = World(tmp_path)
    world.heard = [Heard(listener=n, at_ns=began, event="opened") for n in range(2)]
    spared = world.play(SPARING)
    assert outcome(spared) == PASSED
    assert spared.cuts is not None
    assert (spared.cuts.streams, spared.cuts.streams_cut) == (2, 0)

    world = World(tmp_path)
    world.heard = [Heard(listener=n, at_ns=began, event="opened") for n in range(2)]
    world.heard.append(Heard(listener=1, at_ns=began + 5 * SECOND, event="cut"))
    cut = world.play(SPARING)
    assert outcome(cut) == ("failed", "streams_cut")
    assert verdict_of(cut, "cut-connections") == PASSED
    assert "of 2 live streams 1 cut" in told.phrase(cut)


def test_drills_stand_side_by_side_and_those_that_cut_least_come_first(tmp_path: Path) -> None:
    records = [record(verdict="passed", as_expected=True) for _ in range(2)]
    none = Summary(
        run="r",
        started_at="2026-01-02T03:04:05+00:00",
        git_rev="0",
        verdict="passed",
        time_scale=0.02,
        suite=None,
        platform=Platform(),
        not_rehearsed=[],
        drills=records,
    )
    assert told.text_rows(none) == []
    few = Cuts(
        window_s=2,
        asked=396,
        refused=0,
        cut=0,
        unanswered=0,
        streams=4,
        streams_ended=4,
        streams_cut=0,
        longest_gap_s=0.3,
    )
    many = few.model_copy(update={"refused": 32, "cut": 4, "streams_ended": 0, "streams_cut": 4})
    drills = [drill.model_copy(update={"cuts": cuts}) for drill, cuts in zip(records, (many, few), strict=True)]
    two = none.model_copy(update={"drills": drills})
    title, head, first, last = told.text_rows(two)
    assert title.startswith(told.TITLE)
    assert head.split()[0] == "drill"
    assert first.split()[:8] == ["2", "396", "0", "0", "0", "4", "0", "4"]
    assert last.split()[:8] == ["1", "396", "32", "4", "0", "4", "4", "0"]
    page = render_page(two, [], tmp_path)
    assert page.index('href="#drill-2"') < page.index('href="#drill-1"')
    assert told.TITLE in page
    assert told.TITLE in "\n".join(text for text, _ in summary_lines(two, tmp_path, 100))


def test_the_record_is_read_back_in_order_without_a_line_that_was_cut_off(tmp_path: Path) -> None:
    lines = [heard(1, 2, "opened").to_line(), heard(0, 1, "opened").to_line()]
    (tmp_path / RECORD).write_text("\n".join(lines) + '\n{"listener": 0, "at', encoding="utf-8")
    assert [each.listener for each in read_heard(tmp_path)] == [0, 1]
    assert read_heard(tmp_path / "nowhere") == []
