"""Runbooks: RUNBOOK.md in CommonMark, read into frozen declarations. The format is in docs/runbook-format.md."""

from scenarios.runbook.model import Hold, ManualStep, Procedure, Runbook, Step, Trigger, with_waits
from scenarios.runbook.parser import load_runbook
from scenarios.runbook.patterns import compile_pattern
from scenarios.runbook.shell import without_value

__all__ = [
    "Hold",
    "ManualStep",
    "Procedure",
    "Runbook",
    "Step",
    "Trigger",
    "compile_pattern",
    "load_runbook",
    "with_waits",
    "without_value",
]
