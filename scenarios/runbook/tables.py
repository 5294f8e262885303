"""The two tables of a runbook: its parameters, and when to roll back."""

import re
from dataclasses import dataclass

from markdown_it.token import Token

from scenarios.runbook.attributes import DURATION_SHAPE, parse_duration_s
from scenarios.runbook.model import Trigger
from scenarios.runbook.problems import Document

_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]*")
_THRESHOLD = re.compile(r"(?:>=|>|≥)?\s*(\d{1,12}(?:\.\d{1,12})?)\s*(%?)(?:\s*slower)?", re.ASCII)
_NOTHING = frozenset({"", "-", "\N{EN DASH}", "\N{EM DASH}"})
TRIGGER_COLUMNS = ("signal", "threshold", "for", "severity", "procedure")
PARAMETER_COLUMNS = ("name", "meaning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: its cells by column name, markup of code removed."""

    line: int
    cells: dict[str, str]


def read_table(document: Document, tokens: list[Token], start: int, line: int, columns: tuple[str, ...]) -> list[Row]:
    """The rows of the table that begins at `tokens[start]`; the directive that announced it stands at `line`."""
    shape = f"a table with the columns | {' | '.join(columns)} | right below the comment"
    if start >= len(tokens) or tokens[start].type != "table_open":
        raise document.problem(line, "no table follows this comment", shape)
    rows: list[Row] = []
    header: list[str] = []
    cells: list[str] = []
    row_line = line
    for token in tokens[start + 1 :]:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            cells = []
            row_line = token.map[0] + 1 if token.map else row_line
        elif token.type == "inline":
            cells.append(token.content.strip().strip("`").strip())
        elif token.type == "tr_close" and not header:
            header = [cell.lower() for cell in cells]
            missing = [column for column in columns if column not in header]
            if missing:
                raise document.problem(row_line, f"the table lacks the column {missing[0]!r}", shape)
        elif token.type == "tr_close":
            rows.append(Row(line=row_line, cells=dict(zip(header, cells, strict=False))))
    if not rows:
        raise document.problem(line, "the table has no rows", shape + ", with at least one row")
    return rows


def read_parameters(document: Document, rows: list[Row]) -> dict[str, str]:
    """Name to meaning."""
    parameters: dict[str, str] = {}
    for row in rows:
        name, meaning = row.cells["name"].lstrip("$"), row.cells["meaning"]
        if not _PARAMETER.fullmatch(name):
            raise document.problem(
                row.line,
                f"{name!r} is no parameter name",
                "upper-case letters, digits and underscores, like DATABASE_URL",
            )
        if name in parameters:
            raise document.problem(row.line, f"parameter {name} is declared twice", "one row for each parameter")
        if not meaning:
            raise document.problem(
                row.line, f"parameter {name} has no meaning", "a few words that tell what to put there"
            )
        parameters[name] = meaning
    return parameters


def read_triggers(document: Document, rows: list[Row]) -> tuple[Trigger, ...]:
    """The rows in the order written; procedures are checked by the caller."""
    triggers: list[Trigger] = []
    for row in rows:
        trigger = _trigger(document, row)
        if any((known.signal, known.procedure) == (trigger.signal, trigger.procedure) for known in triggers):
            raise document.problem(
                row.line,
                f"{trigger.signal!r} leads to {trigger.procedure!r} twice",
                "one row for each signal and procedure",
            )
        triggers.append(trigger)
    return tuple(triggers)


def _trigger(document: Document, row: Row) -> Trigger:
    for column in ("signal", "severity", "procedure"):
        if row.cells[column] in _NOTHING:
            raise document.problem(row.line, f"the column {column!r} is empty", f"a {column} in every row")
    written = row.cells["threshold"]
    match = _THRESHOLD.fullmatch(written)
    if match is None and written not in _NOTHING:
        raise document.problem(
            row.line,
            f"threshold {written!r} is not readable",
            'a share like "> 5 %", a number like "> 3", or "-" for none',
        )
    for_s = parse_duration_s(row.cells["for"])
    if for_s is None:
        raise document.problem(row.line, f"{row.cells['for']!r} in the column 'for' is not a duration", DURATION_SHAPE)
    return Trigger(
        signal=" ".join(row.cells["signal"].lower().split()),
        threshold=None if match is None else float(match[1]) / (100 if match[2] else 1),
        for_s=for_s,
        severity=row.cells["severity"],
        procedure=row.cells["procedure"],
        line=row.line,
    )
