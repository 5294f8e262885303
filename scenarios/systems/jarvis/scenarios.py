"""What is rehearsed of jarvis: `kubectl rollout undo` after releases that are bad in different ways, and its gaps."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import Expectation, Harm, Load, Need, Scenario, System

NOT_IN_CI = frozenset({"nightly", "certification"})

EVERY_REQUEST = Scenario(
    id="undo-fails-every-request",
    title="undo a rollout that fails every request and that the cluster calls a success",
    procedure="rollout-undo",
    baseline="v1",
    candidate="v2-fails-every-request",
    defect="every request asks a table that no migration made; health checks do not",
    signal="error rate",
    parameters={"PREVIOUS_RELEASE": "v1", "PREVIOUS_MODEL": "swift-1"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,  # the grace period: a bad pod may serve the connections it holds until then
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
)

SOME_REQUESTS = replace(
    EVERY_REQUEST,
    id="undo-fails-some",
    title="undo a rollout that fails three requests in ten",
    candidate="v2-fails-some",
    defect="three of ten shards have no store, so requests whose id falls on them fail",
    suites=NOT_IN_CI,
)

NEVER_READY = replace(
    EVERY_REQUEST,
    id="undo-never-ready",
    title="undo a rollout whose pods never become ready, while users are served by the old ones",
    candidate="v2-never-ready",
    defect="readiness waits for a topic that was removed",
    signal="release stuck",
    harm=Harm.RELEASE_STUCK,
)

CRASH_LOOP = replace(
    NEVER_READY,
    id="undo-crash-loop",
    title="undo a rollout whose pods end while they start, over and over",
    candidate="v2-crash-loop",
    defect="a library that only the image lacks is imported at start",
    suites=NOT_IN_CI,
)

# Not a control: nothing is sabotaged. The written undo forgets the ConfigMap all by itself.
CONFIG_LEFT = replace(
    EVERY_REQUEST,
    id="undo-leaves-config",
    title="undo a rollout that came with a ConfigMap: the image goes back and the ConfigMap does not",
    candidate="v2-new-config",
    defect="the new ConfigMap chooses a model whose setting it spells otherwise than the new image does",
    expected=Expectation.of(Cause.STATE_DIFFERS),
    known="argoproj/argo-rollouts#1297",
)

WITH_CONFIG = replace(
    CONFIG_LEFT,
    id="undo-with-config",
    title="put the ConfigMap back, then undo the rollout",
    procedure="rollout-undo-with-configuration",
    expected=Expectation(),
    known=None,
    suites=NOT_IN_CI,
)

# The image stays, so the release is not promised: only what the ConfigMap does to users.
CONFIG_AS_WRITTEN = replace(
    CONFIG_LEFT,
    id="config-as-written",
    title="roll the configuration back, as written: kubectl rollout undo configmap/jarvis-config",
    procedure="rollback-configuration",
    verification="verification-configuration",
    restores=("schema",),
    expected=Expectation.of(Cause.STEP_FAILED),
    known=None,
    suites=NOT_IN_CI,
)

CONFIG_CORRECTED = replace(
    CONFIG_AS_WRITTEN,
    id="config-corrected",
    title="roll the configuration back, corrected: apply the previous ConfigMap and restart",
    procedure="rollback-configuration-corrected",
    expected=Expectation(),
)

CONTROLS = (
    replace(
        EVERY_REQUEST,
        id="control-noop-undo",
        title="an undo that does nothing and says it did",
        sabotage="noop-undo",
        expected=Expectation.of(Cause.NOT_SERVED),
    ),
    replace(
        EVERY_REQUEST,
        id="control-wrong-revision",
        title="an undo to an older revision than the previous one",
        earlier=("v0",),
        sabotage="wrong-revision",
        expected=Expectation.of(Cause.WRONG_RELEASE),
        suites=NOT_IN_CI,
    ),
    replace(
        NEVER_READY,
        id="control-noop-undo-stuck",
        title="an undo that does nothing about a rollout that is stuck, while users are served",
        sabotage="noop-undo",
        expected=Expectation.of(Cause.STEP_FAILED),  # `rollout status` says so, too
        suites=NOT_IN_CI,
    ),
    EVERY_REQUEST.sabotaged(
        "holds-a-pod",
        "an undo after which a pod of the bad release never goes",
        Cause.VERIFICATION_FAILED,
        NOT_IN_CI,
    ),
    EVERY_REQUEST.sabotaged(
        "logs-errors",
        "an undo to a release that serves everybody and logs errors",
        Cause.VERIFICATION_FAILED,
        NOT_IN_CI,
    ),
)

SYSTEM = System(
    name="jarvis",
    ledger_path="/api/ledger",
    owner="platform",
    database="jarvis_production",
    deployment="jarvis-api",
    state_tables=("users", "sessions", "conversations"),
    scenarios=(
        EVERY_REQUEST,
        SOME_REQUESTS,
        NEVER_READY,
        CRASH_LOOP,
        CONFIG_LEFT,
        WITH_CONFIG,
        CONFIG_AS_WRITTEN,
        CONFIG_CORRECTED,
        *CONTROLS,
    ),
)
