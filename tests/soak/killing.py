"""One drill, one of whose processes is killed at some instant: what is left on this machine, and what it says."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from fixtures.journal import JournalRefused, read, still_open
from fixtures.labels import WORKSPACE_VARIABLE, expiry
from fixtures.leases import measuring
from fixtures.run import CHECKOUT
from fixtures.waits import MonotonicClock, WaitTimeout, wait_until
from fixtures.workspace import PREFIX, RUN_FILE
from scenarios import chain
from scenarios.judging.causes import Cause
from scenarios.ledger import read_ledger
from tests.bench.goals import Goal

ENDS_S = 240.0
TRIES = 20
LOOK_S = 0.05
CLOCK = MonotonicClock()
# whose command line holds this; the run itself is the process that was started
VICTIMS = {
    "probe": "fixtures.probe.process",
    "users": "locust",
    "reaper": "fixtures.reaper",
    "worker": "exec(eval(sys.stdin.readline()))",
    "run": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A drill to be killed. `latest_s`: about as long as it takes. `left`: what else of it is there, by name.

    `ground`: what it stands on, by name, each with how its process is found, by the run's own processes and its name.
    """

    drill: str
    environment: str
    latest_s: float
    gone_s: float
    left: Callable[[], set[str]] = set
    ground: Mapping[str, Callable[[list[psutil.Process], str], psutil.Process | None]] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    """What all the killed runs came to."""

    left: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("processes", "folders", "others"), 0.0))
    passed: int = 0
    blamed: int = 0  # drills that call the rollback failed though what they stood on was killed
    without_verdict: int = 0
    without_summary: int = 0
    journals: int = 0
    chains: int = 0
    ledgers: int = 0
    decoys: int = 0
    killed: dict[str, float] = field(default_factory=dict)

    def goals(self, gone_s: float) -> list[Goal]:
        """The table."""
        left = sum(self.left.values())
        return [
            Goal.at_most(f"things left {gone_s:g} s after the end of a run", left, "things", 0, self.left),
            Goal.at_most("decoys beside it that were touched", self.decoys, "decoys", 0),
            Goal.at_most("drills that say they passed though a process of theirs was killed", self.passed, "drills", 0),
            Goal.at_most("drills that blame the rollback for what they stood on", self.blamed, "drills", 0),
            Goal.at_most("drills begun and without a verdict", self.without_verdict, "drills", 0),
            Goal.at_most("runs with a drill and without a summary", self.without_summary, "runs", 0),
            Goal.at_most("journals that are broken, open or not with the evidence", self.journals, "journals", 0),
            Goal.at_most("event logs whose chain is broken", self.chains, "logs", 0),
            Goal.at_most("ledgers with a broken record", self.ledgers, "ledgers", 0),
            Goal.seen("killed", sum(self.killed.values()), "processes", self.killed),
        ]


def kill(way: Way, victim: str, after_s: Callable[[], float], found: Found, event: str = "") -> None:
    """Kill one run, each try at an instant of its own: a run that was over before is looked at, and is none of them.

    RuntimeError where that many runs in a row were over before.
    """
    for _ in range(TRIES):
        with tempfile.TemporaryDirectory(prefix="soak-") as name:
            if kill_one(way, Path(name), victim, after_s(), found, event):
                return
    raise RuntimeError(f"{TRIES} runs in a row were over before their {victim} was killed: {way.drill}")


