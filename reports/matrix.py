"""Which check was ever turned red, and by what: docs/checks.json and its table. A check that nothing ever turned red
proves nothing. A nightly run adds what it saw, and takes nothing away.

`python -m reports.matrix RUN…` does the same with the runs of these folders.

A row is one check; a line of a verification list is one of its system, since each system's runbook has its own.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from reports.summary import load_summary
from scenarios.errors import UsageError
from scenarios.judging.causes import Verdict
from scenarios.results import DrillRecord, Record

CHECKS = Path(__file__).parent.parent / "docs" / "checks.json"
HEAD = """# What turned each check red

Every check of every drill, and the sabotage or the candidate that turned it red: in a real run, unless it begins with
*way*: those are the simulated drills of `tests/ways_of_*.py`. A run of `--suite nightly` adds what it saw. A check that
has no row, or an empty one, fails the tests (`tests/test_checks_matrix.py`). What a verification list
asks is each system's own, and so are its rows.

| check | turned red by |
|---|---|
"""


def row_of(system: str, check: str) -> str:
    """The row of a check in a drill of `system`: the harness' own checks are the same in all of them."""
    return f"{system} {check}" if check.startswith("verify-") else check


class Red(Record):
    """One drill in which a check did not hold. `by`: the sabotage, else the drill's own candidate."""

    drill: str
    by: str
    cause: str


class Matrix(Record):
    """docs/checks.json. `drills`: the rows of the checks that each drill had; `red`: by row, what turned it red."""

    drills: dict[str, list[str]]
    red: dict[str, list[Red]]

    def with_run(self, drills: Iterable[DrillRecord]) -> "Matrix":
        """This, and what a run saw: a drill's checks as they are now, and one entry for each drill and check."""
        have = {name: {*checks} for name, checks in self.drills.items()}
        red = {check: {each.drill: each for each in found} for check, found in self.red.items()}
        for drill in drills:
            have.setdefault(drill.id, set()).update(row_of(drill.system, check.id) for check in drill.checks)
            by = f"sabotage {drill.control}" if drill.control else "its candidate"
            for check in drill.checks:
                found = red.setdefault(row_of(drill.system, check.id), {})
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


def main(runs: Iterable[str]) -> str | None:
    """Add these runs to the file; what was wrong with one of them."""
    matrix = load_matrix(CHECKS)
    try:
        for run in runs:
            matrix = matrix.with_run(load_summary(Path(run)).drills)
    except UsageError as error:
        return str(error)
    write_matrix(CHECKS, matrix)
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
