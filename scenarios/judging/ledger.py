"""Every write's fate, judged from the ledger's records and the rows read back. Pure, and in one pass over each.

Nearly all writes are inserts of a row that nothing else touched: those are settled as their row goes by, and only what
is left goes through `ledger_fates`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from scenarios.judging.ledger_fates import row_fates, write_fate
from scenarios.judging.ledger_history import DELETE, DIGEST_BYTES, INSERT, MULTI, UPDATE, History, Write
from scenarios.ledger import Row
from scenarios.results import RecoveryPoint, Writes

__all__ = ["UNDONE", "History", "Judgement", "Write", "fold", "judge"]

UNDONE = ("lost", "stale", "resurrected", "torn")  # an acknowledged effect that is not there, or not all of it
_BAD = ("lost", "corrupt", "duplicate", "phantom", "recovered", "unknown_lost", "foreign")
_UNKNOWN, _ACK, _REJECTED = range(3)
_AWAY, _INTACT, _ODD, _OTHER = range(4)


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

    @property
    def recovery_point(self) -> RecoveryPoint:
        """The loss as writes and as bytes, and the unknown writes."""
        gone = [each for name in UNDONE for each in self.classes.get(name, []) if each.get("acked_ns") is not None]
        return RecoveryPoint(writes=len(gone), wal_bytes=self.rpa_wal_bytes, unknowns=dict(self.unknowns))

    def as_json(self) -> dict[str, Any]:
        """ledger-verdict.json: every write that is not *kept*, by class, and how far back the loss reaches."""
        reach = {"rpa_s": self.rpa_s, "rpa_wal_bytes": self.rpa_wal_bytes}
        return {"classes": self.classes, **reach, "unknowns": dict(self.unknowns)}


def fold(records: Iterable[Mapping[str, Any]]) -> History:
    """The writes that `records` tell of."""
    history = History()
    history.take_in(records)
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
    """The classes as they fill. `state` is what was found of a plain insert's row; of other writes it says nothing."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.kept = 0
        self.classes: dict[str, list[dict[str, Any]]] = {}
        self.state = bytearray(len(history))
        for number in (*history.effects, *history.touched_inserts()):
            self.state[number] = _OTHER
        self.found: dict[str, list[Row]] = {}  # rows that are not there just once and as promised
        self.promised: set[str] = set()  # rows of several writes that are

    def look_at(self, rows: Iterable[Row], known_before: set[str]) -> bool:
        """Sort the rows; True if they have versions."""
        history, state = self.history, self.state
        number_of, seqs, client_of, clients = history.numbers.get, history.seq, history.client, history.clients
        digests, from_hex, versions = history.digests, bytes.fromhex, False
        for row in rows:
            row_id, client, seq, digest, version = row
            if version is not None:
                versions = True
            number = number_of(row_id, -1)
            at = number * DIGEST_BYTES
            # one comparison after the other and no call: this is done a million times
            if (
                number >= 0
                and state[number] == _AWAY
                and seqs[number] == seq
                and clients[client_of[number]] == client
                and digests[at : at + DIGEST_BYTES] == from_hex(digest)
            ):
                state[number] = _INTACT
            else:
                self._look_closer(row, number, known_before)
        return versions

    def _look_closer(self, row: Row, number: int, known_before: set[str]) -> None:
        if row.id in self.history.touched:
            self._look_at_touched(row)
        elif number < 0 or self.state[number] == _OTHER:
            if row.id not in known_before:
                self._put_foreign(row)
        else:
            if self.state[number] == _INTACT:
                self.found[row.id] = [self._as_written(number, row.id)]
            self.state[number] = _ODD
            self.found.setdefault(row.id, []).append(row)

    def _look_at_touched(self, row: Row) -> None:
        """Keep the row, unless it is what was promised: of a hundred thousand of those it is enough to know that."""
        numbers = self.history.touched[row.id]
        if row.id in self.found:
            self.found[row.id].append(row)
        elif row.id in self.promised:
            self.promised.remove(row.id)
            self.found[row.id] = [self._as_written(numbers[-1], row.id), row]
        elif self._in_turn(numbers) and self.history.op[numbers[-1]] != DELETE and self._intact(numbers[-1], row):
            self.promised.add(row.id)
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
        history = self.history
        for number, (outcome, state) in enumerate(zip(history.outcome, self.state, strict=False)):
            if state == _INTACT and outcome == _ACK:
                self.kept += 1
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
        found = self.found.get(row_id, [])
        if row_id in self.promised or (not found and self._rightly_gone(numbers)):
            return zip(numbers, repeat("kept"), strict=False)
        fates = row_fates(row_id, [history.write(number) for number in numbers], found)
        return zip(numbers, fates, strict=True)

    def _rightly_gone(self, numbers: list[int]) -> bool:
        """A row that is not there, in the usual case: made by one insert, and deleted in the end."""
        op = self.history.op
        return op[numbers[0]] == INSERT and op[numbers[-1]] == DELETE and self._in_turn(numbers)

    def _in_turn(self, numbers: list[int]) -> bool:
        """True in the usual case: all acknowledged, one after the other."""
        history, last_ns = self.history, -1
        for number in numbers:
            if history.outcome[number] != _ACK or history.intent_ns[number] <= last_ns:
                return False
            last_ns = history.settled_ns[number]
        return True

    def _intact(self, number: int, row: Row) -> bool:
        history = self.history
        if row.seq != history.seq[number] or row.client != history.clients[history.client[number]]:
            return False
        effect = history.effects.get(number)
        return (effect[row.id] if isinstance(effect, dict) else history.digest(number)) == row.digest

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
