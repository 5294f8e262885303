"""The state before the candidate against the state after the rollback: facts, rows, files. Pure.

Facts are what host or cluster tell of themselves: the commit, what the branch holds, dependencies, settings, schema.
"""

from collections.abc import Mapping, Sequence

from pydantic import Field

from scenarios.checks import not_passed, passed
from scenarios.judging.causes import Cause
from scenarios.protocols import State
from scenarios.results import CheckRecord, Record

FILES_TOLD = 3
FACTS_TOLD = 6  # state/diff.json has the rest


class StateDiff(Record):
    """What differs between two snapshots: facts as [before, after], rows as ids by table, files by name."""

    facts: dict[str, tuple[str | None, str | None]]
    removed_rows: dict[str, list[str]]
    changed_rows: dict[str, list[str]]
    files: int = 0  # how many there were before
    removed_files: list[str] = Field(default_factory=list)
    changed_files: list[str] = Field(default_factory=list)
    damage: list[str] = Field(default_factory=list)  # on the database's disk, when it is over


def counted(state: State) -> str:
    """Rows of each table as `table=count`, for the runbook's parameter ROWS_BEFORE."""
    return " ".join(f"{table}={len(rows)}" for table, rows in state.rows.items())


def diff(before: State, after: State, ignore: frozenset[str]) -> StateDiff:
    """What the rollback left different. Later rows are the ledger's business; promises in `ignore` may be broken, and
    objects of a cluster in it may be as they like.
    """
    facts: dict[str, tuple[str | None, str | None]] = {}
    for name in sorted(before.facts.keys() | after.facts.keys()):
        if _promise_of(name) in ignore or name.partition(" ")[0] in ignore:
            continue
        pair = (before.facts.get(name), after.facts.get(name))
        if pair[0] != pair[1]:
            facts[name] = pair
    tables = {table: _compared(rows, after.rows.get(table, {})) for table, rows in before.rows.items()}
    removed_files, changed_files = _compared(before.files, after.files)
    return StateDiff(
        facts=facts,
        removed_rows={table: gone for table, (gone, _) in tables.items() if gone},
        changed_rows={table: other for table, (_, other) in tables.items() if other},
        files=len(before.files),
        removed_files=removed_files,
        changed_files=changed_files,
        damage=after.damage,
    )


def _compared(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """What is gone of digests by name, and what is another; later ones are users' own business."""
    gone = sorted(name for name in before if name not in now)
    return gone, sorted(name for name, digest in before.items() if name in now and now[name] != digest)


def unpromised(restores: Sequence[str], leaves: Sequence[str] = ()) -> frozenset[str]:
    """What a way back does not promise to restore: a downgrade brings the schema back, not the release; and what it
    leaves alone by intent.
    """
    # a revert is a commit more, as it should be
    return frozenset({"release", "schema"} - set(restores)) | {"commit"} | set(leaves)


def _promise_of(fact: str) -> str:
    """Which promise a fact belongs to: "release" for what runs and its images, "schema", …, or the fact itself."""
    if fact in ("files_differ", "dependencies") or fact.endswith(" image"):
        return "release"
    return next((promise for promise in ("release", "schema", "commit") if fact.startswith(promise)), fact)


def _many(names: Sequence[str], what: str) -> str:
    return f"{len(names)} {what}{'' if len(names) == 1 else 's'}"


def state(difference: StateDiff) -> list[CheckRecord]:
    """The snapshot before the candidate against the one after the rollback: rows, files, facts such as the schema."""
    wrong = [f"{_many(rows, 'row')} removed from {table}" for table, rows in difference.removed_rows.items()]
    wrong += [f"{_many(rows, 'row')} changed in {table}" for table, rows in difference.changed_rows.items()]
    rows = not_passed("state-rows", Cause.ROWS_CHANGED, "; ".join(wrong)) if wrong else None
    records = [rows or passed("state-rows", "every row that existed before the candidate is as it was")]
    if difference.files:
        records.append(_files(difference))
    damaged = "; ".join(difference.damage)
    sound = passed("state-pages", "every table, index and checksum is sound")
    records.append(not_passed("state-pages", Cause.DATA_DAMAGED, damaged) if damaged else sound)
    left = dict(difference.facts)
    for check_id, kind, cause in (
        ("state-schema", "schema", Cause.WRONG_SCHEMA),
        ("state-tables", "rows of", Cause.ROWS_CHANGED),
        ("state-commits", "lost_commits", Cause.COMMITS_LOST),
        ("state-configuration", "configuration", Cause.WRONG_CONFIGURATION),
        ("state-dependencies", "dependencies", Cause.STATE_DIFFERS),
        ("state-facts", "", Cause.STATE_DIFFERS),
    ):
        names = [name for name in left if name.startswith(kind)]
        pairs = [(name, *left.pop(name)) for name in names]
        detail = "; ".join(_told(*pair) for pair in pairs[:FACTS_TOLD])
        if len(pairs) > FACTS_TOLD:
            detail += f"; and {len(pairs) - FACTS_TOLD} more"
        if names:
            records.append(not_passed(check_id, cause, detail))
        elif check_id in ("state-schema", "state-facts"):  # not every system has a repository, or a configuration
            records.append(passed(check_id, "as before the candidate"))
    return records


def _files(difference: StateDiff) -> CheckRecord:
    wrong = [
        f"{_many(names, 'file')} {how}: {', '.join(names[:FILES_TOLD])}"
        for how, names in (("removed", difference.removed_files), ("changed", difference.changed_files))
        if names
    ]
    if wrong:
        return not_passed("state-files", Cause.FILES_CHANGED, "; ".join(wrong))
    return passed("state-files", f"{difference.files} files that users had uploaded before are as they were")


def _told(name: str, was: str | None, now: str | None) -> str:
    """One fact that differs; of two lists, what only one of them has."""
    if was and now and "; " in was and "; " in now:
        had, has = was.split("; "), now.split("; ")
        was = "; ".join(each for each in had if each not in has) or "nothing more"
        now = "; ".join(each for each in has if each not in had) or "nothing more"
    return f"{name}: {was} before, {now} now"
