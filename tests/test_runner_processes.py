"""Whatever a step does, the runner neither hangs nor leaves processes or descriptors behind."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.step_shell import KEPT_BYTES
from scenarios.errors import Inconclusive
from scenarios.protocols import StepResult
from tests.runner_bench import Bench, alive, corrected, gone_soon, nobody, procedure, written

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_deadline_kills_the_whole_group(bench: Bench) -> None:
    """Grandchildren go too, one that ignores SIGTERM included; the next written step gets a new shell."""
    stubborn = "(trap '' TERM; echo $BASHPID > grandchild; while :; do sleep 0.1; done) &\n"
    started = time.monotonic()
    results = bench.run(
        written("hang", stubborn + "x=1; echo waiting; sleep 60\n", deadline_s=0.4),
        written("next", 'echo "x=$x"\n', expect="^x=$"),
    )
    assert time.monotonic() - started < 6
    assert not alive(bench.pid("grandchild"))
    assert (results[0].exit, results[0].ok) == (None, False)
    assert results[0].why == 'hang was cut at its deadline of 0.4 s; its last line was "waiting"'
    assert results[0].ended_ns - results[0].started_ns >= 400_000_000
    assert results[1].ok


def test_after_a_deadline_no_corrected_step_runs(bench: Bench) -> None:
    """A half-done step is nothing that a strict one can build on."""
    results = bench.run(written("hang", "sleep 60\n", deadline_s=0.2), corrected("next", "touch ran\n"))
    assert [result.exit for result in results] == [None]


def test_output_is_capped_counted_and_drained(bench: Bench) -> None:
    """Begin and end are kept, the middle is counted; a flood does not stop the step or fill the memory."""
    script = "echo first; head -c 8000000 /dev/zero | tr '\\0' x; echo; echo last\n"
    (result,) = bench.run(written("flood", script, expect="^last$"))
    assert result.ok
    assert result.output.startswith("first\n")
    assert len(result.output) < KEPT_BYTES + 100
    assert len(bench.log("01-flood")) < KEPT_BYTES + 1000
    assert "8000012 bytes of output, of which 1048576 are kept" in bench.log("01-flood")


def test_an_endless_flood_ends_at_the_deadline(bench: Bench) -> None:
    """The deadline holds while output pours in."""
    (result,) = bench.run(written("flood", "yes\n", deadline_s=0.3))
    assert result.exit is None


def test_something_in_the_background_neither_hangs_nor_dies(bench: Bench) -> None:
    """A service that a step starts keeps the step's output open, and must live on, able to print, when all is over."""
    noisy = "( while :; do echo tick; sleep 0.05; done ) & echo $! > service\n"
    started = time.monotonic()
    results = bench.run(written("start", noisy), written("next", "echo on\n", expect="^on$"))
    assert time.monotonic() - started < 3
    assert [result.ok for result in results] == [True, True]
    pid = bench.pid("service")
    time.sleep(0.3)
    assert alive(pid)


def test_an_error_in_the_harness_leaves_no_shell(bench: Bench) -> None:
    """Ctrl-C, or anything raised on the way, ends the group."""

    def interrupt(result: StepResult) -> None:
        raise KeyboardInterrupt

    steps = procedure(written("a", "sleep 60 & echo $! > sleeper; echo $$ > shell\n"), written("b", "touch ran\n"))
    with pytest.raises(KeyboardInterrupt):
        bench.runner().run(steps, {}, None, "steps", interrupt)
    assert not alive(bench.pid("sleeper"))
    assert not alive(bench.pid("shell"))
    assert not (bench.cwd / "ran").exists()


def test_a_killed_harness_leaves_no_shell(bench: Bench) -> None:
    """SIGKILL gives no chance to clean up; the kernel ends the shell."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path\n"
        "from tests.runner_bench import Bench, written\n"
        "wait = 'echo $$ > new; mv new shell; while :; do sleep 0.1; done'\n"
        "Bench(Path(sys.argv[2])).run(written('wait', wait))\n"
    )
    folder = bench.folder / "inner"
    folder.mkdir()
    harness = subprocess.Popen([sys.executable, "-c", program, str(ROOT), str(folder)])
    bench.cwd = folder / "current"
    try:
        end = time.monotonic() + 10
        while not (bench.cwd / "shell").exists() and time.monotonic() < end:
            time.sleep(0.02)
    finally:
        harness.kill()
        harness.wait()
    assert gone_soon(bench.pid("shell"))


def test_a_shell_that_does_not_come_up_is_not_the_runbooks_fault(bench: Bench) -> None:
    """Where the namespace is gone nothing is proved about the procedure."""
    with pytest.raises(
        Inconclusive, match=r"harness_error: the shell for the steps ended with 3; it said: no such place"
    ):
        bench.runner(enter=["sh", "-c", "echo no such place; exit 3"]).run(
            procedure(written("a", "true\n")), {}, None, "steps", nobody
        )


def test_enter_puts_the_shell_elsewhere_and_cwd_still_holds(bench: Bench) -> None:
    """The prefix may change the folder, as entering a mount namespace does."""
    (result,) = bench.runner(enter=["env", "--chdir=/", "ENTERED=yes"]).run(
        procedure(written("where", "pwd; env | grep ENTERED\n", expect=r"/current\nENTERED=yes\n")),
        {},
        None,
        "steps",
        nobody,
    )
    assert result.ok, result.why


def test_nothing_is_left_open(bench: Bench) -> None:
    """A run gives back its descriptors, whichever way its shells ended."""
    gc.collect()  # what earlier tests have left to be closed is not this one's
    before = len(os.listdir("/proc/self/fd"))
    bench.run(written("a", "exit 1\n"), written("b", "sleep 9\n", deadline_s=0.1), written("c", "true\n"))
    end = time.monotonic() + 2
    while len(os.listdir("/proc/self/fd")) > before and time.monotonic() < end:
        time.sleep(0.02)
    assert len(os.listdir("/proc/self/fd")) == before
