"""The pytest plugin from outside: options, what is collected, exit codes, and what workers of one run share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.collection import NO_SYSTEMS, load_systems
from fixtures.run import areas
from fixtures.session import EXIT_INCONCLUSIVE, EXIT_NOT_REHEARSED, exit_code
from scenarios.errors import UsageError
from scenarios.results import DrillRecord, NotRehearsed, Platform, Summary
from tests.programs import ROOT
from tests.sample_records import BAD, GOOD, MEANT, OPEN
from tests.sample_runbook import write_runbook

DECLARED = """
from scenarios.model import Scenario, System

def scenario(name, suite):
    return Scenario(
        id=name, title="t", procedure="back", baseline="v1", candidate="v2", defect="d", signal="error rate",
        suites=frozenset({suite}),
    )

SYSTEM = System(
    name="shop", owner="o", database="shop", state_tables=(),
    scenarios=(scenario("quick", "ci"), scenario("long", "nightly")),
)
"""


def shop(folder: Path, text: str = DECLARED, releases: tuple[str, ...] = ("v1", "v2")) -> Path:
    for release in releases:
        (folder / "releases" / release).mkdir(parents=True)
    (folder / "scenarios.py").write_text(text, encoding="utf-8")
    write_runbook(folder)
    return folder


def collect(
    out: Path, *arguments: str, look_only: bool = True, cache: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """`pytest --collect-only` in the checkout; a run, if one were made, would go to `out`."""
    look = ["--collect-only"] if look_only else []
    cached = ["-o", f"cache_dir={cache}"] if cache else ["-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *look, "-q", *cached, *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    environment |= {"ROLLBACK_DRILLS_OUT": str(out), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"COLUMNS": "250"}  # the short summary cuts its lines at the terminal's width
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


EMPTY = "from scenarios.model import System\nSYSTEM = System(name='s', owner='o', database='d', state_tables=())\n"
BROKEN = {
    "empty": (EMPTY, [], "SYSTEM declares no scenario"),
    "time-scale-0": (None, ["--time-scale", "0"], "--time-scale 0: must be above 0"),
    "time-scale-nan": (None, ["--time-scale", "nan"], "--time-scale nan: must be above 0"),
    "keep-runs-0": (None, ["--keep-runs", "0"], "--keep-runs 0: at least 1 run must be kept"),
    "no-scenarios": ("", [], "no scenarios.py there"),
    "syntax": ("x = 1\nx = (\n", [], "scenarios.py:2: SyntaxError: '(' was never closed"),
    "error": ("x = 1\n\nint('many')\n", [], "scenarios.py:3: ValueError: invalid literal"),
    "library": ("from json import loads\nloads('{')\n", [], "scenarios.py:2: JSONDecodeError"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_in_one_line(name: str, tmp_path: Path) -> None:
    """Exit code 4 and one line that says which option, or which file and line; never a traceback."""
    text, options, message = BROKEN[name]
    if text is not None:
        options = ["--systems", str(shop(tmp_path / "shop", text) if text else tmp_path)]
    done = collect(tmp_path / "out", "drills/systems", *options)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert line.startswith("ERROR: ")
    assert message in line


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "workers"])
@pytest.mark.parametrize("place", ["drills/systems", "drills/systems/test_declared.py::test_declared"])
def test_drills_of_folders_without_a_folder_are_one_line(place: str, more: tuple[str, ...], tmp_path: Path) -> None:
    """Named itself, the folder is collected whatever it ignores: what to give is said before that."""
    done = collect(tmp_path / "out", place, *more)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert line == f"ERROR: {NO_SYSTEMS}"


def test_two_systems_of_one_name_are_told_with_both_folders(tmp_path: Path) -> None:
    one, other = shop(tmp_path / "one"), shop(tmp_path / "other")
    with pytest.raises(UsageError, match=f"^two systems are called shop: {one}, {other}$"):
        load_systems([one, other])


@pytest.mark.parametrize("below", ["", "deeper/out"], ids=["itself", "a-parent"])
def test_a_place_that_holds_no_run_is_one_line_before_anything_starts(below: str, tmp_path: Path) -> None:
    """A file where the folder should be: told by us, and not by what allure-pytest makes of it."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = collect(blocked / below, "drills/database", "--environment", "embedded", look_only=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert line.startswith(f"ERROR: {blocked / below} cannot be written (Not a directory): set ROLLBACK_DRILLS_OUT to ")


def test_a_place_that_holds_no_journal_is_one_line_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    done = collect(tmp_path / "out", "drills/database", "--environment", "embedded", look_only=False)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout
    (line,) = (done.stdout + done.stderr).strip().splitlines()
    assert line.startswith(f"ERROR: {blocked}/rollback-drills/journals cannot be written")
    assert line.endswith("set XDG_STATE_HOME to a folder that can")


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A checkout may be read-only: pytest's own warning about its cache must not end the run."""
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    done = collect(tmp_path / "out", "tests/test_causes.py", look_only=False, cache=blocked)
    assert done.returncode == pytest.ExitCode.OK, done.stdout + done.stderr


