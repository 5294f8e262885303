"""What the page shows of one drill: its record, its evidence and the words for both, gathered for the template."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from reports import words
from reports.charts import timeline_svg
from reports.evidence import (
    Event,
    Log,
    class_entries,
    evidence_files,
    first_events,
    read_events,
    read_json,
    read_log,
    step_logs,
)
from reports.table import step_exit
from reports.words import Outcome, Result
from scenarios.judging.causes import Verdict
from scenarios.model import RecoveryClock
from scenarios.results import DrillRecord, StepRecord

LOST_SHOWN = 20
_HARM_WORDS = {
    "users_hurt": "users were refused or answered wrongly",
    "release_stuck": "the release was stuck while the old one went on serving",
    "state_wrong": "stored state was wrong",
}
_PHASE_WORDS = {
    "detect": "first harm until the signal fired",
    "decide": "signal until the procedure began",
    "execute": "the procedure's own commands",
    "propagate": "end of the procedure until users were served",
    "stabilise": "served until the hold was over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: seconds, and its share of all phases in percent."""

    name: str
    meaning: str
    text: str
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One clock: the interval in words, the limit where the objective judges it, and how much of it was used."""

    name: str
    meaning: str
    measured: str
    allowed: str
    used: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRow:
    """One write of a bad class: when it was acknowledged, relative to the procedure's start."""

    id: str
    acked: str
    release: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadWrites:
    """The writes of one bad class: at most `LOST_SHOWN` of them, and how many there are."""

    kind: str
    total: int
    rows: list[WriteRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    record: StepRecord
    exit: str
    log: Log | None
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogView:
    name: str
    log: Log
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillView:
    """One drill as the template sees it. `anchor` is its id in the page."""

    number: int
    anchor: str
    record: DrillRecord
    result: Result
    story: str
    reason: str
    loss: str
    loss_allowed: str
    clocks: list[ClockRow]
    chart: Markup
    phases: list[Phase]
    ledger: list[tuple[str, int | None, bool]]
    bad_writes: list[BadWrites]
    steps: list[StepView]
    logs: list[LogView]
    events: list[tuple[str, str, str]]
    files: list[tuple[str, str, int]]
    attempts: list[tuple[str, str]]
    dropped: str

    @property
    def outcome(self) -> Outcome:
        return self.result.outcome


def drill_view(number: int, record: DrillRecord, run_folder: Path) -> DrillView:
    """Gather everything the page says about `record`; evidence that is missing leaves its part empty."""
    folder = run_folder / record.evidence
    events = read_events(folder)
    return DrillView(
        number=number,
        anchor=f"drill-{number}",
        record=record,
        result=words.result_of(record),
        story=_story(record),
        reason=words.reason(record),
        loss=words.loss_phrase(record),
        loss_allowed=words.loss_allowed(record.objective),
        clocks=_clocks(record),
        chart=Markup(timeline_svg(folder)),  # noqa: S704 (our own SVG; charts.py escapes what it takes from evidence)
        phases=_phases(record),
        ledger=_ledger(record),
        bad_writes=_bad_writes(folder, events),
        steps=_steps(record, folder, run_folder),
        logs=_other_logs(folder, run_folder),
        events=_events(events),
        files=[(_below(path, folder), href(path, run_folder), _kib(path)) for path in evidence_files(folder)],
        attempts=[(path.name, href(path, run_folder)) for path in _attempts(folder)],
        dropped=_dropped(folder),
    )


def href(path: Path, run_folder: Path) -> str:
    """A link to `path` that works from the run's folder, wherever that is moved."""
    return quote(_below(path, run_folder))


def _attempts(folder: Path) -> list[Path]:
    """Earlier attempts at the drill, kept because the harness was to blame for them."""
    return sorted(path for path in folder.parent.glob("*.attempt-*") if path.name.startswith(f"{folder.name}.attempt-"))


def _dropped(folder: Path) -> str:
    """How many of the probe's ticks were never sent: what was not asked cannot have been answered badly."""
    summary = read_json(folder / "probe-summary.json")
    lanes = summary.get("lanes") if isinstance(summary, dict) else None
    lanes = [lane for lane in lanes.values() if isinstance(lane, dict)] if isinstance(lanes, dict) else []
    if not lanes:
        return ""
    planned, dropped = (sum(lane.get(name) or 0 for lane in lanes) for name in ("planned", "dropped"))
    return f"{dropped} of the probe's {planned} planned requests were never sent."


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _kib(path: Path) -> int:
    return -(-path.stat().st_size // 1024)


def _story(record: DrillRecord) -> str:
    harm = _HARM_WORDS.get(record.harm, record.harm)
    who = "sabotaged on purpose" if record.control else "as its runbook writes it"
    text = (
        f"On {record.system} ({record.environment}), under load, a release went out with which {harm}. "
        f"Once the signal “{record.signal}” fired, the procedure “{record.procedure}” was run, {who}."
    )
    if record.control:
        text += f" The sabotage is “{record.control}”: this drill proves that the judging would notice such a rollback."
    elif record.expected.verdict != Verdict.PASSED:
        text += " This way back is known not to work; the drill shows how."
    return text


def _clocks(record: DrillRecord) -> list[ClockRow]:
    meanings = (
        (RecoveryClock.RECOVERY, "procedure begun until users are served for good", record.recovery_s),
        (RecoveryClock.DISRUPTION, "first harm until users are served for good", record.disruption_s),
    )
    rows = []
    for clock, meaning, bounds in meanings:
        allowed_s = words.allowed_s(record, clock)
        measured = words.interval(bounds)
        used = ""
        if words.is_censored(bounds):
            measured = f"not restored within the window ({measured})"
        elif bounds is not None and bounds[1] is not None and allowed_s:
            used = f"at most {max(bounds[1] / allowed_s * 100, 0.1):.1f} % of it"
        allowed = "not judged by this objective" if allowed_s is None else words.limit(allowed_s)
        rows.append(ClockRow(name=clock.value, meaning=meaning, measured=measured, allowed=allowed, used=used))
    if record.claimed_s is not None:
        meaning = "procedure begun until kubectl rollout status said that it was done"
        claimed = f"{record.claimed_s:.2f} s"
        rows.append(ClockRow(name="claimed", meaning=meaning, measured=claimed, allowed=words.claim(record), used=""))
    return rows


def _phases(record: DrillRecord) -> list[Phase]:
    values: dict[str, float | None] = record.phases_s.model_dump()
    total = sum(max(value, 0.0) for value in values.values() if value is not None)
    return [
        Phase(
            name=name,
            meaning=_PHASE_WORDS[name],
            text=words.seconds(value) if value is not None else "not measured",
            percent=0.0 if value is None or not total else max(value, 0.0) / total * 100,
        )
        for name, value in values.items()
    ]


def _ledger(record: DrillRecord) -> list[tuple[str, int | None, bool]]:
    """(class, count or null, whether it is bad) of every class of the ledger."""
    bad = {"lost", *(name for name, _ in words.bad_classes(record.writes))}
    counts: dict[str, int | None] = record.writes.model_dump()
    return [(name.replace("_", " "), count, name in bad and bool(count)) for name, count in counts.items()]


def _bad_writes(folder: Path, events: Sequence[Event]) -> list[BadWrites]:
    started = first_events(list(events)).get("procedure_started")
    found = []
    for kind in ("lost", *words.BAD_CLASSES):
        entries = sorted(class_entries(folder, kind), key=_acked_ns)
        if entries:
            rows = [_write_row(entry, started) for entry in entries[:LOST_SHOWN]]
            found.append(BadWrites(kind=kind.replace("_", " "), total=len(entries), rows=rows))
    return found


def _acked_ns(entry: dict[str, Any]) -> int:
    acked_ns = entry.get("acked_ns")
    return acked_ns if isinstance(acked_ns, int) else 0


def _write_row(entry: dict[str, Any], started: Event | None) -> WriteRow:
    acked_ns = _acked_ns(entry)
    acked = "not known"
    if acked_ns and started is not None:
        acked = f"{(acked_ns - started.t_ns) / 1e9:+.3f} s"
    return WriteRow(id=str(entry.get("id", "?")), acked=acked, release=str(entry.get("release") or "not known"))


def _steps(record: DrillRecord, folder: Path, run_folder: Path) -> list[StepView]:
    views = []
    for step, path in zip(record.steps, step_logs(folder, record.steps), strict=True):
        log = None if path is None else read_log(path)
        link = "" if path is None else href(path, run_folder)
        views.append(StepView(record=step, exit=step_exit(step.exit), log=log, href=link))
    return views


def _other_logs(folder: Path, run_folder: Path) -> list[LogView]:
    """The verification's logs and the difference of states, as far as they are there."""
    paths = [*sorted((folder / "verification").glob("*.log")), folder / "state" / "diff.json"]
    found = ((path, read_log(path)) for path in paths)
    return [
        LogView(name=path.relative_to(folder).as_posix(), log=log, href=href(path, run_folder))
        for path, log in found
        if log
    ]


def _events(events: Sequence[Event]) -> list[tuple[str, str, str]]:
    """(seconds since harmed or the first event, name, facts as text)."""
    zero = first_events(list(events)).get("harmed") or (events[0] if events else None)
    hidden = {"lo_ns", "hi_ns"}
    rows = []
    for event in events:
        facts = {key: value for key, value in event.facts.items() if key not in hidden}
        said = {key: value if isinstance(value, str) else json.dumps(value) for key, value in facts.items()}
        text = ", ".join(f"{key} {value}" for key, value in said.items())
        at = f"{(event.t_ns - zero.t_ns) / 1e9:+.3f} s" if zero else ""
        rows.append((at, event.words, text))
    return rows
