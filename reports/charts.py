"""The timeline of a drill as inline SVG, from probe.jsonl and events.jsonl: who was refused, when, and how slow it was.

Time is seconds since `harmed`. A bucket's bar is as high as its share of bad answers, and darker with it; a bucket
without any answer is left hatched, because silence is not health.
"""

import math
from html import escape
from pathlib import Path

from reports.evidence import Event, first_events, read_events, read_observations
from reports.ribbon import blocks
from reports.scale import CHAR_PX, Bucket, Span, bucketed, latency_y, nice_step, place_labels, span_of
from reports.summary import write_text
from scenarios.observations import CONTROL_LANE, Observation

WIDTH = 1000
LEFT, RIGHT = 96, 14
LABEL_ROW = 15
STRIP, STRIP_GAP = 24, 6
RIBBON = 16
LATENCY = 84
_LANES = ("read", "kept", "write", "journey")
LANE_WORDS = {"read": "new conn.", "kept": "kept conn."}
_MARKS = frozenset(
    {"candidate_deployed", "harmed", "detected", "procedure_started", "procedure_done", "restored", "held"}
)
_LATENCY_LINES = ((1.0, "1 ms"), (10.0, "10 ms"), (100.0, "100 ms"), (1000.0, "1 s"))
_FEWEST_LETTERS = 4  # fewer tell nothing; the whole is in the block's title
_SLIGHT, _HALF = 0.1, 0.5
STYLE = (Path(__file__).parent / "templates" / "chart.css").read_text(encoding="utf-8")


def save_chart(folder: Path) -> Path:
    """Draw the timeline of the evidence in `folder` and keep it there as chart.svg, which stands alone."""
    path = folder / "chart.svg"
    write_text(path, timeline_svg(folder, standalone=True))
    return path


def timeline_svg(folder: Path, *, standalone: bool = False) -> str:
    """The timeline as an <svg> element; without `standalone` the page around it must bring `STYLE`.

    Where there is no probe record or no event, the picture says so instead.
    """
    ticks, events = read_observations(folder), read_events(folder)
    if not ticks:
        return _empty("no probe record", standalone)
    marks = [event for name, event in first_events(events).items() if name in _MARKS]
    span = span_of(ticks, {event.name: event for event in marks})
    lanes = _lanes(ticks)
    plot = WIDTH - LEFT - RIGHT
    shown = [event for event in marks if span.start_ns <= event.t_ns <= span.end_ns]
    rows, labels = _labels(shown, span, plot)
    top = rows * LABEL_ROW + 8
    ribbon_y = top + len(lanes) * (STRIP + STRIP_GAP)
    strips_end = ribbon_y + RIBBON + STRIP_GAP
    height = strips_end + 34 + LATENCY + 8
    parts = [_strip(lane, top + i * (STRIP + STRIP_GAP), ticks, span, plot) for i, lane in enumerate(lanes)]
    parts.append(_ribbon(ribbon_y, ticks, span, plot))
    parts += [_axis_lines(span, plot, top, strips_end), _latency(ticks, span, plot, strips_end + 34)]
    parts += [_band(shown, span, plot, top, height - 8), _marks(shown, span, plot, labels, height - 8)]
    parts += [_axis_words(span, plot, strips_end + 15)]
    return _svg("".join(parts), height, _described(marks, span), standalone)


def _lanes(ticks: list[Observation]) -> list[str]:
    """The lanes there are: those we know in their order, then any others, and the control lane last."""
    found = {tick.lane for tick in ticks}
    others = sorted(found - {*_LANES, CONTROL_LANE})
    return [lane for lane in (*_LANES, *others, CONTROL_LANE) if lane in found]


def _svg(body: str, height: float, label: str, standalone: bool) -> str:
    extra = f"<style>{STYLE}svg.tl{{background:var(--tl-bg)}}</style>" if standalone else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tl" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'aria-label="{escape(label)}">{extra}{body}</svg>\n'
    )


def _empty(why: str, standalone: bool) -> str:
    text = f'<text class="dim" x="{WIDTH / 2:g}" y="30" text-anchor="middle">{escape(why)}</text>'
    return _svg(text, 50, why, standalone)


def _described(marks: list[Event], span: Span) -> str:
    said = [f"{event.words} {span.seconds(event.t_ns):+.2f} s" for event in marks]
    return f"Timeline in seconds since {span.zero_name}: {', '.join(said) or 'no events'}"


def _labels(marks: list[Event], span: Span, plot: float) -> tuple[int, list[tuple[str, int, str]]]:
    """How many rows of labels are needed, and per mark (words, row, text-anchor)."""
    texts = [f"{event.words} {span.seconds(event.t_ns):+.2f} s" for event in marks]
    return place_labels([(span.x(event.t_ns, plot), text) for event, text in zip(marks, texts, strict=True)], plot)


def _band(marks: list[Event], span: Span, plot: float, top: float, bottom: float) -> str:
    """The interval in which users were restored, as a band at least a hair wide."""
    for event in marks:
        if event.name == "restored" and event.hi_ns is not None:
            x0, x1 = span.x(event.lo_ns, plot), span.x(event.hi_ns, plot)
            width, height = max(x1 - x0, 2), bottom - top
            title = f"restored between {span.seconds(event.lo_ns):.3f} and {span.seconds(event.hi_ns):.3f} s"
            return _rect("band", LEFT + x0, top, width, height, title)
    return ""


def _rect(kind: str, x: float, y: float, width: float, height: float, title: str = "") -> str:
    tip = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">{tip}</rect>'


