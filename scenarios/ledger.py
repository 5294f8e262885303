"""The write ledger: every write recorded before it is sent and again when its answer is known.

Imported by the probe and by locustfiles, so it uses the standard library alone. One file a writing process; each record
is one `os.write` to a file opened with O_APPEND, so a killed writer or harness loses no record it had made.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row read back: who wrote it, in which order, and the SHA-256 of its body."""

    id: str
    client: str
    seq: int
    digest: str


def body_digest(body: str) -> str:
    """SHA-256 of the body's UTF-8 bytes, in hex: what the ledger keeps instead of the body."""
    return hashlib.sha256(body.encode()).hexdigest()


class LedgerWriter:
    """Appends to one ledger file. Safe to use from several threads: a record is a single append."""

    def __init__(self, path: Path, client: str) -> None:
        """Open `path` for appending; `client` is the default name of who writes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._client = client

    def intent(self, write_id: str, seq: int, body: str, client: str | None = None) -> None:
        """Record that `body` is about to be sent under `write_id`. Call it before the request leaves."""
        digest = body_digest(body)
        who = {"client": client or self._client, "seq": seq}
        self._append({"e": "intent", "id": write_id, **who, "op": "insert", "digest": digest})

    def ack(self, write_id: str, status: int, release: str | None) -> None:
        """The service said that it is saved."""
        self._append({"e": "ack", "id": write_id, "status": status, "release": release, "why": None})

    def rejected(self, write_id: str, status: int | None, why: str) -> None:
        """The service said that it is *not* saved, or nothing was ever sent."""
        self._append({"e": "rejected", "id": write_id, "status": status, "release": None, "why": why})

    def unknown(self, write_id: str, status: int | None, why: str) -> None:
        """Nobody can tell: a timeout, a cut connection, an answer that does not say."""
        self._append({"e": "unknown", "id": write_id, "status": status, "release": None, "why": why})

    def settle(self, write_id: str, status: int, answer: dict[str, Any]) -> str:
        """Classify a full answer by what it says about the commit; returns "ack", "rejected" or "unknown"."""
        if status == 201 and answer.get("committed") is True and answer.get("id") == write_id:
            self.ack(write_id, status, answer.get("release"))
            return "ack"
        if answer.get("committed") is False:
            self.rejected(write_id, status, str(answer.get("error"))[:200])
            return "rejected"
        self.unknown(write_id, status, "the answer does not say whether it was committed")
        return "unknown"

    def close(self) -> None:
        """Close the file; records are on it already."""
        os.close(self._fd)

    def _append(self, record: dict[str, Any]) -> None:
        record["t"] = time.monotonic_ns()
        os.write(self._fd, (json.dumps(record, separators=(",", ":")) + "\n").encode())


def read_ledger(folder: Path) -> Iterator[dict[str, Any]]:
    """Every record of every file in `folder`; a torn last line (the writer was killed) is left out."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield json.loads(line)
