"""What ways back cut, in words and side by side: requests refused or broken off, live streams cut or ended in order."""

from dataclasses import dataclass

from reports import words
from scenarios.results import Cuts, DrillRecord, Summary

HEADS = ("requests", "refused", "broken off", "unanswered", "streams", "cut", "ended in order", "longest away")
TITLE = "Who was cut off, side by side"


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """One drill's row: `number` is its place in the report, `cells` are in the order of HEADS."""

    number: int
    title: str
    procedure: str
    control: str | None
    cells: list[str]


def phrase(record: DrillRecord) -> str:
    """The drill's own line; "" where nobody listened."""
    cuts = record.cuts
    if cuts is None:
        return ""
    requests = f"{cuts.refused} refused and {cuts.cut} broken off of {words.counted(cuts.asked, 'request')}"
    ended = f", {cuts.streams_ended} ended in order" if cuts.streams_ended else ""
    away = f"; a listener was away for {words.seconds(cuts.longest_gap_s)} at most" if cuts.longest_gap_s else ""
    return f"cut off: {requests}; of {words.counted(cuts.streams, 'live stream')} {cuts.streams_cut} cut{ended}{away}"


def rows_of(summary: Summary) -> list[CutRow]:
    """A row for each drill with listeners, those that cut the least first; none where there is nothing to compare."""
    found = [(number, drill, drill.cuts) for number, drill in enumerate(summary.drills, start=1) if drill.cuts]
    if len(found) < 2:
        return []
    found.sort(key=lambda each: (each[2].streams_cut, each[2].refused + each[2].cut + each[2].unanswered, each[0]))
    return [
        CutRow(
            number=number,
            title=drill.title,
            procedure=drill.procedure,
            control=drill.control,
            cells=_cells(cuts),
        )
        for number, drill, cuts in found
    ]


def text_rows(summary: Summary) -> list[str]:
    """The same table as lines of plain text."""
    rows = rows_of(summary)
    if not rows:
        return []
    table = [("drill", *HEADS), *((f"{row.number}", *row.cells) for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [f"{TITLE}:", *("  " + "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in table)]


def _cells(cuts: Cuts) -> list[str]:
    counts = (cuts.asked, cuts.refused, cuts.cut, cuts.unanswered, cuts.streams, cuts.streams_cut, cuts.streams_ended)
    return [*map(str, counts), words.seconds(cuts.longest_gap_s) if cuts.longest_gap_s else words.DASH]
