"""A drill's folder in the place of the world: what `gathering` and `Watch` ask of a stage, answered from files."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, cast

from scenarios import chain
from scenarios.heard import Heard, read_heard
from scenarios.judging_file import Judging
from scenarios.ledger import read_ledger
from scenarios.lock_looks import RECORD as LOCKS
from scenarios.lock_looks import LockLook, read_looks
from scenarios.model import Load
from scenarios.observations import Observation
from scenarios.protocols import Lane, LaneCounts, Request, Stage
from scenarios.protocols_host import HostReading
from scenarios.results import Calibration

_ABSENT = cast("Any", None)  # of a drill that is over nothing is deployed, run or asked any more


class Recorded:
    """Probe, users, sentinel and sink of a drill that is over; each protocol's methods, nothing else.

    `limit`: how many of the observations are known; None: all.
    """

    def __init__(self, folder: Path, inputs: Judging) -> None:
        """FileNotFoundError, ValueError or TypeError where the probe's record is missing or broken."""
        self.folder = folder
        self.limit = inputs.known
        self.lanes: Mapping[str, Lane] = inputs.lanes
        self.rate_hz = inputs.rate_hz
        self.error_ms = inputs.error_ms
        self.calibration: Calibration | None = inputs.calibration
        self._inputs = inputs
        self._seen: list[Observation] = []
        if inputs.known is not None:
            lines = (folder / "probe.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
            self._seen = [Observation.from_line(line) for line in lines if line.endswith("\n")]

    def stage(self) -> Stage:
        """Everything as protocols."""
        return Stage(
            platform=_ABSENT,
            database=_ABSENT,
            workload=self,
            probe=self,
            sentinel=self,
            runner=_ABSENT,
            guard=_ABSENT,
            sink=self,
            clock=_ABSENT,
            parameters={},
            ledger_records=lambda: read_ledger(self.folder / "ledger"),
            service_rows=None,
            measuring=nullcontext,
            listeners=self if self._inputs.scenario.listeners else None,
            locks=self if (self.folder / LOCKS).exists() else None,
        )

    @property
    def head(self) -> str | None:
        """The digest of the last line of events.jsonl."""
        lines = (self.folder / "events.jsonl").read_bytes().splitlines()
        return chain.digest(lines[-1]) if lines else None

    def observations(self) -> Sequence[Observation]:
        return self._seen[: self.limit]

    def heard(self) -> Sequence[Heard]:
        return read_heard(self.folder)

    def looks(self) -> Sequence[LockLook]:
        return read_looks(self.folder)

    def counts(self) -> Mapping[str, LaneCounts]:
        return self._inputs.counts

    def made(self) -> Sequence[Request]:
        return self._inputs.made

    def cpu_share(self) -> float | None:
        return self._inputs.cpu_share

    def readings(self) -> Sequence[HostReading]:
        return self._inputs.readings

    def requests(self) -> int:
        return len(self._inputs.made)

    def start(self, load: Load | None = None) -> None:
        """Nothing is started any more."""

    def stop(self) -> None:
        """Nothing runs any more."""

    def event(self, name: str, at_ns: int, /, **facts: object) -> None:
        """Events are on disk already."""

    def write_json(self, name: str, value: object) -> Path:
        """The evidence is only read."""
        return self.folder / name

    def path(self, name: str) -> Path:
        return self.folder / name
