"""What is rehearsed of mina where two releases run behind a router: the switch back, and what is in its way."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

SWITCH = Scenario(
    id="blue-green",
    title="switch back to green, verify, keep blue for a day, take it away",
    procedure="blue-green",
    baseline="v1",
    candidate="v2-request-ids",
    defect="every write needs a header that only staging's proxy adds",
    signal="error rate",
    parameters={"PREVIOUS_REVISION": "0002_segments", "PREVIOUS_RELEASE": "v1"},
    needs=frozenset({Need.POSTGRES, Need.ROUTER, Need.OWN_PROCESSES}),
    listeners=4,
    spares=("connections", "streams"),
)

TOO_EARLY = replace(
    SWITCH,
    id="blue-green-too-early",
    title="switch back to a green that was decommissioned too early",
    candidate="v9-tidied-up",
    defect="every write needs a header that nobody sends, and the way back was taken away with the deployment",
    expected=Expectation.of(Cause.STEP_FAILED),
)

MIGRATED = replace(
    SWITCH,
    id="blue-green-migrated",
    title="switch back from a release that migrated the database: both colours have one schema",
    candidate="v2-required-region",
    defect="a new NOT NULL column that the writer does not fill: every write fails, every read works",
    expected=Expectation.of(Cause.NOT_SERVED),
    suites=NIGHTLY,
)

DOWNGRADED = replace(
    MIGRATED,
    id="blue-green-downgraded",
    title="downgrade, then switch back",
    procedure="blue-green-downgraded",
    expected=Expectation(),
)

ROUTED_CONTROLS = (
    SWITCH.sabotaged("switches-nothing", "a switch that says that it switched", Cause.NOT_SERVED),
    SWITCH.sabotaged(
        "switches-reads-only",
        "a switch of one of the router's two backends",
        Cause.NOT_SERVED,
        NIGHTLY,
    ),
)

SCENARIOS = (SWITCH, TOO_EARLY, MIGRATED, DOWNGRADED, *ROUTED_CONTROLS)
