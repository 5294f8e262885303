"""A step runner in a temporary folder, with a sink and a clock of its own; for tests/test_runner*.py."""

import os
import signal
import time
from pathlib import Path

from fixtures.runner import StepRunner
from scenarios.protocols import StepResult
from scenarios.runbook import Procedure, Step


def nobody(result: StepResult) -> None:
    """Listen to no step."""


class FakeSink:
    """Evidence below a folder; the runner only asks for paths."""

    head: str | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def event(self, name: str, at_ns: int, /, **facts: object) -> None:
        raise AssertionError("the runner writes no events: on_step tells the lifecycle")

    def write_json(self, name: str, value: object) -> Path:
        raise AssertionError("the runner writes no JSON")

    def path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class RealClock:
    """Deadlines are about real processes, so the clock is real."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Bench:
    """A runner in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cwd = folder / "current"
        self.cwd.mkdir()
        self.environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder)}
        self.cleanup: list[int] = []

    def runner(self, **more: object) -> StepRunner:
        return StepRunner(
            environment=self.environment,
            cwd=self.cwd,
            scratch=self.folder / "scratch",
            sink=FakeSink(self.folder / "evidence"),
            clock=RealClock(),
            **more,  # type: ignore[arg-type]
        )

    def run(
        self, *steps: Step, parameters: dict[str, str] | None = None, sabotage: Path | None = None
    ) -> list[StepResult]:
        return self.runner().run(procedure(*steps), parameters or {}, sabotage, "steps/", nobody)

    def log(self, name: str) -> str:
        return (self.folder / "evidence" / "steps" / f"{name}.log").read_text(encoding="utf-8")

    def pid(self, name: str) -> int:
        """A process id that a step wrote to a file; killed at the end of the test."""
        pid = int((self.cwd / name).read_text())
        self.cleanup.append(pid)
        return pid

    def close(self) -> None:
        """End what the steps of the test left behind on purpose."""
        for pid in self.cleanup:
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def written(name: str, script: str, **more: object) -> Step:
    return Step(**{"name": name, "source": "written", "script": script, "deadline_s": 10.0, "line": 1} | more)  # type: ignore[arg-type]


def corrected(name: str, script: str, **more: object) -> Step:
    return written(name, script, source="corrected", pairs="back/undo", **more)


def procedure(*steps: Step) -> Procedure:
    return Procedure(id="back", title="Back", line=1, steps=steps)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_soon(pid: int) -> bool:
    end = time.monotonic() + 3
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)
