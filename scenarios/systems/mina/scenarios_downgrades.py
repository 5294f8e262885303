"""What a downgrade brings back, and what it does not: a candidate for each way in which a migration goes wrong."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

RENAMED = Scenario(
    id="downgrade-renamed-column",
    title="undo a rename: the column has its old name again, and every row its text",
    procedure="downgrade-one-corrected",
    baseline="v1",
    candidate="v15-contents",
    defect="a column has another name, and the code asks for it by the old one",
    signal="error rate",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": "0002_segments"},
    needs=frozenset({Need.POSTGRES}),
    suites=NIGHTLY,
)

DROPPED_IN_USE = replace(
    RENAMED,
    id="downgrade-column-in-use",
    title="undo the drop of a column that is still in use: it is back, and every number in it is 0",
    candidate="v15-no-numbers",
    defect="a column is gone that the code reads and writes",
    expected=Expectation.of(Cause.WRITES_CORRUPTED),
)

WRONG_BACKFILL = replace(
    RENAMED,
    id="downgrade-wrong-backfill",
    title="undo a required column whose backfill rewrote more than that: texts stay rewritten",
    candidate="v15-required-language",
    defect="a new NOT NULL column that the writer does not fill, and a backfill that changes other columns too",
    expected=Expectation.of(Cause.WRITES_CORRUPTED),
)

NARROWED = replace(
    RENAMED,
    id="downgrade-narrowed-type",
    title="undo a narrower type: the column is wide again, and the texts are cut",
    candidate="v15-short-texts",
    defect="a column takes 24 characters, and users write more",
    expected=Expectation.of(Cause.WRITES_CORRUPTED),
)

REWRITTEN_TABLE = replace(
    RENAMED,
    id="downgrade-rewritten-table",
    title="undo a change of type that rewrote a table under its lock, which rewrites it once more",
    candidate="v15-numbers-as-json",
    defect="a column has another type, which the code does not send",
)

CORRUPTED_VALUES = replace(
    RENAMED,
    id="downgrade-corrupted-values",
    title="undo a trigger that changed what users saved: it is gone, and their texts stay changed",
    candidate="v14-capitals",
    defect="every read fails, and what is saved meanwhile is not what was sent",
    expected=Expectation.of(Cause.WRITES_CORRUPTED),
)

DROPS_NEW_ROWS = replace(
    RENAMED,
    id="downgrade-drops-new-rows",
    title="undo a migration whose downgrade deletes what users wrote since",
    candidate="v14-kinds",
    defect="every read fails, and the way back deletes what is saved meanwhile",
    expected=Expectation.of(Cause.WRITES_LOST),
)

WAITS = replace(
    RENAMED,
    id="downgrade-waits",
    title="undo a migration while somebody's transaction is idle: the command waits, and users behind it",
    procedure="downgrade-waits",
    baseline="v16-report",
    candidate="v2-required-region",
    defect="a new NOT NULL column that the writer does not fill: every write fails, every read works",
    needs=frozenset({Need.POSTGRES, Need.OWN_PROCESSES}),
    expected=Expectation.of(Cause.STEP_DEADLINE),
)

PAST_LOCK = replace(
    WAITS,
    id="downgrade-past-lock",
    title="undo a migration while somebody's transaction is idle, waiting for no lock longer than a second",
    procedure="downgrade-past-lock",
    expected=Expectation(),
)

SCENARIOS = (
    WAITS,
    PAST_LOCK,
    RENAMED,
    DROPPED_IN_USE,
    WRONG_BACKFILL,
    NARROWED,
    REWRITTEN_TABLE,
    CORRUPTED_VALUES,
    DROPS_NEW_ROWS,
)
