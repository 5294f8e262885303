"""The timeline: true to the record, readable, and never an error for evidence that is missing or cut short."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts import save_chart, timeline_svg
from reports.evidence import first_events, read_events, read_observations
from reports.ribbon import blocks
from reports.scale import bucketed, nice_step, place_labels, span_of
from tests.sample_run import STORIES, build_run

RESTORED, CENSORED = STORIES[0], STORIES[1]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_run(tmp_path_factory.mktemp("out"), stories=STORIES[:2])


def test_the_chart_names_every_event_relative_to_harmed(run: Path) -> None:
    label = ET.fromstring(timeline_svg(run / RESTORED.slug)).attrib["aria-label"]
    assert label.startswith("Timeline in seconds since harmed: candidate deployed -0.20 s, harmed +0.00 s")
    assert "restored +3.83 s, held +7.40 s" in label


def test_a_recovery_that_was_never_seen_is_not_drawn_as_one(run: Path) -> None:
    svg = timeline_svg(run / CENSORED.slug)
    assert "not restored by +8.50 s" in svg
    assert 'class="band"' not in svg
    assert 'class="band"' in timeline_svg(run / RESTORED.slug)


def test_every_lane_has_a_strip_and_no_empty_bucket_is_invented(run: Path) -> None:
    """The slow journey lane gets wider buckets instead of gaps that look like silence."""
    svg = timeline_svg(run / RESTORED.slug)
    for lane in ("new conn.", "kept conn.", "write", "journey", "control"):
        assert f">{lane}</text>" in svg
    assert "no answer recorded" not in svg


def test_the_ribbon_tells_who_answered(run: Path) -> None:
    """Served is not restored: the candidate's stretch has its own block, even where every strip is calm."""
    folder = run / RESTORED.slug
    ticks = read_observations(folder)
    found = blocks(ticks, span_of(ticks, first_events(read_events(folder))))
    assert [(block.words, block.first) for block in found] == [
        ("baseline · 0003", True),
        ("candidate · 0004", False),
        ("candidate · 0003", False),
        ("baseline · 0003", True),
    ]
    assert "candidate · 0004</text>" in timeline_svg(folder)
    assert blocks([], span_of(ticks, {})) == []


