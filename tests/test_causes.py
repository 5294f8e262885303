"""The closed list of causes: what wins over what, and that each can be explained."""

import itertools

import pytest

from scenarios.judging.causes import Cause, Verdict, worst

PASSED = (Verdict.PASSED, None)


def part(cause: Cause) -> tuple[Verdict, Cause | None]:
    return cause.verdict, cause


def test_failed_beats_inconclusive_beats_passed() -> None:
    lost, sick = part(Cause.RTO_EXCEEDED), part(Cause.HARNESS_OVERLOADED)
    assert worst([PASSED, PASSED]) == PASSED
    assert worst([PASSED, sick]) == sick
    assert worst([sick, lost, PASSED]) == lost


def test_the_cause_listed_first_wins_whatever_the_order_of_the_parts() -> None:
    """For every pair of one family; so data loss is named before everything that follows from it."""
    for first, second in itertools.combinations(Cause, 2):
        if first.verdict is second.verdict:
            assert worst([part(second), PASSED, part(first)]) == part(first)
    assert next(iter(Cause)) is Cause.WRITES_LOST


def test_no_parts_at_all_are_not_a_pass() -> None:
    """A drill without a single check has proved nothing."""
    assert worst([]) == (Verdict.INCONCLUSIVE, Cause.HARNESS_ERROR)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_sentence_of_its_own_and_a_verdict(cause: Cause) -> None:
    """One plain sentence, not shared with another cause; no cause stands for *passed*."""
    assert cause.sentence.endswith(".")
    assert cause.sentence[0].isupper()
    assert [other.sentence for other in Cause].count(cause.sentence) == 1
    assert cause.verdict in (Verdict.FAILED, Verdict.INCONCLUSIVE)


def test_only_inconclusive_causes_of_our_own_are_tried_again() -> None:
    """The retried ones are exactly these; a failure of the rollback is never among them."""
    retried = {cause for cause in Cause if cause.in_harness}
    assert retried == {
        Cause.PROBE_DIED,
        Cause.WORKLOAD_DIED,
        Cause.HARNESS_OVERLOADED,
        Cause.DEPLOY_FAILED,
        Cause.INTERRUPTED,
        Cause.HARNESS_ERROR,
    }
    assert {cause.verdict for cause in retried} == {Verdict.INCONCLUSIVE}
