"""What whoever watches a drill reads: each event at its own instant, and nothing that did not happen."""

import pytest

from fixtures.progress import Progress

SECOND = 1_000_000_000
ZERO = 1_000 * SECOND


def told(*events: tuple[str, float, dict[str, object]]) -> list[str]:
    lines: list[str] = []
    progress = Progress(lines.append)
    for name, at_s, facts in events:
        progress(name, ZERO + int(at_s * SECOND), facts)
    return lines


BASELINE: tuple[str, float, dict[str, object]] = ("baseline_deployed", 0, {"release": "v1"})
DECIDED: dict[str, object] = {"table": "downgrade-one", "procedure": "downgrade-one-corrected"}


def measured(hi_s: float, **facts: object) -> dict[str, object]:
    return {"lo_ns": 0, "hi_ns": ZERO + int(hi_s * SECOND), **facts}


def test_a_drill_is_told_from_its_title_to_its_end() -> None:
    """Measured events name their own instant and have none before them: they belong above the line before."""
    assert told(
        ("begun", -5, {"title": "undo the last migration"}),
        BASELINE,
        ("waiting_for_another_drill", 0.1, {}),
        ("disturbed", 0.2, {"lane": "read", "why": "TimeoutError: timed out"}),
        ("candidate_deployed", 3.5, {"release": "v2", "started_ns": 1}),
        ("harmed", 3.2, measured(3.2)),
        ("detected", 5.4, {"signal": "error rate", "seen": "error rate 33 %"}),
        ("decided", 5.4, DECIDED),
        ("procedure_started", 5.4, {"procedure": "x"}),
        ("step", 6.25, {"name": "downgrade", "ok": True, "exit": 0}),
        ("restored", 8.9, measured(8.9, restored=True, served=True)),
    ) == [
        "  undo the last migration",
        "     0.0 s  baseline deployed: v1",
        "     0.1 s  waiting: another drill of this machine is being measured",
        "     0.2 s  users were hurt before the candidate came, steady state anew: read: TimeoutError: timed out",
        "     3.5 s  candidate deployed: v2",
        "            harmed (at 3.2 s)",
        "     5.4 s  detected: error rate 33 %",
        "     5.4 s  decided downgrade-one-corrected (the runbook's table says downgrade-one)",
        "     5.4 s  procedure started",
        "     6.2 s  step downgrade",
        "            users served since 8.9 s",
    ]


@pytest.mark.parametrize(
    ("signal", "facts", "line"),
    [
        ("error rate", {"restored": False, "served": False}, "NOT restored, gave up: users are hurt"),
        ("error rate", {"restored": False, "served": True}, "users are served, but not as the baseline promises"),
        ("release stuck", {"restored": False, "served": True}, "NOT restored, gave up: the release does not stand"),
        ("release stuck", {"restored": True, "served": True}, "the release stands since 9.0 s"),
    ],
)
def test_what_was_not_restored_is_not_called_so(signal: str, facts: dict[str, object], line: str) -> None:
    """And where a rollout was stuck, users had been served all the time."""
    lines = told(BASELINE, ("detected", 5, {"signal": signal, "seen": "s"}), ("restored", 9, measured(9, **facts)))
    assert lines[-1].endswith(line)


def test_the_next_drill_counts_from_its_own_baseline() -> None:
    first, second = told(BASELINE, ("baseline_deployed", 40, {"release": "v1"}))
    assert first == second


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"ok": False, "exit": 2}, "step undo: exit 2, not as it must be"),
        ({"ok": False, "exit": None}, "step undo: cut at its deadline"),
        ({"ok": True, "exit": 1}, "step undo"),
    ],
)
def test_a_step_that_failed_says_so(facts: dict[str, object], line: str) -> None:
    assert told(BASELINE, ("step", 1, {"name": "undo", **facts}))[-1].endswith(line)


def test_what_was_only_refined_is_not_told_again() -> None:
    assert told(("refined", 9.0, measured(3.3, name="harmed"))) == []


def test_an_unknown_event_is_told_by_its_name() -> None:
    assert told(BASELINE, ("some_new_event", 1, {}))[-1] == "     1.0 s  some new event"
