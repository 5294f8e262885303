"""Signals: they fire for what the runbook's trigger means, and for nothing less."""

import random
from collections.abc import Callable

import pytest

from scenarios.errors import UsageError
from scenarios.observations import CONTROL_LANE, Observation
from scenarios.runbook import Trigger
from scenarios.signals import ErrorRate, NoAnswers, from_trigger, scaled_window_s

SECOND = 1_000_000_000
HZ = 200
RATE = ErrorRate(threshold=0.05, window_s=4.0)
SILENCE = NoAnswers(window_s=4.0)


def watched(
    served: Callable[[float], bool], seconds: float = 8.0, hz: int = HZ, lane: str = "read"
) -> list[Observation]:
    """`seconds` of one lane; `served` decides by the time of the answer in seconds."""
    step = SECOND // hz
    return [
        Observation(
            lane=lane, tick=i, planned_ns=0, sent_ns=i * step, done_ns=i * step + 1, status=200, served=served(i / hz)
        )
        for i in range(int(seconds * hz))
    ]


def fires(signal: ErrorRate | NoAnswers, observations: list[Observation], at_s: float = 8.0) -> bool:
    return signal.read(observations, int(at_s * SECOND)).fires


def test_an_error_rate_past_the_threshold_all_through_the_window_fires() -> None:
    """One in ten, evenly."""
    assert fires(RATE, watched(lambda t: round(t * HZ) % 10 != 0))


def test_an_error_rate_at_the_threshold_does_not_fire() -> None:
    """Exactly one in twenty is not more than 5 %."""
    assert not fires(RATE, watched(lambda t: round(t * HZ) % 20 != 0))


@pytest.mark.parametrize("quarter", range(4))
def test_a_spike_does_not_fire_however_high_it_is(quarter: int) -> None:
    """A quarter of the window wholly bad is 25 % on average: a monitor that says "for 1 min" would wait."""
    start = 4 + quarter
    assert not fires(RATE, watched(lambda t: not start <= t < start + 1))


@pytest.mark.parametrize("quarter", range(4))
def test_one_good_quarter_is_enough_to_keep_quiet(quarter: int) -> None:
    start = 4 + quarter
    assert not fires(RATE, watched(lambda t: start <= t < start + 1))


def test_it_fires_no_sooner_than_a_window_after_the_harm_began() -> None:
    """Harm from second 2 on: quiet at 5, when a quarter is still good, firing at 6."""
    observations = watched(lambda t: t < 2)
    assert not fires(RATE, observations, at_s=5.0)
    assert fires(RATE, observations, at_s=6.0)


@pytest.mark.parametrize(("hz", "expected"), [(49, False), (51, True)])
def test_fewer_than_200_answers_prove_nothing(hz: int, expected: bool) -> None:
    """All bad, in 4 s: 196 answers are too few, 204 are enough; for both kinds of signal."""
    observations = watched(lambda t: False, hz=hz)
    assert fires(RATE, observations) is expected
    assert fires(SILENCE, observations) is expected


def test_a_quarter_without_any_answer_proves_nothing() -> None:
    observations = [seen for seen in watched(lambda t: False) if not 5 <= seen.sent_ns / SECOND < 6]
    assert not fires(RATE, observations)


def test_answers_of_the_future_and_of_the_control_lane_do_not_count() -> None:
    """A signal is judged at an instant, and our own echo server is nobody's service."""
    assert not fires(RATE, watched(lambda t: t < 4), at_s=4.0)
    assert not fires(RATE, watched(lambda t: False, lane=CONTROL_LANE))
    assert not fires(SILENCE, watched(lambda t: False, lane=CONTROL_LANE))


def test_no_answers_means_none_at_all() -> None:
    """One served request in the window, and there are answers."""
    assert fires(SILENCE, watched(lambda t: t < 4))
    assert not fires(SILENCE, watched(lambda t: t < 4 or t == 6))


def test_the_reading_tells_what_was_seen() -> None:
    assert (
        RATE.read(watched(lambda t: False), 8 * SECOND).text
        == "error rate 100.0% of the 800 answers that came in 4.0 s"
    )
    assert SILENCE.read(watched(lambda t: True), 8 * SECOND).text == "800 of 800 attempts served over 4.0 s"
    assert RATE.read([], SECOND).text == "error rate 0.0% of the 0 answers that came in 4.0 s"


def test_the_order_in_which_answers_end_is_all_that_matters() -> None:
    """Random services at random instants: the error rate fires exactly where a count by hand says so."""
    rng = random.Random(5)
    outcomes = set()
    for _ in range(200):
        share, cut = rng.choice([0.02, 0.05, 0.08, 0.3]), rng.uniform(3, 6)
        observations = watched(lambda t: t < cut or rng.random() >= share)  # noqa: B023
        window = [seen for seen in observations if 4 * SECOND < seen.done_ns <= 8 * SECOND]
        quarters = [[s.served for s in window if (s.done_ns - 4 * SECOND) // SECOND == q] for q in range(4)]
        first = [s.served for s in window if s.done_ns - 4 * SECOND <= 0.4 * SECOND]
        by_hand = all(quarter.count(False) / len(quarter) > 0.05 for quarter in quarters) and False in first
        assert fires(RATE, observations) is by_hand
        outcomes.add(by_hand)
    assert outcomes == {True, False}


@pytest.mark.parametrize(
    ("window_s", "scale", "rate_hz", "expected"),
    [
        (300, 0.02, 255, 6.0),
        (60, 0.02, 255, 2.0),  # never below 2 s
        (60, 0.02, 50, 4.0),  # nor below 200 observations
        (60, 1, 255, 60),  # as the runbook says
        (1, 1, 50, 1),
        (60, 2, 255, 120),
    ],
)
def test_a_scaled_window_has_two_floors(window_s: float, scale: float, rate_hz: float, expected: float) -> None:
    assert scaled_window_s(window_s, scale, rate_hz) == expected


def trigger(signal: str, threshold: float | None) -> Trigger:
    return Trigger(signal=signal, threshold=threshold, for_s=300, severity="P1", procedure="back", line=12)


def test_a_row_of_the_triggers_table_becomes_its_signal() -> None:
    assert from_trigger(trigger("error rate", 0.05), 0.02, 255) == ErrorRate(threshold=0.05, window_s=6.0)
    assert from_trigger(trigger("no answers", None), 0.02, 255) == NoAnswers(window_s=6.0)


@pytest.mark.parametrize(("signal", "threshold"), [("gut feeling", None), ("error rate", None)])
def test_a_signal_that_cannot_be_watched_is_a_usage_error_with_its_line(signal: str, threshold: float | None) -> None:
    with pytest.raises(UsageError, match=f"line 12 .*'{signal}'.*expected 'error rate'"):
        from_trigger(trigger(signal, threshold), 0.02, 255)
