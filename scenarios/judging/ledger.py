"""Every write's fate, judged from the ledger's records and the rows read back. Pure, and in one pass over each.

Nearly all writes are inserts of a row that nothing else touched: those are settled as their row goes by, and only what
is left goes through `ledger_fates`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from scenarios.judging.ledger_fates import row_fates, write_fate
from scenarios.judging.ledger_history import DELETE, DIGEST_BYTES, INSERT, MULTI, UPDATE, History, Write
from scenarios.ledger import Row
from scenarios.results import Writes

__all__ = ["UNDONE", "History", "Judgement", "Write", "fold", "judge"]

UNDONE = ("lost", "stale", "resurrected", "torn")  # an acknowledged effect that is not there, or not all of it
_BAD = ("lost", "corrupt", "duplicate", "phantom", "recovered", "unknown_lost", "foreign")
_UNKNOWN, _ACK, _REJECTED = range(3)
_AWAY, _INTACT, _ODD = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Counts, the members of each class that is not *kept*, and the recovery point actual.

    `unknowns`: how many unknown writes the server could tell to be "committed" or "aborted", and how many are "left".
    `last_lsn`: how far the server's log certainly was at the last acknowledgement before the data was stopped or
    replaced, in bytes; None where nobody told.
    """

    writes: Writes
    classes: dict[str, list[dict[str, Any]]]
    rpa_s: float
    unknowns: Mapping[str, int] = field(default_factory=dict)
    last_lsn: int | None = None
    rpa_wal_bytes: int | None = None  # what of the server's log is gone; None where the server was never replaced


def fold(records: Iterable[Mapping[str, Any]]) -> History:
    """The writes that `records` tell of."""
    history = History()
    for record in records:
        if record["e"] == "intent":
            history.intend(record)
        else:
            history.settle(record)
    return history


def judge(history: History, rows: Iterable[Row], known_before: set[str], procedure_started_ns: int) -> Judgement:
    """Classify every write and every row. `known_before`: ids in the snapshot, so seeded rows are not foreign."""
    tally = _Tally(history)
    versions = tally.look_at(rows, known_before)
    tally.settle_plain()
    tally.settle_touched()
    rpa_s, last_lsn = _reach(history, tally.classes, procedure_started_ns)
    return Judgement(
        writes=_counts(tally, versions),
        classes=tally.classes,
        rpa_s=rpa_s,
        unknowns=history.unknowns(),
        last_lsn=last_lsn,
    )


