"""Drills side by side in one table of the report."""

from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.results import DrillRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One drill's row: `number` is its place in the report, `cells` are in the order of the table's heads."""

    number: int
    title: str
    procedure: str
    control: str | None
    cells: Sequence[str]


def row(number: int, drill: DrillRecord, cells: Sequence[str]) -> Row:
    """The row of a drill with these cells."""
    return Row(number=number, title=drill.title, procedure=drill.procedure, control=drill.control, cells=cells)
