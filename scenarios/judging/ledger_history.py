"""What the ledger's records tell of each write, kept small: a million writes take about 250 MB. Pure.

A `Write` for each of a million writes would take a gigabyte, so they are numbered in the order of their intents and
each fact lies in one array. A `Write` is made only for whoever looks at one.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

ACK, REJECTED, UNKNOWN = "ack", "rejected", "unknown"
OUTCOMES = (UNKNOWN, ACK, REJECTED)
OPS = ("insert", "update", "delete", "multi")
INSERT, UPDATE, DELETE, MULTI = range(4)
DIGEST_BYTES = 32
_OUTCOME_NUMBERS = {name: number for number, name in enumerate(OUTCOMES)}
_OP_NUMBERS = {name: number for number, name in enumerate(OPS)}
_NO_DIGEST = "00" * DIGEST_BYTES
_BATCH = 1 << 8


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

        A second intent of the same id is ignored, and so is an outcome without an intent.
        """
        everything = iter(records)
        while batch := list(islice(everything, _BATCH)):
            # an outcome comes after its intent
            self._intend([record for record in batch if record["e"] == "intent"])
            self._settle([record for record in batch if record["e"] != "intent"])

    def _intend(self, intents: Sequence[Mapping[str, Any]]) -> None:
        """Column by column: a million writes, one at a time, would take twice as long."""
        first, touched, numbers = len(self.ids), self.touched, self.numbers
        for record in intents:
            write_id = record["id"]
            if numbers.setdefault(write_id, len(self.ids)) == len(self.ids):
                self.ids.append(write_id)
        if len(self.ids) - first != len(intents):
            intents = list({r["id"]: r for r in reversed(intents) if numbers[r["id"]] >= first}.values())[::-1]
        self.intent_ns.extend([record["t"] for record in intents])
        self.seq.extend([record["seq"] for record in intents])
        self.client.extend([self.clients.number(record["client"]) for record in intents])
        self.op.extend([_OP_NUMBERS[record["op"]] for record in intents])
        self.digests += bytes.fromhex("".join([record.get("digest") or _NO_DIGEST for record in intents]))
        for column in (self.settled_ns, self.release, self.lsn):
            column.frombytes(bytes(len(intents) * column.itemsize))
        self.outcome += bytes(len(intents))
        for number, record in enumerate(intents, first):
            if record["op"] != "insert":
                self._touch(record, number)
            elif touched and record["id"] in touched:
                touched[record["id"]].append(number)

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
                # one that comes later in this batch adds itself
                known = own is not None and own < number and self.op[own] == INSERT
                self.touched[row] = [own, number] if own is not None and known else [number]
            else:
                writes.append(number)

    def _settle(self, outcomes: Iterable[Mapping[str, Any]]) -> None:
        """The first outcome stands, but an acknowledgement beats every other: whoever asked again was told that it is
        saved.
        """
        number_of, outcome, settled_ns, release, lsn = (
            self.numbers.get, self.outcome, self.settled_ns, self.release, self.lsn
        )  # fmt: skip
        releases = self.releases.number
        for record in outcomes:
            number = number_of(record["id"])
            if number is None:
                continue
            code = _OUTCOME_NUMBERS[record["e"]]
            if settled_ns[number] and (code != 1 or outcome[number] == 1):
                continue
            outcome[number] = code
            settled_ns[number] = record["t"]
            release[number] = releases(record.get("release"))
            lsn[number] = record.get("lsn", 0)
            if code == 0 and record.get("xid") is not None:
                self.xids[number] = record["xid"]

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

    def digest(self, number: int) -> str:
        """The digest of the one row of an insert or an update, in hex."""
        return self.digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES].hex()

    def rows(self, number: int) -> Iterable[str]:
        """The ids of the rows that a write is about."""
        effect = self.effects.get(number, self.ids[number])
        return (effect,) if isinstance(effect, str) else effect

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
