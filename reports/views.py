"""What the page shows of one drill: its record, its evidence and the words for both, gathered for the template."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from reports import clocks, crossings, scanned, words
from reports.charts import timeline_svg
from reports.evidence import (
    Event,
    Log,
    class_entries,
    evidence_files,
    first_events,
    read_events,
    read_log,
    step_logs,
)
from reports.figures import ClockRow, Phase, clock_rows, ledger_of, phases_of, story_of, ticks_sent
from reports.marks import marks_svg
from reports.seen import Seen, seen_of
from reports.table import step_exit
from reports.words import Outcome, Result
from scenarios.results import DrillRecord, StepRecord

LOST_SHOWN = 20
_OTHER_LOGS = ("state/diff.json", "kubernetes/events.txt", "kubernetes/describe.txt")


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
    seen: Seen | None
    marks: Markup
    phases: list[Phase]
    time: list[str]
    ledger: list[tuple[str, int | None, bool]]
    bad_writes: list[BadWrites]
    steps: list[StepView]
    logs: list[LogView]
    scan: scanned.ScanView | None
    crossing: crossings.CrossingView | None
    events: list[tuple[str, str, str]]
    files: list[tuple[str, str, int]]
    attempts: list[tuple[str, str]]
    repeats: list[tuple[str, str]]
    sent: str

    @property
    def outcome(self) -> Outcome:
        return self.result.outcome


def drill_view(number: int, record: DrillRecord, run_folder: Path, time_scale: float) -> DrillView:
    """Gather everything the page says about `record`; evidence that is missing leaves its part empty."""
    folder = run_folder / record.evidence
    events = read_events(folder)
    return DrillView(
        number=number,
        anchor=f"drill-{number}",
        record=record,
        result=words.result_of(record),
        story=story_of(record),
        reason=words.reason(record),
        loss=_loss(record),
        loss_allowed=words.loss_allowed(record.objective),
        clocks=clock_rows(record, time_scale),
        chart=Markup(timeline_svg(folder)),  # noqa: S704 (our own SVG; charts.py escapes what it takes from evidence)
        seen=seen_of(record),
        marks=Markup(marks_svg(record, f"drill-{number}")),  # noqa: S704 (the same; figures and our own words only)
        phases=phases_of(record),
        time=[text for text in (clocks.last_to_obey(record), clocks.overhead(record)) if text],
        ledger=ledger_of(record),
        bad_writes=_bad_writes(folder, events),
        steps=_steps(record, folder, run_folder),
        logs=_other_logs(folder, run_folder),
        scan=scanned.view(record, folder),
        crossing=crossings.view(folder),
        events=_events(events),
        files=[(_below(path, folder), href(path, run_folder), _kib(path)) for path in evidence_files(folder)],
        attempts=_beside(folder, "attempt", run_folder),
        repeats=_beside(folder, "repeat", run_folder),
        sent=ticks_sent(folder),
    )


def href(path: Path, run_folder: Path) -> str:
    """A link to `path` that works from the run's folder, wherever that is moved."""
    return quote(_below(path, run_folder))


def _beside(folder: Path, what: str, run_folder: Path) -> list[tuple[str, str]]:
    """(name, link) of the folders that lie beside the drill's own: other attempts at it, other rehearsals of it."""
    start = f"{folder.name}.{what}-"
    found = sorted(path for path in folder.parent.glob(f"*.{what}-*") if path.name.startswith(start))
    return [(path.name, href(path, run_folder)) for path in found]


def _loss(record: DrillRecord) -> str:
    """The loss in words, with the unknown writes that are there too: the page has room for them."""
    there = record.writes.recovered
    return words.loss_phrase(record) + (f"; {there} {words.UNKNOWN_WORDS['recovered']}" if there else "")


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _kib(path: Path) -> int:
    return -(-path.stat().st_size // 1024)


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
    write, op = str(entry.get("id", "?")), entry.get("op", "insert")
    if op != "insert":
        write += f" ({op} of {', '.join(map(str, entry.get('rows', [])))})"
    return WriteRow(id=write, acked=acked, release=str(entry.get("release") or "not known"))


def _steps(record: DrillRecord, folder: Path, run_folder: Path) -> list[StepView]:
    views = []
    for step, path in zip(record.steps, step_logs(folder, record.steps), strict=True):
        log = None if path is None else read_log(path)
        link = "" if path is None else href(path, run_folder)
        views.append(StepView(record=step, exit=step_exit(step.exit), log=log, href=link))
    return views


def _other_logs(folder: Path, run_folder: Path) -> list[LogView]:
    """The verification's logs, the difference of states and what the cluster said, as far as they are there."""
    paths = [*sorted((folder / "verification").glob("*.log")), *(folder / name for name in _OTHER_LOGS)]
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
