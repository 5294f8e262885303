"""Values that a shell would run if it ever read them as code, given to real steps as parameters."""

import random
import tempfile
from pathlib import Path

from tests.bench.goals import Goal, Tell
from tests.hostile import hostile_value
from tests.runner_bench import Bench, corrected, written

TITLE = "hostile values as parameters of real steps: none is ever read as code"
TAKES = "about 1 min"
VALUES, AT_ONCE = 5000, 20
NAMES = tuple(f"VALUE_{number}" for number in range(AT_ONCE))


def run(tell: Tell) -> list[Goal]:
    """All of them, a few at a time."""
    run_, changed, unlike = look(VALUES, random.Random(7), tell)
    return [
        Goal.at_most("values that a shell read as code (a file that they would have made)", run_, "values", 0),
        Goal.at_most("values that a step was given otherwise than they were", changed, "values", 0),
        Goal.at_most("values that a step's expectation took for a pattern", unlike, "steps", 0),
        Goal.seen("values", VALUES, "values"),
    ]


def look(values: int, chance: random.Random, tell: Tell) -> tuple[int, int, int]:
    """How many were run, were changed on the way, and were not found where a step expects them."""
    interpreted = changed = unlike = 0
    for begun in range(0, values, AT_ONCE):
        given = {name: hostile_value(chance) for name in NAMES[: min(AT_ONCE, values - begun)]}
        with tempfile.TemporaryDirectory(prefix="soak-parameters-") as folder:
            ran, seen, found = _steps(Path(folder), given)
        interpreted += ran
        changed += sum(seen.get(name) != value for name, value in given.items())
        unlike += not found
        if begun % 1000 == 0:
            tell(f"{begun} of {values}")
    return interpreted, changed, unlike


def _steps(folder: Path, given: dict[str, str]) -> tuple[int, dict[str, str], bool]:
    """Written and corrected steps: how many files were left behind, what arrived, and whether all was as expected."""
    bench = Bench(folder)
    shown = "\n".join(f'printf \'%s\\0\' "${name}" >> "$HOME/seen"' for name in given)
    loose = "\n".join(f": ${name}" for name in given)  # as a runbook writes it that forgets the quotes
    last = next(reversed(given))
    steps = (
        written("loose", f"{loose}\nexport -p > /dev/null\n"),
        corrected("quoted", f"{shown}\n"),
        corrected("expected", f'printf "%s" "${last}"\n', expect=f"${{{last}}}"),
    )
    try:
        results = bench.run(*steps, parameters=given)
        left = list(folder.rglob("pwned*"))
        path = folder / "seen"
        arrived = path.read_bytes().decode().split("\0")[:-1] if path.exists() else []
        return len(left), dict(zip(given, arrived, strict=False)), len(results) == len(steps) and results[-1].ok
    finally:
        bench.close()
