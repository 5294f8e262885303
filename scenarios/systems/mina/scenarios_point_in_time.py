"""What is rehearsed of mina's archived log: the moment before a bad migration, by each of its names."""

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Need, Scenario

BY_NAME = Scenario(
    id="point-in-time-name",
    title="restore the moment before a bad migration, by the name of its restore point",
    procedure="point-in-time",
    verification="verification-point-in-time",
    earlier=("v17-archived",),
    baseline="v17-archived-day-two",
    candidate="v18-teasers",
    defect="a migration cuts every text that users had saved; every read fails, every write is saved",
    signal="error rate",
    restores=("schema",),
    parameters={
        "PREVIOUS_REVISION": "0002_segments",
        "RECOVER_BY": "name",
        "RESTORE_POINT": "before-v18-teasers",
        "INCLUSIVE": "off",
    },
    needs=frozenset({Need.POSTGRES, Need.WAL_ARCHIVE, Need.OWN_PROCESSES}),
    suites=NIGHTLY | {"ci"},
)

CONTROLS = (
    BY_NAME.sabotaged(
        "skips-the-last-segment",
        "a recovery that skips the last segment of the log and says nothing",
        Cause.ROWS_CHANGED,
        NIGHTLY,
    ),
)

SCENARIOS = (BY_NAME, *CONTROLS)
