"""The cluster: from nothing to the first drill, warm, what a drill costs beside its procedure, disk and memory."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from fixtures import processes
from fixtures.leases import measuring
from fixtures.run import CHECKOUT
from fixtures.waits import MonotonicClock
from scenarios.results import DrillRecord
from tests.bench.apart import EngineApart, TooBusy, engine_apart
from tests.bench.goals import Goal, Tell, Unmeasured
from tests.bench.memory import Memory

TITLE = "engine and kind: from nothing to the first drill, warm, cost of a drill, disk, memory"
TAKES = "about 15 min on two quiet cores; root, Debian, 4.5 GB of disk while it lasts"

DRILLS = "drills/kubernetes/test_rollout_undo.py"
FIRST, SECOND = f"{DRILLS}::test_every_request_fails", f"{DRILLS}::test_three_requests_in_ten_fail"
UP = ("drill.py", "engine", "up", "--yes", "--images", "build")
FROM_NOTHING_S = 1200.0
UP_DEADLINE_S = 3600.0
DRILLS_DEADLINE_S = 900.0
WARM_TIMES = 3
SETTLE_S = 30.0
IDLE_LOOKS = 10
PARTS = {"node": "the node's container", "postgres": "the Postgres container", "dockerd": "dockerd and its helpers"}
CLOCK = MonotonicClock()


def run(tell: Tell) -> list[Goal]:
    """Measure in an engine home, a daemon and a network of the bench's own; the user's are neither used nor touched.

    EnvironmentUnavailable where a daemon of our own cannot be had; Unmeasured where a drill was not as expected.
    """
    with measuring(lambda: tell("waiting: something else is being measured")), engine_apart(tell) as apart:
        disk = _Disk(apart.places.home)
        goals = _from_nothing(apart, disk)
        goals += _warm(apart)
        goals += disk.goals(apart)
        return goals + _memory("idle", _idle(apart).usual)


@dataclass(slots=True)
class Drilled:
    """When the drills of one run ended: monotonic seconds and the age of the verdict, by the folder of the evidence."""

    seen: dict[Path, tuple[float, int]] = field(default_factory=dict)

    def look(self, out: Path) -> None:
        """Note new verdicts, also those of a second attempt. One is written when its drill is over, cleanup too."""
        for path in out.glob("*/*/verdict.json"):
            with suppress(FileNotFoundError):  # the first attempt's is moved away before the second begins
                folder, written = path.parent.resolve(strict=True), path.stat().st_mtime_ns
                if ".attempt-" not in folder.name and self.seen.get(folder, (0.0, 0))[1] != written:
                    self.seen[folder] = time.monotonic(), written

    @property
    def ended(self) -> list[tuple[float, Path]]:
        """The first one first."""
        return sorted((at, folder) for folder, (at, _) in self.seen.items())


class _Disk:
    """The disk below a folder: what is free of it now, and the most that went since."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free = self._least = shutil.disk_usage(folder).free

    def look(self) -> None:
        """One quick reading."""
        self._least = min(self._least, shutil.disk_usage(self._folder).free)

    def goals(self, apart: EngineApart) -> list[Goal]:
        """What docker and our caches have now, and what was gone at the worst moment."""
        argv = [sys.executable, "drill.py", "engine", "status", "--json"]
        said = subprocess.run(
            argv, env=apart.environment(), cwd=CHECKOUT, capture_output=True, timeout=120, check=True
        ).stdout
        status = json.loads(said)
        most = self._free - self._least
        return [
            Goal.seen("disk: the daemon's data, with all images and two releases", status["docker_bytes"] / 1e9, "GB"),
            Goal.seen("disk: the engine home beside it (steps, kubectl, logs)", status["cache_bytes"] / 1e9, "GB"),
            Goal.seen("disk: most that was gone while building (others' writing included)", most / 1e9, "GB"),
        ]


def _drills(apart: EngineApart, drills: tuple[str, ...], memory: Memory | None = None) -> Drilled:
    """Run them in one process, one after the other; Unmeasured unless all were as expected."""
    shutil.rmtree(apart.out, ignore_errors=True)
    drilled = Drilled()

    def look() -> None:
        drilled.look(apart.out)
        if memory is not None:
            memory.look()

    argv = ("-m", "pytest", *drills, "--environment", "kind", "-p", "no:cacheprovider")
    apart.call(argv, DRILLS_DEADLINE_S, look, inside=True)
    drilled.look(apart.out)
    if len(drilled.ended) != len(drills):
        raise Unmeasured(f"{len(drills)} drills left {len(drilled.ended)} verdicts")
    return drilled


