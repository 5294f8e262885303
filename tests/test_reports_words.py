"""Figures in words: an interval never shrinks, a missing figure is said to be missing, an outcome is never mistaken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import words
from reports.words import Outcome
from scenarios.results import Interval, ObjectiveRecord, Writes
from tests.sample_run import STORIES, record_of
from tests.sample_seen import CALIBRATION

PASSED, AS_EXPECTED, CONTROL, UNEXPECTED, INCONCLUSIVE = (record_of(story) for story in STORIES)


@pytest.mark.parametrize(
    ("bounds", "text"),
    [
        ((0.8123, 0.8267), "0.81\N{EN DASH}0.83 s"),
        ((0.81, 0.83), "0.81\N{EN DASH}0.83 s"),
        ((299.96, 300.02), "299.9\N{EN DASH}300.1 s"),
        ((9.991, 10.004), "9.9\N{EN DASH}10.1 s"),
        ((6.239, None), "> 6.23 s"),
        ((None, 0.8211), "< 0.83 s"),
        ((-0.012, 0.02), "-0.02 to 0.02 s"),
        ((None, None), "not measured"),
        (None, "not measured"),
    ],
)
def test_an_interval_is_printed_with_both_bounds(bounds: Interval | None, text: str) -> None:
    assert words.interval(bounds) == text


@given(st.floats(0, 5000), st.floats(0, 100))
def test_a_printed_interval_holds_the_measured_one(lo: float, width: float) -> None:
    """Rounding goes outwards, whatever the figures."""
    low, high = words.interval((lo, lo + width)).removesuffix(" s").split("\N{EN DASH}")
    assert float(low) <= lo
    assert float(high) >= lo + width


def test_the_five_outcomes_are_told_apart() -> None:
    outcomes = [words.outcome_of(record_of(story)) for story in STORIES]
    assert outcomes == list(Outcome)
    assert [outcome.good for outcome in outcomes] == [True, True, True, False, False]


def test_results_in_words() -> None:
    assert words.result_of(PASSED).text == "passed"
    assert words.result_of(AS_EXPECTED).text == "failed, as expected: step_failed"
    assert words.result_of(CONTROL).text == "failed, as it must (control): writes_lost"
    assert words.result_of(UNEXPECTED).text == "NOT AS EXPECTED: expected passed, got failed/writes_lost"
    assert words.result_of(INCONCLUSIVE).text.startswith("INCONCLUSIVE: harness_overloaded, nothing was proved")


def test_a_control_that_stayed_green_is_not_as_expected() -> None:
    """The most dangerous outcome of all: the judging did not notice a sabotaged rollback."""
    blind = CONTROL.model_copy(update={"verdict": "passed", "cause": None, "as_expected": False})
    result = words.result_of(blind)
    assert result.outcome is Outcome.UNEXPECTED
    assert result.text == "NOT AS EXPECTED: expected failed/writes_lost, got passed"


@pytest.mark.parametrize(
    ("writes", "text"),
    [
        (Writes(), "loss not judged"),
        (Writes(acked=0, lost=0), "loss not judged: no acknowledged write"),
        (Writes(acked=9), "loss not judged (9 acknowledged writes)"),
        (Writes(acked=412, lost=0), "0 of 412 acknowledged writes lost"),
        (
            Writes(acked=412, lost=3, corrupt=2, foreign=1),
            "3 of 412 acknowledged writes lost, reaching back 2.310 s, 2",
        ),
        (
            Writes(acked=412, lost=0, unknown_lost=7),
            "0 of 412 acknowledged writes lost; 7 never answered and not there",
        ),
        (Writes(acked=0, unknown_lost=7), "loss not judged: no acknowledged write; 7 never answered and not there"),
        (Writes(acked=412, lost=0, unknown_lost=0, recovered=9), "0 of 412 acknowledged writes lost"),
    ],
)
def test_loss_in_words(writes: Writes, text: str) -> None:
    """Nothing acknowledged means nothing judged; only broken promises count as harm; what nobody knows is told."""
    phrase = words.loss_phrase(UNEXPECTED.model_copy(update={"writes": writes, "rpa_s": 2.31}))
    assert phrase.startswith(text)
    assert ("never answered" in phrase) is bool(writes.unknown_lost)
    assert ("2 corrupt, 1 foreign" in phrase) is bool(writes.corrupt)


def test_an_objective_without_a_limit_on_the_number_of_writes() -> None:
    objective = ObjectiveRecord(rto_s=2.5, clock="recovery", rpo_s=60, rpo_writes=None)
    assert words.loss_allowed(objective) == "any number of writes, 60 s"
    assert words.loss_allowed(None) == "no objective"


def test_the_calibration_says_how_far_off_the_probe_was() -> None:
    """Rounded up: an error is never told smaller than it was."""
    told = words.calibration(CALIBRATION)
    assert told == (
        "over 15 outages of known length: p50 1.2, p99 4.1, max 4.1 ms; at most, by shape: 503 2.5, refuse 4.1 ms"
    )
    assert words.calibration(CALIBRATION.model_copy(update={"by_shape_ms": {}})).endswith("max 4.1 ms")
    assert words.calibration(None) == ""


def test_the_figures_behind_the_error_are_told_where_they_are_one_calibration_s() -> None:
    """Two workers have two calibrations: neither's figures are the run's."""
    with_figures = words.probe_error_sentence([PASSED, CONTROL, INCONCLUSIVE])
    assert with_figures == f"{words.PROBE_ERROR[:-1]}: 15 outages, p50 1.2, p99 4.1 ms."
    other = CONTROL.model_copy(update={"calibration": CALIBRATION.model_copy(update={"outages": 9})})
    assert words.probe_error_sentence([PASSED, other]) == words.PROBE_ERROR
    assert words.probe_error_sentence([INCONCLUSIVE]) == words.PROBE_ERROR


def test_an_unknown_cause_is_given_back() -> None:
    """A report of a newer version's run still says something."""
    assert words.cause_sentence("from_the_future") == "from_the_future"
    assert words.cause_sentence("writes_lost").startswith("Writes that users were told")


def test_the_time_scale_says_what_it_changes_and_what_not() -> None:
    """At scale 1 nothing is shortened, so nothing may say so."""
    shortened, longer = words.time_scale_sentence(0.02), words.time_scale_sentence(2)
    assert "lasted 2 % of what the runbook says, though never under 2 s" in shortened
    assert "Recovery, loss and latency limits are never scaled" in shortened
    assert "Disruption contains the wait for the alarm, which was shortened" in shortened
    assert "lasted 200 % of what the runbook says." in longer
    assert "lengthened" in longer
    assert words.time_scale_sentence(1) == "Time scale 1: every wait is as long as the runbook says."


@pytest.mark.parametrize(("version", "told"), [("1.20.2", True), ("v1.20.2", True), ("1.32.2", False), (None, False)])
def test_a_cluster_past_its_end_of_life_is_told(version: str | None, told: bool) -> None:
    assert bool(words.end_of_life(version)) is told
