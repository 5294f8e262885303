"""What only the whole runbook can tell: references that lead nowhere, undeclared parameters, literal addresses."""

from scenarios.runbook.addresses import public_addresses
from scenarios.runbook.model import Procedure, Runbook, Step
from scenarios.runbook.patterns import pattern_parameters
from scenarios.runbook.problems import Document
from scenarios.runbook.shell import undeclared


def check_links(document: Document, runbook: Runbook) -> None:
    """Raise a UsageError for the first mistake found."""
    for number, text in enumerate(document.lines, start=1):
        for address in public_addresses(text):
            raise document.problem(number, f"a literal public address {address!r}", "a parameter, like $SERVICE_URL")
    for procedure in [*runbook.procedures.values(), *runbook.verifications.values()]:
        for step in procedure.steps:
            _check_pair(document, runbook, step)
        _check_parameters(document, runbook, procedure)
    for trigger in runbook.triggers:
        if trigger.procedure not in runbook.procedures:
            known = ", ".join(runbook.procedures) or "a procedure, but this runbook has none"
            raise document.problem(
                trigger.line,
                f"the trigger {trigger.signal!r} leads to an unknown procedure {trigger.procedure!r}",
                f"one of: {known}",
            )


def _check_pair(document: Document, runbook: Runbook, step: Step) -> None:
    if step.pairs is None:
        return
    written = {
        f"{procedure.id}/{other.name}"
        for procedure in [*runbook.procedures.values(), *runbook.verifications.values()]
        for other in procedure.steps
        if other.source == "written"
    }
    if step.pairs not in written:
        known = ", ".join(sorted(written)) or "a written step, but this runbook has none"
        raise document.problem(step.line, f"pairs={step.pairs!r} names no written step", f"one of: {known}")


def _check_parameters(document: Document, runbook: Runbook, procedure: Procedure) -> None:
    known = set(runbook.parameters)
    shape = "it in the table below <!-- parameters -->"
    for step in procedure.steps:
        for pattern in (step.expect, step.reject):
            for name in pattern_parameters(pattern or ""):
                if name not in runbook.parameters:
                    raise document.problem(
                        step.line, f"step {step.name!r} expects ${{{name}}}, which no row declares", shape
                    )
        # An adapted script is a file of its own; what it needs of the environment it says itself.
        for offset, name in undeclared(step.script, known):
            line = step.line + 1 + offset
            raise document.problem(line, f"step {step.name!r} uses ${name}, which is not declared", shape)
