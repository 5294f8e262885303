"""What is rehearsed of mina's archived log: the moment before a bad migration, by each of its names."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Objective, Scenario

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
    hold_s=200.0,  # workers and a server that both have just been started owe answers for a second at first
    suites=NIGHTLY | {"ci"},
)


def _by(how: str, words: str) -> Scenario:
    """The same, named otherwise: the commit of the migration, which is left out."""
    return replace(
        BY_NAME,
        id=f"point-in-time-{how}",
        title=f"restore the moment before a bad migration, by {words}",
        parameters={**BY_NAME.parameters, "RECOVER_BY": how},
        suites=NIGHTLY,
    )


BY_TIME = _by("time", "the time of its commit")
BY_XID = _by("xid", "the number of its transaction")
BY_LSN = _by("lsn", "the place of its commit in the log")

# until an alarm has fired, more than a second of writes has been saved into what is taken back
NONE_TO_LOSE = replace(
    BY_XID,
    id="point-in-time-none-to-lose",
    title="restore the moment before a bad migration, where half a second of writes may be lost",
    objective=Objective(rto_s=1800.0, rpo_s=0.5, rpo_writes=None),
    expected=Expectation.of(Cause.RPO_EXCEEDED),
)

# what a look or the server refuses: a candidate that changes no row, so that what is red is the procedure alone
INCLUSIVE = replace(
    BY_XID,
    id="point-in-time-inclusive",
    title="restore the migration's own transaction, too: the restored schema is the bad one",
    candidate="v14-kinds",
    defect="every read fails, and every write is saved",
    parameters={**BY_XID.parameters, "RESTORE_POINT": "before-v14-kinds", "INCLUSIVE": "on"},
    expected=Expectation.of(Cause.STEP_FAILED),
)

GAP = replace(
    INCLUSIVE,
    id="point-in-time-gap",
    title="restore a point in time from an archive that lacks a segment: the server refuses",
    baseline="v17-archived-gap",
    parameters={**INCLUSIVE.parameters, "RECOVER_BY": "name", "INCLUSIVE": "off"},
)

CONTROLS = (
    BY_NAME.sabotaged(
        "skips-the-last-segment",
        "a recovery that skips the last segment of the log and says nothing",
        Cause.ROWS_CHANGED,
        NIGHTLY,
    ),
)

SCENARIOS = (BY_NAME, BY_TIME, BY_XID, BY_LSN, NONE_TO_LOSE, INCLUSIVE, GAP, *CONTROLS)
