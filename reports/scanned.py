"""What a scanner predicted of a migration, beside what the drill then saw."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from reports import words
from reports.evidence import first_events, read_events, read_jsonl
from scenarios.migration_scan import SQL, read_scan
from scenarios.results import DrillRecord

TITLE = "The migration, scanned before it ran"
_WAITED = re.compile(r"(?:still waiting for|acquired) \w+ on .* after ([\d.]+) ms")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanView:
    """`findings` are (rule, level, line, message); `note` says who scanned what, or why nobody did."""

    note: str
    findings: list[tuple[str, str, int, str]]
    happened: list[str]


def view(record: DrillRecord, folder: Path) -> ScanView | None:
    """Of one drill; None where there was no migration to scan."""
    found = read_scan(folder)
    if found is None:
        return None
    seen = happened(record, folder)
    if isinstance(found, str) or found.why:
        why = found if isinstance(found, str) else found.why
        return ScanView(note=f"Not scanned, so nothing was predicted: {why}", findings=[], happened=seen)
    note = f"{found.scanner} read {SQL}, what {found.release} does after {found.after}: "
    note += words.counted(len(found.findings), "finding")
    findings = [(each.rule, each.level.lower(), each.line, each.message) for each in found.findings]
    return ScanView(note=f"{note}.", findings=findings, happened=seen)


def phrase(record: DrillRecord, folder: Path) -> str:
    """The drill's own line: rules that spoke, with how often; then what happened."""
    found = read_scan(folder)
    if found is None:
        return ""
    if isinstance(found, str) or found.why:
        said = f"not scanned: {found if isinstance(found, str) else found.why}"
    else:
        rules = Counter(each.rule for each in found.findings)
        told = ", ".join(f"{rule}{f' ({count})' if count > 1 else ''}" for rule, count in rules.items())
        said = f"{found.scanner} predicted {told or 'nothing'}"
    return f"migration: {said}; it happened: {'; '.join(happened(record, folder))}"


def happened(record: DrillRecord, folder: Path) -> list[str]:
    """From the candidate's deployment to the procedure: requests that failed, waits for locks; and the verdict."""
    return [_requests(folder), _waits(folder), words.verdict_and_cause(record.verdict, record.cause)]


def _requests(folder: Path) -> str:
    events = first_events(read_events(folder))
    deployed, started = events.get("candidate_deployed"), events.get("procedure_started")
    begun = deployed.facts.get("started_ns") if deployed else None
    if not isinstance(begun, int):
        return "users' requests not known"
    until = started.t_ns if started else None
    asked = [
        each
        for each in read_jsonl(folder / "workload.jsonl")
        if isinstance(each.get("t"), int) and begun <= each["t"] and (until is None or each["t"] < until)
    ]
    if not asked:
        return "no request of users was seen"
    bad = sum(not each.get("ok") for each in asked)
    longest_s = max(float(each.get("ms") or 0.0) for each in asked) / 1000
    return (
        f"{bad} of {words.counted(len(asked), 'request')} of users failed, the longest took {words.seconds(longest_s)}"
    )


def _waits(folder: Path) -> str:
    """Of the whole drill, as the server's log tells them."""
    try:
        log = (folder / "logs" / "postgres.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "waits for locks not known"
    waited = [float(found) for found in _WAITED.findall(log)]
    if not waited:
        return "no query waited 1 s or longer for a lock"
    return f"the longest blocked query waited {words.seconds(max(waited) / 1000)} or more for a lock"