class _Tally:
    """The classes as they fill. `state` is, by write, what was found of a plain insert's row."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.kept = 0
        self.classes: dict[str, list[dict[str, Any]]] = {}
        self.state = bytearray(len(history))
        self.found: dict[str, list[Row]] = {}  # rows that are not there just once and as promised
        self.promised: set[int] = set()  # lists of writes (`History.touched`) whose row is

    def look_at(self, rows: Iterable[Row], known_before: set[str]) -> bool:
        """Sort the rows; True if they have versions."""
        history, state = self.history, self.state
        numbers, touched, op = history.numbers, history.touched, history.op
        versions = False
        for row in rows:
            versions = versions or row.version is not None
            number = numbers.get(row.id, -1)
            if row.id in touched:
                self._look_at_touched(row)
            elif number < 0 or op[number] != INSERT:
                if row.id not in known_before:
                    self._put_foreign(row)
            elif state[number] == _AWAY and self._intact(number, row):
                state[number] = _INTACT
            else:
                if state[number] == _INTACT:
                    self.found[row.id] = [self._as_written(number, row.id)]
                state[number] = _ODD
                self.found.setdefault(row.id, []).append(row)
        return versions

    def _look_at_touched(self, row: Row) -> None:
        """Keep the row, unless it is what was promised: of a hundred thousand of those it is enough to know that."""
        numbers = self.history.touched[row.id]
        numbers.sort(key=self.history.intent_ns.__getitem__)
        if row.id in self.found:
            self.found[row.id].append(row)
        elif id(numbers) in self.promised:
            self.promised.remove(id(numbers))
            self.found[row.id] = [self._as_written(numbers[-1], row.id), row]
        elif self._in_turn(numbers) and self.history.op[numbers[-1]] != DELETE and self._intact(numbers[-1], row):
            self.promised.add(id(numbers))
        else:
            self.found[row.id] = [row]

    def settle_plain(self) -> None:
        """Every insert of a row that nothing else touched."""
        names = {
            (_ACK, _AWAY): "lost",
            (_UNKNOWN, _AWAY): "unknown_lost",
            (_UNKNOWN, _INTACT): "recovered",
            (_REJECTED, _INTACT): "phantom",
        }
        history, touched = self.history, self.history.touched
        for number, (op, outcome, state) in enumerate(zip(history.op, history.outcome, self.state, strict=False)):
            if state == _INTACT and outcome == _ACK:
                self.kept += 1
            elif op != INSERT or history.ids[number] in touched:
                continue
            elif state == _ODD:
                write = history.write(number)
                self._put(write, write_fate(write, row_fates(write.id, [write], self.found[write.id])))
            elif (outcome, state) in names:
                self._put(history.write(number), names[outcome, state])

    def settle_touched(self) -> None:
        """Every write of a row that several writes touched, and every write of several rows."""
        pending: dict[int, list[str]] = {}  # fates so far of the writes of several rows
        for row_id, numbers in self.history.touched.items():
            for number, fate in self._fates(row_id, numbers):
                if self.history.op[number] == MULTI:
                    pending.setdefault(number, []).append(fate)
                elif fate in ("kept", "replaced"):
                    self.kept += 1
                else:
                    self._settle(number, [fate])
        for number, fates in pending.items():
            self._settle(number, fates)

    def _fates(self, row_id: str, numbers: list[int]) -> Iterator[tuple[int, str]]:
        history = self.history
        if id(numbers) in self.promised:
            return ((number, "kept") for number in numbers)
        numbers = sorted(numbers, key=history.intent_ns.__getitem__)
        fates = row_fates(row_id, [history.write(number) for number in numbers], self.found.get(row_id, []))
        return zip(numbers, fates, strict=True)

    def _in_turn(self, numbers: list[int]) -> bool:
        """True in the usual case: all acknowledged, one after the other."""
        history = self.history
        return all(history.outcome[number] == _ACK for number in numbers) and all(
            history.settled_ns[one] < history.intent_ns[other] for one, other in pairwise(numbers)
        )

    def _intact(self, number: int, row: Row) -> bool:
        history = self.history
        if row.seq != history.seq[number] or row.client != history.clients[history.client[number]]:
            return False
        if history.op[number] == MULTI:
            return history.write(number).effect.get(row.id) == row.digest
        return history.digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES] == bytes.fromhex(row.digest)

    def _as_written(self, number: int, row_id: str) -> Row:
        write = self.history.write(number)
        return Row(id=row_id, client=write.client, seq=write.seq, digest=write.effect[row_id] or "")

    def _settle(self, number: int, fates: list[str]) -> None:
        write = self.history.write(number)
        self._put(write, write_fate(write, fates))

    def _put(self, write: Write, name: str) -> None:
        if name == "kept":
            self.kept += 1
        elif name:
            acked_ns = write.settled_ns if write.outcome == "ack" else None
            member: dict[str, Any] = {
                "id": write.id,
                "op": write.op,
                "rows": sorted(write.effect),
                "client": write.client,
            }
            member |= {"seq": write.seq, "sent_ns": write.intent_ns, "acked_ns": acked_ns, "release": write.release}
            self.classes.setdefault(name, []).append(member)

    def _put_foreign(self, row: Row) -> None:
        foreign = {"id": row.id, "client": row.client, "seq": row.seq, "acked_ns": None, "release": None}
        self.classes.setdefault("foreign", []).append(foreign)


def _counts(tally: _Tally, versions: bool) -> Writes:
    """Null for a class that these writes cannot show."""
    op = tally.history.op  # what there is room for is an insert
    updates, deletes, several = (op.count(kind) > 0 for kind in (UPDATE, DELETE, MULTI))
    shown = {"stale": updates, "reordered": updates and versions, "resurrected": deletes, "torn": several}
    names = (*_BAD, *(name for name, possible in shown.items() if possible))
    counts = {name: len(tally.classes.get(name, [])) for name in names}
    return Writes(acked=tally.history.outcome.count(_ACK), kept=tally.kept, **counts)


def _reach(history: History, classes: dict[str, list[dict[str, Any]]], started_ns: int) -> tuple[float, int | None]:
    """Seconds from the oldest undone acknowledgement to the last one before the data was stopped or replaced, and how
    far the server's log was at that one.

    The newest undone acknowledgement is certainly before that moment, and so is every one before the procedure began.
    """
    undone = [each["acked_ns"] for name in UNDONE for each in classes.get(name, []) if each["acked_ns"] is not None]
    end = max(started_ns, *undone) if undone else started_ns
    last_ns, last_lsn = 0, 0
    for outcome, settled_ns, lsn in zip(history.outcome, history.settled_ns, history.lsn, strict=True):
        if outcome == _ACK and settled_ns <= end:
            last_ns, last_lsn = max(last_ns, settled_ns), max(last_lsn, lsn)
    return ((last_ns - min(undone)) / 1e9 if undone else 0.0), last_lsn or None
