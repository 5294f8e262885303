"""How a mistake in a runbook is told: file, line, what is wrong, what was expected. One mistake, one message."""

from dataclasses import dataclass
from pathlib import Path

from scenarios.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The runbook's text by line; `lines[0]` is line 1."""

    path: Path
    lines: tuple[str, ...]

    def problem(self, line: int, what: str, expected: str) -> UsageError:
        """The error to raise for a mistake at `line` (from 1)."""
        return UsageError(f"{self.path}:{line}: {what}; expected {expected}")


def read_document(path: Path) -> Document:
    """Read a runbook's text; UsageError when it is missing, unreadable or not UTF-8."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = str(error.strerror).lower()
        raise UsageError(
            f"{path}:1: the runbook cannot be read ({reason}); expected a readable Markdown file"
        ) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: a byte that is not UTF-8; expected a text file in UTF-8") from error
    return Document(path=path, lines=tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
