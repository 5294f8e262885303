"""The closed list of causes: what wins over what, and that each can be explained."""

import itertools
import re

import pytest

from scenarios.judging.causes import Cause, Verdict, worst
from tests.house import ROOT

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


ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_the_page_of_verdicts_is_the_closed_list() -> None:
    """docs/verdicts.md has each cause once, in order, below its own heading, with its sentence and what to do."""
    page = (ROOT / "docs" / "verdicts.md").read_text(encoding="utf-8")
    parts = page.split("\n## ")[1:]
    assert [part.partition(":")[0] for part in parts] == ["Failed", "Inconclusive", "Inconclusive"]
    failed, system, ours = ([(row[1], row[2]) for row in ROW.finditer(part)] for part in parts)
    assert failed == [(c.value, c.sentence) for c in Cause if c.verdict is Verdict.FAILED]
    inconclusive = [c for c in Cause if c.verdict is Verdict.INCONCLUSIVE]
    assert system == [(c.value, c.sentence) for c in inconclusive if not c.in_harness]
    assert ours == [(c.value, c.sentence) for c in inconclusive if c.in_harness]
    assert all(row[3].strip().endswith((".", "?")) for row in ROW.finditer(page))


def test_only_inconclusive_causes_of_our_own_are_tried_again() -> None:
    """What lies in the system or the scenario comes out the same again; a failure of the rollback is never retried."""
    retried = {cause for cause in Cause if cause.in_harness}
    kept = {cause for cause in Cause if cause.verdict is Verdict.INCONCLUSIVE} - retried
    begun, ended = Cause.NO_STEADY_STATE, Cause.SNAPSHOT_FAILED
    order = list(Cause)
    assert kept == set(order[order.index(begun) : order.index(ended) + 1])
    assert {Cause.NO_HARM, Cause.NO_TRAFFIC, Cause.OBJECTIVE_STRADDLED, Cause.TOO_FEW_WRITES_AFTER} <= kept
    assert {Cause.PROBE_DIED, Cause.CPU_STARVED, Cause.TOO_LITTLE_TRAFFIC_AFTER, Cause.HARNESS_ERROR} <= retried
    assert {cause.verdict for cause in retried} == {Verdict.INCONCLUSIVE}
