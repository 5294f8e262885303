"""`drill new` makes a system folder that is complete, has no placeholder left, and that the loaders accept."""

import ast
import os
import re
from pathlib import Path

import pytest

from fixtures.scaffold import LONGEST_NAME, TEMPLATE, make_system, next_steps
from scenarios.errors import UsageError
from scenarios.judging.causes import Verdict
from scenarios.registry import load_system
from scenarios.runbook import load_runbook

PLACEHOLDER = re.compile(r"SYSTEM_NAME|DATABASE_NAME")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A system folder called my-shop, in a folder that was not there before."""
    return make_system("my-shop", tmp_path / "new" / "place")


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_every_file_of_the_template_is_there_and_nothing_else(made: Path) -> None:
    """The copy is whole, its scripts can still be executed, and no half-made folder is left beside it."""
    assert files(made) == [path for path in files(TEMPLATE) if path.suffix != ".pyc"]
    for path in files(made):
        assert os.access(made / path, os.X_OK) == os.access(TEMPLATE / path, os.X_OK)
    assert [path.name for path in made.parent.iterdir()] == ["my-shop"]


def test_no_placeholder_is_left_and_the_template_has_some(made: Path) -> None:
    """Every placeholder became the name, or the database's name made from it."""
    assert not [path for path in files(made) if PLACEHOLDER.search((made / path).read_text(encoding="utf-8"))]
    assert [
        path for path in files(TEMPLATE) if path.suffix != ".pyc" and PLACEHOLDER.search((TEMPLATE / path).read_text())
    ]


def test_every_program_in_it_is_python_that_parses(made: Path) -> None:
    for path in files(made):
        if path.suffix == ".py":
            ast.parse((made / path).read_text(encoding="utf-8"), filename=str(path))


def test_the_loaders_accept_it_as_it_is(made: Path) -> None:
    """scenarios.py and RUNBOOK.md load, and what the one names the other has."""
    system = load_system(made)
    runbook = load_runbook(made / "RUNBOOK.md")
    assert (system.name, system.database, system.folder) == ("my-shop", "my_shop_production", made)
    for scenario in system.scenarios:
        assert scenario.procedure in runbook.procedures
        assert scenario.verification in runbook.verifications
        assert runbook.trigger(scenario.signal, scenario.procedure)
        assert (made / scenario.load.locustfile).is_file()


def test_it_teaches_a_rollback_that_works_and_a_control_that_must_fail(made: Path) -> None:
    """One scenario is expected to pass; the other has a sabotage and is expected to fail for a named cause."""
    works, control = load_system(made).scenarios
    assert (works.expected.verdict, works.sabotage) == (Verdict.PASSED, None)
    assert control.expected.verdict is Verdict.FAILED
    assert control.expected.cause is not None
    assert control.sabotage == "noop-downgrade"


@pytest.mark.parametrize("name", ["shop", "user-accounts", "a", "shop2", "x" * LONGEST_NAME])
def test_a_plain_name_is_taken(name: str, tmp_path: Path) -> None:
    assert make_system(name, tmp_path).name == name


@pytest.mark.parametrize(
    "name",
    ["", "Shop", "2shop", "-shop", "shop-", "a--b", "a_b", "a b", "a/b", "..", "é", "shop\n", "x" * (LONGEST_NAME + 1)],
)
def test_another_name_is_refused_before_anything_is_made(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no name for a system"):
        make_system(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_word_of_an_area_is_refused_with_the_reason(tmp_path: Path) -> None:
    """-k is a substring: a part of the name is enough to select the wrong drills."""
    with pytest.raises(UsageError, match="holds the word 'git', by which `pytest -k git` selects an area"):
        make_system("digits", tmp_path, ["cache", "git"])
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_left_as_it_is(made: Path) -> None:
    """A second `drill new` with the same name changes no byte."""
    (made / "RUNBOOK.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        make_system("my-shop", made.parent)
    assert (made / "RUNBOOK.md").read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be made"):
        make_system("shop", blocked)


def test_what_to_do_next_can_be_typed_as_it_stands(made: Path) -> None:
    assert f"  cd here && pytest drills/systems --systems {made}\n" in next_steps(made, "cd here && pytest")
