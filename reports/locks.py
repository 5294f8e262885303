"""Who waited for a lock of the database while a way back ran: in words, and side by side."""

from reports import words
from reports.side_by_side import Row, row
from scenarios.results import DrillRecord, LockWaits, Summary

HEADS = ("at once", "longest", "statement", "behind")
TITLE = "Who waited for a lock, side by side"
_WORTH_S = 0.5  # shorter waits are every database's


def phrase(record: DrillRecord) -> str:
    """The drill's own line; "" where nobody waited for long."""
    waits = record.lock_waits
    if waits is None or not _long(waits):
        return ""
    behind = f", behind {_behind(waits)}" if waits.behind else ""
    return (
        f"waiting for a lock: {words.counted(waits.deepest, 'statement')} at once or more; "
        f"the longest for {words.interval(waits.longest_s)} (`{waits.statement}`){behind}"
    )


def rows_of(summary: Summary) -> list[Row]:
    """A row for each drill in which somebody waited for long, the longest first."""
    found = [
        (number, drill, drill.lock_waits)
        for number, drill in enumerate(summary.drills, start=1)
        if drill.lock_waits is not None and _long(drill.lock_waits)
    ]
    found.sort(key=lambda each: (-(each[2].longest_s[0] or 0.0), each[0]))
    return [
        row(
            number,
            drill,
            [str(waits.deepest), words.interval(waits.longest_s), waits.statement, _behind(waits) or words.DASH],
        )
        for number, drill, waits in found
    ]


def _long(waits: LockWaits) -> bool:
    return (waits.longest_s[0] or 0.0) >= _WORTH_S


def _behind(waits: LockWaits) -> str:
    return "; ".join(waits.behind)
