"""Find a bench, run it with its progress told, keep its file and show its table."""

import ast
import shutil
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import cast

import click
from rich.console import Console
from rich.table import Table

import fixtures.run
from fixtures.machine import facts
from reports.summary import write_text
from tests.bench.goals import Bench, Goal, Result, Tell

WIDTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A package of benches, `tests/NAME`. A `-` in a bench's name is a `_` in its module's."""

    name: str  # of the package, of its tox environment and of the folder that results go to
    about: str  # the first paragraph of its help

    @property
    def folder(self) -> Path:
        """Where its modules are."""
        return Path(__file__).parent.parent / self.name

    def module(self, name: str) -> str:
        """Of the bench called `name`; empty where there is none."""
        module = name.replace("-", "_")
        path = self.folder / f"{module}.py"
        return f"tests.{self.name}.{module}" if module.isidentifier() and path.is_file() and _has_run(path) else ""


BENCH = Shelf(
    name="bench", about="Measure what a claim of this project costs or is worth here, and hold it to its goal."
)
SOAK = Shelf(name="soak", about="Do what must never go wrong so often that it would have, and count what did.")


def benches(shelf: Shelf = BENCH) -> dict[str, Bench]:
    """Every bench by its name, sorted: the modules of the package that have `run`. Helpers are not imported."""
    names = sorted(module.name.replace("_", "-") for module in iter_modules([str(shelf.folder)]))
    return {name: cast("Bench", import_module(shelf.module(name))) for name in names if shelf.module(name)}


def find(name: str, shelf: Shelf = BENCH) -> Bench:
    """The bench called `name`; click's usage error with the names there are. Imports no other bench unless it must."""
    if shelf.module(name):
        return cast("Bench", import_module(shelf.module(name)))
    raise click.UsageError(f"no {shelf.name} is called {name!r}. There are: {', '.join(benches(shelf))}")


def _has_run(path: Path) -> bool:
    """Read, not imported: a helper may want what is only there where it is used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == "run" for node in tree.body)


def measure(name: str, bench: Bench, shelf: Shelf = BENCH) -> Result:
    """Run it, progress on standard error; its file is written whole and its table printed. Ctrl-C passes through."""
    begun = time.monotonic()
    tell = _teller(begun)
    tell(f"{name}: {bench.TITLE} ({bench.TAKES})")
    result = Result(command=f"tox -e {shelf.name} -- {name}", machine=machine(), goals=bench.run(tell))
    path = fixtures.run.OUT / shelf.name / f"{name}.json"
    write_text(path, result.model_dump_json(indent=2) + "\n")
    tell(f"{name}: done; {path}")
    show(name, result)
    return result


def machine() -> str:
    """This machine in one line."""
    known = facts()
    words = (
        f"{known['cores']} cores",
        f"{known['memory_mb']} MiB memory",
        f"Linux {known['kernel']}",
        f"Python {known['python']}",
    )
    return ", ".join(words)


def show(name: str, result: Result) -> None:
    """The table, on standard output."""
    table = Table(title=f"{name}: {result.machine}", title_justify="left", show_lines=True)
    table.add_column("goal", ratio=1)
    for column in ("figure", "limit", "holds"):
        table.add_column(column, justify="right", no_wrap=True)
    if any(goal.against for goal in result.goals):
        table.add_column("against", no_wrap=True)
    for goal in result.goals:
        table.add_row(*_row(goal), *(["\n".join(_peers(goal))] if goal.against else []))
    # made here, so that it writes to the standard output of now
    Console(width=shutil.get_terminal_size((WIDTH, 24)).columns, highlight=False).print(table)


def _row(goal: Goal) -> tuple[str, str, str, str]:
    limit = "" if goal.limit is None else f"{goal.bound} {amount(goal.limit)} {goal.unit}"
    holds = {True: "yes", False: "[bold red]NO[/]", None: ""}[goal.holds]
    return goal.goal, f"{amount(goal.figure)} {goal.unit}", limit, holds


def _peers(goal: Goal) -> list[str]:
    return [f"{peer} {amount(figure)}" for peer, figure in goal.against.items()]


def amount(figure: float) -> str:
    """Three digits where there are that many: 0.0831, 4.12, 437, 12400."""
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def _teller(begun: float) -> Tell:
    def tell(text: str) -> None:
        click.echo(f"{time.monotonic() - begun:7.1f} s  {text}", err=True)

    return tell