def test_a_missing_release_is_told_with_those_there_are(tmp_path: Path) -> None:
    done = collect(tmp_path / "out", "drills/systems", "--systems", str(shop(tmp_path / "shop", releases=("v1",))))
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "scenario 'quick': it names releases/v2, which is not a folder; there are: v1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_scenario_that_is_not_there_is_told_before_anything_starts(tmp_path: Path) -> None:
    """A marker with a name that its system does not have is found while collecting, without a suite too."""
    drill = tmp_path / "test_drill.py"
    drill.write_text("import pytest\n@pytest.mark.scenario('mina', 'no-such')\ndef test_it(): pass\n", encoding="utf-8")
    plugins = ["-p", "fixtures.session"]
    done = collect(
        tmp_path / "out", "-c", str(ROOT / "pyproject.toml"), "-p", "fixtures.collection", *plugins, str(drill)
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "mina has no scenario 'no-such'; it has: " in done.stderr
    assert "Traceback" not in done.stderr


RED = """
from fixtures.drill import HEADLINE
from scenarios.errors import DrillFailure

def test_it(request):
    request.node.stash[HEADLINE] = "failed/not_served: users are hurt"
    raise DrillFailure("mina: undo\\n  result  failed")
"""


@pytest.mark.parametrize("more", [(), ("-n", "1")], ids=["alone", "worker"])
def test_a_red_drill_shows_what_came_out_and_none_of_our_source(more: tuple[str, ...], tmp_path: Path) -> None:
    """Its line in the short summary begins with verdict and cause."""
    drill = tmp_path / "test_drill.py"
    drill.write_text(RED, encoding="utf-8")
    plugins = [word for name in ("collection", "session", "drill") for word in ("-p", f"fixtures.{name}")]
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    done = collect(tmp_path / "out", *settings, *plugins, *more, str(drill), look_only=False)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    assert "\nmina: undo\n  result  failed\n" in done.stdout
    assert "test_drill.py::test_it - failed/not_served: users are hurt" in done.stdout
    assert "def test_it" not in done.stdout


def test_declared_drills_are_collected_only_with_a_folder(tmp_path: Path) -> None:
    """Without --systems drills/systems holds nothing, and looking at what there is leaves no run behind."""
    without = collect(tmp_path / "out", "drills")
    assert without.returncode == pytest.ExitCode.OK, without.stdout
    assert "drills/systems" not in without.stdout
    together = collect(tmp_path / "out", "drills", "--systems", str(shop(tmp_path / "shop")))
    assert "drills/systems/test_declared.py::test_declared[shop-quick]" in together.stdout
    assert "drills/systems/test_declared.py::test_declared[shop-long]" in together.stdout
    assert without.stdout.splitlines()[0] in together.stdout
    assert not (tmp_path / "out").exists()


def test_a_run_of_no_drill_leaves_none_behind(tmp_path: Path) -> None:
    """`-k` with a typing error: `latest` must not come to point at an empty run."""
    options = ["-k", "no_drill_is_called_so", "--environment", "embedded"]
    done = collect(tmp_path / "out", "drills", *options, look_only=False)
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED, done.stdout
    assert not list((tmp_path / "out").glob("*"))
    assert f"The areas there are: {', '.join(areas())}" in done.stdout


def test_a_suite_leaves_out_what_is_not_in_it(tmp_path: Path) -> None:
    done = collect(tmp_path / "out", "drills/systems", "--systems", str(shop(tmp_path / "shop")), "--suite", "nightly")
    assert "test_declared[shop-long]" in done.stdout
    assert "test_declared[shop-quick]" not in done.stdout
    assert "1/2 tests collected (1 deselected)" in done.stdout


LACK = NotRehearsed(id="a", why="no engine", mend="start one")
OK, FAILED = pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    ("status", "red", "drills", "lacks", "require_all", "code"),
    [
        pytest.param(OK, 0, [GOOD, MEANT], 0, False, 0, id="all-as-expected"),
        pytest.param(FAILED, 1, [GOOD, BAD], 0, False, 1, id="a-failure"),
        pytest.param(FAILED, 2, [OPEN, GOOD, OPEN], 0, False, EXIT_INCONCLUSIVE, id="only-inconclusive"),
        pytest.param(FAILED, 2, [OPEN, BAD], 0, False, 1, id="a-failure-among-inconclusive-stays-1"),
        pytest.param(FAILED, 2, [OPEN], 0, False, 1, id="a-broken-test-among-them-stays-1"),
        pytest.param(FAILED, 1, [], 0, False, 1, id="a-broken-test-alone"),
        pytest.param(OK, 0, [GOOD], 1, False, 0, id="a-lack-is-told-only"),
        pytest.param(OK, 0, [GOOD], 1, True, EXIT_NOT_REHEARSED, id="everything-was-required"),
        pytest.param(OK, 0, [], 1, False, EXIT_NOT_REHEARSED, id="nothing-was-rehearsed"),
        pytest.param(FAILED, 1, [OPEN], 1, True, EXIT_INCONCLUSIVE, id="inconclusive-before-not-rehearsed"),
        pytest.param(pytest.ExitCode.INTERRUPTED, 0, [OPEN], 1, True, 2, id="pytest-keeps-its-own"),
    ],
)
def test_the_exit_code_says_what_the_run_proved(
    status: int, red: int, drills: list[DrillRecord], lacks: int, require_all: bool, code: int
) -> None:
    """0 as expected, 1 not, 6 nothing proved, 7 not rehearsed; the worse news wins."""
    summary = Summary(
        run="r", started_at="", git_rev="", verdict="", time_scale=1, suite=None, platform=Platform(),
        not_rehearsed=[LACK] * lacks, drills=drills,
    )  # fmt: skip
    assert exit_code(status, red=red, summary=summary, require_all=require_all) == code
