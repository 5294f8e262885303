"""What is rehearsed of mina's one host: settings, feature flags, checkpoints."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import NIGHTLY, Expectation, Need, Scenario

SETTINGS = Scenario(
    id="settings-key-renamed",
    title="restore the settings from before a key was renamed",
    procedure="restore-settings",
    baseline="v4-settings",
    candidate="v5-key-renamed",
    defect="a setting has another name, and the code asks for it by the old one: every note fails",
    signal="error rate",
    restores=("schema", "configuration"),
    parameters={"PREVIOUS_REVISION": "0003_notes_keys", "BACKUP": "before-v5-key-renamed.env"},
    needs=frozenset({Need.POSTGRES}),
)

WRONG_TYPE = replace(
    SETTINGS,
    id="settings-wrong-type",
    title="restore the settings from before a number was written in words",
    candidate="v5-limit-in-words",
    defect="a setting that must be a number is none: every note fails",
    parameters={"PREVIOUS_REVISION": "0003_notes_keys", "BACKUP": "before-v5-limit-in-words.env"},
    suites=NIGHTLY,
)

ROTATED = replace(
    SETTINGS,
    id="settings-secret-rotated",
    title="restore settings from before a key was changed: the old key comes back",
    earlier=("v4-settings",),
    baseline="v4-rotated-key",
    candidate="v5-limit-after-rotation",
    defect=WRONG_TYPE.defect,
    parameters={
        "PREVIOUS_REVISION": "0004_autumn_key",
        "BACKUP": "before-v4-rotated-key.env",
        "CHANGED_SECRETS": "NOTES_KEY",
    },
    expected=Expectation.of(Cause.NOT_SERVED),
    suites=NIGHTLY,
)

KEPT_SECRET = replace(
    ROTATED,
    id="settings-secret-kept",
    title="restore settings from before a key was changed, but for the key",
    procedure="restore-settings-keep",
    expected=Expectation(),
)

BY_HAND = replace(
    SETTINGS,
    id="restart-by-hand",
    title="start again by hand, as written: a worker class that gunicorn has dropped",
    procedure="restart-by-hand",
    needs=frozenset({Need.POSTGRES, Need.OWN_PROCESSES}),
    listeners=4,
    expected=Expectation.of(Cause.STEP_FAILED),
    suites=NIGHTLY,
)

IN_TERMINAL = replace(
    BY_HAND,
    id="restart-in-terminal",
    title="start again by hand, as written: in the foreground of a terminal that closes",
    procedure="restart-in-terminal",
    settle_s=3.0,  # it ends with the terminal: more would show no more
    expected=Expectation.of(Cause.STEP_DEADLINE),
)

STARTED_AGAIN = replace(
    BY_HAND,
    id="restart-corrected",
    title="stop, wait until the last worker has ended, start in the background",
    procedure="restart-corrected",
    expected=Expectation(),
)

FLAG_OFF = Scenario(
    id="flag-off",
    title="switch a feature off that workers remember to be on: until the last worker has asked again",
    procedure="flag-off",
    baseline="v6-flag-cache",
    candidate="v7-summaries-on",
    defect="a flag is switched on for a feature that was never installed: every new session fails",
    signal="error rate",
    restores=("summaries",),
    parameters={"PREVIOUS_REVISION": "0003_summaries_on", "FLAG": "summaries"},
    needs=frozenset({Need.POSTGRES}),
    suites=NIGHTLY,
)

FLAG_KEPT = replace(
    FLAG_OFF,
    id="flag-kept",
    title="switch a feature off whose flag workers remember for good",
    candidate="v7-flag-kept-for-good",
    expected=Expectation.of(Cause.NOT_SERVED),
    known="Unleash/unleash#10358",
)

FLAG_RELOAD = replace(
    FLAG_KEPT,
    id="flag-off-reload",
    title="switch a feature off and replace the workers that remember its flag for good",
    procedure="flag-off-reload",
    expected=Expectation(),
    known=None,
)

CHECKPOINT = Scenario(
    id="p0-checkpoint",
    title="P0: stop, restore code, database and settings as of one moment, tell, verify",
    procedure="p0-checkpoint",
    verification="verification-p0",
    baseline="v4-checkpoints",
    candidate="v8-archive",
    defect="code, migration and settings at once; every request asks for a table that is not there",
    signal="no answers",
    restores=("release", "schema", "configuration"),
    parameters={"PREVIOUS_REVISION": "0003_notes_keys", "CHECKPOINT": "before-v8-archive"},
    needs=frozenset({Need.POSTGRES, Need.OWN_PROCESSES}),
)


def _trap(part: str, title: str, restored: str, cause: Cause) -> Scenario:
    """Only two of the three are restored."""
    return replace(
        CHECKPOINT,
        id=f"p0-without-{part}",
        title=title,
        parameters={**CHECKPOINT.parameters, "RESTORE": restored},
        expected=Expectation.of(cause),
        suites=NIGHTLY,
    )


CHECKPOINT_TRAPS = (
    _trap("code", "P0 without the code: database and settings go back", "database settings", Cause.NOT_SERVED),
    _trap("schema", "P0 without the data: code and settings go back", "code settings", Cause.WRONG_SCHEMA),
    _trap("settings", "P0 without the settings: code and data go back", "code database", Cause.WRONG_CONFIGURATION),
    replace(
        CHECKPOINT,
        id="p0-yesterday",
        title="P0 with yesterday's checkpoint",
        earlier=("v4-checkpoints",),
        baseline="v4-day-two",
        parameters={**CHECKPOINT.parameters, "CHECKPOINT": "before-v4-day-two"},
        expected=Expectation.of(Cause.ROWS_CHANGED),
        suites=NIGHTLY,
    ),
)

HOST_CONTROLS = (
    SETTINGS.sabotaged(
        "other-settings",
        "settings that serve users and are not those from before",
        Cause.WRONG_CONFIGURATION,
        NIGHTLY,
    ),
    FLAG_RELOAD.sabotaged("flag-stays", "a flag that is said to be off and is not", Cause.ROWS_CHANGED, NIGHTLY),
    replace(
        FLAG_OFF.sabotaged("older-release", "code from before the feature, and the flag still on", Cause.ROWS_CHANGED),
        earlier=("v1",),
        parameters={**FLAG_OFF.parameters, "OLDER_RELEASE": "v1"},
    ),
    CHECKPOINT.sabotaged(
        "nobody-told",
        "a message to the incidents channel that is never sent",
        Cause.VERIFICATION_FAILED,
        NIGHTLY,
    ),
    replace(
        CHECKPOINT.sabotaged(
            "stays-closed", "a restored database that lets nobody in any more", Cause.NOT_SERVED, NIGHTLY
        ),
        settle_s=3.0,  # it lets nobody in for good: more would show no more
    ),
)

SCENARIOS = (
    SETTINGS,
    WRONG_TYPE,
    ROTATED,
    KEPT_SECRET,
    BY_HAND,
    IN_TERMINAL,
    STARTED_AGAIN,
    FLAG_OFF,
    FLAG_KEPT,
    FLAG_RELOAD,
    CHECKPOINT,
    *CHECKPOINT_TRAPS,
    *HOST_CONTROLS,
)
