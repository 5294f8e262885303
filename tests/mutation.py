"""Does a test notice when the judging is changed? `tox -e mutation`: mutmut, on a copy of the checkout.

Changes one thing at a time in the arithmetic, the ledger's checker, the verdicts and the runbook's parser, and runs the
tests that reach it. Prints how many of the changes a test noticed, and each that none did. Exit 1 below the goal.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.house import ROOT, all_files

GOAL = 0.95
WHAT = (
    *("scenarios/judging/*.py", "scenarios/runbook/*.py", "scenarios/proof.py", "scenarios/checks.py"),
    *("scenarios/observations.py", "scenarios/record.py"),
    *(f"fixtures/probe/{name}.py" for name in ("arrival", "calibration", "follow", "latency")),
)
TESTS = (
    *("intervals", "intervals_arrival", "availability", "speed", "signals", "holding", "observations"),
    *("causes", "proof", "checks", "checks_words", "record", "series", "ways_to_prove_nothing"),
    *("ledger", "ledger_fates", "ledger_judging", "ledger_histories", "ledger_readback", "ledger_recheck"),
    *("runbook_parser", "runbook_errors", "runbook_words", "runbook_variables", "runbook_waits", "registry"),
    *("rehearsal", "rehearsal_recovery", "rehearsal_unproved"),
    *("calibration_figures", "probe_arrival", "probe_calibration", "probe_follow"),
)
# Eight seconds of real outages, which a machine that is at something else may spoil: it would seem to notice changes.
LEFT_OUT = "tests/test_probe_calibration.py::test_calibration_finds_a_small_error_and_the_truth_inside"
COPIED = ("conftest.py", "drill.py", "reports", "drills", "docs", "README.md")
NO_TEST = 33


def settings() -> str:
    """mutmut's own."""
    lists = {
        "source_paths": ("scenarios", "fixtures"),
        "only_mutate": WHAT,
        "also_copy": COPIED,
        "pytest_add_cli_args_test_selection": tuple(f"tests/test_{name}.py" for name in TESTS),
        "pytest_add_cli_args": ("-p", "no:cacheprovider", f"--deselect={LEFT_OUT}"),
    }
    text = "".join(f"{name}=\n" + "".join(f"    {each}\n" for each in each_of) for name, each_of in lists.items())
    return f"[mutmut]\n{text}use_git_change_detection=false\n"


def outcomes(folder: Path) -> dict[str, int | None]:
    """By the name of each change: mutmut's exit code for it, None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def main() -> int:
    """Run it; the exit code."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name)
        for path in all_files():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
        (folder / "setup.cfg").write_text(settings(), encoding="utf-8")
        program = Path(sys.executable).with_name("mutmut")
        subprocess.run([program, "run", "--max-children", "2"], cwd=folder, check=True)
        found = outcomes(folder)
    killed = sum(code not in (0, NO_TEST, None) for code in found.values())
    for change, code in found.items():
        if code in (0, NO_TEST, None):
            print(f"not noticed{' (no test reaches it)' if code == NO_TEST else ''}: {change}")
    share = killed / len(found)
    print(f"{killed} of {len(found)} changes noticed: {100 * share:.1f} %; the goal is {100 * GOAL:.0f} %")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
