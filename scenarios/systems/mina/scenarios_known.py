"""Failures that really happened, re-created on mina: docs/known-failures.md has the public thread of each."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

EMPTY_DOWNGRADE = Scenario(
    id="downgrade-empty",
    title="undo the last migration, whose downgrade is `pass`: green, and nothing is undone",
    procedure="downgrade-one-corrected",
    baseline="v1",
    candidate="v2-empty-downgrade",
    defect="a new NOT NULL column that the writer does not fill, and a downgrade that does nothing",
    signal="error rate",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": "0002_segments"},
    needs=frozenset({Need.POSTGRES}),
    expected=Expectation.of(Cause.NOT_SERVED),
    known="Morelitea/initiative#1085",
    suites=NIGHTLY,
)

DROPPED_COLUMN = replace(
    EMPTY_DOWNGRADE,
    id="downgrade-dropped-column",
    title="undo a rename that was written as drop and add: the column is back, and empty",
    candidate="v2-body-renamed",
    defect="what sessions say is in a column that the code does not know, and was dropped on its way there",
    expected=Expectation.of(Cause.WRITES_CORRUPTED),
    known="doctrine/migrations#242",
    suites=NIGHTLY | {"ci"},
)

ENUM_LEFT = replace(
    EMPTY_DOWNGRADE,
    id="downgrade-leaves-enum",
    title="undo a migration that made an enum: users are served, and the type is still there",
    candidate="v2-priority",
    defect="a new NOT NULL column, of an enum, that the writer does not fill: every write fails, every read works",
    expected=Expectation.of(Cause.WRONG_SCHEMA),
    known="sqlalchemy/alembic#1612",
)

CUT_DUMP = Scenario(
    id="restore-dump-cut",
    title="restore a dump that broke off: psql ends with 0, users are served, and their sessions are gone",
    procedure="restore-dump",
    baseline="v4-dumps-cut",
    candidate="v2-required-region",
    defect="a new NOT NULL column that the writer does not fill: every write fails, every read works",
    signal="error rate",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": "0002_segments", "DUMP": "before-v2-required-region.sql.gz"},
    needs=frozenset({Need.POSTGRES, Need.OWN_PROCESSES}),
    expected=Expectation.of(Cause.ROWS_CHANGED),
    known="netz98/n98-magerun2#2022",
    suites=NIGHTLY,
)

RESTORED_OVER = replace(
    CUT_DUMP,
    id="restore-dump-over",
    title="restore a whole dump over the tables that are there: psql ends with 0, and nothing is restored",
    procedure="restore-dump-over",
    baseline="v4-dumps",
    expected=Expectation.of(Cause.NOT_SERVED),
    known="attevon-llc/OpenTranscribe#599",
)

WHOLE_DUMP = replace(
    RESTORED_OVER,
    id="restore-dump-corrected",
    title="restore a dump that was looked at first, in one transaction, into a new database",
    procedure="restore-dump-corrected",
    expected=Expectation(),
    known=None,
)

SCENARIOS = (EMPTY_DOWNGRADE, DROPPED_COLUMN, ENUM_LEFT, CUT_DUMP, RESTORED_OVER, WHOLE_DUMP)
