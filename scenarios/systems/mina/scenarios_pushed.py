"""What is rehearsed of mina where pushing deploys: the ways back from bad code, by git."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

REVERT = Scenario(
    id="revert",
    title="revert the bad commit and push: what others have pushed since stays",
    procedure="revert",
    baseline="v1",
    candidate="v2-request-ids",
    defect="every write needs a header that only staging's proxy adds; two commits of other people came after it",
    signal="error rate",
    parameters={"PREVIOUS_REVISION": "0002_segments", "BAD_COMMIT": "v2-request-ids", "GOOD_COMMIT": "v1"},
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
    parameters={"PREVIOUS_REVISION": "0002_segments", "FEATURE": "MINA-123"},
    suites=NIGHTLY,
)

CONFLICT = replace(
    REVERT,
    id="revert-conflict",
    title="revert a commit that somebody has built on",
    candidate="v2-tangled",
    defect="every write needs a header that nobody sends, and a later commit changes the same line",
    parameters={"PREVIOUS_REVISION": "0002_segments", "BAD_COMMIT": "v2-tangled"},
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
    defect="a new NOT NULL column that the writer does not fill: every write fails, every read works",
    parameters={"PREVIOUS_REVISION": "0002_segments", "BAD_COMMIT": "v2-required-region"},
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

PACKAGES = replace(
    REVERT,
    id="revert-packages",
    title="revert a commit that also moved a pinned package: the old code runs on the old packages",
    baseline="v10-pinned",
    candidate="v12-pinned-request-ids",
    defect="every write needs a header that only staging's proxy adds; the metrics library is another, too",
    restores=("release", "schema", "configuration"),
    parameters={"PREVIOUS_REVISION": "0003_notes_keys", "BAD_COMMIT": "v12-pinned-request-ids"},
    suites=NIGHTLY,
)

PUSH_CONTROLS = (
    REVERT.sabotaged("reverts-another-commit", "a revert of the commit after the bad one", Cause.NOT_SERVED, NIGHTLY),
    replace(
        REVERT.sabotaged(
            "leaves-a-worker", "a revert after which one worker goes on with the old code", Cause.NOT_SERVED, NIGHTLY
        ),
        settle_s=3.0,  # it goes on for good: more would show no more
    ),
    PACKAGES.sabotaged(
        "keeps-the-packages", "a revert after which the old code runs on the new packages", Cause.STATE_DIFFERS
    ),
    REVERT.sabotaged("cleans-up-uploads", "a revert that takes one uploaded file along", Cause.FILES_CHANGED, NIGHTLY),
)

SCENARIOS = (REVERT, RESET, FEATURE, CONFLICT, DEPENDENTS, MIGRATION, DOWNGRADED, PACKAGES, *PUSH_CONTROLS)
