"""What is rehearsed of mina's encrypted backups: as printed, corrected, and with what stands in the way of each."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

PRINTED = Scenario(
    id="backup-printed",
    title="restore an encrypted backup, as printed: a worker class that gunicorn has dropped",
    procedure="restore-backup",
    verification="verification-restored",
    baseline="v12-backups",
    candidate="v13-receipts",
    defect="each look is noted in a new table, without what the table requires: every read fails, every write is saved",
    signal="error rate",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": "0003_sessions_of_client", "DUMP": "before-v13-receipts.sql.gpg"},
    needs=frozenset({Need.POSTGRES, Need.OWN_PROCESSES, Need.GPG}),
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

CORRECTED = replace(
    PRINTED,
    id="backup-corrected",
    title="restore an encrypted backup that was read first, beside the database, and swap the two",
    procedure="restore-backup-corrected",
    expected=Expectation(),
    suites=NIGHTLY | {"ci"},
)

# what happened to the backup, or stands in the way: the folder of the baseline, in words, what comes of the printed
# procedure, and of the corrected one (None: it gets by)
_OBSTACLES: tuple[tuple[str, str, Cause, Cause | None], ...] = (
    ("other-key", "encrypted for a key that is gone", Cause.ROWS_CHANGED, Cause.STEP_FAILED),
    ("cut", "that broke off", Cause.ROWS_CHANGED, Cause.STEP_FAILED),
    ("empty", "that is empty", Cause.ROWS_CHANGED, Cause.STEP_FAILED),
    ("corrupt", "with a few wrong bytes", Cause.ROWS_CHANGED, Cause.STEP_FAILED),
    ("small-disk", "with no room for it as text", Cause.ROWS_CHANGED, None),
    ("report", "while somebody is connected", Cause.ROWS_CHANGED, None),
)


def _both(obstacle: str, words: str, printed: Cause, corrected: Cause | None) -> tuple[Scenario, Scenario]:
    """The obstacle before either procedure."""
    baseline = f"v12-backups-{obstacle}"
    return (
        replace(
            PRINTED,
            id=f"backup-{obstacle}-printed",
            title=f"restore an encrypted backup {words}, as printed",
            baseline=baseline,
            expected=Expectation.of(printed),
        ),
        replace(
            CORRECTED,
            id=f"backup-{obstacle}",
            title=f"restore an encrypted backup {words}, corrected",
            baseline=baseline,
            expected=Expectation.of(corrected) if corrected else Expectation(),
            suites=NIGHTLY,
        ),
    )


OBSTACLES = tuple(scenario for each in _OBSTACLES for scenario in _both(*each))

YESTERDAY = replace(
    CORRECTED,
    id="backup-yesterday",
    title="restore yesterday's backup, which is as whole as today's",
    earlier=("v12-backups",),
    baseline="v12-backups-day-two",
    parameters={**CORRECTED.parameters, "DUMP": "before-v12-backups-day-two.sql.gpg"},
    expected=Expectation.of(Cause.ROWS_CHANGED),
    suites=NIGHTLY,
)

CONTROLS = tuple(
    CORRECTED.sabotaged(sabotage, title, cause, NIGHTLY)
    for sabotage, title, cause in (
        ("half-the-tables", "a restore of half of the tables", Cause.ROWS_CHANGED),
        ("one-row-less", "a restore that lacks one row", Cause.ROWS_CHANGED),
        ("one-byte-flipped", "a restore in which one byte is another", Cause.WRITES_CORRUPTED),
        ("other-languages", "a restore in which a table of three rows says something else", Cause.ROWS_CHANGED),
        ("leaves-plaintext", "a restore that leaves the users' table lying about as text", Cause.VERIFICATION_FAILED),
        ("skewed-index", "a restore with an index that is in another order than its table", Cause.DATA_DAMAGED),
        ("skips-a-migration", "a restore at a schema from before the last migration", Cause.WRONG_SCHEMA),
        ("loses-a-row-on-the-way", "a restore that loses a row between the file and the table", Cause.STEP_FAILED),
    )
)

SCENARIOS = (PRINTED, CORRECTED, *OBSTACLES, YESTERDAY, *CONTROLS)
