"""A runbook as frozen declarations, as read from a RUNBOOK.md. Durations are seconds, lines count from 1."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from scenarios.errors import UsageError
from scenarios.model import Need, RecoveryClock

Source = Literal["written", "corrected", "adapted"]
CALENDAR_CAP_S = 5.0  # no drill waits for a day, not at time scale 1 either
SOURCES: tuple[Source, ...] = ("written", "corrected", "adapted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command block. `expect` and `reject` are regular expressions that may hold `${PARAMETER}`."""

    name: str
    source: Source
    script: str
    deadline_s: float
    line: int
    expect: str | None = None  # must be found in the output
    reject: str | None = None  # must not be found in it
    exits: frozenset[int] = frozenset({0})
    wait_s: float = 0.0  # a calendar wait before it is over, as the runbook has it: "keep it for 24 h"
    pairs: str | None = None  # "procedure-id/step-name" of the written step that this corrected one stands beside


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualStep:
    """Something a person does in a console. `adapted` names the script that stands in for it; None: nothing does."""

    name: str
    adapted: str | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a verification list promises of the time after the rollback. None: it promises nothing of that."""

    errors: float | None = None  # the share of answers that may be bad: fewer than this
    response_s: float | None = None  # answers take less
    uptime: float | None = None  # the share of the time that users are served: more than this


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A section of the runbook that is run from top to bottom; a verification list is one too, without objectives.

    `steps` holds the adapted manual steps at their place as well; `manual` lists all manual steps, adapted or not.
    """

    id: str
    title: str
    line: int
    steps: tuple[Step, ...]
    rto_s: float | None = None
    rpo_s: float | None = None
    clock: RecoveryClock = RecoveryClock.RECOVERY
    needs: frozenset[Need] = frozenset()
    manual: tuple[ManualStep, ...] = ()
    hold: Hold | None = None  # of a verification list

    def step(self, name: str) -> Step:
        """The step called `name`; UsageError names those there are."""
        for step in self.steps:
            if step.name == name:
                return step
        known = ", ".join(step.name for step in self.steps)
        raise UsageError(f"procedure {self.id} has no step {name!r}; expected one of: {known}")


def with_waits(procedure: Procedure, time_scale: float) -> Procedure:
    """`procedure` with $WAIT_S set for each step that has a calendar wait, as long as a drill waits in its place."""

    def timed(step: Step) -> Step:
        if not step.wait_s:
            return step
        instead_s = math.ceil(min(step.wait_s * time_scale, CALENDAR_CAP_S))
        script = f"WAIT_S={instead_s} # in place of {step.wait_s:g} s\n{step.script}"
        return replace(step, script=script, deadline_s=step.deadline_s + instead_s)

    return replace(procedure, steps=tuple(timed(step) for step in procedure.steps))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A row of "when to roll back". `threshold` is a share (0.05 for "> 5 %") or a plain number; None: it has none."""

    signal: str  # lower case, single spaces: "error rate"
    threshold: float | None
    for_s: float
    severity: str
    procedure: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """A whole RUNBOOK.md. `parameters` is name to meaning; the values come from the scenario and the environment."""

    path: Path
    title: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    verifications: Mapping[str, Procedure] = field(default_factory=dict)
    triggers: tuple[Trigger, ...] = ()

    def procedure(self, procedure_id: str) -> Procedure:
        """The procedure or verification list with this id; UsageError names the known ids."""
        found = self.procedures.get(procedure_id) or self.verifications.get(procedure_id)
        if found is None:
            known = ", ".join([*self.procedures, *self.verifications]) or "none at all"
            raise UsageError(f"{self.path}: no procedure {procedure_id!r}; expected one of: {known}")
        return found

    def trigger(self, signal: str, procedure_id: str | None = None) -> Trigger:
        """The first row for `signal`, rather one that leads to `procedure_id`; UsageError names the known signals."""
        rows = [row for row in self.triggers if row.signal == " ".join(signal.lower().split())]
        if not rows:
            known = ", ".join(dict.fromkeys(row.signal for row in self.triggers)) or "none at all"
            raise UsageError(f"{self.path}: no trigger for signal {signal!r}; expected one of: {known}")
        return next((row for row in rows if row.procedure == procedure_id), rows[0])
