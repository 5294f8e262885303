"""System folders: one that is whole loads from anywhere; a mistake is told with file, line and what there is."""

import re
from pathlib import Path

import pytest

from scenarios.errors import UsageError
from scenarios.registry import BUILT_IN, built_in, load_system

DECLARATION = """\
from scenarios.judging.causes import Verdict
from scenarios.model import Expectation, Harm, Scenario, System
BACK = Scenario(
    id="back", title="t", procedure="back", baseline="v1", candidate="v2", defect="d", signal="error rate"
)
SYSTEM = System(name="demo", owner="me", database="demo", state_tables=(), scenarios=(BACK,))
"""
SHORT = {"Harm": r'harm=Harm("\1")', "Expectation": r'expected=Expectation(verdict=Verdict("\1"))'}


RUNBOOK = """\
# Demo
<!-- procedure: id=back rto=5m rpo=0 -->
```bash name="undo" deadline=30s
echo
```
<!-- verification: id=verification -->
```bash name="health" deadline=30s
echo
```
<!-- triggers -->
| signal | threshold | for | severity | procedure |
|---|---|---|---|---|
| error rate | > 5 % | 1 min | P1 | back |
| smell | > 5 | 1 min | P1 | back |
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A system folder whose scenarios.py is still to be written by `declare`."""
    return make_folder(tmp_path / "my-demo")


def make_folder(folder: Path) -> Path:
    """Two releases, a sabotage and a runbook."""
    for name in ("releases/v1", "releases/v2", "sabotage/noop"):
        (folder / name).mkdir(parents=True)
    (folder / "RUNBOOK.md").write_text(RUNBOOK, encoding="utf-8")
    return folder


def declare(folder: Path, text: str = DECLARATION) -> Path:
    (folder / "scenarios.py").write_text(text, encoding="utf-8")
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load_system(folder)
    return str(caught.value).replace(str(folder), "HERE")


def test_a_folder_anywhere_is_a_system_and_knows_where_it_lies(folder: Path) -> None:
    system = load_system(declare(folder))
    assert (system.name, system.folder) == ("demo", folder.resolve())
    assert system.scenario("back").candidate == "v2"
    with pytest.raises(KeyError, match="no scenario 'forth'; it has: back"):
        system.scenario("forth")


def test_two_folders_with_the_same_name_do_not_share_a_module(folder: Path, tmp_path: Path) -> None:
    other = make_folder(tmp_path / "elsewhere" / "my-demo")
    first = load_system(declare(folder))
    second = load_system(declare(other, DECLARATION.replace('name="demo"', 'name="other"')))
    assert (first.name, second.name) == ("demo", "other")
    assert load_system(folder).name == "demo"


@pytest.mark.parametrize("path", sorted(path.parent for path in BUILT_IN.glob("*/scenarios.py")), ids=lambda p: p.name)
def test_every_built_in_system_loads_under_its_folders_name(path: Path) -> None:
    assert built_in(path.name).name == path.name
    assert built_in(path.name).scenarios


MORE = """\
from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Scenario
FORTH = Scenario(
    id="forth", title="t", procedure="back", baseline="v1", candidate="v2", defect="d", signal="error rate",
    restores=("flag",),
)
SCENARIOS = (FORTH, FORTH.sabotaged("noop", "nothing is done", Cause.NOT_SERVED, NIGHTLY))
"""


def test_files_beside_the_declaration_hold_more_scenarios(folder: Path) -> None:
    """Its answers may tell more than release and schema, where the system says what."""
    (folder / "scenarios_more.py").write_text(MORE, encoding="utf-8")
    system = load_system(declare(folder, DECLARATION.replace('name="demo"', 'name="demo", tells=("flag",)')))
    assert [scenario.id for scenario in system.scenarios] == ["back", "forth", "control-noop"]
    control = system.scenario("control-noop")
    assert (control.sabotage, control.expected.cause, "ci" in control.suites) == ("noop", "not_served", False)
    assert "expected a tuple of some of release, schema" in refusal(declare(folder))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SCENARIO = ()\n", "HERE/scenarios_more.py: defines no SCENARIOS"),
        ("SCENARIOS = ('back',)\n", "HERE/scenarios_more.py: defines no SCENARIOS"),
        ("\n1 / 0\n", "HERE/scenarios_more.py:2: ZeroDivisionError"),
        (MORE.replace('"forth"', '"back"').replace("flag", "schema"), "HERE/scenarios.py: scenario id 'back' is de"),
    ],
)
def test_a_mistake_in_a_file_beside_it_is_told(folder: Path, text: str, message: str) -> None:
    (folder / "scenarios_more.py").write_text(text, encoding="utf-8")
    assert refusal(declare(folder)).startswith(message)


