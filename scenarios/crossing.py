"""Old and new code beside old and new schema, on rows that each of them wrote: what crossings.json says.

It is information: no verdict rests on it. A cell that could not be tried says why, and is never one that works.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ValidationError

NAME = "crossings.json"


class Side(StrEnum):
    """Of a drill's two releases."""

    OLD = "old"  # the baseline
    NEW = "new"  # the candidate


class Outcome(StrEnum):
    """What became of a cell."""

    WORKS = "works"
    FAILS = "fails"
    NOT_TRIED = "not tried"


class Asked(BaseModel):
    """One request of a cell. `status` is None where no answer came; `error` says what was wrong where not `ok`."""

    name: str
    ok: bool
    status: int | None = None
    error: str = ""


class Cell(BaseModel):
    """One release on one schema, on the rows that one release wrote. `why`: of a cell that was not tried."""

    release: Side
    schema_of: Side
    rows_of: Side
    asked: list[Asked] = []
    why: str = ""

    @property
    def outcome(self) -> Outcome:
        """It works where at least one request was made and each was answered as it must be."""
        if self.why or not self.asked:
            return Outcome.NOT_TRIED
        return Outcome.WORKS if all(each.ok for each in self.asked) else Outcome.FAILS


class Crossings(BaseModel):
    """The matrix of one drill. `why`: why there are no cells at all."""

    schema_version: int = 1
    old: str  # names of the releases
    new: str
    revisions: dict[Side, str | None] = {}
    why: str = ""
    took_s: float = 0.0
    cells: list[Cell] = []

    def name_of(self, side: Side) -> str:
        """The release of that side."""
        return self.old if side is Side.OLD else self.new


def every_cell() -> list[tuple[Side, Side, Side]]:
    """(release, schema, rows) of each cell, those of an overlap first."""
    cells = [(release, schema, rows) for release in Side for schema in Side for rows in Side]
    return sorted(cells, key=lambda cell: (cell[0] is cell[1], cell[0] is cell[2]))


def read_crossings(folder: Path) -> Crossings | str | None:
    """Of a drill's evidence folder; None where there is no such file, what is wrong with it where it cannot be read."""
    path = folder / NAME
    try:
        return Crossings.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        return f"{NAME} cannot be read: {str(error).splitlines()[0]}"
