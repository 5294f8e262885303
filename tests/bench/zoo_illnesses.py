"""What can be done to a harness while it measures, for real; each ends with the drill."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scenarios.protocols import Stage

DISK_MB = 24
LONGEST_S = 9.0  # about as long as users are there
HOG = "while True: pass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One drill's stage, and chance: the same for the same number."""

    stage: Stage
    evidence: Path
    chance: random.Random

    def pid(self, part: object) -> int | None:
        """Of the process behind a part of the stage, while it lives."""
        process: subprocess.Popen[bytes] | None = getattr(part, "_process", None)
        return process.pid if process is not None and process.poll() is None else None


Illness = Callable[[Patient], contextlib.AbstractContextManager[None]]


@contextmanager
def _beside(patient: Patient, act: Callable[[threading.Event], None]) -> Iterator[None]:
    """`act` in a thread, from when the users' probe has started; its event is set when the drill is over."""
    over = threading.Event()

    def wait() -> None:
        while patient.pid(patient.stage.probe) is None and not over.wait(0.05):
            pass
        if not over.is_set():
            act(over)

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _stopping(patient: Patient, part: object, longest_s: float) -> contextlib.AbstractContextManager[None]:
    """The process behind a part is stopped for a while, once to three times."""
    chance = patient.chance

    def act(over: threading.Event) -> None:
        for _ in range(chance.randint(1, 3)):
            if over.wait(chance.uniform(0.0, LONGEST_S / 2)):
                return
            pid = patient.pid(part)
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            over.wait(chance.uniform(0.3, longest_s))
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    return _beside(patient, act)


def stalled_probe(patient: Patient) -> contextlib.AbstractContextManager[None]:
    """The probe's process is not run for 0.3 to 4 s."""
    return _stopping(patient, patient.stage.probe, 4.0)


def starved_load(patient: Patient) -> contextlib.AbstractContextManager[None]:
    """Locust's process is not run for 0.3 to 6 s."""
    return _stopping(patient, patient.stage.workload, 6.0)


def cpu_hog(patient: Patient) -> contextlib.AbstractContextManager[None]:
    """Two to ten programs that want a whole core each, for 2 to 12 s."""
    chance = patient.chance

    def act(over: threading.Event) -> None:
        if over.wait(chance.uniform(0.0, LONGEST_S)):
            return
        hogs = [subprocess.Popen([sys.executable, "-c", HOG]) for _ in range(chance.randint(2, 10))]
        over.wait(chance.uniform(2.0, 12.0))
        for hog in hogs:
            hog.kill()
            hog.wait()

    return _beside(patient, act)


def full_disk(patient: Patient) -> contextlib.AbstractContextManager[None]:
    """The disk under the evidence is full, for a while or for good."""
    chance = patient.chance
    filler = patient.evidence / "filler"

    def act(over: threading.Event) -> None:
        if over.wait(chance.uniform(0.0, LONGEST_S)):
            return
        until = time.monotonic() + (chance.uniform(0.5, 4.0) if chance.random() < 0.5 else 3600)
        with filler.open("ab", buffering=0) as file:
            while not over.is_set() and time.monotonic() < until:
                with contextlib.suppress(OSError):
                    while file.write(bytes(4096)):
                        pass
                over.wait(0.01)
        filler.unlink()

    return _beside(patient, act)


ILLNESSES: dict[str, Illness] = {
    "stalled probe": stalled_probe,
    "CPU hog": cpu_hog,
    "full disk": full_disk,
    "starved load generator": starved_load,
}


@contextmanager
def small_disk(folder: Path, wanted: bool) -> Iterator[Path]:
    """An empty folder, on a tmpfs of its own where it is `wanted`."""
    folder.mkdir()
    if not wanted:
        yield folder
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=755", "zoo", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
