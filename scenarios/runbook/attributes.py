"""Attributes: `name="undo" deadline=30s` on a fence or in a comment, and what their values mean.

A value is bare, 'single-quoted' or "double-quoted"; in double quotes only `\\"` is an escape, so a regular
expression is written as it is.
"""

import math
import re
from dataclasses import dataclass

from scenarios.errors import UsageError
from scenarios.runbook.problems import Document

_ATTRIBUTE = re.compile(r"""\s*([A-Za-z_][\w-]*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']+))(?=\s|$)""", re.DOTALL)
_DURATION = re.compile(
    r"(\d+(?:\.\d+)?)\s*(ms|s|sec|secs|seconds?|m|mins?|minutes?|h|hours?)", re.IGNORECASE | re.ASCII
)
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST_S = 7 * 24 * 3600.0
_LONGEST_NAME = 80
_IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
DURATION_SHAPE = "a duration like 30s, 5m, 1h or 5 min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What was written on one fence or in one comment. Readers raise UsageError at its line."""

    document: Document
    line: int
    subject: str  # how messages call the thing: "step", "procedure"
    values: dict[str, str]

    def problem(self, what: str, expected: str) -> UsageError:
        return self.document.problem(self.line, what, expected)

    def required(self, name: str, shape: str) -> str:
        """The value of `name`; `shape` tells the reader what to write."""
        value = self.values.get(name, "")
        if not value.strip():
            raise self.problem(f"this {self.subject} has no {name}", shape)
        return value

    def identifier(self, name: str) -> str:
        """A required value that serves as an id or a file name."""
        value = self.required(name, f'{name}="…" of lower-case letters, digits and hyphens')
        if not _IDENTIFIER.fullmatch(value) or len(value) > _LONGEST_NAME:
            raise self.problem(f"{name} {value!r} is not usable", "lower-case letters, digits and hyphens, at most 80")
        return value

    def duration_s(self, name: str) -> float | None:
        """An optional duration; zero may be written without a unit."""
        value = self.values.get(name)
        if value is None:
            return None
        seconds = parse_duration_s(value)
        if seconds is None:
            raise self.problem(f"{name} {value!r} is not a duration", DURATION_SHAPE)
        return seconds


def parse_attributes(document: Document, line: int, subject: str, text: str, allowed: tuple[str, ...]) -> Attributes:
    """Read `text` as attributes; an unreadable, unknown or repeated one is a UsageError."""
    values: dict[str, str] = {}
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _ATTRIBUTE.match(text, position)
        if match is None:
            rest = text[position:].strip().split("\n")[0]
            raise document.problem(
                line, f"cannot read {rest!r} as an attribute of this {subject}", 'name=value or name="…"'
            )
        name, double, single, bare = match.groups()
        if name not in allowed:
            raise document.problem(
                line,
                f"unknown attribute {name!r} on this {subject}",
                f"one of: {', '.join(allowed)}" if allowed else "none here",
            )
        if name in values:
            raise document.problem(line, f"attribute {name!r} is given twice on this {subject}", "it once")
        quoted = double.replace('\\"', '"') if double is not None else single
        values[name] = bare if quoted is None else quoted
        position = match.end()
    return Attributes(document=document, line=line, subject=subject, values=values)


def parse_duration_s(text: str) -> float | None:
    """Seconds of "30s", "5 min", "1h", "250ms", or "0"; None when it is not a duration of at most seven days."""
    text = text.strip()
    if text == "0":
        return 0.0
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    unit = match[2].lower()
    seconds = float(match[1]) * _UNIT_S["ms" if unit == "ms" else unit[0]]
    return seconds if math.isfinite(seconds) and seconds <= _LONGEST_S else None
