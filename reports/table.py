"""The table at the end of a run, and the message of a drill that did not come out as expected. Plain text lines."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from reports import clocks, crossings, cuts, locks, scanned, users, words
from reports.words import Outcome
from scenarios.judging.causes import Verdict
from scenarios.model import RecoveryClock
from scenarios.results import DrillRecord, Summary

Style = Literal["green", "red", "yellow", "dim", ""]
Line = tuple[str, Style]

_NARROWEST, _WIDEST = 80, 140
_INDENT = "     "
_STYLES: dict[Outcome, Style] = {
    Outcome.PASSED: "green",
    Outcome.EXPECTED: "green",
    Outcome.CONTROL: "green",
    Outcome.UNEXPECTED: "red",
    Outcome.INCONCLUSIVE: "yellow",
}
_RUN_WORDS: dict[str, tuple[str, Style]] = {
    "passed": ("every drill came out as expected", "green"),
    "failed": ("at least one drill did NOT come out as expected", "red"),
    "inconclusive": ("not everything could be judged: nothing was proved for some drills", "yellow"),
}


def summary_lines(summary: Summary, run_folder: Path, width: int) -> list[Line]:
    """The table as (text, style) lines, each at most `width` columns (kept from 80 to 140) where words allow.

    `run_folder` is printed as given, so a caller may pass it relative to where the user stands.
    """
    width = min(max(width, _NARROWEST), _WIDEST)
    lines: list[Line] = []
    for number, drill in enumerate(summary.drills, start=1):
        lines += _drill_lines(number, drill, run_folder, width, summary.time_scale)
        lines.append(("", ""))
    side_by_side: list[Line] = [(text, "") for text in cuts.text_rows(summary)]
    lines += [*side_by_side, ("", "")] if side_by_side else []
    lines += _not_rehearsed_lines(summary, width)
    lines += _closing_lines(summary, run_folder, width)
    return lines


def run_sentence(summary: Summary) -> tuple[str, Style]:
    """The run's verdict as a sentence, e.g. `every drill came out as expected`."""
    if not summary.drills:
        return "no drill was run, so nothing was proved", "yellow"
    return _RUN_WORDS.get(summary.verdict, (summary.verdict, "red"))


def _wrapped(text: str, width: int, style: Style, first: str = _INDENT, rest: str = _INDENT + "  ") -> list[Line]:
    wrapped = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return [(line, style) for line in wrapped]


def _drill_lines(number: int, drill: DrillRecord, run_folder: Path, width: int, time_scale: float) -> list[Line]:
    result = words.result_of(drill)
    style = _STYLES[result.outcome]
    lines = _wrapped(f"{drill.system}: {drill.title}", width, "", first=f"{number:>3}  ", rest=_INDENT)
    lines += _wrapped(f"{result.outcome.sign} {result.text}", width, style)
    if drill.verdict != Verdict.PASSED:
        lines += _wrapped(words.reason(drill), width, "" if result.outcome.good else style, first=_INDENT + "  ")
    if drill.control is not None:
        lines += _wrapped(f"control: the rollback was sabotaged on purpose ({drill.control})", width, "dim")
    lines += _wrapped(words.repeated(drill), width, "")
    lines += _wrapped("; ".join(clocks.clock_phrases(drill, time_scale)), width, "")
    lines += _wrapped(clocks.claim(drill), width, "")
    lines += _wrapped(clocks.first_good(drill), width, "")
    lines += _wrapped(clocks.last_to_obey(drill), width, "")
    lines += _wrapped(words.speed_phrase(drill), width, "")
    lines += _wrapped(words.loss_phrase(drill), width, "")
    lines += _wrapped("; ".join(filter(None, (users.hurt(drill), users.held(drill)))), width, "")
    lines += _wrapped(cuts.phrase(drill), width, "")
    lines += _wrapped(locks.phrase(drill), width, "")
    lines += _wrapped(scanned.phrase(drill, run_folder / drill.evidence), width, "")
    lines += _wrapped(crossings.phrase(run_folder / drill.evidence), width, "")
    lines += _wrapped(f"evidence: {run_folder / drill.evidence}", width, "dim")
    return lines


def _not_rehearsed_lines(summary: Summary, width: int) -> list[Line]:
    if not summary.not_rehearsed:
        return []
    lines: list[Line] = [(f"Not rehearsed ({len(summary.not_rehearsed)}), so not known to work:", "yellow")]
    for entry in summary.not_rehearsed:
        lines += _wrapped(entry.id, width, "", first="  -  ", rest=_INDENT)
        lines += _wrapped(f"why: {entry.why}", width, "")
        lines += _wrapped(f"to mend it: {entry.mend}", width, "")
    return [*lines, ("", "")]


