"""What is rehearsed of mina: the ways back from a migration that breaks the writer."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import Ask, Expectation, Need, Scenario, System

BASELINE_REVISION = "0002_segments"

# mina's runbook brings the schema back and leaves the candidate's code running, so only the schema is promised
ONE_STEP = Scenario(
    id="downgrade-one",
    title="undo the last migration, as written: flask db downgrade -1",
    procedure="downgrade-one",
    baseline="v1",
    candidate="v2-required-region",
    defect="a new NOT NULL column that the writer does not fill: every write fails, every read works",
    signal="error rate",
    restores=("schema",),
    parameters={"PREVIOUS_REVISION": BASELINE_REVISION},
    needs=frozenset({Need.POSTGRES}),
    expected=Expectation.of(Cause.STEP_FAILED),
)

CORRECTED = replace(
    ONE_STEP,
    id="downgrade-one-corrected",
    title="undo the last migration, corrected: flask db downgrade -- -1",
    procedure="downgrade-one-corrected",
    expected=Expectation(),
)

NAMED = replace(
    ONE_STEP,
    id="downgrade-revision",
    title="go back to a named revision",
    procedure="downgrade-revision",
    expected=Expectation(),
)

SEVERAL = replace(
    NAMED,
    id="downgrade-several",
    title="go back over the three migrations of one release",
    procedure="downgrade-several",
    candidate="v3-speakers",
    defect="three migrations, of which the second makes every write fail",
)

BASE = replace(
    ONE_STEP,
    id="downgrade-base",
    title="remove every migration: flask db downgrade base",
    procedure="downgrade-base",
    expected=Expectation.of(Cause.WRITES_LOST),
)

CONTROLS = (
    CORRECTED.sabotaged("noop-downgrade", "a downgrade that does nothing and says it did", Cause.NOT_SERVED),
    SEVERAL.sabotaged("wrong-revision", "a downgrade that stops one migration too early", Cause.WRONG_SCHEMA),
    CORRECTED.sabotaged("drops-a-row", "a downgrade that also deletes one acknowledged row", Cause.WRITES_LOST),
)

_FIELDS = {"client": "crossing", "seq": 1}
_SESSION, _PIECES = "/api/sessions/{row}", "/api/sessions/{row}/segments"
WRITES = (
    Ask(
        name="write session",
        method="POST",
        path="/api/sessions",
        fields={**_FIELDS, "id": "{row}", "body": "by {writer}"},
        expect=201,
        shows={"committed": True},
    ),
    Ask(
        name="write segment",
        method="POST",
        path=_PIECES,
        fields={"id": "{row}-1", "seq": 1, "text": "by {writer}"},
        expect=201,
    ),
)
ASKS = (
    Ask(name="log in", method="POST", path="/login", fields={"user": "ada", "password": "drill-password"}),
    Ask(name="read session", method="GET", path=_SESSION, shows={"id": "{row}", "body": "by {writer}"}),
    Ask(name="read segments", method="GET", path=_PIECES),
    Ask(name="read ledger", method="GET", path="/api/ledger"),
    replace(WRITES[0], fields={**_FIELDS, "seq": 2, "id": "{new}", "body": "another"}),
    replace(WRITES[1], fields={"id": "{new}", "seq": 2, "text": "another"}),
    Ask(name="change session", method="PUT", path=_SESSION, fields={**_FIELDS, "seq": 3, "body": "changed"}),
    Ask(name="delete session", method="DELETE", path=_SESSION),
)

SYSTEM = System(
    name="mina",
    ledger_path="/api/ledger",
    stream_path="/api/sessions/{session}/stream",
    owner="database",
    database="mina_production",
    tells=("configuration", "summaries"),
    state_tables=("users", "sessions", "segments", "feature_flags"),
    writes=WRITES,
    asks=ASKS,
    scenarios=(ONE_STEP, CORRECTED, NAMED, SEVERAL, BASE, *CONTROLS),
)
