"""A run of a million writes on disk, with known losses in it, and the time it takes to judge it."""

import json
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import TextIO

from fixtures.run import CHECKOUT
from scenarios.judging.ledger import fold, judge
from scenarios.ledger import Row, body_digest, read_ledger, read_lines
from tests.bench.goals import Unmeasured

OPERATIONS = 1_000_000
CLIENTS = 20
SEED = 20
STEP_NS = 1_000_000
# one in this many acknowledged writes of a kind does not have the effect it should have
FAULT_EVERY = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What judging took, and every class that is not *kept*."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    counts: dict[str, int]


class _Run:
    """Writes the ledger as users would, and keeps the rows that must be there afterwards."""

    def __init__(self, ledger: TextIO) -> None:
        self._chance = random.Random(SEED)
        self._ledger = ledger
        self._now = 0
        self.rows: dict[str, tuple[str, int, str, int]] = {}
        self.planted: Counter[str] = Counter()
        self._drafts: list[str] = []

    def write(self, number: int) -> None:
        """One operation: its intent, its acknowledgement, its effect on the rows, and now and then a fault."""
        kind = self._chance.choices(("insert", "update", "delete", "multi"), (80, 10, 5, 5))[0]
        if kind in ("update", "delete") and not self._drafts:
            kind = "insert"
        client, write_id = f"locust-4711-{number % CLIENTS}", self._new_id()
        intent = {"e": "intent", "id": write_id, "client": client, "seq": number, "op": kind}
        fault = self._chance.randrange(FAULT_EVERY) == 0
        getattr(self, f"_{kind}")(intent, client, number, fault)

    def _insert(self, intent: dict[str, object], client: str, number: int, fault: bool) -> None:
        row, digest = str(intent["id"]), body_digest(f"note {number}")
        self._tell(intent | {"digest": digest})
        if fault:
            self.planted["lost"] += 1
            return
        self.rows[row] = (client, number, digest, 1)
        if number % 5 == 0:
            self._drafts.append(row)

    def _update(self, intent: dict[str, object], client: str, number: int, fault: bool) -> None:
        row, digest = self._drafts[-1 - number % min(len(self._drafts), 50)], body_digest(f"note {number}")
        self._tell(intent | {"row": row, "digest": digest})
        if fault:
            self.planted["stale"] += 1
            self._drafts.remove(row)  # what is written over a fault would hide it
        else:
            self.rows[row] = (client, number, digest, self.rows[row][3] + 1)

    def _delete(self, intent: dict[str, object], client: str, number: int, fault: bool) -> None:
        row = self._drafts.pop()
        self._tell(intent | {"row": row, "digest": None})
        if fault:
            self.planted["resurrected"] += 1
        else:
            del self.rows[row]

    def _multi(self, intent: dict[str, object], client: str, number: int, fault: bool) -> None:
        digests = {self._new_id(): body_digest(f"note {number} {i}") for i in range(3)}
        self._tell(intent | {"rows": digests})
        self.rows |= {row: (client, number, digest, 1) for row, digest in digests.items()}
        if fault:
            self.planted["torn"] += 1
            del self.rows[next(iter(digests))]

    def _tell(self, intent: dict[str, object]) -> None:
        self._now += STEP_NS
        outcome = {"e": "ack", "id": intent["id"], "status": 201, "release": "v1", "why": None}
        outcome |= {"xid": self._now // STEP_NS, "lsn": self._now}
        for record in (intent | {"t": self._now}, outcome | {"t": self._now + STEP_NS // 2}):
            self._ledger.write(json.dumps(record, separators=(",", ":")) + "\n")

    def _new_id(self) -> str:
        digits = f"{self._chance.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def write_run(folder: Path, operations: int) -> dict[str, int]:
    """A ledger of `operations` writes in folder/ledger, the rows in folder/rows.jsonl; the planted faults by class."""
    (folder / "ledger").mkdir(parents=True)
    with (folder / "ledger" / "one.jsonl").open("w", encoding="utf-8") as ledger:
        run = _Run(ledger)
        for number in range(operations):
            run.write(number)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as rows:
        for row, (client, seq, digest, version) in run.rows.items():
            found = {"id": row, "client": client, "seq": seq, "digest": digest, "version": version}
            rows.write(json.dumps(found, separators=(",", ":")) + "\n")
    return dict(run.planted)


def judge_apart(folder: Path) -> Measured:
    """Judge `folder` in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.ledger_check", str(folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unmeasured(f"judging ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return Measured(**json.loads(done.stdout))


def _rows(path: Path) -> Iterator[Row]:
    return map(Row._make, map(itemgetter(*Row._fields), read_lines(path)))


def _main(folder: Path) -> None:
    began = time.perf_counter()
    history = fold(read_ledger(folder / "ledger"))
    found = judge(history, _rows(folder / "rows.jsonl"), set(), 0)
    wall_s = time.perf_counter() - began
    if found.writes.acked != found.writes.kept + sum(map(len, found.classes.values())):  # type: ignore[operator]
        raise SystemExit("the classes do not add up")
    status = Path("/proc/self/status").read_text(encoding="ascii")
    # not ru_maxrss: that one begins with what the parent held when it made this process
    peak_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    counts = {name: len(members) for name, members in found.classes.items()}
    measured = Measured(
        wall_s=wall_s, cpu_s=usage.ru_utime + usage.ru_stime, peak_mb=peak_kb * 1024 / 1e6, counts=counts
    )
    sys.stdout.write(json.dumps(asdict(measured)))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
