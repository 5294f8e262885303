"""What ways back cut, in words and side by side: requests refused or broken off, live streams cut or ended in order."""

from reports import words
from reports.side_by_side import Row, row
from scenarios.results import Cuts, DrillRecord, Summary

HEADS = ("requests", "refused", "broken off", "unanswered", "streams", "cut", "ended in order", "longest away")
TITLE = "Who was cut off, side by side"


def phrase(record: DrillRecord) -> str:
    """The drill's own line; "" where nobody listened."""
    cuts = record.cuts
    if cuts is None:
        return ""
    requests = f"{cuts.refused} refused and {cuts.cut} broken off of {words.counted(cuts.asked, 'request')}"
    ended = f", {cuts.streams_ended} ended in order" if cuts.streams_ended else ""
    away = f"; a listener was away for {words.seconds(cuts.longest_gap_s)} at most" if cuts.longest_gap_s else ""
    return f"cut off: {requests}; of {words.counted(cuts.streams, 'live stream')} {cuts.streams_cut} cut{ended}{away}"


def rows_of(summary: Summary) -> list[Row]:
    """A row for each drill with listeners, those that cut the least first; none where there is nothing to compare."""
    found = [(number, drill, drill.cuts) for number, drill in enumerate(summary.drills, start=1) if drill.cuts]
    if len(found) < 2:
        return []
    found.sort(key=lambda each: (each[2].streams_cut, each[2].refused + each[2].cut + each[2].unanswered, each[0]))
    return [row(number, drill, _cells(cuts)) for number, drill, cuts in found]


def text_rows(summary: Summary) -> list[str]:
    """The same table as lines of plain text."""
    rows = rows_of(summary)
    if not rows:
        return []
    table = [("drill", *HEADS), *((f"{each.number}", *each.cells) for each in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    return [f"{TITLE}:", *("  " + "  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in table)]


def _cells(cuts: Cuts) -> list[str]:
    counts = (cuts.asked, cuts.refused, cuts.cut, cuts.unanswered, cuts.streams, cuts.streams_cut, cuts.streams_ended)
    return [*map(str, counts), words.seconds(cuts.longest_gap_s) if cuts.longest_gap_s else words.DASH]
