"""What is rehearsed of mina: the ways back from a migration that breaks the writer, and from code that does, by git."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import Expectation, Need, Scenario, System

BASELINE_REVISION = "0002_segments"
NIGHTLY = frozenset({"nightly", "certification"})

# mina's runbook brings the schema back and leaves the candidate's code running, so only the schema is promised
ONE_STEP = Scenario(
    id="downgrade-one",
    title="undo the last migration, as written: flask db downgrade -1",
    procedure="downgrade-one",
    baseline="v1",
    candidate="v2-required-region",
    defect="a new NOT NULL column that the writer does not fill: every write fails, every read works",
    signal="error rate",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": BASELINE_REVISION},
    needs=frozenset({Need.POSTGRES}),
    expected=Expectation.of(Cause.STEP_FAILED),
)

CORRECTED = replace(
    ONE_STEP,
    id="downgrade-one-corrected",
    title="undo the last migration, corrected: flask db downgrade -- -1",
    procedure="downgrade-one-corrected",
    expected=Expectation(),
)

NAMED = replace(
    ONE_STEP,
    id="downgrade-revision",
    title="go back to a named revision",
    procedure="downgrade-revision",
    expected=Expectation(),
)

SEVERAL = replace(
    NAMED,
    id="downgrade-several",
    title="go back over the three migrations of one release",
    procedure="downgrade-several",
    candidate="v3-speakers",
    defect="three migrations, of which the second makes every write fail",
)

BASE = replace(
    ONE_STEP,
    id="downgrade-base",
    title="remove every migration: flask db downgrade base",
    procedure="downgrade-base",
    expected=Expectation.of(Cause.WRITES_LOST),
)

CONTROLS = (
    replace(
        CORRECTED,
        id="control-noop-downgrade",
        title="a downgrade that does nothing and says it did",
        sabotage="noop-downgrade",
        expected=Expectation.of(Cause.NOT_SERVED),
    ),
    replace(
        SEVERAL,
        id="control-wrong-revision",
        title="a downgrade that stops one migration too early",
        sabotage="wrong-revision",
        expected=Expectation.of(Cause.WRONG_SCHEMA),
    ),
    replace(
        CORRECTED,
        id="control-drops-a-row",
        title="a downgrade that also deletes one acknowledged row",
        sabotage="drops-a-row",
        expected=Expectation.of(Cause.WRITES_LOST),
    ),
)

REVERT = Scenario(
    id="revert",
    title="revert the bad commit and push: what others have pushed since stays",
    procedure="revert",
    baseline="v1",
    candidate="v2-request-ids",
    defect="every write needs a header that only staging's proxy adds; two commits of other people came after it",
    signal="error rate",
    parameters={"PREVIOUS_REVISION": BASELINE_REVISION, "BAD_COMMIT": "v2-request-ids", "GOOD_COMMIT": "v1"},
    needs=frozenset({Need.POSTGRES, Need.GIT}),
)

RESET = replace(
    REVERT,
    id="reset-hard",
    title="reset the branch and push with force",
    procedure="reset-hard",
    expected=Expectation.of(Cause.COMMITS_LOST),
)

FEATURE = replace(
    REVERT,
    id="revert-feature",
    title="revert the two commits of one feature, found by its ticket",
    procedure="revert-feature",
    candidate="v2-captions",
    defect="two commits of one feature, with somebody else's between them: every write is taken for a caption file",
    parameters={"PREVIOUS_REVISION": BASELINE_REVISION, "FEATURE": "MINA-123"},
    suites=NIGHTLY,
)

CONFLICT = replace(
    REVERT,
    id="revert-conflict",
    title="revert a commit that somebody has built on",
    candidate="v2-tangled",
    defect="every write needs a header that nobody sends, and a later commit changes the same line",
    parameters={"PREVIOUS_REVISION": BASELINE_REVISION, "BAD_COMMIT": "v2-tangled"},
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

DEPENDENTS = replace(
    CONFLICT,
    id="revert-dependents",
    title="revert a commit and what was built on it, the newest first",
    procedure="revert-dependents",
    expected=Expectation(),
)

MIGRATION = replace(
    REVERT,
    id="revert-migration",
    title="revert a commit that brought a migration: the push succeeds and deploys nothing",
    candidate="v2-required-region",
    defect=ONE_STEP.defect,
    parameters={"PREVIOUS_REVISION": BASELINE_REVISION, "BAD_COMMIT": "v2-required-region"},
    expected=Expectation.of(Cause.NOT_SERVED),
    suites=NIGHTLY,
)

DOWNGRADED = replace(
    MIGRATION,
    id="revert-after-downgrade",
    title="downgrade, then revert the commit that brought the migration",
    procedure="revert-after-downgrade",
    expected=Expectation(),
)

PUSH_CONTROLS = (
    replace(
        REVERT,
        id="control-reverts-another-commit",
        title="a revert of the commit after the bad one",
        sabotage="reverts-another-commit",
        expected=Expectation.of(Cause.NOT_SERVED),
        suites=NIGHTLY,
    ),
    replace(
        REVERT,
        id="control-leaves-a-worker",
        title="a revert after which one worker goes on with the old code",
        sabotage="leaves-a-worker",
        expected=Expectation.of(Cause.NOT_SERVED),
        suites=NIGHTLY,
    ),
)

PUSHED = (REVERT, RESET, FEATURE, CONFLICT, DEPENDENTS, MIGRATION, DOWNGRADED, *PUSH_CONTROLS)

SYSTEM = System(
    name="mina",
    ledger_path="/api/ledger",
    owner="database",
    database="mina_production",
    state_tables=("users", "sessions", "segments", "feature_flags"),
    scenarios=(ONE_STEP, CORRECTED, NAMED, SEVERAL, BASE, *CONTROLS, *PUSHED),
)
