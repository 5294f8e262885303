"""The two clocks in words: the judged one first, an open end never as a figure, the claim beside what users saw."""

from dataclasses import replace

import pytest

from reports import clocks, words
from reports.figures import clock_rows
from scenarios.results import Interval
from tests.sample_run import STORIES, record_of

PASSED, AS_EXPECTED, _, UNEXPECTED, _ = (record_of(story) for story in STORIES)


def test_the_judged_clock_comes_first_with_its_limit_and_error() -> None:
    assert clocks.clock_phrases(PASSED, 0.02) == [
        "recovered in 1.56\N{EN DASH}1.58 s of 900 s allowed (±4.1 ms probe)",
        "users hurt for 3.80\N{EN DASH}3.83 s (alarm after 2.20 s at time scale 0.02)",
    ]
    judged = (
        "users hurt for 3.80\N{EN DASH}3.83 s of 900 s allowed (±4.1 ms probe; alarm after 2.20 s at time scale 0.02)"
    )
    assert clocks.clock_phrases(UNEXPECTED, 0.02)[0] == judged


@pytest.mark.parametrize("time_scale", [1, None])
def test_a_time_scale_that_changes_nothing_or_is_not_known_is_not_named(time_scale: float | None) -> None:
    assert clocks.alarm(PASSED, time_scale) == "alarm after 2.20 s"


def test_without_a_disruption_or_an_alarm_nothing_is_said_of_it() -> None:
    assert clocks.alarm(PASSED.model_copy(update={"disruption_s": None}), 0.02) == ""
    assert (
        clocks.alarm(PASSED.model_copy(update={"phases_s": PASSED.phases_s.model_copy(update={"detect": None})}), 1)
        == ""
    )


@pytest.mark.parametrize(
    ("first", "recovery", "said"),
    [
        ((2.084, 2.101), (5.5, 5.9), "2.08\N{EN DASH}2.11 s, 3.39 s or more before it stayed good"),
        ((2.084, 2.101), (2.2, 2.3), ""),  # a tenth of a second is no difference
        ((0.0, 0.011), (11.69, None), "0.00\N{EN DASH}0.02 s, and it had not stayed good after 11.6 s"),
        ((2.084, 2.101), None, ""),
        (None, (5.5, 5.9), ""),
    ],
)
def test_a_first_good_answer_is_told_where_it_came_too_early(
    first: Interval | None, recovery: Interval | None, said: str
) -> None:
    record = record_of(replace(STORIES[0], first_good_s=first)).model_copy(update={"recovery_s": recovery})
    assert clocks.first_good(record) == (f"first good answer after {said}" if said else "")
    assert clocks.first_good(record.model_copy(update={"harm": "release_stuck"})) == ""
    assert clocks.first_good(record.model_copy(update={"availability": None})) == ""


def test_the_readings_stand_side_by_side_and_only_those_there_are() -> None:
    dash = "\N{EN DASH}"
    assert clocks.readings(PASSED) == [
        ("first good answer", f"0.41{dash}0.44 s"),
        ("kubectl rollout status claimed success", "1.10 s"),
        ("stable recovery", f"1.56{dash}1.58 s"),
    ]
    assert clocks.readings(AS_EXPECTED) == [("stable recovery", "not seen within the window (> 1.41 s)")]
    nothing = {"recovery_s": (None, None), "claimed_s": None, "availability": None}
    assert clocks.readings(PASSED.model_copy(update=nothing)) == []


def test_a_censored_recovery_is_never_a_figure() -> None:
    (phrase,) = clocks.clock_phrases(AS_EXPECTED)
    assert phrase.endswith("> 3.66 s after the first harm (alarm after 2.20 s)")
    assert phrase.startswith("not restored within the window: > 1.41 s after the procedure began (900 s allowed)")


def test_what_was_not_measured_is_said() -> None:
    nothing = PASSED.model_copy(update={"recovery_s": None, "disruption_s": None, "probe_error_ms": None})
    assert clocks.clock_phrases(nothing) == ["recovery not measured", "disruption not measured"]
    assert words.probe_error(None) == "probe error not known"


@pytest.mark.parametrize(
    ("claimed_s", "recovery", "said"),
    [
        (None, (5.8, 6.1), ""),
        (5.0, (5.8, 6.1), "0.80 s or more before users were served again"),
        (7.0, (5.8, 6.1), "users were served again before that"),
        (6.0, (5.8, 6.1), "at the same time"),
        (5.0, (5.809, 6.1), "0.80 s or more"),  # rounded down: never more than was measured
        (5.0, (9.4, None), "what was promised had not come back after 9.40 s"),
        (5.0, None, "claimed success after 5.00 s"),
    ],
)
def test_what_rollout_status_claimed_stands_beside_what_users_saw(
    claimed_s: float | None, recovery: Interval | None, said: str
) -> None:
    record = PASSED.model_copy(update={"claimed_s": claimed_s, "recovery_s": recovery})
    assert said in clocks.claim(record)
    assert bool(clocks.claim(record)) == (claimed_s is not None)


def test_a_clock_ends_with_what_was_broken() -> None:
    """Where the release was stuck users were served all along: no clock of it ends with them."""
    meanings = [row.meaning for row in clock_rows(PASSED.model_copy(update={"harm": "release_stuck"}), 1)[:2]]
    assert all(meaning.endswith("until the rollout stands for good") for meaning in meanings)
    assert clock_rows(PASSED, 1)[1].meaning == "first harm until users are served for good"


@pytest.mark.parametrize(
    ("harm", "said"), [("release_stuck", "the rollout stood again"), ("state_wrong", "the state was right again")]
)
def test_the_claim_names_what_came_back(harm: str, said: str) -> None:
    record = PASSED.model_copy(update={"claimed_s": 1.0, "harm": harm})
    assert clocks.claim(record).endswith(said)


@pytest.mark.parametrize(
    ("execute_s", "recovery", "said"),
    [
        (1.0, (3.4, 3.7), f"the last worker obeyed 2.40{words.DASH}2.70 s after the last step had ended"),
        (3.35, (3.4, 3.7), ""),  # no difference that anybody could act on
        (4.0, (3.4, 3.7), ""),
        (1.0, (3.4, None), ""),
        (None, (3.4, 3.7), ""),
        (1.0, None, ""),
    ],
)
def test_until_the_last_worker_obeys_is_a_figure(execute_s: float | None, recovery: Interval | None, said: str) -> None:
    phases = PASSED.phases_s.model_copy(update={"execute": execute_s})
    record = PASSED.model_copy(update={"phases_s": phases, "recovery_s": recovery})
    assert clocks.last_to_obey(record) == said


def test_what_a_drill_takes_beyond_its_holds_is_told_where_it_is_known() -> None:
    assert clocks.overhead(PASSED) == ""
    told = clocks.overhead(PASSED.model_copy(update={"overhead_s": 7.25}))
    assert told == "the drill took 7.25 s beyond its set-up and its own holds"
