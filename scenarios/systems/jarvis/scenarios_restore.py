"""What is rehearsed of jarvis where a migration has done damage: the dump from before it, restored."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Load, Need, Scenario

OVER = Scenario(
    id="restore-over",
    title="restore the dump from before the migration over what is there: nothing is restored",
    procedure="restore-database",
    baseline="v1-dumps",
    candidate="v2-required-region",
    defect="a new required column that the writer does not fill: every write fails, every read works",
    signal="error rate",
    restores=("schema",),
    verification="verification-configuration",
    parameters={"PREVIOUS_RELEASE": "v1-dumps", "PREVIOUS_MODEL": "swift-1"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

RESTORED = replace(
    OVER,
    id="restore-dump",
    title="restore the dump from before the migration, when nobody writes any more",
    procedure="restore-database-corrected",
    expected=Expectation(),
)

CONTROL = RESTORED.sabotaged("drops-a-row", "a restore that loses the oldest session", Cause.ROWS_CHANGED)

SCENARIOS = (OVER, RESTORED, CONTROL)
