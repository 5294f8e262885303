"""What listeners of live streams write down: one line a stream's beginning or end, read by the run and by `recheck`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

RECORD = "streams.jsonl"
# `ended`: as HTTP ends an answer; `cut`: the connection went away in the middle of it; `silent`: nothing came any more
Event = Literal["opened", "ended", "cut", "silent", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One line of streams.jsonl: what became of one listener's stream, and when (monotonic ns)."""

    listener: int
    at_ns: int
    event: Event
    release: str | None = None  # who speaks, where one was opened
    why: str | None = None

    def to_line(self) -> str:
        """One JSON line, without the newline."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> "Heard":
        """The inverse of `to_line`; ValueError or TypeError for a line that is not ours."""
        record: dict[str, Any] = json.loads(line)
        return cls(**record)


def read_heard(folder: Path) -> list[Heard]:
    """What the listeners of a drill's folder wrote down, in the order it happened; empty where nobody did."""
    path = folder / RECORD
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    return sorted((Heard.from_line(line) for line in lines if line.endswith("\n")), key=lambda each: each.at_ns)
