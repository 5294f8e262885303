"""The command that asks whether tests notice a change: its sums, its list, and what it does when it is stopped."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import mutation
from tests.house import ROOT
from tests.mutants import Change, Outcome, by_module, listed, outcome, tried_in_vain, unlisted

# What mutmut makes of `return a + b` and of a method; numbers are its own.
MUTATED = """
def x_add__mutmut_orig(a, b=1):
    total = a + b
    return total


def x_add__mutmut_1(a, b=1):
    total = a - b
    return total


def x_add__mutmut_2(a, b=2):
    total = a + b
    return total


class Box:
    def xǁBoxǁopen__mutmut_orig(self):
        return tell(
            self.name,
            self.size,
        )

    def xǁBoxǁopen__mutmut_1(self):
        return tell(
            None,
            self.size,
        )

    def xǁBoxǁopen__mutmut_10(self):
        return tell(
            self.name,
        )
"""
MINUS = Change(module="house/sums.py", function="add", was=("total = a + b",), now=("total = a - b",))
DEFAULT = Change(module="house/sums.py", function="add", was=("def add(a, b=1):",), now=("def add(a, b=2):",))
NOBODY = Change(module="house/sums.py", function="Box.open", was=("self.name,",), now=("None,",))
SMALLER = Change(module="house/sums.py", function="Box.open", was=("self.size,",), now=())
NAMES = ("x_add__mutmut_1", "x_add__mutmut_2", "xǁBoxǁopen__mutmut_1", "xǁBoxǁopen__mutmut_10")
PAGE = """# Title

Words, and a block that is no diff:

```
- a
```

## `house/sums.py`

**`add`**: the sum of a and nothing
is the difference too.

```diff
- total = a + b
+ total = a - b
```

**`Box.open`**: nobody reads it.

```diff
- self.name,
+ None,

- self.size,
```
"""


def folder(at: Path, *codes: int | None) -> Path:
    """mutmut's folder, with these exit statuses in the order of `NAMES`."""
    (at / "house").mkdir(parents=True)
    (at / "house" / "sums.py").write_text(MUTATED, encoding="utf-8")
    names = [f"house.sums.{name}" for name in NAMES]
    meta = json.dumps({"exit_code_by_key": dict(zip(names, codes, strict=True))})
    (at / "house" / "sums.py.meta").write_text(meta, encoding="utf-8")
    return at


def test_a_failed_test_notices_and_nothing_else_but_time_that_ran_out(tmp_path: Path) -> None:
    """Status 2, or one that nobody knows, says nothing of a test; what was not tried counts against the share."""
    assert outcome(folder(tmp_path / "all", 1, 3, 1, 1)).share == 1.0
    none = outcome(folder(tmp_path / "none", 0, 2, 5, 77))
    assert (none.share, len(none.unnoticed)) == (0.0, 4)
    mixed = outcome(folder(tmp_path / "mixed", 36, 33, None, 1))
    assert (mixed.noticed, mixed.share, mixed.untried) == (2, 0.5, 1)
    assert mixed.late == ("house.sums.x_add__mutmut_1",)
    assert mixed.unreached == {"house.sums.x_add__mutmut_2"}
    assert outcome(tmp_path / "nothing").share == 0.0
    assert tried_in_vain(tmp_path / "mixed") == {"house.sums.x_add__mutmut_2"}
    assert tried_in_vain(tmp_path / "nothing") == set()


def test_a_change_is_known_by_its_function_and_its_lines(tmp_path: Path) -> None:
    found = outcome(folder(tmp_path, 0, 0, 0, 0))
    minus, default, nobody, smaller = found.unnoticed.values()
    assert (minus, default, nobody, smaller) == (MINUS, DEFAULT, NOBODY, SMALLER)
    assert minus.told() == "- total = a + b\n+ total = a - b"
    assert by_module(found) == {"house/sums.py": 4}


def test_the_page_says_why_and_is_read_back() -> None:
    assert listed(PAGE) == {
        MINUS: "the sum of a and nothing is the difference too.",
        NOBODY: "nobody reads it.",
        SMALLER: "nobody reads it.",
    }
    with pytest.raises(ValueError, match="no reason stands above"):
        listed(PAGE.replace("**`Box.open`**: nobody reads it.\n", "## `house/other.py`\n"))


def test_what_the_page_knows_counts_as_not_noticed_all_the_same(tmp_path: Path) -> None:
    found = outcome(folder(tmp_path, 0, 0, 1, 1))
    assert list(unlisted(found, listed(PAGE))) == ["house.sums.x_add__mutmut_2"]
    assert found.share == 0.5


def of(noticed: int, changes: tuple[Change, ...], untried: int = 0) -> Outcome:
    unnoticed = {str(i): change for i, change in enumerate(changes)}
    return Outcome(noticed=noticed, late=(), unnoticed=unnoticed, unreached=frozenset({"0"}), untried=untried)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (of(95, (MINUS,) * 5), 0),
        (of(94, (MINUS,) * 6), 1),  # below the goal, though each has a reason
        (of(99, (SMALLER, DEFAULT)), 1),  # one without a reason, however few there are
        (of(100, ()), 0),
        (of(99, (), untried=1), 1),
        (of(0, ()), 1),
    ],
)
def test_it_is_green_only_at_the_goal_and_with_a_reason_for_each(
    found: Outcome, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mutation.judged(found, listed(PAGE), 90.0) == status
    said = capsys.readouterr().out
    assert f"{found.noticed} of {found.noticed + len(found.unnoticed) + found.untried} changes noticed" in said
    new = DEFAULT in found.unnoticed.values()
    assert ("not noticed: house/sums.py add\n- def add(a, b=1):" in said) is new


def test_every_module_and_every_test_that_it_names_is_there() -> None:
    """Else the part that nobody finds would not be changed, and everything else would look well."""
    for pattern in mutation.WHAT:
        assert list(ROOT.glob(pattern)), pattern
    for name in mutation.TESTS:
        assert (ROOT / "tests" / f"test_{name}.py").is_file(), name
    assert len(set(mutation.TESTS)) == len(mutation.TESTS)
    for test in mutation.LEFT_OUT:
        file, _, function = test.partition("::")
        assert f"def {function}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def test_what_the_page_lists_is_still_in_the_code() -> None:
    """A reason for a line that is no longer there is taken out with the line."""
    for change in listed(mutation.PAGE.read_text(encoding="utf-8")):
        text = (ROOT / change.module).read_text(encoding="utf-8")
        name = change.function.rpartition(".")[2]
        assert re.search(rf"def {name}\(", text), change
        lines = {line.strip() for line in text.splitlines()}
        assert set(change.was) <= lines, change


FAKE = """#!{python}
import signal, sys, time
try:
    print("begun", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    time.sleep(0.5)
    print("ended in order", flush=True)
"""
STOPPED = """
import sys
from pathlib import Path
from tests import mutation
mutation.sys.executable = sys.argv[1]
sys.exit(mutation.main(["scenarios/proof.py"]))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_ends_what_it_began_and_leaves_no_copy_of_the_checkout(how: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "tmp").mkdir()
    program = tmp_path / "bin" / "mutmut"
    program.write_text(FAKE.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED, str(tmp_path / "bin" / "python")],
        cwd=ROOT,
        env={"TMPDIR": str(tmp_path / "tmp"), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    assert list((tmp_path / "tmp").iterdir())
    process.send_signal(how)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=20)
    assert said == "ended in order\n"
    assert process.returncode not in (0, None)
    assert list((tmp_path / "tmp").iterdir()) == []
