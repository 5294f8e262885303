"""The write ledger: every write recorded before it is sent and again when its answer is known.

Imported by the probe and by locustfiles, so it uses the standard library alone. One file a writing process; each record
is one `os.write` to a file opened with O_APPEND, so a killed writer or harness loses no record it had made. A program
whose record does not fit on the disk ends (scenarios/appending.py).

A record is one JSON line: `{"e": "intent", "id", "client", "seq", "op", …, "t"}` before the request leaves, and later
`{"e": "ack"|"rejected"|"unknown", "id", "status", "release", "why", "xid", "lsn", "t"}`; `t` is monotonic ns. What the
write does is `"digest"` for an insert of the row `id`, `"row"` and `"digest"` for an update, `"row"` for a delete,
and `"rows": {row: digest}` for a write of several rows.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from scenarios.appending import append_or_end

_CHUNK_BYTES = 1 << 15


class Row(NamedTuple):
    """One row read back: which write it shows (`client`, `seq`) and the SHA-256 of its body.

    `version` counts the writes that were ever applied to the row, 1 after its insert; None where its table has none.
    A tuple and no dataclass, because a million are made in the time that a machine has for judging.
    """

    id: str
    client: str
    seq: int
    digest: str
    version: int | None = None


def body_digest(body: str) -> str:
    """SHA-256 of the body's UTF-8 bytes, in hex: what the ledger keeps instead of the body."""
    return hashlib.sha256(body.encode()).hexdigest()


class LedgerWriter:
    """Appends to one ledger file. Safe to use from several threads: a record is a single append."""

    def __init__(self, path: Path, client: str) -> None:
        """Open `path` for appending; `client` is the default name of who writes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._name = path.name
        self._client = client

    def intent(self, write_id: str, seq: int, body: str, client: str | None = None) -> None:
        """Record that a row `write_id` with `body` is about to be made. Call it before the request leaves."""
        self._intend(write_id, seq, client, op="insert", digest=body_digest(body))

    def update(self, write_id: str, row: str, seq: int, body: str, client: str | None = None) -> None:
        """Record that `row`, which is there, is about to be given `body`. An update must not make a row."""
        self._intend(write_id, seq, client, op="update", row=row, digest=body_digest(body))

    def delete(self, write_id: str, row: str, seq: int, client: str | None = None) -> None:
        """Record that `row` is about to be deleted."""
        self._intend(write_id, seq, client, op="delete", row=row)

    def multi(self, write_id: str, seq: int, bodies: Mapping[str, str], client: str | None = None) -> None:
        """Record that the rows of `bodies` (body by row id) are about to be made, all or none."""
        digests = {row: body_digest(body) for row, body in bodies.items()}
        self._intend(write_id, seq, client, op="multi", rows=digests)

    def ack(
        self, write_id: str, status: int, release: str | None, xid: int | None = None, lsn: int | None = None
    ) -> None:
        """The service said that it is saved. `lsn`: how far the server's log was at the least, in bytes."""
        self._settle("ack", write_id, status, release, None, xid, lsn)

    def rejected(self, write_id: str, status: int | None, why: str) -> None:
        """The service said that it is *not* saved, or nothing was ever sent."""
        self._settle("rejected", write_id, status, None, why)

    def unknown(self, write_id: str, status: int | None, why: str, xid: int | None = None) -> None:
        """Nobody can tell: a timeout, a cut connection, an answer that does not say. `xid`: its transaction."""
        self._settle("unknown", write_id, status, None, why, xid)

    def settle(
        self, write_id: str, status: int, answer: dict[str, Any], want: int = 201, row: str | None = None
    ) -> str:
        """Classify a full answer by what it says about the commit; returns "ack", "rejected" or "unknown".

        `want` is the status that this kind of write is acknowledged with, `row` the id in the answer where it is not
        the write's own.
        """
        xid, lsn = _whole(answer.get("xid")), _whole(answer.get("lsn"))
        if status == want and answer.get("committed") is True and answer.get("id") == (row or write_id):
            self.ack(write_id, status, answer.get("release"), xid, lsn)
            return "ack"
        if answer.get("committed") is False:
            self.rejected(write_id, status, str(answer.get("error"))[:200])
            return "rejected"
        said = str(answer.get("error") or "the answer does not say whether it was committed")
        self.unknown(write_id, status, said[:200], xid)
        return "unknown"

    def close(self) -> None:
        """Close the file; records are on it already."""
        os.close(self._fd)

    def _intend(self, write_id: str, seq: int, client: str | None, **effect: object) -> None:
        self._append({"e": "intent", "id": write_id, "client": client or self._client, "seq": seq, **effect})

    def _settle(
        self,
        outcome: str,
        write_id: str,
        status: int | None,
        release: str | None,
        why: str | None,
        xid: int | None = None,
        lsn: int | None = None,
    ) -> None:
        told = {name: value for name, value in (("xid", xid), ("lsn", lsn)) if value is not None}
        self._append({"e": outcome, "id": write_id, "status": status, "release": release, "why": why, **told})

    def _append(self, record: dict[str, Any]) -> None:
        record["t"] = time.monotonic_ns()
        # a write that the ledger does not know of must not be sent: nobody could ever judge it
        append_or_end(self._fd, json.dumps(record, separators=(",", ":")), self._name)


def _whole(value: object) -> int | None:
    """`value` if it is a whole number: what a service that says something else tells is not used."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64 else None


def read_ledger(folder: Path) -> Iterator[dict[str, Any]]:
    """Every record of every file in `folder`; a torn last line (the writer was killed) is left out.

    ValueError names the file of a line that is broken anywhere else: it may have been an acknowledgement.
    """
    return chain.from_iterable(map(read_lines, sorted(folder.glob("*.jsonl"))))


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of one file of JSON lines, as `read_ledger` reads them."""
    return chain.from_iterable(_chunks(path))


def _chunks(path: Path) -> Iterator[list[dict[str, Any]]]:
    from pydantic_core import (
        from_json,  # here, not above: writers need it not, and a million lines take a third as long
    )

    with path.open("rb") as file:
        while lines := file.readlines(_CHUNK_BYTES):
            whole = lines if lines[-1].endswith(b"\n") else lines[:-1]
            try:
                yield from_json(b"[" + b",".join(whole) + b"]", cache_strings="keys")
            except ValueError as error:
                raise ValueError(f"{path}: a broken record below byte {file.tell()}: {error}") from error
