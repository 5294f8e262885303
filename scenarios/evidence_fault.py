"""Which file of a drill's evidence is not what we write, and where: looked for only once something fell over it.

What reads a million lines has no time to doubt each. So it goes on trust, and where that was misplaced this says so.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from scenarios.crossing import NAME as CROSSINGS
from scenarios.crossing import Crossings
from scenarios.judging_file import FILE, NAME
from scenarios.ledger import Row
from scenarios.lock_looks import RECORD as LOCKS
from scenarios.lock_looks import LockLook
from scenarios.migration_scan import NAME as MIGRATION_SCAN
from scenarios.migration_scan import Scan
from scenarios.observations import Observation
from scenarios.protocols import Lineage, State
from scenarios.results import DrillRecord

# what may come of evidence that is not as it was written
FALLS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError, RecursionError)


class _Intent(BaseModel):
    e: Literal["intent"]
    id: str
    client: str
    seq: int
    op: Literal["insert", "update", "delete", "multi"]
    t: int
    digest: str | None = None
    row: str | None = None
    rows: dict[str, str] | None = None


class _Outcome(BaseModel):
    e: Literal["ack", "rejected", "unknown"]
    id: str
    t: int
    status: int | None = None
    release: str | None = None
    why: str | None = None
    xid: int | None = None
    lsn: int | None = None


class _Server(BaseModel):
    shown: bool
    why: str
    lineage: Lineage
    transactions: dict[str, str | None]


_RECORD: TypeAdapter[Any] = TypeAdapter(Annotated[_Intent | _Outcome, Field(discriminator="e")])
_LINES: dict[str, TypeAdapter[Any]] = {
    "probe.jsonl": TypeAdapter(Observation),
    "ledger/*.jsonl": _RECORD,
    "events.jsonl": TypeAdapter(dict[str, Any]),
    LOCKS: TypeAdapter(LockLook),
}
_WHOLE: dict[str, TypeAdapter[Any]] = {
    "verdict.json": TypeAdapter(DrillRecord),
    NAME: FILE,
    "state/before.json": TypeAdapter(State),
    "state/after.json": TypeAdapter(State),
    "ledger-readback.json": TypeAdapter(list[Row]),
    "ledger-shown.json": TypeAdapter(list[Row]),
    CROSSINGS: TypeAdapter(Crossings),
    MIGRATION_SCAN: TypeAdapter(Scan),
    "ledger-server.json": TypeAdapter(_Server),
}


def fault(folder: Path) -> str:
    """The first: file, line (of files of lines) and what was expected; empty where each file is one of ours."""
    return next(_faults(folder), "")


def told(folder: Path, error: Exception) -> str:
    """The same for whatever fell over the evidence; what it said where no file is at fault by itself."""
    return fault(folder) or f"{folder}: the files do not fit together: {type(error).__name__}: {error}"


def _faults(folder: Path) -> Iterator[str]:
    for pattern, adapter in _LINES.items():
        for path in sorted(folder.glob(pattern)):
            lines = path.read_bytes().split(b"\n")[:-1]  # the last may be one that was being written
            for number, line in enumerate(lines, 1):
                yield from _wrong(f"{path}:{number}", adapter.validate_json, line)
    for name, adapter in _WHOLE.items():
        if (folder / name).exists():
            yield from _wrong(str(folder / name), adapter.validate_json, (folder / name).read_bytes())


def _wrong(where: str, read: Callable[[bytes], object], data: bytes) -> Iterator[str]:
    try:
        read(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        yield f"{where}: {place + ': ' if place else ''}{first['msg']}"
    except FALLS as error:
        yield f"{where}: {type(error).__name__}: {error}"
