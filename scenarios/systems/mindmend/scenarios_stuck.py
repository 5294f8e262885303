"""What is rehearsed of mindmend where something is in the way: a pod that may not go, a migration that came along."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Load, Need, Scenario

STUCK_POD = Scenario(
    id="stuck-pod",
    title="a canary's pod stays in Terminating: force does not take it away",
    procedure="stuck-pod",
    baseline="v1",
    candidate="v2-stuck-pod",
    defect="one pod in four asks a provider that has no quota left, and a finalizer holds it",
    signal="error rate",
    restores=("release", "schema", "provider"),
    leaves=("deployment/mindmend-backend-canary",),
    parameters={"PREVIOUS_RELEASE": "v1"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # four pods, a database and the cluster itself share the machine with the probe
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

STUCK_POD_CORRECTED = replace(
    STUCK_POD,
    id="stuck-pod-corrected",
    title="take the finalizer of a canary's pod away, and it goes",
    procedure="stuck-pod-corrected",
    expected=Expectation(),
)

DEAF_POD = replace(
    STUCK_POD_CORRECTED,
    id="deaf-pod",
    title="a canary's pod does not hear that it is to go: force ends it",
    procedure="stuck-pod",
    candidate="v2-deaf-pod",
    defect="one pod in four asks a provider that has no quota left, and a shell keeps the signal to go from it",
)

DEAF_POD_WAITED = replace(
    DEAF_POD,
    id="deaf-pod-left",
    title="a canary's pod does not hear that it is to go, and nobody forces it: users are none the worse",
    procedure="shift-unforced",
    verification=None,  # it waits for pods to go, and this one takes a minute
)

DOWNGRADE = replace(
    STUCK_POD_CORRECTED,
    id="downgrade",
    title="undo the migration from a pod of the release that brought it",
    procedure="downgrade",
    candidate="v2-schema",
    defect="a new required column that the writer does not fill: every write fails, every read works",
    restores=("schema", "provider"),
    leaves=(),
    parameters={"PREVIOUS_RELEASE": "v1", "PREVIOUS_REVISION": "0002_exchanges"},
)

CONTROL = DOWNGRADE.sabotaged("noop-exec", "a command in a pod that was never run", Cause.STEP_FAILED)

SCENARIOS = (STUCK_POD, STUCK_POD_CORRECTED, DEAF_POD, DEAF_POD_WAITED, DOWNGRADE, CONTROL)
