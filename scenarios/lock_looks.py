"""What is seen of the database's locks: one line a look, written while a drill runs, read by it and `recheck`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from scenarios.appending import parsed

RECORD = "locks.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A statement that waits for a lock: since when by the server's clock (µs), how long it has (s), behind whom.

    `behind`: pids, those that wait before it in the queue too; 0 is a prepared transaction.
    """

    pid: int
    since_us: int
    waited_s: float
    statement: str
    behind: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A session that others wait for: what it does (`state` of pg_stat_activity), for how long (s), its statement."""

    pid: int
    application: str
    state: str
    state_s: float
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockLook:
    """One look, asked and answered at monotonic ns: what was seen is of some instant between them."""

    asked_ns: int
    at_ns: int
    waiting: tuple[Waiting, ...] = ()
    holders: tuple[Holder, ...] = ()

    def to_line(self) -> bytes:
        """One JSON line, without the newline."""
        return _LOOK.dump_json(self)


_LOOK = TypeAdapter(LockLook)


def read_looks(folder: Path) -> list[LockLook]:
    """Every look of a drill's folder, in the order of time; empty where nobody looked.

    Inconclusive(EVIDENCE_UNWRITABLE) where a line is broken.
    """
    path = folder / RECORD
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    return parsed([line for line in lines if line.endswith("\n")], _LOOK.validate_json, RECORD)


def roots(look: LockLook, waiting: Waiting) -> Sequence[Holder]:
    """Whom `waiting` waits for in the end: who stands at the head of its queue, and waits for nobody."""
    queue, seen = list(waiting.behind), {waiting.pid}
    waits = {each.pid: each for each in look.waiting}
    found = []
    while queue:
        pid = queue.pop(0)
        if pid in seen:
            continue
        seen.add(pid)
        if pid in waits:
            queue += waits[pid].behind
        else:
            found += [holder for holder in look.holders if holder.pid == pid]
    return found
