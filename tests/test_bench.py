"""The runner of benches: what it writes, how it exits, and that nothing of it runs among the tests."""

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from pydantic import ValidationError

import fixtures.run
from scenarios.errors import EnvironmentUnavailable
from tests.bench import running
from tests.bench.goals import Goal, Tell, Unmeasured
from tests.house import ROOT
from tests.programs import PATIENCE_S

command = importlib.import_module("tests.bench.__main__")
FAST = Goal.at_most("a wait, at most", 1.5, "s", 2.0, against={"a peer": 3.25})
SLOW = Goal.at_most("another wait, at most", 2.5, "s", 2.0)
FULL = Goal.seen("disk", 0.0831, "GB")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs go while this test lasts."""
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path)
    return tmp_path


def pretend(monkeypatch: pytest.MonkeyPatch, **goals: list[Goal] | BaseException) -> None:
    """Benches of these names and no other, that come to these goals or end like that."""

    def bench(result: list[Goal] | BaseException) -> SimpleNamespace:
        def run(tell: Tell) -> list[Goal]:
            tell("half way")
            if isinstance(result, BaseException):
                raise result
            return result

        return SimpleNamespace(TITLE="nothing much", TAKES="no time", run=run)

    made = {name: bench(result) for name, result in goals.items()}
    monkeypatch.setattr(command, "find", lambda name, _: made[name])
    monkeypatch.setattr(command, "benches", lambda _: made)


def call(*words: str) -> Result:
    """The command with these words; what SIGTERM does is put back."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        return CliRunner().invoke(command.main, list(words), terminal_width=110)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_the_file_has_exactly_the_keys_that_readers_know(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, one=[FAST, FULL])
    assert call("one").exit_code == 0
    content = json.loads((out / "bench" / "one.json").read_text(encoding="utf-8"))
    machine = content.pop("machine")
    assert f"{os.cpu_count()} cores" in machine
    assert content == {
        "command": "tox -e bench -- one",
        "goals": [
            {
                "goal": "a wait, at most",
                "figure": 1.5,
                "unit": "s",
                "limit": 2.0,
                "holds": True,
                "against": {"a peer": 3.25},
            },
            {"goal": "disk", "figure": 0.0831, "unit": "GB", "limit": None, "holds": None, "against": {}},
        ],
    }


def test_the_table_goes_to_standard_output_and_progress_does_not(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, one=[FAST, SLOW, FULL])
    result = call("one")
    for word in ("a wait, at most", "1.5 s", "≤ 2 s", "yes", "NO", "0.0831 GB", "a peer 3.25"):
        assert word in result.stdout
    assert "half way" not in result.stdout
    assert "s  half way" in result.stderr


def test_a_missed_goal_is_told_by_the_exit_code_and_kept_in_the_file(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The benches after it run all the same."""
    pretend(monkeypatch, one=[FAST, SLOW], two=[FAST])
    assert call("one", "two").exit_code == 1
    goals = json.loads((out / "bench" / "one.json").read_text(encoding="utf-8"))["goals"]
    assert [goal["holds"] for goal in goals] == [True, False]
    assert (out / "bench" / "two.json").exists()


@pytest.mark.parametrize(
    ("end", "code", "word"),
    [
        (EnvironmentUnavailable("the engine", "it is not up", "drill engine up"), 7, "drill engine up"),
        (Unmeasured("a drill failed"), 6, "a drill failed"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_bench_that_is_cut_leaves_no_file(
    end: BaseException, code: int, word: str, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, one=end)
    result = call("one")
    assert result.exit_code == code
    assert word in result.stderr
    assert not (out / "bench" / "one.json").exists()


def test_a_name_that_is_not_there_is_answered_with_those_that_are(out: Path) -> None:
    result = call("no-such-bench")
    assert result.exit_code == 2
    assert "'no-such-bench'" in result.stderr
    assert ", ".join(running.benches()) in result.stderr


@pytest.mark.parametrize("name", ["goals", "running", "__main__", "../house"])
def test_a_helper_is_no_bench(name: str, out: Path) -> None:
    assert call(name).exit_code == 2


def test_without_a_name_nothing_runs(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, one=AssertionError("it was not named"))
    result = call()
    assert result.exit_code == 2
    assert "Usage: tox -e bench" in result.stderr
    assert "nothing much (no time)" in result.stderr


def test_help_and_list_name_every_bench(out: Path) -> None:
    found = running.benches()
    assert "cluster" in found
    assert call("--list").stdout.split() == list(found)
    told = " ".join(call("--help").stdout.split())
    for name, bench in found.items():
        assert f"{name} {bench.TITLE} ({bench.TAKES})" in told


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path / "file" / "out")
    pretend(monkeypatch, one=AssertionError("it ran"))
    result = call("one")
    assert result.exit_code == 2
    assert "ROLLBACK_DRILLS_OUT" in result.stderr


@pytest.mark.parametrize("figure", [float("nan"), float("inf")])
def test_what_was_not_measured_is_no_goal(figure: float) -> None:
    with pytest.raises(ValueError, match="no figure"):
        Goal.at_most("a wait", figure, "s", 1.0)


def test_a_limit_is_never_without_its_judgement() -> None:
    with pytest.raises(ValidationError, match="a limit is judged"):
        Goal(goal="a wait", figure=1.0, unit="s", limit=2.0, holds=None)


@pytest.mark.parametrize(("figure", "holds"), [(1.9, False), (2.0, True), (2.1, True)])
def test_at_least_is_held_from_its_limit_on(figure: float, holds: bool) -> None:
    goal = Goal.at_least("speed, at least", figure, "1/s", 2.0)
    assert (goal.holds, goal.bound) == (holds, "≥")


def test_pytest_collects_no_bench() -> None:
    """They take minutes and want the machine: only a name starts one."""
    words = [sys.executable, "-m", "pytest", "tests/bench", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5, done.stdout + done.stderr


def test_sigterm_is_an_interruption_and_not_an_end_without_cleaning_up(tmp_path: Path) -> None:
    """From outside: a bench that is at work gets SIGTERM, its `finally` runs, the exit code tells."""
    code = (
        "import sys, time, importlib; from types import SimpleNamespace\n"
        "command = importlib.import_module('tests.bench.__main__')\n"
        "def run(tell):\n"
        "    try:\n"
        "        print('at work', flush=True); time.sleep(60)\n"
        "    finally:\n"
        "        print('cleaned', flush=True)\n"
        "command.find = lambda name, shelf: SimpleNamespace(TITLE='t', TAKES='t', run=run)\n"
        "command.main(['one'])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ROLLBACK_DRILLS_OUT": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "at work\n"
        process.send_signal(signal.SIGTERM)
        said, told = process.communicate(timeout=PATIENCE_S)
    assert (said, process.returncode) == ("cleaned\n", 130), told
