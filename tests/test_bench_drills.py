"""The benches of whole drills: what they make of the records, and where there is nothing to make of them."""

import pytest

from scenarios.judging.causes import Cause
from scenarios.results import DrillRecord, Platform, Summary
from tests.bench import healthy, overhead
from tests.bench.goals import Unmeasured
from tests.sample_run import STORIES, record_of

PASSED = record_of(STORIES[0])


def ended(cause: Cause | None) -> DrillRecord:
    return PASSED.model_copy(update={"cause": cause, "verdict": "passed" if cause is None else cause.verdict})


@pytest.mark.parametrize(
    ("causes", "alarms", "busy"),
    [
        ([Cause.NO_HARM, Cause.NO_HARM], 0, 0),
        ([Cause.NO_HARM, Cause.CPU_STARVED, Cause.NO_STEADY_STATE], 0, 2),
        ([Cause.NO_HARM, None], 1, 0),
        ([Cause.NOT_DETECTED], 0, 0),  # a reload stalls answers for a moment: harm, and no alarm
        ([Cause.OTHER_HARM, Cause.NO_HARM], 1, 0),
    ],
)
def test_a_healthy_release_may_end_before_the_alarm_and_nowhere_else(
    causes: list[Cause | None], alarms: int, busy: int
) -> None:
    fired, stalled, untold = healthy.goals([ended(cause) for cause in causes])
    assert (fired.figure, fired.holds, untold.figure) == (alarms, alarms == 0, busy)
    assert stalled.figure == causes.count(Cause.NOT_DETECTED)


def test_a_machine_that_is_always_busy_tells_nothing() -> None:
    with pytest.raises(Unmeasured, match="too busy"):
        healthy.goals([ended(Cause.CPU_STARVED)])


def summary_of(*drills: DrillRecord) -> Summary:
    return Summary(
        run="r",
        started_at="t",
        git_rev="g",
        verdict="passed",
        time_scale=0.02,
        suite="ci",
        platform=Platform(),
        not_rehearsed=[],
        drills=list(drills),
    )


def test_the_longest_drill_is_named_and_held_against_fifteen_seconds() -> None:
    drills = [PASSED.model_copy(update={"id": f"d{taken}", "overhead_s": taken}) for taken in (3.0, 15.5, 9.0)]
    found = overhead.goal("serial", summary_of(*drills))
    assert (found.figure, found.limit, found.holds) == (15.5, 15.0, False)
    assert "serial: the longest of 3 drills (d15.5)" in found.goal
    assert overhead.goal("serial", summary_of(drills[0])).holds is True


def test_what_did_not_come_out_as_expected_is_no_figure() -> None:
    for odd in (PASSED, PASSED.model_copy(update={"overhead_s": 3.0, "as_expected": False})):
        with pytest.raises(Unmeasured, match="not as expected"):
            overhead.goal("serial", summary_of(odd))
    with pytest.raises(Unmeasured, match="there was no drill"):
        overhead.goal("serial", summary_of())
