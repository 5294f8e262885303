"""Does a test notice when the judging is changed? `tox -e mutation`: mutmut, on a copy of the checkout.

Changes one thing at a time in the probe's arithmetic, the ledger's checker, the verdicts and the runbook's parser, and
runs the tests that reach it. Prints how many of the changes a test noticed. Exit 1 where fewer than the goal were, or
where one was not that docs/mutants.md does not list with a reason; what is new is printed as that page wants it.
"""

import argparse
import filecmp
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from tests.house import ROOT, all_files
from tests.mutants import Change, Outcome, by_module, listed, outcome, tried_in_vain, unlisted

GOAL = 0.95
PAGE = ROOT / "docs" / "mutants.md"
WHAT = (
    *("scenarios/judging/*.py", "scenarios/runbook/*.py", "scenarios/proof.py", "scenarios/checks.py"),
    *("scenarios/fidelity.py", "scenarios/observations.py", "scenarios/record.py"),
    *(f"fixtures/probe/{name}.py" for name in ("arrival", "calibration", "follow", "latency")),
)
TESTS = (
    *("intervals", "intervals_arrival", "availability", "speed", "signals", "holding", "observations"),
    *("causes", "proof", "checks", "checks_words", "fidelity", "record", "ways_to_prove_nothing"),
    *("ledger", "ledger_fates", "ledger_judging", "ledger_histories", "ledger_recheck"),
    *("runbook_parser", "runbook_errors", "runbook_words", "runbook_variables", "runbook_waits", "registry"),
    *("rehearsal", "rehearsal_recovery", "rehearsal_unproved"),
    *("calibration_figures", "probe_calibration", "probe_follow", "probe_stamps", "series"),
)
# Real time, sockets and processes, which a busy machine may spoil: they would seem to notice changes.
LEFT_OUT = (
    "test_probe_calibration.py::test_calibration_finds_a_small_error_and_the_truth_inside",
    "test_probe_follow.py::test_a_hang_costs_the_schedule_nothing_but_its_own_workers",
    "test_probe_follow.py::test_follow_ups_without_a_worker_are_counted",
    "test_probe_follow.py::test_follow_ups_are_sent_in_the_instant_of_the_bad_answer",
    "test_probe_follow.py::test_writes_of_follow_ups_are_writes_of_their_own",
    "test_series.py::test_the_first_lines_say_how_often",
    "test_series.py::test_less_than_once_is_refused",
)
COPIED = ("conftest.py", "drill.py", "reports", "drills", "docs", "README.md")
STOP_S = 15.0
TEST_S = 60  # the slowest takes 4 s, alone on the machine
TAKES = "All of it takes a quarter of an hour on two idle cores, an hour beside other work; one module, minutes."


def settings(what: Sequence[str] = WHAT) -> str:
    """mutmut's own."""
    lists = {
        "source_paths": ("scenarios", "fixtures"),
        "only_mutate": what,
        "also_copy": COPIED,
        "pytest_add_cli_args_test_selection": tuple(f"tests/test_{name}.py" for name in TESTS),
        "pytest_add_cli_args": ("-p", "no:cacheprovider", *(f"--deselect=tests/{test}" for test in LEFT_OUT)),
    }
    text = "".join(f"{name}=\n" + "".join(f"    {each}\n" for each in each_of) for name, each_of in lists.items())
    return f"[mutmut]\n{text}use_git_change_detection=false\n"


def mutmut(folder: Path, *arguments: str) -> None:
    """Run it to its end; SystemExit with its status where it fails. On Ctrl-C it is given time to end its tests."""
    program = Path(sys.executable).with_name("mutmut")
    # pytest would leave a folder of its own for each of thousands of runs; with CI, Hypothesis tries the same examples
    # each time, so that what one run notices the next does too; a loop without an end is not waited for
    ours = {"CI": "true", "PYTEST_DEBUG_TEMPROOT": str(folder), "PYTEST_TIMEOUT": str(TEST_S)}
    environment = {**os.environ, **ours}
    process = subprocess.Popen([program, "run", *arguments], cwd=folder, env=environment)
    try:
        status = process.wait()
    except BaseException:
        # a second Ctrl-C (tox sends one of its own) must not leave the tests running in a folder that goes away
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.SIG_IGN)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    if status:
        raise SystemExit(status)


def copied(folder: Path) -> None:
    """Bring the checkout into `folder`, file by file where it is not the same there already.

    Where one was not, mutmut forgets which test reaches what, and finds out again. It refreshes no file of its own copy
    but modules, so that the others go there too.
    """
    of_mutmut = folder / "mutants"
    for path in all_files():
        there = folder / path
        if not there.exists() or not filecmp.cmp(ROOT / path, there, shallow=False):
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, there)
            shutil.copymode(ROOT / path, there)
            (of_mutmut / "mutmut-stats.json").unlink(missing_ok=True)
            if path.suffix != ".py" and (of_mutmut / path).exists():
                shutil.copyfile(ROOT / path, of_mutmut / path)


def tried(folder: Path, what: Sequence[str], children: int, page: dict[Change, str]) -> Outcome:
    """Try every change in `folder`. Once more what ran out of time; and what was not noticed when it was tried before,
    unless the page has a reason.
    """
    before = tried_in_vain(folder / "mutants")
    copied(folder)
    (folder / "setup.cfg").write_text(settings(what), encoding="utf-8")
    mutmut(folder, "--max-children", str(children))
    found = outcome(folder / "mutants")
    # a change may make a test run for ever, and a busy machine may make it seem so: only the first does it twice
    again = [*found.late, *(name for name in unlisted(found, page) if name in before)]
    if again and not found.untried:
        print(f"once more, one after the other: {len(again)}", flush=True)
        mutmut(folder, "--max-children", "1", *again)
        found = outcome(folder / "mutants")
    return found


def judged(found: Outcome, page: dict[Change, str], took_s: float) -> int:
    """Print what came out; the exit code."""
    new = unlisted(found, page)
    for name, change in new.items():
        reached = " (no test reaches it)" if name in found.unreached else ""
        print(f"not noticed{reached}: {change.module} {change.function}\n{change.told()}\n")
    for module, count in sorted(by_module(found).items()):
        print(f"{count:4} not noticed in {module}")
    every = found.noticed + len(found.unnoticed) + found.untried
    print(f"{found.noticed} of {every} changes noticed: {100 * found.share:.1f} %; the goal is {100 * GOAL:.0f} %")
    print(f"{len(found.unnoticed)} not noticed, {len(new)} of them without a reason in docs/{PAGE.name}")
    print(f"{len(found.late)} ran out of time, each time, and count as noticed; it took {took_s / 60:.0f} min")
    if found.untried:
        print(f"{found.untried} were not tried: it was stopped before its end")
    return 0 if found.share >= GOAL and not new and not found.untried else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(
        prog="tox -e mutation --",
        description=__doc__,
        epilog=TAKES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "module", nargs="*", default=WHAT, help="which modules to change (default: all that are judged)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="work there and leave it: the next run tries only what changed and what was not noticed. What was noticed"
        " is taken for noticed still, so the figure that counts is that of a run without it",
    )
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="how many at a time (%(default)s)")
    options = parser.parse_args(arguments)
    # a shell starts what is in its background with Ctrl-C ignored, and tests of ours press it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begun, page = time.monotonic(), listed(PAGE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="mutation-") if options.keep is None else nullcontext(options.keep) as name:
        found = tried(Path(name).resolve(), options.module, options.children, page)
    return judged(found, page, time.monotonic() - begun)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        sys.exit(130)
