"""Failures that really happened, re-created on jarvis: docs/known-failures.md has the public thread of each."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Harm, Load, Need, Scenario

OLD_PODS = Scenario(
    id="undo-old-pods-serve",
    title="undo a rollout whose pods take long to go: rollout status is done, and they go on serving",
    procedure="rollout-undo",
    baseline="v1",
    candidate="v2-slow-to-go",
    defect="every request asks a table that no migration made, and pods have half a minute to end",
    rolled_out=True,  # who is connected to a pod of the release before would not be hurt at all
    signal="error rate",
    parameters={"PREVIOUS_RELEASE": "v1", "PREVIOUS_MODEL": "swift-1"},
    needs=frozenset({Need.CLUSTER, Need.POSTGRES}),
    settle_s=8.0,
    load=Load(users=4, pause_s=0.2),  # three pods, a database and the cluster itself share the machine with the probe
    expected=Expectation.of(Cause.NOT_SERVED),
    known="kubernetes/kubectl#1628",
    suites=NIGHTLY,
)

OLD_PODS_GONE = replace(
    OLD_PODS,
    id="undo-old-pods-gone",
    title="undo to a named revision and wait until the old pods have gone",
    procedure="rollout-undo-corrected",
    expected=Expectation(),
    known=None,
)

TWICE = replace(
    OLD_PODS,
    id="undo-twice",
    rolled_out=False,
    title="undo twice: the second undo brings the bad release back",
    procedure="rollout-undo-twice",
    candidate="v2-fails-every-request",
    defect="every request asks a table that no migration made; health checks do not",
    expected=Expectation.of(Cause.NOT_SERVED),
    known="kubernetes/website#6921",
)

NO_HISTORY = replace(
    OLD_PODS,
    id="undo-no-history",
    rolled_out=False,
    title="undo where no history is kept: there is nothing to go back to",
    procedure="rollout-undo-complete",
    candidate="v2-no-history",
    defect="every request asks a table that no migration made, and the ReplicaSet of before is deleted at once",
    expected=Expectation.of(Cause.STEP_FAILED),
    known="portworx/helm#200",
)

REAPPLIED = replace(
    NO_HISTORY,
    id="reapply-release",
    title="apply the last good release again, where no history is kept",
    procedure="reapply-release",
    expected=Expectation(),
    known=None,
)

STALE = replace(
    OLD_PODS,
    id="undo-stale-condition",
    rolled_out=False,
    title="undo a rollout that was given up: a good undo is called a failure by what the last rollout left",
    procedure="rollout-undo-watched",
    candidate="v2-two-at-once",
    defect="readiness waits for a topic that was removed, on two pods at a time",
    signal="release stuck",
    harm=Harm.RELEASE_STUCK,
    expected=Expectation.of(Cause.STEP_FAILED),
    known="jordigilh/kubernaut#199",
)

COUNTED = replace(
    STALE,
    id="undo-counted",
    title="undo a rollout that was given up, and count pods in place of reading its condition",
    procedure="rollout-undo-counted",
    expected=Expectation(),
    known=None,
)

COLOR = replace(
    OLD_PODS,
    id="color-scaled-down",
    rolled_out=False,
    title="switch back to a color that was scaled down: nobody is behind the Service",
    procedure="color-back",
    baseline="v1-blue",
    candidate="v2-green",
    deployment="jarvis-api-blue",
    defect="every request asks a table that no migration made, and the other color has no pods any more",
    parameters={"PREVIOUS_RELEASE": "v1-blue", "PREVIOUS_MODEL": "swift-1"},
    expected=Expectation.of(Cause.NOT_SERVED),
    known="argoproj/argo-rollouts#2235",
)

COLOR_CORRECTED = replace(
    COLOR,
    id="color-back-corrected",
    title="scale the other color up, wait for it, and then switch back to it",
    procedure="color-back-corrected",
    expected=Expectation(),
    known=None,
)

SCENARIOS = (OLD_PODS, OLD_PODS_GONE, TWICE, NO_HISTORY, REAPPLIED, STALE, COUNTED, COLOR, COLOR_CORRECTED)
