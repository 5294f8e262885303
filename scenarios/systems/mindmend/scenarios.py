"""What is rehearsed of mindmend: a migration to another AI provider taken back, by flag, by pods, by image, in part."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Load, Need, Scenario, System

CANARY = "deployment/mindmend-backend-canary"

ONE_LINE = Scenario(
    id="flag-one-line",
    title="switch the canary's provider by one line: the rollout that it begins is enough",
    procedure="one-liner",
    baseline="v1",
    candidate="v2-gemini",
    defect="one pod in four asks a provider that has no quota left",
    signal="error rate",
    restores=("schema", "provider"),  # the canary keeps its code
    leaves=(CANARY, "deployment/mindmend-backend replicas"),
    parameters={"PREVIOUS_RELEASE": "v1"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=30.0,  # the command comes back at once; the rollout that it begins takes its time
    load=Load(users=4, pause_s=0.2),  # four pods, a database and the cluster itself share the machine with the probe
    suites=NIGHTLY,
)

TWO_LINES = replace(
    ONE_LINE,
    id="flag-two-lines",
    title="switch the canary's provider and restart it: what the second line adds",
    procedure="two-liner",
)

FLAG = replace(
    ONE_LINE,
    id="flag-as-written",
    title="switch the canary's provider and verify it, as written: the log of the pod that is about to go",
    procedure="flag",
    expected=Expectation.of(Cause.STEP_FAILED),
)

FLAG_CORRECTED = replace(
    ONE_LINE,
    id="flag-corrected",
    title="switch the canary's provider, wait, and verify value, log and answers",
    procedure="flag-corrected",
    settle_s=8.0,
)

SHIFT = replace(
    ONE_LINE,
    id="shift-as-written",
    title="canary to 0, stable to 4, as written: a pod that should be gone, and a log that is",
    procedure="shift",
    restores=("release", "schema", "provider"),
    leaves=(CANARY,),
    settle_s=8.0,
    expected=Expectation.of(Cause.STEP_FAILED),
)

SHIFT_CORRECTED = replace(
    SHIFT,
    id="shift-corrected",
    title="evidence, stable to 4, canary to 0: everybody is answered by the old provider",
    procedure="shift-corrected",
    expected=Expectation(),
    suites=NIGHTLY | {"ci"},
)

IMAGE = replace(
    SHIFT,
    id="image",
    title="put the previous image back and delete the canary",
    procedure="image",
    candidate="v2-code",
    defect="every request asks a table that no migration made",
    leaves=(),
    verification="verification-full",
    expected=Expectation(),
)

MONTHLY = replace(
    SHIFT_CORRECTED,
    id="monthly",
    title="the monthly drill, whole: watched, shifted, checked, taken away",
    procedure="monthly",
    leaves=(),
    verification="verification-full",
    suites=NIGHTLY,
)

TOLD = replace(
    SHIFT_CORRECTED,
    id="shift-and-tell",
    title="canary to 0, stable to 4, and what is due within the hour: told, measured, written down",
    procedure="shift-and-tell",
    verification="verification-hour",
    suites=NIGHTLY,
)

IMAGE_ALONE = replace(
    IMAGE,
    id="image-alone",
    title="put the previous image back under the new environment: it is asked for a provider that it does not have",
    candidate="v2-everywhere",
    defect="everybody is sent to a provider that has no quota left, by the Deployment's own environment",
    expected=Expectation.of(Cause.STEP_FAILED),
)

IMAGE_CORRECTED = replace(
    IMAGE_ALONE,
    id="image-corrected",
    title="put the Deployment of the previous release back, image and environment",
    procedure="image-corrected",
    expected=Expectation(),
)

SEGMENT = replace(
    IMAGE,
    id="segment",
    title="enterprise accounts go back to the old provider, the others stay",
    procedure="segment",
    candidate="v2-enterprise",
    defect="the new provider refuses enterprise accounts, three in ten",
    restores=("schema",),  # most users stay with the new provider, and all with the new code
    leaves=("deployment/mindmend-backend environment",),
    verification="verification-segment",
)

SEGMENT_FOR_ALL = replace(
    SEGMENT,
    id="segment-for-all",
    title="enterprise accounts go back to the old provider, where everybody was to",
    restores=("schema", "provider"),
    expected=Expectation.of(Cause.STATE_DIFFERS),
)

ENDPOINT = replace(
    SEGMENT,
    id="endpoint",
    title="one endpoint goes back to the old provider, the others stay",
    procedure="endpoint",
    candidate="v2-sessions",
    defect="the new provider refuses what is written into sessions",
    verification="verification-endpoint",
)

CONTROLS = (
    TWO_LINES.sabotaged("noop-set-env", "a provider that is said to be switched, and a restart", Cause.NOT_SERVED),
    SHIFT_CORRECTED.sabotaged("canary-stays", "a canary that is said to be gone", Cause.STEP_FAILED, NIGHTLY),
    replace(
        SHIFT_CORRECTED.sabotaged("scales-all-down", "stable pods scaled down, not up", Cause.STEP_DEADLINE, NIGHTLY),
        verification="verification-full",
    ),
    TOLD.sabotaged("tells-nobody", "a message to the stakeholders that never leaves", Cause.VERIFICATION_FAILED),
    IMAGE.sabotaged("noop-set-image", "an image that is said to be changed", Cause.STEP_FAILED),
    SEGMENT.sabotaged("sets-everybody", "an override for some that is set for all", Cause.VERIFICATION_FAILED),
    replace(
        ENDPOINT.sabotaged(
            "sets-everybody", "an override of one endpoint that is set for all", Cause.VERIFICATION_FAILED
        ),
        id="control-sets-all-endpoints",
    ),
)

SYSTEM = System(
    name="mindmend",
    ledger_path="/api/ledger",
    owner="platform",
    database="mindmend_production",
    deployment="mindmend-backend",
    state_tables=("users", "sessions", "exchanges"),
    tells=("provider",),
    scenarios=(
        ONE_LINE,
        TWO_LINES,
        FLAG,
        FLAG_CORRECTED,
        SHIFT,
        SHIFT_CORRECTED,
        MONTHLY,
        TOLD,
        IMAGE,
        IMAGE_ALONE,
        IMAGE_CORRECTED,
        SEGMENT,
        SEGMENT_FOR_ALL,
        ENDPOINT,
        *CONTROLS,
    ),
)
