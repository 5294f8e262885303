"""The hash chain of events.jsonl: each line carries its number and the SHA-256 of the line before it. Pure.

A line that was changed, taken out, put in or moved is found by its successor; one cut off at the end by the head that
verdict.json keeps. It shows that a file is not as it was written; it is no signature, and keeps nobody from writing
a whole new one.
"""

import hashlib
import json
from collections.abc import Sequence

GENESIS = "0" * 64


def digest(line: bytes) -> str:
    """SHA-256 of a line without its newline, in hex: the `prev` of the line after it."""
    return hashlib.sha256(line).hexdigest()


def verify(lines: Sequence[bytes], head: str | None = None) -> int | None:
    """The number, from 1, of the first line that does not follow from the one before it; None where all do.

    `lines` are without their newlines. `head`: the digest of the last line as it was written; where the file ends
    before or after that line, the number is that of the line that would come next.
    """
    before = GENESIS
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
        except ValueError:
            return number
        if not isinstance(record, dict) or record.get("seq") != number or record.get("prev") != before:
            return number
        before = digest(line)
    return len(lines) + 1 if head is not None and before != head else None
