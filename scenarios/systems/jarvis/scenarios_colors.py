"""What is rehearsed of jarvis's two colors as the printed runbook has it, with the other color up or down."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Load, Need, Scenario

STANDING = Scenario(
    id="color-back-standing",
    title="switch back to a color that still has its pods",
    procedure="color-back-scaled",
    baseline="v1-blue",
    candidate="v2-green-kept",
    deployment="jarvis-api-blue",
    defect="every request asks a table that no migration made; health checks do not",
    signal="error rate",
    parameters={"PREVIOUS_RELEASE": "v1-blue", "PREVIOUS_MODEL": "swift-1"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
    leaves=("deployment/jarvis-api-green",),  # for the next switch, when it is mended
    verification="verification-color",
    suites=NIGHTLY,
)

SCALED_DOWN = replace(
    STANDING,
    id="color-back-too-early",
    title="switch back to a color that was scaled down, then scale it up: users are sent to nobody first",
    candidate="v2-green",
    expected=Expectation.of(Cause.STEP_FAILED),
)

CONTROL = STANDING.sabotaged("noop-patch", "a switch that says it was made", Cause.NOT_SERVED)

SCENARIOS = (STANDING, SCALED_DOWN, CONTROL)