def _strip(lane: str, y: float, ticks: list[Observation], span: Span, plot: float) -> str:
    asked = [tick for tick in ticks if tick.lane == lane]
    lane_span = span.coarsened(asked)
    buckets = bucketed(asked, lane_span)
    if buckets[-1].silent:  # it reaches past the end of the record: not silence
        buckets.pop()
    words = escape(LANE_WORDS.get(lane, lane)[:14])
    parts = [
        f'<text x="{LEFT - 8}" y="{y + STRIP - 8:g}" text-anchor="end">{words}</text>',
        _rect("strip", LEFT, y, plot, STRIP),
        *(_bucket_bar(bucket, lane_span, plot, y) for bucket in buckets),
    ]
    return "".join(parts)


def _bucket_bar(bucket: Bucket, span: Span, plot: float, y: float) -> str:
    start = span.start_ns + bucket.index * span.bucket_ns
    x = LEFT + span.x(start, plot)
    width = LEFT + span.x(start + span.bucket_ns, plot) - x
    if bucket.silent:
        return _rect("none", x, y + STRIP - 4, width, 3, "no answer recorded")
    if not bucket.bad and not bucket.bad_follow_ups:
        return _rect("ok", x, y + STRIP - 3, width, 3)
    share = bucket.bad / bucket.answers if bucket.answers else 0.0
    kind = "b1" if share < _SLIGHT else "b2" if share < _HALF else "b3"
    height = 4 + share * (STRIP - 4)
    tip = f"{bucket.bad} of {bucket.answers} answers bad"
    if bucket.follow_ups:
        tip += f", not counting {bucket.bad_follow_ups} of {bucket.follow_ups} follow-ups"
    return _rect(kind, x, y + STRIP - height, width, height, tip)


def _ribbon(y: float, ticks: list[Observation], span: Span, plot: float) -> str:
    """Which release and schema answered; what is not the baseline's has the other shade."""
    parts = [f'<text x="{LEFT - 8}" y="{y + RIBBON - 4:g}" text-anchor="end">answered by</text>']
    for block in blocks(ticks, span):
        x = LEFT + span.x(block.start_ns, plot)
        width = LEFT + span.x(block.end_ns, plot) - x
        parts.append(_rect("who0" if block.first else "who1", x, y, width, RIBBON, block.words))
        room = int((width - 8) / CHAR_PX)
        if room >= _FEWEST_LETTERS:
            words = block.words if len(block.words) <= room else block.words[: room - 1] + "…"
            parts.append(f'<text x="{x + 4:.1f}" y="{y + RIBBON - 4:g}">{escape(words)}</text>')
    return "".join(parts)


def _axis_ticks(span: Span, plot: float) -> list[tuple[float, float]]:
    """(x, seconds) of the axis' round figures."""
    step = nice_step(span.length_s / 8)
    first, last = math.ceil(span.seconds(span.start_ns) / step), math.floor(span.seconds(span.end_ns) / step)
    return [(LEFT + span.x(span.zero_ns + int(i * step * 1e9), plot), i * step) for i in range(first, last + 1)]


def _axis_lines(span: Span, plot: float, top: float, bottom: float) -> str:
    return "".join(
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top:g}" y2="{bottom + 3:g}"/>'
        for x, _ in _axis_ticks(span, plot)
    )


def _axis_words(span: Span, plot: float, y: float) -> str:
    words = [
        f'<text class="dim label" x="{x:.1f}" y="{y:g}" text-anchor="middle">{seconds:g}</text>'
        for x, seconds in _axis_ticks(span, plot)
    ]
    caption = f'<text class="dim" x="{LEFT - 8}" y="{y:g}" text-anchor="end">s since {escape(span.zero_name)}</text>'
    return "".join([*words, caption])


def _latency(ticks: list[Observation], span: Span, plot: float, y: float) -> str:
    """Maximum and median latency of the judged lanes in each bucket, on a log scale."""
    parts = [f'<text x="{LEFT - 8}" y="{y + 4:g}" text-anchor="end">latency</text>']
    for value_ms, words in _LATENCY_LINES:
        line_y = y + latency_y(value_ms, LATENCY)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{LEFT + plot}" y1="{line_y:.1f}" y2="{line_y:.1f}"/>')
        parts.append(f'<text class="dim" x="{LEFT - 8}" y="{line_y + 4:.1f}" text-anchor="end">{words}</text>')
    width = plot / span.buckets
    for bucket in bucketed([tick for tick in ticks if tick.lane != CONTROL_LANE], span):
        if bucket.max_ms is None or bucket.median_ms is None:
            continue
        x = LEFT + bucket.index * width
        high, median = y + latency_y(bucket.max_ms, LATENCY), y + latency_y(bucket.median_ms, LATENCY)
        tip = f"median {bucket.median_ms:.1f} ms, max {bucket.max_ms:.1f} ms"
        parts.append(_rect("lat", x, high, width * 0.8, max(median - high, 1), tip))
        parts.append(_rect("med", x, median - 0.8, width, 1.6))
    return "".join(parts)


def _marks(marks: list[Event], span: Span, plot: float, labels: list[tuple[str, int, str]], bottom: float) -> str:
    """Lines first, words over them, so that no line strikes a word through."""
    lines, texts = [], []
    for event, (text, row, anchor) in zip(marks, labels, strict=True):
        x = LEFT + span.x(event.t_ns, plot)
        y = (row + 1) * LABEL_ROW
        shift = -4 if anchor == "end" else 4
        lines.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 10:g}" y2="{bottom:g}"/>')
        texts.append(f'<text class="label" x="{x + shift:.1f}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>')
    return "".join(lines + texts)
