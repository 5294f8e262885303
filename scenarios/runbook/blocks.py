"""One block at a time: a fence becomes a Step, a comment becomes a Procedure's heading facts or a ManualStep."""

import re

from scenarios.model import Need, RecoveryClock
from scenarios.runbook.attributes import Attributes, parse_attributes
from scenarios.runbook.model import SOURCES, Hold, ManualStep, Source, Step
from scenarios.runbook.patterns import check_pattern
from scenarios.runbook.problems import Document

STEP_ATTRIBUTES = ("name", "deadline", "expect", "reject", "exit", "source", "pairs")
PROCEDURE_ATTRIBUTES = ("id", "rto", "rpo", "clock", "needs")
VERIFICATION_ATTRIBUTES = ("id", "needs", "errors", "response", "uptime")
MANUAL_ATTRIBUTES = ("name", "adapted", "deadline", "wait")
ADAPTED_DEADLINE_S = 300.0
_EXITS = re.compile(r"\d{1,3}(?:\s*,\s*\d{1,3})*", re.ASCII)
_ADAPTED_PATH = re.compile(r"(?:[A-Za-z0-9_\-][A-Za-z0-9_.\-]*/)*[A-Za-z0-9_\-][A-Za-z0-9_.\-]*\.sh")
_HIGHEST_EXIT = 255
_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%", re.ASCII)


def read_step(document: Document, line: int, info: str, script: str) -> Step:
    """The step of a bash fence that opens at `line`; `info` is what follows the word bash."""
    attributes = parse_attributes(document, line, "step", info, STEP_ATTRIBUTES)
    name = attributes.identifier("name")
    deadline_s = attributes.duration_s("deadline")
    if not deadline_s:
        what = f"step {name!r} has no deadline" if deadline_s is None else f"step {name!r} has a deadline of nothing"
        raise attributes.problem(what, "deadline=30s, or how long it may take")
    if not script.strip():
        raise attributes.problem(f"step {name!r} has no commands", "at least one command in the block")
    source = _source(attributes)
    return Step(
        name=name,
        source=source,
        script=script,
        deadline_s=deadline_s,
        line=line,
        expect=_pattern(attributes, "expect"),
        reject=_pattern(attributes, "reject"),
        exits=_exits(attributes),
        pairs=_pairs(attributes, source),
    )


def read_hold(attributes: Attributes) -> Hold | None:
    """What a verification list promises of the hold; None where it promises nothing."""
    hold = Hold(
        errors=_share(attributes, "errors"),
        response_s=attributes.duration_s("response"),
        uptime=_share(attributes, "uptime"),
    )
    if hold.response_s == 0:
        raise attributes.problem("response 0 can be kept by nobody", "response=500ms, or how long an answer may take")
    return None if hold == Hold() else hold


def _share(attributes: Attributes, name: str) -> float | None:
    written = attributes.values.get(name)
    if written is None:
        return None
    match = _SHARE.fullmatch(written.strip())
    if match is None or not 0 < float(match[1]) < 100:
        raise attributes.problem(f"{name} {written!r} is not a share", f'a share between 0 and 100 like {name}="1 %"')
    return float(match[1]) / 100


def read_manual(document: Document, line: int, text: str) -> tuple[ManualStep, Step | None]:
    """A manual step, and the step that runs its adapted script where it has one."""
    attributes = parse_attributes(document, line, "manual step", text, MANUAL_ATTRIBUTES)
    name = attributes.required("name", 'name="…" saying what the person does')
    adapted, wait_s = attributes.values.get("adapted"), attributes.duration_s("wait")
    if wait_s is not None and (adapted is None or not wait_s):
        what = f"manual step {name!r} has a wait that nothing keeps"
        raise attributes.problem(what, "wait=24h beside the adapted= script that waits $WAIT_S seconds in its place")
    if adapted is None:
        return ManualStep(name=name, adapted=None, line=line), None
    if not _ADAPTED_PATH.fullmatch(adapted):
        raise attributes.problem(
            f"adapted={adapted!r} is not a script", "a path like scripts/restore.sh in the system's folder"
        )
    if not (document.path.parent / adapted).is_file():
        raise attributes.problem(f"the adapted script {adapted} does not exist", f"that file in {document.path.parent}")
    deadline_s = attributes.duration_s("deadline")
    if deadline_s == 0:
        raise attributes.problem(
            f"manual step {name!r} has a deadline of nothing", "deadline=5m, or how long it may take"
        )
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:80] or "manual"
    # The path's alphabet was checked above, so it is one plain word to bash.
    step = Step(
        name=slug,
        source="adapted",
        script=f". ./{adapted}\n",
        deadline_s=deadline_s or ADAPTED_DEADLINE_S,
        wait_s=wait_s or 0.0,
        line=line,
    )
    return ManualStep(name=name, adapted=adapted, line=line), step


def read_needs(attributes: Attributes) -> frozenset[Need]:
    """The comma-separated needs; none when the attribute is absent."""
    names = [name.strip() for name in attributes.values.get("needs", "").split(",") if name.strip()]
    for name in names:
        if name not in set(Need):
            raise attributes.problem(f"unknown need {name!r}", f"some of: {', '.join(Need)}")
    return frozenset(Need(name) for name in names)


def read_clock(attributes: Attributes) -> RecoveryClock:
    """The clock that the objective is judged by."""
    name = attributes.values.get("clock", RecoveryClock.RECOVERY.value)
    if name not in set(RecoveryClock):
        raise attributes.problem(f"unknown clock {name!r}", f"one of: {', '.join(RecoveryClock)}")
    return RecoveryClock(name)


def _source(attributes: Attributes) -> Source:
    written = attributes.values.get("source", "written")
    for source in SOURCES:
        if source == written:
            return source
    raise attributes.problem(f"unknown source {written!r}", f"one of: {', '.join(SOURCES)}")


def _pairs(attributes: Attributes, source: Source) -> str | None:
    pairs = attributes.values.get("pairs")
    if source == "corrected" and not pairs:
        raise attributes.problem(
            "this corrected step names no written step",
            "pairs=procedure-id/step-name of the written step it stands beside",
        )
    if source != "corrected" and pairs is not None:
        raise attributes.problem(f"pairs is given on a step that is {source}", "pairs only where source=corrected")
    return pairs


def _pattern(attributes: Attributes, name: str) -> str | None:
    pattern = attributes.values.get(name)
    if pattern is None:
        return None
    if not pattern:
        raise attributes.problem(f"{name} is empty", f"a regular expression, or no {name} at all")
    why = check_pattern(pattern)
    if why is not None:
        raise attributes.problem(
            f"{name} {pattern!r} is no regular expression ({why})", "one that Python's re can read"
        )
    return pattern


def _exits(attributes: Attributes) -> frozenset[int]:
    written = attributes.values.get("exit", "0")
    if not _EXITS.fullmatch(written) or any(int(code) > _HIGHEST_EXIT for code in written.split(",")):
        raise attributes.problem(f'exit "{written}" is not readable', 'exit statuses from 0 to 255, like exit="0,1"')
    return frozenset(int(code) for code in written.split(","))
