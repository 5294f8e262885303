"""Tables in docs/ that a bench remakes: what lies between two marks of a page."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.bench.goals import Unmeasured


def put(page: Path, begin: str, end: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Put a table there; Unmeasured where the page has lost its marks."""
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise Unmeasured(f"{page.name} has no {begin} … {end}")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(f"| {' | '.join(row)} |" for row in rows)]
    table = "\n".join(lines)
    page.write_text(f"{before}{begin}\n\n{table}\n\n{end}{after}", encoding="utf-8")