def _from_nothing(apart: EngineApart, disk: _Disk) -> list[Goal]:
    """A drill that the busy machine spoilt is tried again by the harness; that time counts."""
    begun = time.monotonic()
    apart.tell("from nothing: a daemon, then drill engine up --yes --images build")
    apart.start_daemon()
    up_s = apart.call(UP, UP_DEADLINE_S, disk.look)
    if not apart.holds_the_engine():
        raise Unmeasured("drill engine up used another daemon than the bench's own")
    apart.tell(f"the engine is up after {up_s:.0f} s; its first drill")
    ((ended, _),) = _drills(apart, (FIRST,)).ended
    apart.tell(f"the first drill was over {ended - begun:.0f} s after the beginning")
    given = "docker, kind and the Python packages are installed; no daemon, no image, no cache of pip's"
    whole = f"from nothing to the end of the first drill in a cluster, at most ({given})"
    return [
        Goal.at_most(whole, ended - begun, "s", FROM_NOTHING_S),
        Goal.seen("of these: drill engine up --images build", up_s, "s"),
    ]


def _warm(apart: EngineApart) -> list[Goal]:
    """Two drills of one run, neither tried twice. Where the machine was too busy for that, all of it once more."""
    for _ in range(WARM_TIMES):
        memory = Memory(apart.docker(), apart.places)
        apart.tell("warm: drill engine up, then two drills one after the other")
        begun = time.monotonic()
        apart.call(UP, UP_DEADLINE_S)
        try:
            (first, _), (second, evidence) = _drills(apart, (FIRST, SECOND), memory).ended
        except TooBusy as busy:
            apart.tell(f"this machine was too busy: {busy}")
            continue
        if any(apart.out.glob("*/*.attempt-*")):
            apart.tell("this machine was too busy: a drill was tried twice")
            continue
        apart.tell(f"warm: {first - begun:.0f} s to the end of the first, {second - first:.0f} s more for the second")
        return [
            *_costs(first - begun, second - first, measured_s(evidence)),
            *_memory("most of it during two drills", memory.most),
        ]
    raise Unmeasured("this machine was too busy for two drills in a row")


def _costs(warm_s: float, one_more_s: float, timed_s: float) -> list[Goal]:
    windows = "steady state, alarm, procedure, return and hold, at time scale 0.02"
    rest = "namespace, database, two deployments, users, probe, checks, evidence, cleanup"
    return [
        Goal.seen("warm, daemon and images there: from drill engine up to the end of the first drill", warm_s, "s"),
        Goal.seen("one more drill in the same run, from the end of the one before to its own", one_more_s, "s"),
        Goal.seen(f"of these, the procedure and the windows it is judged by: {windows}", timed_s, "s"),
        Goal.seen(
            f"cost of a drill above its procedure: the difference of the two ({rest})", one_more_s - timed_s, "s"
        ),
    ]


def measured_s(folder: Path) -> float:
    """Seconds of a drill that its procedure and its windows took: the steady state, and from harm to the hold's end."""
    record = DrillRecord.model_validate_json((folder / "verdict.json").read_bytes())
    phases = record.phases_s.model_dump().values()
    events = map(json.loads, (folder / "events.jsonl").read_text(encoding="utf-8").splitlines())
    steady = next(event["facts"]["window_s"] for event in events if event["event"] == "steady")
    return float(steady) + sum(seconds or 0.0 for seconds in phases)


def _idle(apart: EngineApart) -> Memory:
    """A cluster and a Postgres that nobody asks anything, half a minute after they were made."""
    apart.tell("a cluster and Postgres, standing idle")
    memory = Memory(apart.docker(), apart.places)
    argv = apart.inside([sys.executable, "-m", "tests.bench.idle_cluster"])
    log = apart.places.home / "idle.log"
    environment = apart.environment()
    process = processes.spawn(
        argv, env=environment, cwd=CHECKOUT, log=log, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise Unmeasured(f"the idle cluster does not stand: {log.read_text(encoding='utf-8')[-1000:]}")
        CLOCK.sleep(SETTLE_S)
        for _ in range(IDLE_LOOKS):
            memory.look()
            CLOCK.sleep(memory.every_s)
    finally:
        processes.stop(process)  # what it made goes with the daemon
    return memory


def _memory(when: str, read: Callable[[str], float]) -> list[Goal]:
    return [Goal.seen(f"memory, {when}: {words}", read(part), "MiB") for part, words in PARTS.items()]
