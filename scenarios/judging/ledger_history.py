"""What the ledger's records tell of each write, kept small: a million writes take about 250 MB. Pure.

A `Write` for each of a million writes would take a gigabyte, so they are numbered in the order of their intents and
each fact lies in one array. A `Write` is made only for whoever looks at one.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ACK, REJECTED, UNKNOWN = "ack", "rejected", "unknown"
OUTCOMES = (UNKNOWN, ACK, REJECTED)
OPS = ("insert", "update", "delete", "multi")
INSERT, UPDATE, DELETE, MULTI = range(4)
DIGEST_BYTES = 32
_OUTCOME_NUMBERS = {name: number for number, name in enumerate(OUTCOMES)}
_NO_DIGEST = "00" * DIGEST_BYTES
_ROOM = 1 << 14


@dataclass(slots=True, kw_only=True)
class Write:
    """One write as its ledger tells it. `outcome` is "ack", "rejected" or "unknown" (also: no answer recorded).

    `effect` is the digest of each row after the write, None for a row that is deleted.
    """

    id: str
    client: str
    seq: int
    digest: str
    intent_ns: int
    outcome: str = UNKNOWN
    settled_ns: int | None = None
    release: str | None = None
    op: str = "insert"
    effect: Mapping[str, str | None] = field(default_factory=dict)


class History:
    """Every write of a ledger, by number. Filled by `take_in`."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}  # by write id
        # columns may be longer than `ids`: there is room in them
        self.op = bytearray()  # index in OPS
        self.outcome = bytearray()  # index in OUTCOMES
        self.intent_ns = array("q")
        self.settled_ns = array("q")  # 0: never
        self.client = array("i")  # index in `clients`
        self.seq = array("q")
        self.digests = bytearray()  # DIGEST_BYTES each; of an insert or an update
        self.lsn = array("Q")  # 0: not told
        self.clients = _Names()
        self.releases = _Names()
        self.release = array("h")  # index in `releases`
        self.effects: dict[int, str | dict[str, str]] = {}  # of other writes than inserts: the row, or digest by row
        self.touched: dict[str, list[int]] = {}  # by row: its writes, where it has others than one insert of its own
        self.xids: dict[int, int] = {}  # transactions of unknown writes, where somebody told
        self.resolved: dict[int, str] = {}  # what became of those: "committed" or "aborted"

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, write_id: str) -> Write:
        return self.write(self.numbers[write_id])

    def values(self) -> Iterator[Write]:
        """Every write, in the order of their intents."""
        return map(self.write, range(len(self)))

    def take_in(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take in records in the order they were made.

        A second intent of the same id is ignored, and so is an outcome without an intent. The first outcome stands, but
        an acknowledgement beats every other: whoever asked again was told that it is saved.
        """
        ids, numbers, outcome, settled_ns, release, lsn = (
            self.ids, self.numbers, self.outcome, self.settled_ns, self.release, self.lsn
        )  # fmt: skip
        number_of, code_of, releases = numbers.get, _OUTCOME_NUMBERS, self.releases.number
        room = len(outcome)
        for record in records:
            event = record["e"]
            if event == "intent":
                number, write_id = len(ids), record["id"]
                if numbers.setdefault(write_id, number) == number:
                    if number == room:
                        room += self._grow()
                    ids.append(write_id)
                    self._intend(record, write_id, number)
                continue
            settled, code = number_of(record["id"]), code_of[event]
            if settled is None or (settled_ns[settled] and (code != 1 or outcome[settled] == 1)):
                continue
            outcome[settled] = code
            settled_ns[settled] = record["t"]
            release[settled] = releases(record.get("release"))
            lsn[settled] = record.get("lsn", 0)
            if code == 0 and record.get("xid") is not None:
                self.xids[settled] = record["xid"]

    def _intend(self, record: Mapping[str, Any], write_id: str, number: int) -> None:
        self.intent_ns[number] = record["t"]
        self.seq[number] = record["seq"]
        self.client[number] = self.clients.number(record["client"])
        if record["op"] == "insert":
            self.digests += bytes.fromhex(record["digest"])
            if write_id in self.touched:
                self.touched[write_id].append(number)
        else:
            self.op[number] = OPS.index(record["op"])
            self.digests += bytes.fromhex(record.get("digest") or _NO_DIGEST)
            self._touch(record, number)

    def _grow(self) -> int:
        """Make room for so many more writes: quicker than to append to each column for each write."""
        self.op += bytes(_ROOM)
        self.outcome += bytes(_ROOM)
        for column in (self.intent_ns, self.settled_ns, self.client, self.seq, self.lsn, self.release):
            column.frombytes(bytes(_ROOM * column.itemsize))
        return _ROOM

    def _touch(self, record: Mapping[str, Any], number: int) -> None:
        rows: Iterable[str]
        if "rows" in record:
            rows = self.effects[number] = record["rows"]
        else:
            own = self.numbers.get(record["row"])
            # the same text, kept once
            row = self.effects[number] = record["row"] if own is None else self.ids[own]
            rows = (row,)
        for row in rows:
            writes = self.touched.get(row)
            if writes is None:
                own = self.numbers.get(row)
                self.touched[row] = [number] if own is None or self.op[own] != INSERT else [own, number]
            else:
                writes.append(number)

    def touched_inserts(self) -> Iterator[int]:
        """The inserts whose row other writes touched too."""
        found = (self.numbers.get(row) for row in self.touched)
        return (number for number in found if number is not None and self.op[number] == INSERT)

    def resolve(self, statuses: Mapping[int, str | None]) -> None:
        """Take in what the server says of the unknown writes' transactions, `pg_xact_status` by xid.

        A write whose transaction was aborted was refused, only nobody said so; one that is committed was never
        promised to anybody, so it stays unknown and at most `recovered`.
        """
        for number, xid in self.xids.items():
            status = statuses.get(xid)
            if self.outcome[number] == 0 and status in ("committed", "aborted"):
                self.resolved[number] = status
                self.outcome[number] = OUTCOMES.index(REJECTED if status == "aborted" else UNKNOWN)

    def unknowns(self) -> dict[str, int]:
        """How many unknown writes turned out "committed" or "aborted", and how many are "left" unknown."""
        found = list(self.resolved.values())
        committed, aborted = found.count("committed"), found.count("aborted")
        return {"committed": committed, "aborted": aborted, "left": self.outcome.count(0, 0, len(self)) - committed}

    def given_up_ns(self, now_ns: int) -> int:
        """When the newest write whose fate nobody knows was given up: now, where its user never said; 0 without one."""
        unknown = (number for number in range(len(self)) if self.outcome[number] == 0 and number not in self.resolved)
        return max((self.settled_ns[number] or now_ns for number in unknown), default=0)

    def digest(self, number: int) -> str:
        """The digest of the one row of an insert or an update, in hex."""
        return self.digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES].hex()

    def write(self, number: int) -> Write:
        """One write with everything that is known of it."""
        op, digest = OPS[self.op[number]], self.digest(number)
        effect = self.effects.get(number, self.ids[number])
        one: dict[str, str | None] = {effect: None if op == "delete" else digest} if isinstance(effect, str) else {}
        return Write(
            id=self.ids[number],
            client=self.clients[self.client[number]] or "",
            seq=self.seq[number],
            digest=digest,
            intent_ns=self.intent_ns[number],
            outcome=OUTCOMES[self.outcome[number]],
            settled_ns=self.settled_ns[number] or None,
            release=self.releases[self.release[number]],
            op=op,
            effect=effect if isinstance(effect, dict) else one,
        )


class _Names(list[str | None]):
    """A short list of names, each with a number of its own; 0 is None."""

    def __init__(self) -> None:
        super().__init__([None])
        self.numbers: dict[str | None, int] = {None: 0}

    def number(self, name: str | None) -> int:
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self)
            self.append(name)
        return number
