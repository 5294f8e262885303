"""A RUNBOOK.md becomes exactly what it says, and no text whatever makes the loader fall over."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scenarios.errors import UsageError
from scenarios.model import Need, RecoveryClock
from scenarios.runbook import Trigger, load_runbook
from tests.test_runbook_errors import GOOD

ROOT = Path(__file__).resolve().parent.parent
MINA = ROOT / "scenarios" / "systems" / "mina" / "RUNBOOK.md"
FULL = r"""
# Taking it back

<!-- parameters -->
| name | meaning |
|---|---|
| `NAMESPACE` | where it runs |
| $REVISION | where to go |

## Roll back
<!-- procedure: id=undo rto="5 min" rpo=30s clock=disruption needs=cluster,postgres -->
Why.

1. First:
   ~~~bash name="undo" deadline=1.5m expect='rolled "back" \d+' reject="a\"b\\d" exit="0, 3"
   export ROUND=1 # not $HERE
   for NODE in a b; do echo '$THERE' \$EVERYWHERE "$NODE" $ROUND $NAMESPACE $HOME; done
   read -r ANSWER REST </dev/null; echo $ANSWER $REST ${TOTAL:=1} $TOTAL
   ~~~

### A part of it

```console
$ just to look at
```

<!-- manual: name="Restore: the checkpoint!" adapted="scripts/restore.sh" deadline=10s -->
<!-- manual: name="Tell people" -->

```bash name=wait deadline=250ms
echo $ROUND
```

## Roll back, corrected
<!-- procedure: id=undo-corrected -->
```bash name=undo deadline=1h source=corrected pairs=undo/undo
true
```

## Only words
```bash
not a step
```

## Look
<!-- verification: id=look needs=postgres -->
```bash name=schema deadline=10s expect="^${REVISION}\b"
true
```

