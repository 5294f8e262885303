"""Every write's fate, judged from the ledger's records and the rows read back. Pure.

Writes here are single-row inserts, so four of the classes cannot occur and are reported as not measured (null):
resurrected, stale and reordered need updates or deletes, torn needs a write of several rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from scenarios.ledger import Row
from scenarios.results import Writes


@dataclass(slots=True, kw_only=True)
class Write:
    """One write as its ledger tells it. `outcome` is "ack", "rejected" or "unknown" (also: no answer recorded)."""

    id: str
    client: str
    seq: int
    digest: str
    intent_ns: int
    outcome: str = "unknown"
    settled_ns: int | None = None
    release: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Counts, the members of each class that is not *kept*, and the recovery point actual."""

    writes: Writes
    classes: dict[str, list[dict[str, Any]]]
    rpa_s: float


@dataclass(slots=True)
class _Tally:
    kept: int = 0
    acked: int = 0
    classes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def put(self, name: str, write: Write) -> None:
        member: dict[str, Any] = {"id": write.id, "client": write.client, "seq": write.seq, "sent_ns": write.intent_ns}
        member |= {"acked_ns": write.settled_ns if write.outcome == "ack" else None, "release": write.release}
        self.classes.setdefault(name, []).append(member)

    def count(self, name: str) -> int:
        return len(self.classes.get(name, []))


def fold(records: Iterable[dict[str, Any]]) -> dict[str, Write]:
    """The writes by id. The first outcome recorded stands, but an acknowledgement beats every other: whoever asked
    again was told that it is saved. An outcome without an intent is ignored.
    """
    writes: dict[str, Write] = {}
    outcomes: list[dict[str, Any]] = []
    for record in records:
        if record["e"] == "intent":
            named = {name: record[name] for name in ("id", "client", "seq", "digest")}
            writes[record["id"]] = Write(**named, intent_ns=record["t"])
        else:
            outcomes.append(record)
    for record in outcomes:
        write = writes.get(record["id"])
        if write is not None and (write.settled_ns is None or (record["e"] == "ack" and write.outcome != "ack")):
            write.outcome, write.settled_ns, write.release = record["e"], record["t"], record.get("release")
    return writes


def judge(
    writes: dict[str, Write], rows: Iterable[Row], known_before: set[str], procedure_started_ns: int
) -> Judgement:
    """Classify every write and every row. `known_before`: ids in the snapshot, so seeded rows are not foreign."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    tally = _Tally()
    for write in writes.values():
        _classify(write, found.get(write.id, []), tally)
    for row_id in found.keys() - writes.keys() - known_before:
        row = found[row_id][0]
        foreign = {"id": row_id, "client": row.client, "seq": row.seq, "acked_ns": None, "release": None}
        tally.classes.setdefault("foreign", []).append(foreign)
    return Judgement(writes=_counts(tally), classes=tally.classes, rpa_s=_rpa_s(writes, tally, procedure_started_ns))


def _classify(write: Write, rows: list[Row], tally: _Tally) -> None:
    acked = write.outcome == "ack"
    intact = all((row.client, row.seq, row.digest) == (write.client, write.seq, write.digest) for row in rows)
    tally.acked += acked
    if write.outcome == "rejected":
        if rows:
            tally.put("phantom", write)
    elif not rows:
        tally.put("lost" if acked else "unknown_lost", write)
    elif not intact:
        tally.put("corrupt", write)
    elif len(rows) > 1:
        tally.put("duplicate", write)
    elif acked:
        tally.kept += 1
    else:
        tally.put("recovered", write)


def _counts(tally: _Tally) -> Writes:
    names = ("lost", "corrupt", "duplicate", "phantom", "recovered", "unknown_lost", "foreign")
    return Writes(acked=tally.acked, kept=tally.kept, **{name: tally.count(name) for name in names})


def _rpa_s(writes: dict[str, Write], tally: _Tally, procedure_started_ns: int) -> float:
    """Seconds from the oldest lost acknowledgement to the last one before the data was stopped or replaced.

    The newest lost acknowledgement is certainly before that moment, and so is every one before the procedure began.
    """
    lost: list[int] = [item["acked_ns"] for item in tally.classes.get("lost", [])]
    if not lost:
        return 0.0
    end = max(procedure_started_ns, *lost)
    acks = [w.settled_ns for w in writes.values() if w.outcome == "ack" and w.settled_ns and w.settled_ns <= end]
    return (max(acks) - min(lost)) / 1e9
