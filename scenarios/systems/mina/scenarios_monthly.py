"""What is rehearsed of mina's monthly drill: bad code merged into staging on purpose, and the way back.

Of its three figures, back in less than 15 minutes and no write lost are the objective of its procedures; success is a
drill's verdict, and with --repeat N that of N of them.
"""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

WRITTEN = Scenario(
    id="monthly-drill",
    title="the monthly drill on staging, as written: git revert of a merge",
    procedure="monthly-drill",
    baseline="v1",
    candidate="v2-drill-bad-code",
    defect="bad on purpose, code and migration: a required column that nobody fills; it came by a merge",
    signal="error rate",
    branch="staging",
    parameters={"PREVIOUS_REVISION": "0002_segments", "BAD_COMMIT": "v2-drill-bad-code"},
    needs=frozenset({Need.POSTGRES, Need.GIT}),
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

CORRECTED = replace(
    WRITTEN,
    id="monthly-drill-corrected",
    title="the monthly drill on staging, corrected: git revert -m 1",
    procedure="monthly-drill-corrected",
    expected=Expectation(),
)

SCENARIOS = (
    WRITTEN,
    CORRECTED,
    CORRECTED.sabotaged("reverts-the-other-parent", "a revert of a merge towards its other parent", Cause.NOT_SERVED),
)
