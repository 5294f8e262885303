"""Runs that are killed at a random instant: what they leave on this machine, and what they say afterwards."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from fixtures.leases import measuring
from fixtures.run import CHECKOUT
from fixtures.waits import MonotonicClock, WaitTimeout, wait_until
from fixtures.workspace import PREFIX
from scenarios import chain
from scenarios.judging.causes import Cause
from scenarios.ledger import read_ledger
from tests.bench.goals import Goal, Tell

TITLE = "runs killed at a random instant: nothing left after 5 s, never a verdict that they passed"
TAKES = "about 8 min on two cores"

KILLS = 20
DRILL = "drills/database/test_downgrade.py::test_one_step_corrected"
LATEST_S = 24.0  # the drill takes about as long
GONE_S = 5.0
ENDS_S = 180.0
LOOK_S = 0.05
CLOCK = MonotonicClock()
# whose command line holds this; the run itself is the process that was started
VICTIMS = {"probe": "fixtures.probe.process", "users": "locust", "reaper": "fixtures.reaper", "run": ""}


@dataclass(slots=True)
class Found:
    """What all the killed runs came to."""

    processes: int = 0
    folders: int = 0
    passed: int = 0
    without_verdict: int = 0
    broken_chains: int = 0
    broken_ledgers: int = 0
    without_summary: int = 0
    killed: dict[str, float] = field(default_factory=dict)


def run(tell: Tell) -> list[Goal]:
    """One drill after another, each with one of its processes killed."""
    chance, found = random.Random(7), Found()
    for number in range(KILLS):
        victim = "run" if number % 2 else chance.choice(list(VICTIMS))
        with tempfile.TemporaryDirectory(prefix="bench-killed-") as name:
            _one(Path(name), victim, chance.uniform(0.3, LATEST_S), found)
        found.killed[victim] = found.killed.get(victim, 0) + 1
        tell(f"{number + 1} of {KILLS}: {victim}")
    return [
        Goal.at_most(f"processes left {GONE_S:g} s after the end of a run", found.processes, "processes", 0),
        Goal.at_most(f"folders left {GONE_S:g} s after the end of a run", found.folders, "folders", 0),
        Goal.at_most("drills that say they passed though one of their processes was killed", found.passed, "drills", 0),
        Goal.at_most("drills begun and without a verdict", found.without_verdict, "drills", 0),
        Goal.at_most("runs with a drill and without a summary", found.without_summary, "runs", 0),
        Goal.at_most("event logs whose chain is broken", found.broken_chains, "logs", 0),
        Goal.at_most("ledgers with a broken record", found.broken_ledgers, "ledgers", 0),
        Goal.seen("killed", float(KILLS), "processes", found.killed),
    ]


def _one(folder: Path, victim: str, after_s: float, found: Found) -> None:
    """Start a drill, kill `victim` after a while, and look once the run is over."""
    with measuring():  # nobody else may be measuring: the drill would wait for them, and the kill find it waiting
        pass
    (folder / "tmp").mkdir()
    out = folder / "out"
    argv = [sys.executable, "-m", "pytest", DRILL, "--environment", "embedded", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "ROLLBACK_DRILLS_OUT": str(out), "TMPDIR": str(folder / "tmp")}
    with (folder / "said.log").open("wb") as said:
        started = subprocess.Popen(
            argv, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        family, over = _kill(started, victim, after_s, out)
        if victim == "reaper":  # then nobody is left but the next run, or `drill reap`
            started.kill()
            started.wait()
            subprocess.run([sys.executable, "-m", "drill", "reap"], cwd=CHECKOUT, env=environment, check=False)
        try:
            started.wait(ENDS_S)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
    _count(folder, out, family, over, found)


def _kill(
    started: subprocess.Popen[bytes], victim: str, after_s: float, out: Path
) -> tuple[list[psutil.Process], set[Path]]:
    """Kill the victim then, or once it is there; the run's processes, and the drills that were over by then."""
    CLOCK.sleep(after_s)
    root = psutil.Process(started.pid)

    def look() -> tuple[psutil.Process | None, str]:
        if started.poll() is not None:
            return root, "the run is over"
        if victim == "run":
            return root, ""
        there = [each for each in root.children(recursive=True) if VICTIMS[victim] in _words(each)]
        return (there[0] if there else None), f"no {victim} among its processes"

    try:
        target = wait_until(f"the {victim} to be there", look, ENDS_S, LOOK_S)
    except WaitTimeout:
        target = root
    if started.poll() is not None:
        return [], {path.parent for path in out.glob("*/*/verdict.json")}
    family = [root, *root.children(recursive=True)]
    verdicts = {path: json.loads(path.read_bytes())["cause"] for path in out.glob("*/*/verdict.json")}
    _signal(target)
    return family, {path.parent for path, cause in verdicts.items() if cause != Cause.INTERRUPTED}


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _signal(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


def _count(folder: Path, out: Path, family: list[psutil.Process], over: set[Path], found: Found) -> None:
    def left() -> tuple[bool | None, str]:
        alive = [each for each in family if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        folders = list((folder / "tmp").glob(f"{PREFIX}*"))
        return (True if not alive and not folders else None), f"{len(alive)} processes, {len(folders)} folders"

    try:
        wait_until("nothing to be left", left, GONE_S, LOOK_S)
    except (WaitTimeout, psutil.NoSuchProcess):
        found.processes += sum(each.is_running() for each in family)
        found.folders += len(list((folder / "tmp").glob(f"{PREFIX}*")))
        shutil.copyfile(folder / "said.log", out / "left.log") if out.is_dir() else None
    for run_folder in (path for path in out.glob("*-*") if path.is_dir() and not path.is_symlink()):
        drills = [path.parent for path in run_folder.glob("*/events.jsonl")]
        found.without_summary += bool(drills) and not (run_folder / "summary.json").exists()
        for drill in drills:
            _count_drill(drill, drill in over, found)


def _count_drill(drill: Path, over: bool, found: Found) -> None:
    # the first of two attempts has its verdict under another name, and its last line may be one that was being written
    verdicts = [*drill.glob("verdict*.json")]
    found.without_verdict += not verdicts
    was_cut = drill.name.endswith(".attempt-1") or not list(drill.parent.glob(f"{drill.name}.attempt-1"))
    said = [json.loads(path.read_bytes())["verdict"] for path in verdicts]
    # a drill that was tried again after its probe was killed may pass, for the second attempt is whole
    found.passed += not over and was_cut and "passed" in said
    lines = (drill / "events.jsonl").read_bytes().split(b"\n")
    found.broken_chains += chain.verify(lines[:-1]) is not None
    try:
        sum(1 for _ in read_ledger(drill / "ledger"))
    except ValueError:
        found.broken_ledgers += 1
