"""What is rehearsed of jarvis beside the plain undo: by number, after an assessment, with the log kept, when slow."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Harm, Load, Need, Scenario

PREVIOUS = {"PREVIOUS_RELEASE": "v1", "PREVIOUS_MODEL": "swift-1"}

TO_REVISION = Scenario(
    id="undo-to-revision",
    title="undo to a revision by its number, taken from the history of today",
    procedure="rollout-undo-to-revision",
    baseline="v1",
    candidate="v2-fails-every-request",
    earlier=("v0",),
    defect="every request asks a table that no migration made; health checks do not",
    signal="error rate",
    parameters={**PREVIOUS, "GOOD_REVISION": "2"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
    suites=NIGHTLY,
)

TO_MISSING_REVISION = replace(
    TO_REVISION,
    id="undo-to-missing-revision",
    title="undo to the number that the printed runbook has: there is no such revision, and rollout status says success",
    earlier=(),
    parameters={**PREVIOUS, "GOOD_REVISION": "5"},
    expected=Expectation.of(Cause.STEP_FAILED),
)

ASSESSED = replace(
    TO_REVISION,
    id="undo-assessed",
    title="assess and ask, as written: nobody answers, and the undo goes on all the same",
    procedure="assessed-undo",
    earlier=(),
    parameters=PREVIOUS,
    expected=Expectation.of(Cause.STEP_FAILED),
)

ASSESSED_CORRECTED = replace(
    ASSESSED,
    id="undo-assessed-corrected",
    title="assess, and go on because it was decided before",
    procedure="assessed-undo-corrected",
    parameters={**PREVIOUS, "DECISION": "yes"},
    expected=Expectation(),
)

ASSESSED_DECLINED = replace(
    ASSESSED_CORRECTED,
    id="undo-assessed-declined",
    title="assess, and stop because it was decided against: nothing is undone",
    parameters={**PREVIOUS, "DECISION": "no"},
    expected=Expectation.of(Cause.STEP_FAILED),
)

LOG_GONE = replace(
    ASSESSED,
    id="crash-log-gone",
    title="undo a rollout whose pods crash, then look at their log: it went with them",
    procedure="crash-undo",
    candidate="v2-crash-loop",
    defect="a library that only the image lacks is imported at start",
    signal="release stuck",
    harm=Harm.RELEASE_STUCK,
)

LOG_KEPT = replace(
    LOG_GONE,
    id="crash-log-kept",
    title="keep the log of a pod that crashes, then undo the rollout",
    procedure="crash-undo-corrected",
    expected=Expectation(),
)

UNPULLABLE = replace(
    LOG_GONE,
    id="undo-unpullable",
    title="undo a rollout whose image cannot be pulled",
    procedure="rollout-undo",
    candidate="v2-unpullable",
    defect="pods ask the registry for an image that never reached it",
    expected=Expectation(),
)

SLOW = replace(
    ASSESSED,
    id="undo-slow",
    title="undo a release that is slow, after kubectl top: no metrics server answers",
    procedure="slow-release",
    candidate="v2-slow",
    defect="a pause of a tenth of a second before every request, meant for another one",
    signal="response time",
    steady_s=300.0,  # a dozen half seconds after scaling, to know how much the baseline's own answers differ
    hold_s=200.0,
)

SLOW_CORRECTED = replace(
    SLOW,
    id="undo-slow-corrected",
    title="undo a release that is slow, until answers come as fast as before",
    procedure="slow-release-corrected",
    expected=Expectation(),
)

HUNGRY = replace(
    ASSESSED,
    id="undo-hungry",
    title="undo a rollout whose pods are killed for the memory that they take",
    procedure="hungry-undo",
    candidate="v2-hungry",
    defect="every answer is kept in memory, until the kernel kills what has grown",
    expected=Expectation(),
)

HUNGRY_STILL = replace(
    HUNGRY.sabotaged("noop-undo", "an undo that leaves the pods that are killed", Cause.NOT_SERVED),
    id="control-noop-undo-hungry",
)

SCENARIOS = (
    TO_REVISION,
    TO_MISSING_REVISION,
    ASSESSED,
    ASSESSED_CORRECTED,
    ASSESSED_DECLINED,
    LOG_GONE,
    LOG_KEPT,
    UNPULLABLE,
    SLOW,
    SLOW_CORRECTED,
    HUNGRY,
    HUNGRY_STILL,
)