def kill_one(way: Way, folder: Path, victim: str, after_s: float, found: Found, event: str = "") -> bool:
    """Start the drill, kill `victim` a while after the start or that event, and look once the run is over.

    Whether it was killed: a run may be over by then, and is looked at all the same. RuntimeError where a run rehearsed
    nothing though nobody killed it: then there is nothing to soak.
    """
    with measuring():  # nobody else may be measuring: the drill would wait for them, and the kill find it waiting
        pass
    folder.chmod(0o755)  # as root the embedded server runs as somebody else, who has to get there
    (folder / "tmp").mkdir()
    before = way.left()
    out = folder / "out"
    argv = [sys.executable, "-m", "pytest", way.drill, "--environment", way.environment, "-q", "-p", "no:cacheprovider"]
    argv += ["-n", "1"] if victim == "worker" else []
    environment = {
        **os.environ,
        "ROLLBACK_DRILLS_OUT": str(out),
        "TMPDIR": str(folder / "tmp"),
        "XDG_STATE_HOME": str(folder / "state"),
    }
    with _decoys(folder / "tmp", found), (folder / "said.log").open("wb") as said:
        started = subprocess.Popen(
            argv, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        _wait_for(started, event, out)
        family, over = _kill(way, started, victim, after_s, out)
        if victim == "reaper":  # then nobody is left but the next run, or `drill reap`
            started.kill()
            started.wait()
            subprocess.run([sys.executable, "-m", "drill", "reap"], cwd=CHECKOUT, env=environment, check=False)
        try:
            started.wait(ENDS_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
        _wait_for_nothing(way, folder, family, before, found)
    if not family:
        over = {path.parent for path in out.glob("*/*/verdict.json")}
    _count(folder, out, over, victim in way.ground, found)
    if family:
        found.killed[victim] = found.killed.get(victim, 0) + 1
    elif not over:
        words_of_it = (folder / "said.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"the run ended with {started.returncode} before anything was killed:\n{words_of_it}")
    return bool(family)


@contextmanager
def _decoys(tmp: Path, found: Found) -> Iterator[None]:
    """Somebody's folder that looks like ours, and somebody's process that bears our kind of mark."""
    folder = tmp / f"{PREFIX}decoy"
    folder.mkdir()
    (folder / "precious").touch()
    (folder / RUN_FILE).write_text(json.dumps({"run": "20260101-000000-beef", "expires": expiry()}), encoding="utf-8")
    process = subprocess.Popen(["sleep", "600"], env={**os.environ, WORKSPACE_VARIABLE: f"{PREFIX}decoy"})
    try:
        yield
        found.decoys += (process.poll() is not None) + (not (folder / "precious").exists())
    finally:
        process.kill()
        process.wait()


def _wait_for(started: subprocess.Popen[bytes], event: str, out: Path) -> None:
    """Until a drill of this run has had that event, or the run is over; at once where there is none to wait for."""

    def look() -> tuple[bool | None, str]:
        events = [json.loads(line) for path in out.glob("*-*/*/events.jsonl") for line in _whole(path)]
        had = not event or started.poll() is not None or any(each["event"] == event for each in events)
        return had or None, f"{len(events)} events"

    wait_until(f"the event {event}", look, ENDS_S, LOOK_S)


def _whole(path: Path) -> list[bytes]:
    """The lines that are not being written any more."""
    return path.read_bytes().split(b"\n")[:-1]


def _kill(
    way: Way, started: subprocess.Popen[bytes], victim: str, after_s: float, out: Path
) -> tuple[list[psutil.Process], set[Path]]:
    """Kill the victim then, or once it is there; the run's processes, and the drills that were over by then.

    Neither where there was nothing to kill any more.
    """
    CLOCK.sleep(after_s)
    try:
        root = psutil.Process(started.pid)
        target = root if victim == "run" else _victim(way, started, root, victim, out)
        family = [root, *root.children(recursive=True)]
        verdicts = {path: json.loads(path.read_bytes())["cause"] for path in out.glob("*/*/verdict.json")}
        if started.poll() is None:
            target.send_signal(signal.SIGKILL)
            return family, {path.parent for path, cause in verdicts.items() if cause != Cause.INTERRUPTED}
    except psutil.NoSuchProcess:
        pass  # the run is over, or its victim is
    return [], set()


def _victim(way: Way, started: subprocess.Popen[bytes], root: psutil.Process, victim: str, out: Path) -> psutil.Process:
    """Once it is there; the run itself where it never comes, or the run is over."""

    def look() -> tuple[psutil.Process | None, str]:
        if started.poll() is not None:
            return root, "the run is over"
        family = root.children(recursive=True)
        if victim in way.ground:  # `out` is this run's alone
            names = [path.name for path in out.glob("*-*") if path.is_dir() and not path.is_symlink()]
            return (way.ground[victim](family, names[0]) if names else None), f"no {victim} of this run"
        one = next((each for each in family if VICTIMS[victim] in words(each)), None)
        return one, f"no {victim} among its processes"

    try:
        return wait_until(f"the {victim} to be there", look, ENDS_S, LOOK_S)
    except WaitTimeout:
        return root


def words(process: psutil.Process) -> str:
    """Its command line; empty where it is gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _wait_for_nothing(way: Way, folder: Path, family: list[psutil.Process], before: set[str], found: Found) -> None:
    told = {each: words(each)[:200] for each in family}  # asked now: one that is ending says nothing any more

    def now() -> dict[str, list[str]]:
        alive = [f"{each.pid} {told[each]}" for each in family if _runs(each)]
        folders = [path.name for path in (folder / "tmp").glob(f"{PREFIX}*") if path.name != f"{PREFIX}decoy"]
        return {"processes": alive, "folders": folders, "others": sorted(way.left() - before)}

    def look() -> tuple[bool | None, str]:
        left = now()
        journals = list((folder / "state").rglob("*.jsonl"))  # the reaper is at work as long as there is one
        return (None if any(left.values()) or journals else True), f"{left}, {journals}"

    try:
        wait_until("nothing to be left", look, way.gone_s, LOOK_S)
    except WaitTimeout as timeout:
        for kind, names in now().items():
            found.left[kind] += len(names)
        print(f"{timeout}\n{(folder / 'said.log').read_text(errors='replace')[-2000:]}", file=sys.stderr)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _count(folder: Path, out: Path, over: set[Path], grounded: bool, found: Found) -> None:
    found.journals += len(list((folder / "state").rglob("*.jsonl")))
    for run_folder in (path for path in out.glob("*-*") if path.is_dir() and not path.is_symlink()):
        drills = [path.parent for path in run_folder.glob("*/events.jsonl")]
        found.without_summary += bool(drills) and not (run_folder / "summary.json").exists()
        try:
            found.journals += bool(drills) and bool(still_open(read(run_folder / "journal.jsonl")))
        except (OSError, JournalRefused):
            found.journals += 1
        for drill in drills:
            said = _count_drill(drill, drill in over, found)
            found.blamed += grounded and drill not in over and "failed" in said


def _count_drill(drill: Path, over: bool, found: Found) -> list[str]:
    # the first of two attempts has its verdict under another name, and its last line may be one that was being written
    verdicts = [*drill.glob("verdict*.json")]
    found.without_verdict += not verdicts
    was_cut = drill.name.endswith(".attempt-1") or not list(drill.parent.glob(f"{drill.name}.attempt-1"))
    said = [json.loads(path.read_bytes())["verdict"] for path in verdicts]
    # a drill that was tried again after its probe was killed may pass, for the second attempt is whole
    found.passed += not over and was_cut and "passed" in said
    found.chains += chain.verify(_whole(drill / "events.jsonl")) is not None
    try:
        sum(1 for _ in read_ledger(drill / "ledger"))
    except ValueError:
        found.ledgers += 1
    return said
