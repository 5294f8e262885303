"""What is rehearsed of mina's restarts: the same settings restored, the workers replaced in different ways.

Four listeners stay on the live stream. What each way cuts is counted, and a reload promises to cut nothing.
"""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

RELOAD = Scenario(
    id="restart-reload",
    title="restart by a graceful reload: no request and no stream is cut",
    procedure="restore-settings",
    baseline="v4-settings",
    candidate="v5-key-renamed",
    defect="a setting has another name, and the code asks for it by the old one: every note fails",
    signal="error rate",
    restores=("schema", "configuration"),
    parameters={"PREVIOUS_REVISION": "0003_notes_keys", "BACKUP": "before-v5-key-renamed.env"},
    needs=frozenset({Need.POSTGRES, Need.OWN_PROCESSES}),
    listeners=4,
    spares=("connections", "streams"),
)

KILLED = replace(
    RELOAD,
    id="restart-killed",
    title="restart by kill -9: what it cuts",
    procedure="restart-killed",
    spares=(),
    suites=NIGHTLY,
)

PINNED = replace(
    KILLED,
    id="restart-pinned",
    title="restart with worker class eventlet, on the last gunicorn that has it",
    procedure="restart-pinned",
    baseline="v10-pinned",
    candidate="v11-pinned-key-renamed",
    parameters={"PREVIOUS_REVISION": "0003_notes_keys", "BACKUP": "before-v11-pinned-key-renamed.env"},
)

KILLING = replace(
    RELOAD,
    id="control-kills-workers",
    title="a reload that kills the workers instead of asking them",
    sabotage="kills-workers",
    expected=Expectation.of(Cause.STREAMS_CUT),
)

# a promise that nothing keeps must be red without any sabotage, too
PROMISED = replace(
    KILLED,
    id="restart-killed-promised",
    title="restart by kill -9, with the promise that nobody notices",
    spares=("connections",),
    expected=Expectation.of(Cause.CONNECTIONS_CUT),
)

AT_ONCE = replace(
    RELOAD,
    id="p0-stop-only",
    title="P0 as written: pkill is back before the service has stopped",
    procedure="p0-at-once",
    verification="verification",
    listeners=4,
    spares=(),
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

SCENARIOS = (RELOAD, KILLED, PINNED, KILLING, PROMISED, AT_ONCE)