## When
<!-- triggers -->
| procedure | Signal | threshold | for | severity | note |
|---|---|---|---|---|---|
| `undo` | Error  Rate | > 5 % | 5 min | critical | x |
| undo-corrected | error rate | ≥ 12.5% | 30s | P0 | |
| undo | no answers | — | 0 | P0 | |
| undo | restarts | 3 | 1h | P2 | |
"""


@pytest.fixture
def full(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "restore.sh").write_text("true\n")
    path = tmp_path / "RUNBOOK.md"
    path.write_text(FULL, encoding="utf-8")
    return path


def test_everything_that_can_be_written_is_read(full: Path) -> None:
    """Procedures with their objectives, steps with their attributes, manual steps at their place."""
    runbook = load_runbook(full)
    assert runbook.title == "Taking it back"
    assert runbook.parameters == {"NAMESPACE": "where it runs", "REVISION": "where to go"}
    assert list(runbook.procedures) == ["undo", "undo-corrected"]
    undo = runbook.procedure("undo")
    assert (undo.title, undo.line, undo.rto_s, undo.rpo_s) == ("Roll back", 11, 300.0, 30.0)
    assert (undo.clock, undo.needs) == (RecoveryClock.DISRUPTION, frozenset({Need.CLUSTER, Need.POSTGRES}))
    assert [(step.name, step.source, step.deadline_s, step.line) for step in undo.steps] == [
        ("undo", "written", 90.0, 15),
        ("restore-the-checkpoint", "adapted", 10.0, 27),
        ("wait", "written", 0.25, 30),
    ]
    first = undo.step("undo")
    assert first.expect == r'rolled "back" \d+'
    assert first.reject == r'a"b\\d'
    assert first.exits == {0, 3}
    assert first.script.startswith("export ROUND=1")
    assert undo.step("restore-the-checkpoint").script == ". ./scripts/restore.sh\n"
    assert [(manual.name, manual.adapted) for manual in undo.manual] == [
        ("Restore: the checkpoint!", "scripts/restore.sh"),
        ("Tell people", None),
    ]
    assert runbook.procedure("undo-corrected").steps[0].pairs == "undo/undo"
    assert runbook.verifications["look"].steps[0].expect == r"^${REVISION}\b"


def test_triggers_are_found_by_signal(full: Path) -> None:
    """Case and spaces do not matter; a signal with several rows gives the one that leads to the procedure asked for."""
    runbook = load_runbook(full)
    assert runbook.trigger("error rate") == Trigger(
        signal="error rate", threshold=0.05, for_s=300.0, severity="critical", procedure="undo", line=55
    )
    assert runbook.trigger("ERROR rate", "undo-corrected").threshold == 0.125
    assert runbook.trigger("error rate", "look").procedure == "undo"
    assert runbook.trigger("no answers").threshold is None
    assert runbook.trigger("restarts").threshold == 3.0


def test_asking_for_what_is_not_there_names_what_is(full: Path) -> None:
    """The message is enough to mend the call."""
    runbook = load_runbook(full)
    with pytest.raises(UsageError, match=r"no procedure 'redo'; expected one of: undo, undo-corrected, look$"):
        runbook.procedure("redo")
    with pytest.raises(
        UsageError, match=r"no trigger for signal 'x'; expected one of: error rate, no answers, restarts$"
    ):
        runbook.trigger("x")
    with pytest.raises(UsageError, match=r"procedure undo has no step 'x'; expected one of: undo, restore"):
        runbook.procedure("undo").step("x")


def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    """A runbook edited elsewhere reads the same."""
    unix, dos = tmp_path / "unix.md", tmp_path / "dos.md"
    unix.write_text(GOOD, encoding="utf-8")
    dos.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_runbook(dos).procedures == load_runbook(unix).procedures
    assert load_runbook(dos).title == "Demo"


def test_minas_runbook_says_what_its_drills_count_on() -> None:
    """The procedures, the promise and the two signals; the corrected steps stand beside the written ones."""
    runbook = load_runbook(MINA)
    assert set(runbook.procedures) >= {
        "downgrade-one",
        "downgrade-one-corrected",
        "downgrade-revision",
        "downgrade-several",
        "downgrade-base",
    }
    for name, procedure in runbook.procedures.items():
        if name.startswith("downgrade"):
            assert (procedure.rto_s, procedure.rpo_s, procedure.needs) == (900.0, 0.0, frozenset({Need.POSTGRES}))
    assert runbook.procedure("downgrade-one").step("downgrade").script == "flask db downgrade -1\n"
    assert runbook.procedure("downgrade-one-corrected").step("downgrade").pairs == "downgrade-one/downgrade"
    assert [step.name for step in runbook.procedure("verification").steps] == [
        "health",
        "database",
        "integrity",
        "row-counts",
        "migration-state",
        "smoke",
        "journeys",
    ]
    assert (runbook.trigger("error rate").threshold, runbook.trigger("error rate").for_s) == (0.05, 60.0)
    assert runbook.trigger("no answers").for_s == 30.0


def test_the_example_in_the_documentation_is_a_runbook(tmp_path: Path) -> None:
    """What docs/runbook-format.md shows as a complete example loads as it stands."""
    text = (ROOT / "docs" / "runbook-format.md").read_text(encoding="utf-8")
    example = text.split("````markdown\n", 1)[1].split("\n````\n", 1)[0]
    path = tmp_path / "RUNBOOK.md"
    path.write_text(example, encoding="utf-8")
    runbook = load_runbook(path)
    assert list(runbook.procedures) == ["rollout-undo", "rollout-undo-corrected"]


FRAGMENTS = (
    [
        "```",
        "````\n",
        "~~~\n",
        "> ",
        "- ",
        "   ",
        "\t",
        "<!--",
        "-->",
        "<!-- procedure: id=",
        "|",
        "\r",
        "\0",
        "${",
        "$A\n",
    ],
    [
        "<!-- triggers -->\n",
        "<!-- parameters -->\n",
        "```bash name=a deadline=1s\n",
        "# h\n",
        "expect='[[a]'",
        "::",
        "'",
        '"',
    ],
    GOOD.splitlines(keepends=True),
    FULL.splitlines(keepends=True),
)
PIECES = st.sampled_from([piece for group in FRAGMENTS for piece in group])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map("".join), st.text()))
def test_no_text_makes_the_loader_fall_over(tmp_path: Path, text: str) -> None:
    """Arbitrary Markdown is a runbook or a UsageError of one line, nothing else."""
    path = tmp_path / "RUNBOOK.md"
    path.write_bytes(text.encode("utf-8", "replace"))
    try:
        load_runbook(path)
    except UsageError as error:
        assert str(error).startswith(f"{path}:")  # noqa: PT017


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_no_bytes_make_the_loader_fall_over(tmp_path: Path, raw: bytes) -> None:
    """A file that is no text is told like any other mistake."""
    path = tmp_path / "RUNBOOK.md"
    path.write_bytes(raw)
    try:
        load_runbook(path)
    except UsageError as error:
        assert str(error).startswith(f"{path}:")  # noqa: PT017
