"""What a synthetic run says of itself beside its drills."""

from typing import Any

from scenarios.results import NotRehearsed, Platform

NOT_REHEARSED = [
    NotRehearsed(
        id="drills/kubernetes/test_rollout_undo.py::test_undo",
        why="no container engine answers on this machine",
        mend="`drill engine up` installs and starts one, or name another with DOCKER_HOST",
    ),
    NotRehearsed(
        id="mina: procedure restore-checkpoint, step 3 (console)",
        why="a person does this step in a web console",
        mend="add an adapted script, see docs/runbook-format.md",
    ),
]


def header(**changes: Any) -> dict[str, Any]:
    """The header fields of `write_summary`."""
    return {
        "run": "20260102T030405Z-sample",
        "started_at": "2026-01-02T03:04:05+00:00",
        "git_rev": "0123456789abcdef0123456789abcdef01234567",
        "time_scale": 0.02,
        "suite": "ci",
        "platform": Platform(postgres="18.6"),
        "not_rehearsed": NOT_REHEARSED,
    } | changes
