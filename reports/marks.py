"""When a rollback was over, by each reading of it, on one axis: a small SVG that needs no room to scroll.

Across, everything is in percent of the picture's width, so that its words stay as large on a narrow screen.
"""

import math
from html import escape

from reports import clocks
from reports.scale import nice_step
from scenarios.results import DrillRecord, Interval

ROW, BAR = 34, 10
_TICKS = 6
_ROOM = 1.08  # of what is shown, to the right of the last mark
_OPEN = 1.25  # where the end was never seen: of what is known
_LAST_LABEL = 96  # percent: a figure further right would be cut off
_KINDS = {clocks.FIRST_GOOD: "first", clocks.CLAIMED: "claim", clocks.STABLE: "stable"}


def marks_svg(record: DrillRecord, anchor: str) -> str:
    """The readings of `record` as an <svg> element with ids below `anchor`; "" where there is none."""
    found = clocks.readings_s(record)
    if not found:
        return ""
    end_s = max(hi * _ROOM if hi is not None else (lo or 0) * _OPEN for _, (lo, hi) in found) or 1.0
    height = len(found) * ROW + 34
    told = ", ".join(f"{name} {text}" for name, text in clocks.readings(record))
    rows = "".join(_row(i * ROW, name, bounds, end_s) for i, (name, bounds) in enumerate(found))
    texts = "".join(
        f'<text class="label" y="{i * ROW + 12}">{escape(name)} <tspan class="figure">{escape(text)}</tspan></text>'
        for i, (name, text) in enumerate(clocks.readings(record))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tl marks" width="100%" height="{height}" role="img" '
        f'aria-labelledby="{anchor}-marks-title {anchor}-marks-desc">'
        f'<title id="{anchor}-marks-title">When it was over, by each reading</title>'
        f'<desc id="{anchor}-marks-desc">Seconds since the procedure began: {escape(told)}</desc>'
        f"{_axis(end_s, len(found) * ROW)}{rows}{texts}</svg>\n"
    )


def _row(y: float, name: str, bounds: Interval, end_s: float) -> str:
    """A bar from the start of the procedure, and at its end the interval in which the truth lies."""
    lo, hi = bounds
    x0 = (lo or 0) / end_s * 100
    x1 = 100 if hi is None else hi / end_s * 100
    kind = _KINDS[name]
    bars = (("strip", 0.0, 100.0), (f"wait {kind}", 0.0, x0), ("none" if hi is None else kind, x0, x1 - x0))
    # an interval may be narrower than a pixel, and a single reading has no width at all
    mark = f'<line class="{kind}" x1="{x0:.2f}%" x2="{x0:.2f}%" y1="{y + 16:g}" y2="{y + 20 + BAR:g}"/>'
    return "".join(_bar(*bar, y) for bar in bars) + ("" if hi is None else mark)


def _bar(kind: str, x: float, width: float, y: float) -> str:
    return f'<rect class="{kind}" x="{x:.2f}%" y="{y + 18:g}" width="{width:.2f}%" height="{BAR}"/>'


def _axis(end_s: float, bottom: float) -> str:
    step = nice_step(end_s / _TICKS)
    parts = []
    for i in range(math.floor(end_s / step) + 1):
        x = i * step / end_s * 100
        parts.append(f'<line class="grid" x1="{x:.2f}%" x2="{x:.2f}%" y1="16" y2="{bottom:g}"/>')
        if x < _LAST_LABEL:
            anchor = "middle" if i else "start"
            words = f"{i * step:g}"
            parts.append(f'<text class="dim" x="{x:.2f}%" y="{bottom + 12:g}" text-anchor="{anchor}">{words}</text>')
    parts.append(f'<text class="dim" y="{bottom + 28:g}">seconds since the procedure began</text>')
    return "".join(parts)
