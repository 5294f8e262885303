"""What is rehearsed of jarvis where only a part goes back: the API without its worker, or one feature by its flag."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Load, Need, Scenario

PREVIOUS = {"PREVIOUS_RELEASE": "v1", "PREVIOUS_MODEL": "swift-1"}

API_ALONE = Scenario(
    id="partial-api",
    title="the API goes back, its worker stays and keeps working",
    procedure="partial-api",
    baseline="v1-worker",
    candidate="v2-worker",
    defect="every request asks a table that no migration made; the worker asks nothing of it",
    signal="error rate",
    leaves=("deployment/jarvis-worker",),
    verification="verification-partial",
    parameters={"PREVIOUS_RELEASE": "v1-worker", "PREVIOUS_MODEL": "swift-1", "BAD_RELEASE": "v2-worker"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
    suites=NIGHTLY,
)

FLAG_ENV = replace(
    API_ALONE,
    id="flag-env",
    title="switch a feature off in the Deployment's environment",
    procedure="flag-env",
    baseline="v1",
    candidate="v2-dashboard",
    defect="a feature behind a flag reads a table that is not there yet, and the flag is on",
    restores=("schema",),
    leaves=("configmap/jarvis-config", "deployment/jarvis-api environment"),  # the flag is off in the latter alone
    verification="verification-configuration",
    parameters=PREVIOUS,
    settle_s=30.0,  # the command comes back at once; the rollout that it begins takes its time
)

FLAG_EDIT = replace(
    FLAG_ENV,
    id="flag-edit",
    title="switch a feature off in the ConfigMap, as written: kubectl edit, without a terminal",
    procedure="flag-edit",
    leaves=(),
    settle_s=8.0,
    expected=Expectation.of(Cause.STEP_DEADLINE),  # vi waits for a key that nobody presses
)

FLAG_EDIT_BY_HAND = replace(
    FLAG_EDIT,
    id="flag-edit-by-hand",
    title="switch a feature off in the ConfigMap: edited, and no pod reads it",
    procedure="flag-edit-by-hand",
    expected=Expectation.of(Cause.NOT_SERVED),
)

FLAG_EDIT_CORRECTED = replace(
    FLAG_EDIT,
    id="flag-edit-corrected",
    title="switch a feature off in the ConfigMap, and restart",
    procedure="flag-edit-corrected",
    expected=Expectation(),
)

INTEGRATION = replace(
    FLAG_ENV,
    id="integration-off",
    title="a third party refuses every call: do without it",
    procedure="integration-off",
    baseline="v1-partner",
    candidate="v2-integration",
    defect="each request asks a third party with a key that it does not know",
    parameters={"PREVIOUS_RELEASE": "v1-partner", "PREVIOUS_MODEL": "swift-1"},
)

TAKES_ALL = API_ALONE.sabotaged(
    "undo-takes-all", "an undo that takes the worker back as well", Cause.VERIFICATION_FAILED
)
NOOP = FLAG_ENV.sabotaged("noop-set-env", "a flag that is said to be switched and is not", Cause.NOT_SERVED)

SCENARIOS = (API_ALONE, FLAG_ENV, FLAG_EDIT, FLAG_EDIT_BY_HAND, FLAG_EDIT_CORRECTED, INTEGRATION, TAKES_ALL, NOOP)
