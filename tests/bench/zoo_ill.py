"""Drills whose rollback does not work, rehearsed for real while the harness is made ill: none of them may pass.

Everything is real: the system that `drill new` makes, its service on gunicorn, an embedded Postgres, Locust, the probe,
the ledger, the sentinel, the steps. What is done to them is real too: processes are stopped by their ids for a while,
busy programs are started, the evidence lies on a small tmpfs that is filled.
"""

import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from fixtures.environment import EmbeddedEnvironment
from fixtures.run import Run
from fixtures.scaffold import make_system
from scenarios.judging.causes import Cause, Verdict
from scenarios.model import Scenario, System
from scenarios.protocols import Stage
from scenarios.record import Subject
from scenarios.registry import load_system
from scenarios.rehearsal import rehearse
from tests.bench.goals import Goal, Tell
from tests.bench.zoo_illnesses import ILLNESSES, Patient, small_disk

SCRIPT = """#!/bin/bash
# {why}
export PATH="$REAL_PATH"
flask "$@" || exit
[ "$1 $2" = "db downgrade" ] || exit 0
exec psql "$DATABASE_URL" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --command "{sql}"
"""
ACKED = "(SELECT id FROM sessions WHERE created_at < clock_timestamp() - interval '1 second' ORDER BY id DESC LIMIT 1)"
REFUSE = (
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \\$\\$ BEGIN IF random() < 0.05 THEN"
    " RAISE 'refused'; END IF; RETURN NEW; END \\$\\$;"
    " CREATE TRIGGER refuse BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()"
)
# what does not work about the rollback, beside the downgrade that does nothing, which comes with the template
SQL = {
    "drops-a-row": f"DELETE FROM sessions WHERE id = {ACKED}",
    "changes-a-row": f"UPDATE sessions SET body = body || '!' WHERE id = {ACKED}",
    "adds-a-row": "INSERT INTO sessions (id, client, seq, body) VALUES ('stray', 'nobody', 1, 'a script')",
    "refuses-some": REFUSE,
}
SABOTAGES = ("noop-downgrade", *SQL)
TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ill:
    """How one of them came out."""

    number: int
    sabotage: str
    illness: str
    verdict: str
    cause: str | None
    not_passed: list[tuple[str, str]]  # checks, with their causes

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


class IllEnvironment(EmbeddedEnvironment):
    """The embedded environment, in which something is done to the parts of each stage."""

    illness = ""
    seed = 0

    @contextmanager
    def provision(self, system: System, scenario: Scenario, evidence: Path) -> Iterator[Stage]:
        with super().provision(system, scenario, evidence) as stage:
            if not self.illness:
                yield stage
                return
            patient = Patient(stage=stage, evidence=evidence, chance=random.Random(self.seed))
            with ILLNESSES[self.illness](patient):
                yield stage


def rehearse_all(numbers: Sequence[int], tell: Tell, well: bool = True) -> list[Ill]:
    """Rehearse those of the drills; which is which follows from its number alone. `well`: first with nothing ill."""
    kinds = [illness for illness in ILLNESSES if illness != "full disk" or _can_mount(tell)]
    with tempfile.TemporaryDirectory(prefix="bench-zoo-ill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        system = _system(folder)
        run = Run.begin(time_scale=0.02, suite=None, environment="embedded", require_all=False)
        environment = IllEnvironment(run)
        try:
            found = _well(environment, system, folder, tell) if well else []
            return found + [_rehearse(environment, system, folder, kinds, number, tell) for number in numbers]
        finally:
            environment.close()
            shutil.rmtree(run.folder, ignore_errors=True)


def _rehearse(
    environment: IllEnvironment, system: System, folder: Path, kinds: Sequence[str], number: int, tell: Tell
) -> Ill:
    illness, sabotage = kinds[number % len(kinds)], SABOTAGES[number // len(kinds) % len(SABOTAGES)]
    environment.illness, environment.seed = illness, number
    with small_disk(folder / str(number), wanted=illness == "full disk") as evidence:
        found = _once(environment, system, evidence, sabotage, number)
    tell(f"drill {number}: {sabotage}, {illness}: {found.verdict} {found.cause or ''}")
    return found


def _once(environment: IllEnvironment, system: System, evidence: Path, sabotage: str, number: int) -> Ill:
    scenario = replace(system.scenario("downgrade"), sabotage=sabotage or None)
    subject = Subject(drill_id=f"zoo::{number}", system=system, scenario=scenario, time_scale=0.02)
    verdict, cause, checks = str(Verdict.INCONCLUSIVE), None, []
    try:
        record = rehearse(subject, environment, evidence)
        verdict, cause = record.verdict, record.cause
        checks = [(each.id, str(each.cause)) for each in record.checks if each.verdict != Verdict.PASSED]
    except Exception as error:  # as fixtures/drill.py does: while the stage was provided or taken away
        cause = f"{Cause.HARNESS_ERROR} {type(error).__name__}"
    return Ill(
        number=number, sabotage=sabotage, illness=environment.illness, verdict=verdict, cause=cause, not_passed=checks
    )


def _well(environment: IllEnvironment, system: System, folder: Path, tell: Tell) -> list[Ill]:
    """Nothing is done to the harness: a rollback that works passes, each that does not fails."""
    environment.illness = ""
    found = []
    for i, sabotage in enumerate(("", *SABOTAGES)):
        for attempt in range(TRIES):
            number = -(TRIES * i + attempt + 1)
            (evidence := folder / str(number)).mkdir()
            well = _once(environment, system, evidence, sabotage, number)
            if well.verdict != Verdict.INCONCLUSIVE:
                break
        tell(f"nothing ill, {sabotage or 'no sabotage'}: {well.verdict} {well.cause or ''}")
        found.append(well)
    return found


def _system(folder: Path) -> System:
    made = make_system("shop", folder)
    for name, sql in SQL.items():
        program = made / "sabotage" / name / "flask"
        program.parent.mkdir()
        program.write_text(SCRIPT.format(why=f"A downgrade that works, and more: {name}.", sql=sql), encoding="utf-8")
        program.chmod(0o755)
    return load_system(made)


def _can_mount(tell: Tell) -> bool:
    if os.geteuid() == 0:
        return True
    tell("no drill with a full disk: that takes a small tmpfs, and mounting one takes root; the others are more")
    return False


def goals(runs: Sequence[Ill]) -> list[Goal]:
    """None passed, and the drill is one that can pass and can fail."""
    ill = [each for each in runs if each.illness]
    passed = [each for each in ill if each.verdict == Verdict.PASSED]
    of = Counter(f"{each.illness}: {each.verdict}" for each in ill)
    well = {each.sabotage: each.verdict for each in runs if not each.illness}
    caught = sum(well.get(sabotage) == Verdict.FAILED for sabotage in SABOTAGES)
    fits = well.get("") == Verdict.PASSED
    outcomes = {name: float(count) for name, count in sorted(of.items())}
    must_not = f"of {len(ill)} drills that must not pass, on an ill machine, passed"
    return [
        Goal.at_most(must_not, len(passed), "drills", 0, outcomes),
        Goal.at_least("nothing ill, a rollback that works: passed", fits, "drill", 1),
        Goal.at_least("nothing ill, each rollback that does not work: failed", caught, "kinds", len(SABOTAGES)),
    ]