def test_silence_is_shown(run: Path, tmp_path: Path) -> None:
    lines = (run / RESTORED.slug / "probe.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "probe.jsonl").write_text("".join(lines[: len(lines) // 4] + lines[len(lines) // 2 :]))
    (tmp_path / "events.jsonl").write_bytes((run / RESTORED.slug / "events.jsonl").read_bytes())
    assert "no answer recorded" in timeline_svg(tmp_path)


def test_the_saved_chart_stands_alone(run: Path) -> None:
    path = save_chart(run / RESTORED.slug)
    text = path.read_text()
    assert path.name == "chart.svg"
    assert "<style>" in text
    assert "prefers-color-scheme" in text
    assert ET.fromstring(text).tag.endswith("svg")
    assert "<style>" not in timeline_svg(run / RESTORED.slug)


def test_missing_and_broken_evidence_is_said(tmp_path: Path, run: Path) -> None:
    assert "no probe record" in timeline_svg(tmp_path / "nowhere")
    (tmp_path / "probe.jsonl").write_text('{"lane": "read"\nnot json\n[]\n{"lane": "<b>", "surprise": 1}\n')
    (tmp_path / "events.jsonl").write_text('{"t": "no"}\n{"t": 1}\n{"t": 2, "event": "harmed", "facts": null}\n{')
    assert "no probe record" in timeline_svg(tmp_path)
    (tmp_path / "probe.jsonl").write_bytes((run / RESTORED.slug / "probe.jsonl").read_bytes())
    (tmp_path / "events.jsonl").unlink()
    assert "since the probe" in timeline_svg(tmp_path)


def test_names_from_the_record_are_escaped(run: Path, tmp_path: Path) -> None:
    text = (run / RESTORED.slug / "probe.jsonl").read_text().replace('"kept"', '"<i>x"')
    (tmp_path / "probe.jsonl").write_text(text)
    svg = timeline_svg(tmp_path)
    assert "&lt;i&gt;x" in svg
    assert "<i>" not in svg


def test_a_bar_is_as_high_as_its_share(run: Path) -> None:
    folder = run / RESTORED.slug
    ticks = [tick for tick in read_observations(folder) if tick.lane == "write"]
    span = span_of(ticks, first_events(read_events(folder)))
    buckets = bucketed(ticks, span)
    assert sum(bucket.bad for bucket in buckets) == sum(not tick.served for tick in ticks)
    tips = re.findall(r"(\d+) of (\d+) answers bad", timeline_svg(folder))
    assert tips
    assert all(0 < int(bad) <= int(total) for bad, total in tips)


def _with_follow_ups(run: Path, folder: Path) -> None:
    """The evidence of a drill, each bad look followed by four more; every second follow-up is bad."""
    ticks = [*read_observations(run / RESTORED.slug)]
    more = [
        replace(tick, again=i, served=bool(i % 2), planned_ns=tick.planned_ns + i, facts={"release": "odd"})
        for tick in ticks
        if not tick.served
        for i in range(1, 5)
    ]
    (folder / "probe.jsonl").write_text("".join(tick.to_line() + "\n" for tick in [*ticks, *more]))
    (folder / "events.jsonl").write_bytes((run / RESTORED.slug / "events.jsonl").read_bytes())


def test_follow_ups_are_in_no_share_and_no_figure(run: Path, tmp_path: Path) -> None:
    """They come where it is bad already: counted, they would make a partial outage look worse than it was."""
    _with_follow_ups(run, tmp_path)
    plain, followed = timeline_svg(run / RESTORED.slug), timeline_svg(tmp_path)
    told = re.compile(r", not counting \d+ of \d+ follow-ups")
    assert told.search(followed)
    assert told.sub("", followed) == plain


def test_a_bucket_with_nothing_but_follow_ups_is_not_silent(run: Path, tmp_path: Path) -> None:
    """Bad follow-ups between good looks show, at the least height: some requests were refused there."""
    calm = [tick for tick in read_observations(run / RESTORED.slug) if tick.lane == "kept"]
    again = [replace(tick, again=1, served=False) for tick in calm[100:110]]
    ticks = calm[:100] + again + calm[110:]
    (tmp_path / "probe.jsonl").write_text("".join(tick.to_line() + "\n" for tick in ticks))
    svg = timeline_svg(tmp_path)
    assert "no answer recorded" not in svg
    assert 'class="b1"' in svg
    assert 'class="b2"' not in svg


def test_follow_ups_do_not_make_a_slow_lane_look_fast(run: Path) -> None:
    """Its buckets stay long enough for a planned look in each; shorter ones would look like silence."""
    ticks = read_observations(run / RESTORED.slug)
    journey = [tick for tick in ticks if tick.lane == "journey"]
    again = [replace(tick, again=i, planned_ns=tick.planned_ns + i) for tick in journey for i in range(1, 9)]
    span = span_of(ticks, {})
    assert span.coarsened([*journey, *again]) == span.coarsened(journey) != span


def test_latency_counts_from_when_a_request_was_due(run: Path) -> None:
    """A late sender must not hide what waiting for it cost a user."""
    tick = read_observations(run / RESTORED.slug)[0]
    late = replace(tick, sent_ns=tick.planned_ns + 900_000_000, done_ns=tick.planned_ns + 901_000_000)
    (bucket,) = [each for each in bucketed([late], span_of([late], {})) if each.answers]
    assert bucket.max_ms == 901.0


def test_an_event_is_drawn_where_all_answers_put_it(run: Path, tmp_path: Path) -> None:
    """A wait acts on the first bad answer it hears of; where all tell of an earlier one, the chart shows that."""
    lines = (run / RESTORED.slug / "events.jsonl").read_text().splitlines()
    harmed = next(event for event in read_events(run / RESTORED.slug) if event.name == "harmed")
    for earlier_ns in (500_000_000, 1_000_000_000):  # the last one holds, however the clock orders them
        hi_ns = harmed.t_ns - earlier_ns
        facts = {"name": "harmed", "lo_ns": hi_ns - 20_000_000, "hi_ns": hi_ns}
        lines.append(json.dumps({"t": hi_ns, "wall": "", "event": "refined", "facts": facts}))
    lines.append(json.dumps({"t": 1, "event": "refined", "facts": {"name": "nothing of ours"}}))
    (tmp_path / "events.jsonl").write_text("\n".join(lines))
    (tmp_path / "probe.jsonl").write_bytes((run / RESTORED.slug / "probe.jsonl").read_bytes())
    label = ET.fromstring(timeline_svg(tmp_path)).attrib["aria-label"]
    assert label.startswith(
        "Timeline in seconds since harmed: harmed +0.00 s, candidate deployed +0.80 s, detected +3.20"
    )


@given(st.lists(st.tuples(st.floats(0, 890), st.text("abc ", min_size=4, max_size=30)), max_size=9))
def test_labels_never_overlap(labels: list[tuple[float, str]]) -> None:
    ordered = sorted(labels)
    rows, placed = place_labels(ordered, 890)
    boxes: dict[int, list[tuple[float, float]]] = {}
    for (x, _), (text, row, anchor) in zip(ordered, placed, strict=True):
        width = len(text) * 6.2
        left = x if anchor == "start" else x - width
        assert row < rows
        assert all(left >= b or left + width <= a for a, b in boxes.setdefault(row, []))
        boxes[row].append((left, left + width))


@given(st.floats(1e-5, 1e5))
def test_steps_of_the_axis_are_round(at_least: float) -> None:
    step = nice_step(at_least)
    assert at_least <= step * 1.000001
    assert step <= at_least * 2.6
