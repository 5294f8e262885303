"""What the evidence of a drill that was killed still says: what had happened, and which writes were acknowledged."""

import json
from pathlib import Path

from scenarios import chain
from scenarios.errors import UsageError
from scenarios.judging.causes import Cause
from scenarios.judging_file import NAME
from scenarios.ledger import read_ledger
from scenarios.results import DrillRecord


def was_cut_short(folder: Path, record: DrillRecord) -> bool:
    """Whether nobody came to write more than the verdict that stood there from the drill's first moment."""
    return record.cause == Cause.INTERRUPTED and not (folder / NAME).exists()


def left_of(folder: Path) -> str:
    """What is there, in one sentence. UsageError names the file that is not as it was written.

    The last line of each file may be torn: it was being written.
    """
    events = folder / "events.jsonl"
    lines = events.read_bytes().split(b"\n")[:-1] if events.exists() else []
    broken = chain.verify(lines)
    if broken is not None:
        raise UsageError(f"{events}: line {broken} does not follow from the one before it: it was changed")
    try:
        acknowledged = sum(record.get("e") == "ack" for record in read_ledger(folder / "ledger"))
    except ValueError as error:
        raise UsageError(str(error)) from error
    last = f"after {json.loads(lines[-1])['event']!r}" if lines else "before its first event"
    return f"cut short {last}; {len(lines)} events follow one another, {acknowledged} acknowledged writes are on record"
