"""A stored run judged again, and what came out otherwise than it was written down. The evidence is only read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.cut_short import left_of, was_cut_short
from scenarios.errors import UsageError
from scenarios.evidence_fault import fault
from scenarios.recheck import judged_again
from scenarios.results import CheckRecord, DrillRecord

VERDICT = "verdict.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that came out otherwise. `why`: what the judging says of it now; "" where it says nothing."""

    what: str
    was: Any
    now: Any
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.was} was written, {self.now} comes out now" + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecked:
    """One drill. `same`: the very bytes of its verdict.json came out; `not_judged`: why none could.

    `cut`: what there is of one that was killed: that it proved nothing stands, and nothing more can come out.
    """

    id: str
    evidence: str
    same: bool
    changes: tuple[Change, ...] = ()
    not_judged: str = ""
    cut: str = ""


def recheck_run(run_folder: Path) -> list[Rechecked]:
    """Every drill of a run, by id. UsageError names a verdict that cannot be read, or that there is none."""
    found = [_recheck(path) for path in sorted(run_folder.glob(f"*/{VERDICT}"))]
    if not found:
        raise UsageError(f"{run_folder} holds no {VERDICT}: no drill of that run came to an end")
    return sorted(found, key=lambda each: each.id)


def _recheck(path: Path) -> Rechecked:
    written = path.read_bytes()
    try:
        was = DrillRecord.model_validate_json(written)
    except ValueError as error:
        raise UsageError(f"{fault(path.parent) or path}: expected a verdict of this version") from error
    try:
        if was_cut_short(path.parent, was):
            return Rechecked(id=was.id, evidence=path.parent.name, same=True, cut=left_of(path.parent))
        now = judged_again(path.parent, was)
    except UsageError as error:
        return Rechecked(id=was.id, evidence=path.parent.name, same=False, not_judged=str(error))
    same = now.model_dump_json(indent=1).encode() + b"\n" == written
    changes = () if same else tuple(_changes(was, now)) or (Change(what=VERDICT, was="something", now="other bytes"),)
    return Rechecked(id=was.id, evidence=path.parent.name, same=same, changes=changes)


def _changes(was: DrillRecord, now: DrillRecord) -> Iterator[Change]:
    """The verdict first, then the checks that explain it, then every other figure."""
    if (was.verdict, was.cause) != (now.verdict, now.cause):
        yield Change(what="verdict", was=_said(was), now=_said(now), why=now.detail)
    before, after = {each.id: each for each in was.checks}, {each.id: each for each in now.checks}
    for name in [*before, *(each for each in after if each not in before)]:
        one, other = before.get(name), after.get(name)
        if one != other:
            yield Change(what=f"check {name}", was=_said(one), now=_said(other), why=other.detail if other else "")
    told = {"verdict", "cause", "detail", "as_expected", "checks"}
    figures, others = was.model_dump(mode="json", exclude=told), now.model_dump(mode="json", exclude=told)
    for name in figures:
        if figures[name] != others[name]:
            yield Change(what=name, was=figures[name], now=others[name])


def _said(of: DrillRecord | CheckRecord | None) -> str:
    if of is None:
        return "nothing"
    return of.verdict if of.cause is None else f"{of.verdict} ({of.cause})"
