"""What is rehearsed of mina where a migration took an index away: every answer is right, and everybody waits."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

# an incident that the runbook itself tells of: an index was missing, and the migration was undone
MISSING = Scenario(
    id="downgrade-missing-index",
    title="undo a migration that dropped an index: until answers come as fast as before",
    procedure="downgrade-one-corrected",
    baseline="v19-replies",
    candidate="v20-replies-keyed",
    defect="an index is gone: each request reads 80,000 rows where it read none",
    signal="response time",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": "0003_replies"},
    needs=frozenset({Need.POSTGRES}),
    steady_s=300.0,  # as of every release that is only slower
    hold_s=200.0,
    suites=NIGHTLY,
)

FORGOTTEN = replace(
    MISSING,
    id="downgrade-forgets-index",
    title="undo a migration that dropped an index, and whose way back does not make it again",
    candidate="v20-replies-one-way",
    expected=Expectation.of(Cause.NOT_SERVED),
)

SCENARIOS = (MISSING, FORGOTTEN)
