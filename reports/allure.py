"""A drill and a run as Allure sees them: steps, attachments, labels, environment. Without Allure these do nothing."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from reports import clocks, words
from reports.charts import save_chart
from reports.evidence import first_events, read_events, read_log, step_logs
from reports.seen import seen_text
from reports.summary import write_text
from reports.table import format_failure, step_exit
from reports.words import Outcome
from scenarios.errors import DrillFailure
from scenarios.judging.causes import Verdict
from scenarios.results import CheckRecord, DrillRecord, Summary

_CLUSTER_FILES = ("events.txt", "describe.txt")  # what a drill on a cluster leaves besides
_SEVERITIES = {Outcome.EXPECTED: "normal", Outcome.CONTROL: "minor"}
# The regular expressions must match a whole message, in Java (Allure 2) and in JavaScript (Allure 3).
_CATEGORIES: Sequence[dict[str, object]] = (
    {
        "name": "Rollback not as expected",
        "matchedStatuses": ["failed"],
        "messageRegex": r"[\s\S]*DrillFailure[\s\S]*",
    },
    {
        "name": "Inconclusive: nothing was proved",
        "matchedStatuses": ["broken"],
        "messageRegex": r"[\s\S]*Inconclusive[\s\S]*",
    },
    {
        "name": "This machine cannot rehearse it",
        "matchedStatuses": ["broken", "skipped"],
        "messageRegex": r"[\s\S]*EnvironmentUnavailable[\s\S]*",
    },
    {"name": "Harness error", "matchedStatuses": ["broken"]},
    {"name": "Other failed assertion", "matchedStatuses": ["failed"]},
)


def _allure() -> Any:
    """The `allure` module, or None: the harness's own tests run without it."""
    try:
        import allure
    except ImportError:
        return None
    return allure


def attach_drill(record: DrillRecord, evidence_folder: Path, time_scale: float | None = None) -> None:
    """Tell the running Allure test about a drill: labels, one step an event, runbook step and check, attachments.

    Raises nothing of its own: a failed check of a drill that is as expected is told in its step's title, and one of a
    drill that is not turns only its step red. The test's own result is the caller's. `time_scale` is told beside the
    disruption where it is given.
    """
    allure = _allure()
    if allure is None:
        return
    _label(allure, record, time_scale)
    with allure.step(f"Lifecycle: {'; '.join(clocks.clock_phrases(record, time_scale))}"):
        _lifecycle_steps(allure, evidence_folder)
        chart = save_chart(evidence_folder)
        _attach(allure, chart, "timeline", allure.attachment_type.SVG)
        figures = (("what users saw", seen_text(record)), ("probe error", words.calibration(record.calibration)))
        for name, text in figures:
            if text:
                allure.attach(text, name, allure.attachment_type.TEXT)
    with allure.step(f"Procedure {record.procedure}: {words.counted(len(record.steps), 'step')}"):
        _runbook_steps(allure, record, evidence_folder)
    not_passed = sum(check.verdict != Verdict.PASSED for check in record.checks)
    with allure.step(f"Checks: {not_passed} of {len(record.checks)} not passed; {words.loss_phrase(record)}"):
        for check in record.checks:
            _check_step(allure, check, red=not record.as_expected)
    json_type = allure.attachment_type.JSON
    _attach(allure, evidence_folder / "verdict.json", "verdict.json", json_type)
    _attach(allure, evidence_folder / "state" / "diff.json", "state diff", json_type)
    text_type = allure.attachment_type.TEXT
    _attach(allure, evidence_folder / "events.jsonl", "events.jsonl", text_type)
    for name in _CLUSTER_FILES:
        _attach(allure, evidence_folder / "kubernetes" / name, f"kubernetes {name}", text_type)


def _label(allure: Any, record: DrillRecord, time_scale: float | None) -> None:
    """Labels and description. Figures change each run, so they are parameters only as `excluded`: history must hold."""
    dynamic = allure.dynamic
    outcome = words.outcome_of(record)
    dynamic.title(record.title)
    dynamic.epic(record.system)
    dynamic.feature(record.procedure)
    dynamic.story("negative control" if record.control else record.harm.replace("_", " "))
    dynamic.label("owner", record.owner)
    dynamic.severity(_SEVERITIES.get(outcome, "critical"))
    dynamic.parent_suite(record.system)
    dynamic.suite(record.procedure)
    dynamic.tag(record.environment, *(["control"] if record.control else []))
    told = format_failure(record, time_scale=time_scale)
    dynamic.description(f"**{words.result_of(record).text}**\n\n```text\n{told}\n```\n\n{words.MACHINE_TIME}")
    for name, value in (
        ("recovery", words.interval(record.recovery_s)),
        ("disruption", words.interval(record.disruption_s)),
    ):
        dynamic.parameter(name, value, excluded=True)
    dynamic.parameter("loss", words.loss_phrase(record), excluded=True)


def _lifecycle_steps(allure: Any, folder: Path) -> None:
    events = read_events(folder)
    zero = first_events(events).get("harmed") or (events[0] if events else None)
    for event in events:
        if zero is None or event.name == "step":  # the runbook's steps have a part of their own
            continue
        with allure.step(f"{event.words} {(event.t_ns - zero.t_ns) / 1e9:+.3f} s"):
            if event.facts:
                allure.attach(json.dumps(event.facts, indent=2), "facts", allure.attachment_type.JSON)


def _runbook_steps(allure: Any, record: DrillRecord, folder: Path) -> None:
    for step, path in zip(record.steps, step_logs(folder, record.steps), strict=True):
        with allure.step(f"{step.name} ({step.source}): {step_exit(step.exit)}, {words.seconds(step.s)}"):
            log = None if path is None else read_log(path)
            if log is not None:
                allure.attach(log.text, log.path.name, allure.attachment_type.TEXT)


def _check_step(allure: Any, check: CheckRecord, *, red: bool) -> None:
    title = f"{check.id}: {words.verdict_and_cause(check.verdict, check.cause)}"
    why = check.detail or words.cause_sentence(check.cause)
    with suppress(DrillFailure), allure.step(title):
        if why:
            allure.attach(why, "what was seen", allure.attachment_type.TEXT)
        if red and check.verdict == Verdict.FAILED:
            raise DrillFailure(why)


def _attach(allure: Any, path: Path, name: str, kind: Any) -> None:
    if path.is_file():
        allure.attach.file(str(path), name, kind)


def write_environment(allure_dir: Path, summary: Summary) -> None:
    """Write environment.properties, executor.json and categories.json into the folder of Allure results."""
    facts = {
        "run": summary.run,
        "git_rev": summary.git_rev,
        "suite": summary.suite or "none",
        "time_scale": f"{summary.time_scale:g}",
        "machine_time": words.MACHINE_TIME,
        **{name: version or "not used" for name, version in summary.platform.model_dump().items()},
    }
    lines = [f"{_property(key, key=True)}={_property(value)}" for key, value in facts.items()]
    write_text(allure_dir / "environment.properties", "\n".join(lines) + "\n")
    executor = {"name": "rollback-drills", "type": "rollback-drills", "buildName": summary.run}
    write_text(allure_dir / "executor.json", json.dumps(executor, indent=2) + "\n")
    write_text(allure_dir / "categories.json", json.dumps(list(_CATEGORIES), indent=2) + "\n")


def _property(text: str, *, key: bool = False) -> str:
    """`text` as a Java properties file wants it."""
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    if key:
        for sign in " :=#!":
            escaped = escaped.replace(sign, f"\\{sign}")
    return escaped
