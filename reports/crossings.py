"""Old and new code beside old and new schema, in words: a line of the table, rows of the page."""

from dataclasses import dataclass
from pathlib import Path

from scenarios.crossing import NAME, Cell, Crossings, Outcome, Side, read_crossings

SIGNS = {Outcome.WORKS: "✓", Outcome.FAILS: "✗", Outcome.NOT_TRIED: "?"}
TITLE = "Old and new, crossed"
_LONGEST = 110  # characters of a reason in the table's line; the page has all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One cell as shown; `tone` is one of the page's verdict classes, green only for what was tried and works."""

    text: str
    why: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingView:
    """A drill's matrix: `rows` are (code, rows written by, its cells in the order of `heads`)."""

    note: str
    heads: list[str]
    rows: list[tuple[str, str, list[CellView]]]


def view(folder: Path) -> CrossingView | None:
    """Of a drill's evidence folder; None where it was never asked for."""
    found = read_crossings(folder)
    if found is None:
        return None
    if isinstance(found, str):
        return CrossingView(note=f"not known: {found}", heads=[], rows=[])
    if not found.cells:
        return CrossingView(note=f"not tried: {found.why or f'{NAME} has no cell'}", heads=[], rows=[])
    cells = {(cell.release, cell.rows_of, cell.schema_of): cell for cell in found.cells}
    rows = [
        (found.name_of(code), found.name_of(rows), [_shown(cells.get((code, rows, schema))) for schema in Side])
        for code in Side
        for rows in Side
    ]
    heads = [f"{side} schema ({found.revisions.get(side) or 'not known'})" for side in Side]
    return CrossingView(note=f"It took {found.took_s:g} s, after the verdict.", heads=heads, rows=rows)


def phrase(folder: Path) -> str:
    """The drill's own line: the cells of an overlap, old code on the new schema and new code on the old."""
    found = read_crossings(folder)
    if found is None:
        return ""
    if isinstance(found, str):
        return f"crossed: {found}"
    if not found.cells:
        return f"crossed: not tried: {found.why or f'{NAME} has no cell'}"
    return f"crossed: {'; '.join(_pair(found, code) for code in Side)}"


def _pair(found: Crossings, code: Side) -> str:
    """One release on the other's schema, whoever wrote the rows: what fails first, then what was not tried."""
    schema = next(side for side in Side if side is not code)
    name = f"{found.name_of(code)} on the {schema} schema"
    cells = [cell for cell in found.cells if (cell.release, cell.schema_of) == (code, schema)]
    parts = []
    for outcome in (Outcome.FAILS, Outcome.NOT_TRIED, Outcome.WORKS):
        alike: dict[str, list[str]] = {}
        for cell in cells:
            if cell.outcome is outcome:
                alike.setdefault(_why(cell), []).append(cell.rows_of.value)
        for why, rows in alike.items():
            parts.append(f"{outcome} with {' and '.join(rows)} rows" + (f" ({_short(why)})" if why else ""))
    return f"{name} {', '.join(parts) or 'not tried'}"


def _shown(cell: Cell | None) -> CellView:
    if cell is None:
        return CellView(text="? not tried", why=f"{NAME} has no such cell", tone="inconclusive")
    tones = {Outcome.WORKS: "passed", Outcome.FAILS: "failed", Outcome.NOT_TRIED: "inconclusive"}
    bad = sum(not each.ok for each in cell.asked)
    counted = {Outcome.FAILS: f": {bad} of {len(cell.asked)} requests", Outcome.WORKS: f": {len(cell.asked)} requests"}
    text = f"{SIGNS[cell.outcome]} {cell.outcome}{counted.get(cell.outcome, '')}"
    return CellView(text=text, why=_why(cell), tone=tones[cell.outcome])


def _why(cell: Cell) -> str:
    """Why it was not tried, or what failed: each error once, with the requests that met it."""
    if cell.outcome is Outcome.NOT_TRIED:
        return cell.why or "nothing was asked"
    met: dict[str, list[str]] = {}
    for each in cell.asked:
        if not each.ok:
            met.setdefault(each.error, []).append(each.name)
    return "; ".join(f"{', '.join(names)}: {error}" for error, names in met.items())


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