def test_a_folder_without_a_declaration_says_how_to_make_one(folder: Path) -> None:
    assert refusal(folder).startswith("HERE: no scenarios.py there")
    assert "drill new" in refusal(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DECLARATION.replace("Scenario(\n", "Scenario(\n    nonsense=1,\n"), "HERE/scenarios.py:3: TypeError"),
        (DECLARATION + "import no_such_module\n", "HERE/scenarios.py:7: ModuleNotFoundError"),
        (DECLARATION + "x = (\n", "HERE/scenarios.py:7: SyntaxError"),
        (DECLARATION.replace("SYSTEM =", "OTHER ="), "HERE/scenarios.py: defines no SYSTEM; expected SYSTEM = System("),
        (DECLARATION.replace("(BACK,)", "(BACK, BACK)"), "HERE/scenarios.py: scenario id 'back' is declared twice"),
        (DECLARATION + "SYSTEM = 'demo'\n", "HERE/scenarios.py: defines no SYSTEM"),
    ],
)
def test_a_mistake_in_the_declaration_is_told_with_file_and_line(folder: Path, text: str, message: str) -> None:
    assert refusal(declare(folder, text)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('candidate="v2"', 'candidate="v3"', "names releases/v3, which is not a folder; there are: v1, v2"),
        ('baseline="v1"', 'baseline="v0"', "names releases/v0, which is not a folder; there are: v1, v2"),
        (
            'defect="d"',
            'defect="d", sabotage="nop"',
            "names sabotage/nop, which is not a folder; there are: blunt, noop",
        ),
        ('procedure="back"', 'procedure="bakc"', "no procedure 'bakc'; expected one of: back, verification"),
        ('defect="d"', 'defect="d", verification="v"', "no procedure 'v'; expected one of: back, verification"),
        (
            'signal="error rate"',
            'signal="errors"',
            "signal 'errors'; expected one of: error rate, smell",
        ),
        (
            'signal="error rate"',
            'signal="smell"',
            "expected 'error rate' or 'response time' with a threshold in %, 'no answers' or 'release stuck'",
        ),
        ('procedure="back"', 'procedure="verification"', "stands where the other belongs"),
        ('defect="d"', 'defect="d", verification="back"', "stands where the other belongs"),
        (
            'defect="d"',
            'defect="d", listeners=1, spares=("steams",)',
            "expected a tuple of some of connections, streams",
        ),
        ('defect="d"', 'defect="d", spares=("streams",)', "listeners= needs the system's stream_path="),
        ('defect="d"', 'defect="d", listeners=1', "listeners= needs the system's stream_path="),
        (
            'defect="d"',
            'defect="d", needs=frozenset({"router", "git"})',
            "a repository nor a cluster; expected one of the needs",
        ),
        ('defect="d"', 'defect="d", restores=("shcema",)', "expected a tuple of some of release, schema"),
        ('defect="d"', 'defect="d", restores=("schema")', "expected a tuple of some of release, schema"),
        (
            'defect="d"',
            'defect="d", leaves=("deployment/x",)',
            "names objects of a cluster; expected Need.CLUSTER in needs=",
        ),
        ('defect="d"', 'defect="d", harm="state_wrong"', "cannot be watched yet; expected users_hurt or release_stuck"),
        ('defect="d"', 'defect="d", harm="release_stuck"', "needs Need.CLUSTER and the system's deployment="),
        ('defect="d"', 'defect="d", expected="inconclusive"', "passed, or failed with a cause"),
        ('defect="d"', 'defect="d", expected="failed"', "write Expectation() or Expectation.of(Cause.…)"),
        ('defect="d"', 'defect="d", sabotage="blunt"', "nothing would be sabotaged; expected chmod +x"),
    ],
)
def test_a_name_that_means_nothing_is_found_before_anything_is_provisioned(
    folder: Path, old: str, new: str, message: str
) -> None:
    text = DECLARATION.replace(old, new)
    for kind, name in (("harm", "Harm"), ("expected", "Expectation")):  # written short above
        text = re.sub(rf'{kind}="(\w+)"', SHORT[name], text)
    (folder / "sabotage" / "blunt").mkdir()
    (folder / "sabotage" / "blunt" / "flask").write_text("#!/bin/sh\n", encoding="utf-8")
    told = refusal(declare(folder, text))
    assert told.startswith("HERE/scenarios.py: scenario 'back'")
    assert told.endswith(message)
