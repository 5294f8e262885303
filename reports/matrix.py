"""Which check was ever turned red, and by what: docs/checks.json and its table. A check that nothing ever turned red
proves nothing. A nightly run adds what it saw, and takes nothing away.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from scenarios.errors import UsageError
from scenarios.judging.causes import Verdict
from scenarios.results import DrillRecord, Record

HEAD = """# What turned each check red

Every check of every drill, and the sabotage or the candidate that turned it red: in a real run, unless it begins with
*way*: those are the simulated drills of `tests/ways_of_*.py`. A run of `--suite nightly` adds what it saw. A check that
has no row, or an empty one that `tests/test_checks_matrix.py` does not name, fails the tests.

| check | turned red by |
|---|---|
"""


class Red(Record):
    """One drill in which a check did not hold. `by`: the sabotage, else the drill's own candidate."""

    drill: str
    by: str
    cause: str


class Matrix(Record):
    """docs/checks.json. `drills`: the checks that each drill has; `red`: by check, what turned it red."""

    drills: dict[str, list[str]]
    red: dict[str, list[Red]]

    def with_run(self, drills: Iterable[DrillRecord]) -> "Matrix":
        """This, and what a run saw: a drill's checks as they are now, and one entry for each drill and check."""
        have = {name: {*checks} for name, checks in self.drills.items()}
        red = {check: {each.drill: each for each in found} for check, found in self.red.items()}
        for drill in drills:
            have.setdefault(drill.id, set()).update(check.id for check in drill.checks)
            by = f"sabotage {drill.control}" if drill.control else "its candidate"
            for check in drill.checks:
                found = red.setdefault(check.id, {})
                if check.verdict != Verdict.PASSED and drill.as_expected:
                    found[drill.id] = Red(drill=drill.id, by=by, cause=str(check.cause))
        return Matrix(
            drills={name: sorted(have[name]) for name in sorted(have)},
            red={check: [red[check][name] for name in sorted(red[check])] for check in sorted(red)},
        )

    def table(self) -> str:
        """docs/checks.md."""
        rows = []
        for check, found in self.red.items():
            told = [f"{each.by}: {each.cause} (`{each.drill.rpartition('/')[2]}`)" for each in found]
            rows.append(f"| `{check}` | {'; '.join(told) or '**nothing yet**'} |\n")
        return HEAD + "".join(rows)


def load_matrix(path: Path) -> Matrix:
    """What the file says; an empty one where there is none. UsageError names what in it is not as it should be."""
    if not path.exists():
        return Matrix(drills={}, red={})
    try:
        return Matrix.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{path}: {place or 'the file'}: {first['msg']}") from error


def write_matrix(path: Path, matrix: Matrix) -> None:
    """The file, and its table beside it."""
    path.write_text(json.dumps(matrix.model_dump(), indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(matrix.table(), encoding="utf-8")
