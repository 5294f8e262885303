"""The incident document of a drill: what the runbook wants written after an incident, from what the drill knows.

Markdown, to be read and finished by people. What nobody measured is left open and says so; nothing is made up.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from reports import users
from reports.evidence import Event, clean, first_events, read_events
from reports.words import (
    MACHINE_TIME,
    cause_sentence,
    interval,
    limit,
    loss_allowed,
    loss_phrase,
    seconds,
    verdict_and_cause,
)
from scenarios.judging.causes import Verdict
from scenarios.model import Scenario
from scenarios.results import DrillRecord

# events that are about the drill and not about the incident
_OURS = {"begun", "steady", "snapshot", "disturbed", "refined", "waiting_for_another_drill"}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


def incident(record: DrillRecord, scenario: Scenario, folder: Path) -> str | None:
    """The document, or None where the drill ended before anybody was hurt: then there was no incident."""
    events = read_events(folder)
    first = first_events(events)
    if "harmed" not in first:
        return None
    parts = [
        [f"# {_plain(record.system)}: {_plain(scenario.defect)}", "", f"A drill: {_plain(record.title)}."],
        ["## Summary", "", *_summary(record, first)],
        ["## Figures of the drill", "", *_figures(record)],
        ["## Timeline", "", *_timeline(events), "", "Times are UTC."],
        ["## Root cause", "", f"{_plain(scenario.defect)} (release `{scenario.candidate}`)."],
        ["## Resolution", "", *_resolution(record)],
        ["## Action items", "", *_actions(record)],
        ["## Prevention", "", "- [ ] Which test would have kept this release from users?"],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _summary(record: DrillRecord, first: dict[str, Event]) -> Iterator[str]:
    severity = first["decided"].facts.get("severity") if "decided" in first else None
    availability = record.availability
    bad_s = None if availability is None else availability.bad_s
    yield f"- **Date**: {first['harmed'].wall[:10]}"
    yield f"- **Severity**: {_plain(severity or 'nobody decided')}"
    yield f"- **Duration**: {interval(record.disruption_s)}, of which the way back took {interval(record.recovery_s)}"
    hurt = users.hurt(record) or "how many users it hurt, and how slow it was, is not known"
    yield f"- **Impact**: {seconds(bad_s)} in which some kind of request was answered badly; {loss_phrase(record)}"
    yield f"- **Users**: {hurt}"
    if "detected" in first:
        yield f"- **Noticed by**: {_plain(first['detected'].facts.get('seen'))}"
    yield f"- **Outcome**: {verdict_and_cause(record.verdict, record.cause)}"
    yield ""
    yield MACHINE_TIME


def _figures(record: DrillRecord) -> Iterator[str]:
    """Time, loss, success: what a monthly drill is judged by."""
    rto_s = None if record.objective is None else record.objective.rto_s
    allowed = "nothing is promised" if rto_s is None else f"allowed: {limit(rto_s)}"
    yield f"- **Time**: {interval(record.recovery_s)}; {allowed}"
    yield f"- **Loss**: {loss_phrase(record)}; allowed: {loss_allowed(record.objective)}"
    held = sum(check.cause is None for check in record.checks)
    success = "1 of 1" if record.verdict == Verdict.PASSED else "0 of 1"
    yield f"- **Success**: {success}; {held} of {len(record.checks)} checks held"


def _timeline(events: list[Event]) -> Iterator[str]:
    for event in events:
        if event.name not in _OURS:
            yield f"- {event.wall[11:23]} {_plain(_told(event))}"


def _told(event: Event) -> str:
    """One event in words."""
    facts = event.facts
    match event.name:
        case "baseline_deployed" | "candidate_deployed":
            return f"{event.words}: {facts.get('release')}"
        case "decided":
            return f"decided: {facts.get('severity')}, {facts.get('procedure')}"
        case "step":
            how = "" if facts.get("ok") else f", not as expected: {facts.get('why')}"
            return f"step {facts.get('name')} ended{how}"
        case "detected":
            return f"detected: {facts.get('signal')}"
        case _:
            return event.words.removesuffix(" by")


def _resolution(record: DrillRecord) -> Iterator[str]:
    yield f"Procedure `{record.procedure}`:"
    yield ""
    for step in record.steps:
        how = "cut at its deadline" if step.exit is None else f"exit {step.exit}"
        yield f"- {_plain(step.name)} ({step.source}): {how}, {seconds(step.s)}"


def _actions(record: DrillRecord) -> Iterator[str]:
    """One for each check that does not hold; a drill that held has its lessons elsewhere."""
    wrong = [check for check in record.checks if check.cause is not None]
    for check in wrong:
        yield f"- [ ] {cause_sentence(check.cause)} {_plain(check.detail)}"
    if not wrong:
        yield "- [ ] Every check held: what made the release leave the house?"


def _plain(value: object) -> str:
    """Text of whatever broke, on one line and without a meaning in Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(clean(str(value)).split()))
