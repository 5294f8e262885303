"""What is rehearsed of jarvis's rollback script: whole, unanswered, answered with no, and sabotaged inside."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Load, Need, Scenario

PREVIOUS = {"PREVIOUS_RELEASE": "v1", "PREVIOUS_MODEL": "swift-1"}

WHOLE = Scenario(
    id="script-unattended",
    title="eight steps by one script, unattended: undone, verified, tried out and reported",
    procedure="rollback-script-unattended",
    baseline="v1",
    candidate="v2-fails-every-request",
    defect="every request asks a table that no migration made; health checks do not",
    signal="error rate",
    parameters={**PREVIOUS, "DECISION": "yes"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
    verification="verification-script",
    suites=NIGHTLY | {"ci"},
)

UNANSWERED = replace(
    WHOLE,
    id="script-unanswered",
    title="the script as written, where nobody can answer it: nothing happens",
    procedure="rollback-script",
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

DECLINED = replace(
    WHOLE,
    id="script-declined",
    title="the script is told no: it changes nothing, and users stay hurt",
    procedure="rollback-script-declined",
    expected=Expectation.of(Cause.NOT_SERVED),
    suites=NIGHTLY,
)

NOOP = replace(
    WHOLE.sabotaged("noop-undo", "an undo inside the script that does nothing", Cause.STEP_FAILED, NIGHTLY),
    id="control-script-noop-undo",
)

TOO_FAR = replace(
    WHOLE.sabotaged("wrong-revision", "an undo inside the script that goes back too far", Cause.WRONG_RELEASE, NIGHTLY),
    id="control-script-wrong-revision",
    earlier=("v0",),
)

SCENARIOS = (WHOLE, UNANSWERED, DECLINED, NOOP, TOO_FAR)
