"""summary.json: what a run came to, where runs lie, and which are kept."""

import json
import os
import shutil
from pathlib import Path

from pydantic import ValidationError

from reports.words import Outcome, outcome_of
from scenarios.errors import UsageError
from scenarios.judging.causes import Verdict
from scenarios.results import DrillRecord, NotRehearsed, Platform, Summary

SUMMARY = "summary.json"
LATEST = "latest"
_NAMED_RUNS = 5


def _why(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def load_drills(run_folder: Path) -> list[DrillRecord]:
    """Every `*/verdict.json` of the run, sorted by id, then folder. Raises UsageError naming a file that is broken."""
    records: list[tuple[str, str, DrillRecord]] = []
    for path in run_folder.glob("*/verdict.json"):
        try:
            record = DrillRecord.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise UsageError(f"{path}: not a drill's verdict: {_why(error)}") from error
        records.append((record.id, path.parent.name, record))
    return [record for _, _, record in sorted(records, key=lambda item: item[:2])]


def run_verdict(drills: list[DrillRecord]) -> Verdict:
    """passed: all as expected; failed: one is not and is conclusive; else inconclusive. No drill proves nothing."""
    outcomes = [outcome_of(drill) for drill in drills]
    if Outcome.UNEXPECTED in outcomes:
        return Verdict.FAILED
    return Verdict.PASSED if outcomes and all(outcome.good for outcome in outcomes) else Verdict.INCONCLUSIVE


def write_summary(
    run_folder: Path,
    *,
    run: str,
    started_at: str,
    git_rev: str,
    time_scale: float,
    suite: str | None,
    rows: int = 0,
    platform: Platform,
    not_rehearsed: list[NotRehearsed],
) -> Summary:
    """Gather the drills of `run_folder`, judge the run and write `summary.json`, whole or not at all."""
    drills = load_drills(run_folder)
    summary = Summary(
        run=run,
        started_at=started_at,
        git_rev=git_rev,
        verdict=run_verdict(drills).value,
        time_scale=time_scale,
        suite=suite,
        rows=rows,
        platform=platform,
        not_rehearsed=sorted(not_rehearsed, key=lambda entry: entry.id),
        drills=drills,
    )
    write_text(run_folder / SUMMARY, summary.model_dump_json(indent=2) + "\n")
    return summary


def write_text(path: Path, text: str) -> None:
    """Write `text` to a neighbour of `path` and move it into place, so that no reader sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def load_summary(run: Path) -> Summary:
    """The summary of a run's folder, or of its summary.json. Raises UsageError: which file, and what is wrong."""
    path = run if run.name == SUMMARY else run / SUMMARY
    try:
        return Summary.model_validate_json(path.read_bytes())
    except OSError as error:
        why = "not there" if isinstance(error, FileNotFoundError) else error.strerror
        raise UsageError(f"{path}: {why}. A run's folder holds a {SUMMARY}; a run that was cut has none.") from error
    except ValidationError as error:
        raise UsageError(f"{path}: not a summary of schema version 1: {_why(error)}") from error


def resolve_run(name_or_path: str, out_folder: Path) -> Path:
    """The folder of a run given as `latest`, as its name below `out_folder`, or as a path to it or to its summary.json.

    Raises UsageError that names the runs there are.
    """
    for candidate in (out_folder / name_or_path, Path(name_or_path)):
        folder = candidate.parent if candidate.name == SUMMARY else candidate
        if name_or_path and (folder / SUMMARY).is_file():
            return folder.resolve()
    names = [folder.name for _, folder in reversed(_runs(out_folder))]
    known = ", ".join(names[:_NAMED_RUNS]) if names else "none yet: run some drills first"
    raise UsageError(
        f"No run {name_or_path!r}: neither a run below {out_folder} nor a folder with a {SUMMARY}. Runs there: {known}"
    )


def _runs(out_folder: Path) -> list[tuple[str, Path]]:
    """(started_at, folder) of every finished run, oldest first; links and folders without a summary are not runs."""
    found: list[tuple[str, Path]] = []
    for path in out_folder.glob(f"*/{SUMMARY}"):
        if path.parent.is_symlink():
            continue
        try:
            started = str(json.loads(path.read_bytes())["started_at"])
        except (OSError, ValueError, KeyError, TypeError):
            started = ""
        found.append((started, path.parent))
    return sorted(found, key=lambda item: (item[0], item[1].name))


def prune_runs(out_folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` finished runs; gives back what was deleted.

    A run that is still going has no summary.json and is left alone, and so is the one that `latest` points at.
    Raises UsageError where `keep` is below 1.
    """
    if keep < 1:
        raise UsageError(f"--keep-runs {keep}: at least 1 run must be kept")
    latest = (out_folder / LATEST).resolve()
    doomed = [folder for _, folder in _runs(out_folder)[:-keep] if folder.resolve() != latest]
    for folder in doomed:
        shutil.rmtree(folder)
    return doomed
