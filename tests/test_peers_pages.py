"""Tables that a bench remakes in docs/: where they go, and what is made of them."""

from pathlib import Path

import pytest

from tests.bench import backup_peers, migration_peers, pages
from tests.bench.goals import Unmeasured
from tests.bench.migration_tools import TOOLS
from tests.house import ROOT

MARKS = ("<!-- a -->", "<!-- /a -->")


def test_a_table_is_put_between_its_marks_and_again(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n\n<!-- a --><!-- /a -->\n\nafter\n", encoding="utf-8")
    for rows in ([("1", "2")], [("3", "4"), ("5", "---")]):
        pages.put(page, *MARKS, ("x", "y"), rows)
    text = page.read_text(encoding="utf-8")
    assert text == "before\n\n<!-- a -->\n\n| x | y |\n|---|---|\n| 3 | 4 |\n| 5 | --- |\n\n<!-- /a -->\n\nafter\n"


@pytest.mark.parametrize("text", ["", "<!-- a -->", "<!-- /a -->"])
def test_a_page_without_its_marks_is_not_written(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(Unmeasured, match=r"page\.md has no <!-- a -->"):
        pages.put(page, *MARKS, ("x",), [])
    assert page.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("bench", [backup_peers, migration_peers])
def test_the_page_has_the_marks_of_its_benches(bench: object) -> None:
    text = (ROOT / "docs" / "peers.md").read_text(encoding="utf-8")
    assert text.index(bench.BEGIN) < text.index(bench.END)  # type: ignore[attr-defined]


def test_a_backup_that_only_firedrill_catches_is_counted_against_us() -> None:
    rows = [("whole", "passed", "passed"), ("cut", "*step_failed*", "TRUNCATED"), ("odd", "passed", "ODD")]
    missed, caught = backup_peers.goals(rows)
    assert (missed.figure, missed.holds) == (1, False)
    assert (caught.figure, caught.against) == (1, {"firedrill": 2.0})


def test_every_tool_is_a_column() -> None:
    assert migration_peers.HEAD[-len(TOOLS) :] == TOOLS
