"""Reading a drill's evidence folder. Nothing here raises for a file that is missing or cut short: reports say so."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scenarios.observations import Observation
from scenarios.results import StepRecord

LOG_CAP = 16_000  # characters of a log shown in a report; the file itself is whole
_HEAD_SHARE = 4  # a quarter of the cap goes to the log's beginning, the rest to its end
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of events.jsonl; it happened between `lo_ns` and `hi_ns`, both `t_ns` where that was not measured."""

    name: str
    t_ns: int
    lo_ns: int
    hi_ns: int | None
    wall: str
    facts: dict[str, Any]

    @property
    def words(self) -> str:
        """Its name in words; an interval that is open at its end is a thing that did not happen while we watched."""
        name = self.name.replace("_", " ")
        return name if self.hi_ns is not None else f"not {name} by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log as shown: capped text without control characters, and how many characters were left out."""

    path: Path
    text: str
    left_out: int


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines; a missing file has none, and a line that is cut short is skipped."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def read_json(path: Path) -> Any:
    """The value of a JSON file; None where it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError):
        return None


def read_events(folder: Path) -> list[Event]:
    """The events of a drill in the order of the clock, each at the interval that was computed for it last."""
    events = [_event(line) for line in read_jsonl(folder / "events.jsonl") if isinstance(line.get("t"), int)]
    for later in [event for event in events if event.name == "refined"]:
        at = next((i for i, event in enumerate(events) if event.name == later.facts.get("name")), None)
        if at is not None:
            events[at] = _refined(events[at], later)
    return sorted(events, key=lambda event: event.t_ns)


def _refined(event: Event, later: Event) -> Event:
    """`event` as more answers showed it to have been: a wait acts on the first it sees, the judging on all."""
    t_ns = later.lo_ns if later.hi_ns is None else later.hi_ns
    facts = {**event.facts, "lo_ns": later.lo_ns, "hi_ns": later.hi_ns}
    return replace(event, t_ns=t_ns, lo_ns=later.lo_ns, hi_ns=later.hi_ns, facts=facts)


def _event(line: dict[str, Any]) -> Event:
    facts = line.get("facts")
    facts = facts if isinstance(facts, dict) else {}
    t_ns = int(line["t"])
    lo_ns, hi_ns = facts.get("lo_ns"), facts.get("hi_ns", t_ns)
    return Event(
        name=str(line.get("event", "?")),
        t_ns=t_ns,
        lo_ns=lo_ns if isinstance(lo_ns, int) else t_ns,
        hi_ns=hi_ns if isinstance(hi_ns, int) else None,
        wall=str(line.get("wall", "")),
        facts=facts,
    )


def read_observations(folder: Path) -> list[Observation]:
    """The probe's record; a line that is cut short is skipped."""
    found: list[Observation] = []
    try:
        lines = (folder / "probe.jsonl").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        with suppress(ValueError, TypeError):
            found.append(Observation.from_line(line))
    return found


def first_events(events: list[Event]) -> dict[str, Event]:
    """The first event of each name."""
    found: dict[str, Event] = {}
    for event in events:
        found.setdefault(event.name, event)
    return found


def clean(text: str) -> str:
    """`text` without terminal codes and control characters, which no document should carry."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def read_log(path: Path, cap: int = LOG_CAP) -> Log | None:
    """A log's beginning and end, at most `cap` characters; None where there is no such file."""
    try:
        text = clean(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    left_out = max(0, len(text) - cap)
    if left_out:
        head = cap // _HEAD_SHARE
        text = f"{text[:head]}\n… {left_out} characters left out …\n{text[len(text) - (cap - head) :]}"
    return Log(path=path, text=text, left_out=left_out)


def step_logs(folder: Path, steps: list[StepRecord], below: str = "steps") -> list[Path | None]:
    """For each step its log `NN-name.log`: by its name, or by its place where the counts are the same."""
    paths = sorted((folder / below).glob("*.log"))
    by_name = {path.stem.split("-", 1)[-1]: path for path in paths}
    same_count = len(paths) == len(steps)
    return [by_name.get(step.name, paths[i] if same_count else None) for i, step in enumerate(steps)]


def evidence_files(folder: Path, limit: int = 200) -> list[Path]:
    """The files of a drill's folder in the order of their names, at most `limit`."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))[:limit]


def class_entries(folder: Path, kind: str) -> list[dict[str, Any]]:
    """The entries of one class of ledger-verdict.json, `{"id", "acked_ns", "release"}`; [] where there are none."""
    verdict = read_json(folder / "ledger-verdict.json")
    classes = verdict.get("classes") if isinstance(verdict, dict) else None
    entries = classes.get(kind) if isinstance(classes, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
