"""Small programs of their own for tests about processes: started from code, talked to line by line, always ended."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 15.0


@contextmanager
def program(code: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run Python `code` with pipes for input and output; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    """The next line that a program prints, without its newline."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def soon(true: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    """Whether `true` becomes so in time; generous, because test machines are busy."""
    end = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
