"""Changes that no test noticed: what each changed, told so that it is known again, and the list of those with a reason.

mutmut numbers the changes of a function, and any edit moves the numbers. So a change is known by its function and by
the lines that it took away and put in their place.
"""

import ast
import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

NOTICED = frozenset({1, 3})  # pytest: a test failed, or fell over
OUT_OF_TIME = frozenset({24, 36, 152, 255, -24, -9})  # mutmut: more than 15 times as long as usual
UNREACHED = 33
_NAME = re.compile(r"(?P<module>[\w.]+)\.x(?:_|ǁ(?P<owner>\w+)ǁ)(?P<function>\w+)__mutmut_(?P<number>\d+)")
_HEADING = re.compile(r"## `(?P<module>[\w/]+\.py)`")
_REASON = re.compile(r"\*\*`(?P<function>[\w.]+)`\*\*: (?P<why>.+)")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Change:
    """One change that was tried. `was` and `now`: its lines, without the spaces around them."""

    module: str
    function: str
    was: tuple[str, ...]
    now: tuple[str, ...]

    def told(self) -> str:
        """As a diff."""
        return "\n".join([*(f"- {line}" for line in self.was), *(f"+ {line}" for line in self.now)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of every change. `noticed` includes those that made the tests run out of time."""

    noticed: int
    late: tuple[str, ...]  # by mutmut's name: those that ran out of time
    unnoticed: Mapping[str, Change]  # by mutmut's name
    unreached: frozenset[str]  # those of them that no test reaches
    untried: int

    @property
    def share(self) -> float:
        """Noticed, of all there are; 0 where there are none."""
        every = self.noticed + len(self.unnoticed) + self.untried
        return self.noticed / every if every else 0.0


def tried_in_vain(mutants: Path) -> frozenset[str]:
    """By mutmut's names: what no test noticed when it was last tried, whatever has become of its module since."""
    statuses = [
        status
        for path in mutants.rglob("*.meta")
        for status in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items()
    ]
    return frozenset(name for name, code in statuses if code is not None and code not in NOTICED | OUT_OF_TIME)


def outcome(mutants: Path) -> Outcome:
    """Read mutmut's folder `mutants`: a .meta beside each changed module has pytest's exit status by change.

    Whatever is neither a failed test nor out of time is not noticed: a status that we do not know must not count.
    """
    noticed, late, unnoticed, unreached, untried = 0, [], {}, set(), 0
    for path in sorted(mutants.rglob("*.meta")):
        codes: dict[str, int | None] = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        source = Source(path.with_suffix(""), path.with_suffix("").relative_to(mutants).as_posix())
        for name, code in codes.items():
            if code is None:
                untried += 1
                continue
            if code in NOTICED or code in OUT_OF_TIME:
                noticed += 1
                late += [name] if code in OUT_OF_TIME else []
                continue
            unnoticed[name] = source.change(name)
            unreached |= {name} if code == UNREACHED else set()
    return Outcome(
        noticed=noticed, late=tuple(late), unnoticed=unnoticed, unreached=frozenset(unreached), untried=untried
    )


class Source:
    """A module as mutmut leaves it: each function as it was, and once more for every change."""

    def __init__(self, path: Path, module: str) -> None:
        self._module = module
        self._text = path.read_text(encoding="utf-8").splitlines()
        tree = ast.parse("\n".join(self._text))
        self._functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

    def change(self, name: str) -> Change:
        """What the change called `name` changed."""
        parts = _NAME.fullmatch(name)
        assert parts is not None, name
        mangled, owner, function = name.rpartition(".")[2], parts["owner"], parts["function"]
        original = mangled.removesuffix(parts["number"]) + "orig"
        old, new = self._lines(original, function), self._lines(mangled, function)
        diff = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++")]
        return Change(
            module=self._module,
            function=f"{owner}.{function}" if owner else function,
            was=tuple(line[1:].strip() for line in diff if line[0] == "-"),
            now=tuple(line[1:].strip() for line in diff if line[0] == "+"),
        )

    def _lines(self, name: str, function: str) -> list[str]:
        """Of a function as it stands in the file, called by its own name."""
        node = self._functions[name]
        lines = self._text[node.lineno - 1 : node.end_lineno]
        return [lines[0].replace(name, function), *lines[1:]]


def listed(page: str) -> dict[Change, str]:
    """The page's changes with their reasons: a heading a module, a paragraph a function's reason, a diff the changes.

    ValueError for a diff without a reason above it. A blank line in a diff stands between two changes.
    """
    found: dict[Change, str] = {}
    module = function = why = ""
    for block in _blocks(page):
        heading, reason = _HEADING.fullmatch(block), _REASON.fullmatch(" ".join(block.split("\n")))
        if heading:
            module, function, why = heading["module"], "", ""
        elif reason:
            function, why = reason["function"], reason["why"]
        elif block.startswith("```diff\n"):
            if not (module and why):
                raise ValueError(f"no reason stands above {block!r}")
            for change in block.removeprefix("```diff\n").removesuffix("\n```").split("\n\n"):
                lines = change.split("\n")
                was, now = (tuple(line[2:] for line in lines if line[:1] == sign) for sign in "-+")
                found[Change(module=module, function=function, was=was, now=now)] = why
    return found


def _blocks(page: str) -> Iterator[str]:
    """Paragraphs and headings, a fence as a whole."""
    block: list[str] = []
    fenced = False
    for line in [*page.splitlines(), ""]:
        fenced ^= line.startswith("```")
        if line or fenced:
            block.append(line)
        elif block:
            yield "\n".join(block)
            block = []


def unlisted(found: Outcome, page: Mapping[Change, str]) -> dict[str, Change]:
    """Those that no test noticed and that the page does not know."""
    return {name: change for name, change in found.unnoticed.items() if change not in page}


def by_module(found: Outcome) -> Counter[str]:
    """How many no test noticed, by module."""
    return Counter(change.module for change in found.unnoticed.values())
