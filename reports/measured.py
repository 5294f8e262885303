"""What procedures promise and what was measured: docs/runbook-findings.json, and the end of the page beside it.

`drill findings RUN` adds a run, and so does each nightly one. The rest of the page, which step of which printed runbook
is wrong, is written by hand.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from reports.clocks import claim_beside
from reports.words import interval, limit, seconds, verdict_and_cause
from scenarios.judging.causes import Verdict
from scenarios.results import DrillRecord, Interval, Phases, Record, Summary

FINDINGS = Path(__file__).parent.parent / "docs" / "runbook-findings.json"
HEADING = "## What was measured\n"
HEAD = """
Each procedure, what it promises, and the worst that was measured of it in N rehearsals: from its start until users were
served as before. Machine time: typing and deciding by people is not in it. Beside it when `kubectl rollout status`
claimed success, in the same rehearsal, and where the time went. Written by `drill findings RUN`, which adds a run;
sabotaged ones are left out.
"""
COLUMNS = "| procedure | promised | measured, worst of N | N | claimed | execute, propagate, stabilise | comes out |"


class Measured(Record):
    """One drill: `n` rehearsals, all as expected, and the figures of the worst of them."""

    system: str
    procedure: str
    promised_s: float | None
    clock: str
    n: int
    measured_s: Interval | None  # on `clock`
    claimed_s: float | None
    claim: str
    phases_s: Phases
    verdict: str
    cause: str | None


class Measurements(Record):
    """docs/runbook-findings.json. `runs`: the names of those counted; `drills`: by drill."""

    runs: list[str]
    drills: dict[str, Measured]

    def with_run(self, summary: Summary) -> "Measurements":
        """This, and a run; one that is counted already changes nothing."""
        if summary.run in self.runs:
            return self
        drills = dict(self.drills)
        for record in counted(summary.drills):
            found, known = measured(record), drills.get(record.id)
            if known is not None and known.procedure == found.procedure:
                worse = found if _badness(found) > _badness(known) else known
                found = worse.model_copy(update={"n": known.n + found.n})
            drills[record.id] = found
        return Measurements(
            runs=sorted({*self.runs, summary.run}), drills={name: drills[name] for name in sorted(drills)}
        )

    def section(self) -> str:
        """The end of the page."""
        parts = [HEADING, HEAD]
        for system in sorted({each.system for each in self.drills.values()}):
            parts.append(f"\n### Measured: {system}\n\n{COLUMNS}\n|{'---|' * COLUMNS.count(' |')}\n")
            parts += [_row(name, each) for name, each in self.drills.items() if each.system == system]
        return "".join(parts)


def counted(drills: Iterable[DrillRecord]) -> list[DrillRecord]:
    """What says something of the procedure itself: proved, as expected, and not sabotaged."""
    return [each for each in drills if each.as_expected and each.control is None and each.verdict in PROVED]


PROVED = (Verdict.PASSED, Verdict.FAILED)


def measured(record: DrillRecord) -> Measured:
    """The row of one drill of one run."""
    clock = record.objective.clock if record.objective is not None else "recovery"
    return Measured(
        system=record.system,
        procedure=record.procedure,
        promised_s=record.objective.rto_s if record.objective is not None else None,
        clock=clock,
        n=record.n,
        measured_s=record.disruption_s if clock == "disruption" else record.recovery_s,
        claimed_s=record.claimed_s,
        claim=claim_beside(record),
        phases_s=record.phases_s,
        verdict=record.verdict,
        cause=record.cause,
    )


def _badness(each: Measured) -> float:
    """Later is worse, and never is worst."""
    lo, hi = each.measured_s or (None, None)
    if lo is not None and hi is None:
        return float("inf")
    return -1.0 if hi is None else hi


def _row(name: str, each: Measured) -> str:
    claimed = "-" if each.claimed_s is None else seconds(each.claimed_s) + (f": {each.claim}" if each.claim else "")
    phases = (each.phases_s.execute, each.phases_s.propagate, each.phases_s.stabilise)
    cells = (
        f"`{each.procedure}`, `{name.removeprefix('drills/')}`",
        "-" if each.promised_s is None else f"{limit(each.promised_s)} ({each.clock})",
        interval(each.measured_s),
        str(each.n),
        claimed,
        ", ".join(seconds(value) for value in phases),
        verdict_and_cause(each.verdict, each.cause),
    )
    return f"| {' | '.join(cells)} |\n"


def load_measurements(path: Path) -> Measurements:
    """What the file says; an empty one where there is none."""
    if not path.exists():
        return Measurements(runs=[], drills={})
    return Measurements.model_validate_json(path.read_bytes())


def write_measurements(path: Path, found: Measurements) -> None:
    """The file, and the end of the page beside it; what is written by hand stays."""
    path.write_text(json.dumps(found.model_dump(), indent=1) + "\n", encoding="utf-8")
    page = path.with_suffix(".md")
    by_hand = page.read_text(encoding="utf-8").partition(HEADING)[0] if page.exists() else ""
    page.write_text(by_hand + found.section(), encoding="utf-8")