def _closing_lines(summary: Summary, run_folder: Path, width: int) -> list[Line]:
    sentence, style = run_sentence(summary)
    counts = [text for _, _, text in words.tally(words.outcome_of(drill) for drill in summary.drills)]
    if summary.not_rehearsed:
        counts.append(f"{len(summary.not_rehearsed)} not rehearsed")
    total = f"{words.counted(len(summary.drills), 'drill')}: {', '.join(counts)}" if counts else "0 drills"
    lines = _wrapped(f"{sentence[0].upper()}{sentence[1:]}.", width, style, first="", rest="  ")
    lines += _wrapped(total, width, style, first="", rest="  ")
    lines += _wrapped(longest(summary.drills), width, "dim", first="", rest="  ")
    lines += _wrapped(words.time_scale_sentence(summary.time_scale), width, "dim", first="", rest="  ")
    if summary.rows:
        lines += _wrapped(f"Each database was filled with {summary.rows:,} rows.", width, "dim", first="", rest="  ")
    old = words.end_of_life(summary.platform.kubernetes)
    told = " ".join(filter(None, (words.MACHINE_TIME, words.probe_error_sentence(summary.drills), old)))
    lines += _wrapped(told, width, "dim", first="", rest="  ")
    lines += _wrapped(f"Report: {run_folder / 'index.html'}", width, "", first="", rest="  ")
    return lines


def longest(drills: Sequence[DrillRecord]) -> str:
    """The drill that took longest beyond its set-up and its own holds; "" where none tells."""
    told = [drill for drill in drills if drill.overhead_s is not None]
    if not told:
        return ""
    slowest = max(told, key=lambda drill: drill.overhead_s or 0.0)
    return f"Beyond its set-up and its own holds a drill took at most {words.seconds(slowest.overhead_s)}: {slowest.id}"


def format_failure(record: DrillRecord, run_folder: Path | None = None, time_scale: float | None = None) -> str:
    """The message of a failed drill: subject, measured ± error, objective, where the time went, checks, evidence.

    `run_folder` is put before the evidence's relative path where given; `time_scale` is told beside the disruption.
    """
    evidence = record.evidence if run_folder is None else str(run_folder / record.evidence)
    got = words.verdict_and_cause(record.verdict, record.cause)
    rows = [
        ("result", ": ".join(part for part in (got, words.reason(record)) if part)),
        ("expected", _expected_words(record)),
        *([("repeated", told)] if (told := words.repeated(record)) else []),
        *_clock_rows(record, time_scale),
        ("loss", f"{words.loss_phrase(record)}; allowed: {words.loss_allowed(record.objective)}"),
        ("time spent", _phase_words(record)),
        *_check_rows(record),
        *_step_rows(record),
        ("evidence", evidence),
    ]
    lines = [f"{record.system}: {record.title}"]
    shown = ""
    for label, text in rows:
        lines.append(f"  {'' if label == shown else label:<11} {text}")
        shown = label
    return "\n".join(lines)


def _expected_words(record: DrillRecord) -> str:
    expected = words.verdict_and_cause(record.expected.verdict, record.expected.cause)
    return expected if record.control is None else f"{expected} (control: the rollback was sabotaged, {record.control})"


def _clock_rows(record: DrillRecord, time_scale: float | None) -> list[tuple[str, str]]:
    rows = []
    measured = (
        (RecoveryClock.RECOVERY, record.recovery_s, ""),
        (RecoveryClock.DISRUPTION, record.disruption_s, clocks.alarm(record, time_scale)),
    )
    for clock, bounds, more in measured:
        text = words.interval(bounds)
        error = "" if bounds is None or words.is_censored(bounds) else words.probe_error(record.probe_error_ms)
        beside = "; ".join(part for part in (error, more) if part)
        if words.is_censored(bounds):
            text = f"not restored within the window: {text}"
        text += f" ({beside})" if beside else ""
        allowed_s = clocks.allowed_s(record, clock)
        if allowed_s is not None:
            text += f"; allowed: {words.limit(allowed_s)}"
            text += f", {stands}" if (stands := clocks.standing(bounds, allowed_s)) else ""
        rows.append((clock.value, text))
    more_rows = (
        ("claimed", clocks.claim(record)),
        ("first good", clocks.first_good(record).removeprefix(f"{clocks.FIRST_GOOD} ")),
        ("probe error", words.calibration(record.calibration)),
    )
    return rows + [(label, text) for label, text in more_rows if text]


def _phase_words(record: DrillRecord) -> str:
    phases = [(name, value) for name, value in record.phases_s.model_dump().items() if value is not None]
    return " · ".join(f"{name} {words.seconds(value)}" for name, value in phases) or "not measured"


def _check_rows(record: DrillRecord) -> list[tuple[str, str]]:
    bad = [check for check in record.checks if check.verdict != Verdict.PASSED]
    if not bad:
        return [("checks", f"all {len(record.checks)} passed" if record.checks else "none was made")]
    rows = [("checks", f"{len(bad)} of {len(record.checks)} not passed")]
    for check in bad:
        why = check.detail or words.cause_sentence(check.cause)
        rows.append(("checks", f"- {check.id}: {words.verdict_and_cause(check.verdict, check.cause)}: {why}"))
    return rows


def _step_rows(record: DrillRecord) -> list[tuple[str, str]]:
    return [
        ("steps", f"{number}. {step.name} ({step.source}): {step_exit(step.exit)}, {words.seconds(step.s)}")
        for number, step in enumerate(record.steps, start=1)
    ]


def step_exit(code: int | None) -> str:
    """`exit 2`, or that the step was cut."""
    return "cut at its deadline" if code is None else f"exit {code}"
