"""The state before and after: what a rollback must bring back, what it may leave, and what it must not touch."""

import pytest

from scenarios import fidelity
from scenarios.judging.causes import Cause
from scenarios.protocols import State
from scenarios.results import CheckRecord


def state(rows: dict[str, dict[str, str]] | None = None, files: dict[str, str] | None = None, **facts: str) -> State:
    return State(facts=facts, rows=rows or {}, columns={}, files=files or {})


def outcome(check: CheckRecord) -> tuple[str, str | None]:
    return check.verdict, check.cause


def failed(cause: Cause) -> tuple[str, str]:
    return "failed", cause


def test_later_rows_are_the_ledgers_business_and_earlier_ones_must_be_as_they_were() -> None:
    before = state({"users": {"a": "1", "b": "2"}, "flags": {"f": "1"}})
    found = fidelity.diff(before, state({"users": {"a": "1", "b": "3", "new": "9"}}), frozenset())
    assert found.changed_rows == {"users": ["b"]}
    assert found.removed_rows == {"flags": ["f"]}  # the table is gone
    (rows, *_) = fidelity.state(found)
    assert outcome(rows) == failed(Cause.ROWS_CHANGED)
    assert "1 row removed from flags" in rows.detail


def test_facts_differ_by_value_by_absence_and_by_appearance_unless_they_may() -> None:
    before, after = state(a="1", b="1", c="1", release="v1"), state(a="1", b="2", d="1", release="v2")
    found = fidelity.diff(before, after, frozenset({"release"}))
    assert found.facts == {"b": ("1", "2"), "c": ("1", None), "d": (None, "1")}


def test_an_object_that_is_left_by_intent_may_differ_and_no_other() -> None:
    """The way back of one Deployment leaves another as the candidate made it; its name is not a prefix of others'."""
    names = ("deployment/api image", "deployment/worker image", "deployment/worker-2 image")
    before, after = (State(facts=dict.fromkeys(names, value), rows={}, columns={}) for value in "12")
    found = fidelity.diff(before, after, fidelity.unpromised(("release",), ("deployment/worker",)))
    assert set(found.facts) == {"deployment/api image", "deployment/worker-2 image"}


def test_a_fact_of_several_words_may_differ_by_its_object_or_by_its_whole_name() -> None:
    before, after = (State(facts={"deployment/worker env MODE": value}, rows={}, columns={}) for value in "12")
    for ignored in ("deployment/worker", "deployment/worker env MODE"):
        assert fidelity.diff(before, after, frozenset({ignored})).facts == {}
    assert fidelity.diff(before, after, frozenset({"deployment/worker env"})).facts


def test_a_revert_is_a_commit_more_and_no_difference() -> None:
    """What the branch's head is called is told and not compared; the files that differ belong to the release."""
    before = state(commit="1", commits="1", files_differ="none", lost_commits="none", dependencies="1")
    after = state(commit="2", commits="2; 1", files_differ="main.py", lost_commits="3 Maria: More", dependencies="2")
    found = fidelity.diff(before, after, fidelity.unpromised(("schema",)))
    assert found.facts == {"lost_commits": ("none", "3 Maria: More")}
    assert set(fidelity.diff(before, after, fidelity.unpromised(("release",))).facts) == {
        "lost_commits",
        "files_differ",
        "dependencies",
    }
    (commits,) = [check for check in fidelity.state(found) if check.id == "state-commits"]
    assert commits.detail == "lost_commits: none before, 3 Maria: More now"


@pytest.mark.parametrize(
    ("fact", "check_id", "cause"),
    [
        ("schema_revision", "state-schema", Cause.WRONG_SCHEMA),
        ("schema column sessions.body", "state-schema", Cause.WRONG_SCHEMA),
        ("rows of receipts", "state-tables", Cause.ROWS_CHANGED),
        ("lost_commits", "state-commits", Cause.COMMITS_LOST),
        ("configuration", "state-configuration", Cause.WRONG_CONFIGURATION),
        ("dependencies", "state-dependencies", Cause.STATE_DIFFERS),
        ("release", "state-facts", Cause.STATE_DIFFERS),
    ],
)
def test_a_fact_that_differs_turns_its_own_check_red(fact: str, check_id: str, cause: Cause) -> None:
    found = {
        check.id: check
        for check in fidelity.state(fidelity.diff(State(facts={fact: "1"}, rows={}, columns={}), state(), frozenset()))
    }
    assert outcome(found.pop(check_id)) == failed(cause)
    assert {outcome(check) for check in found.values()} == {("passed", None)}


def test_files_of_users_are_there_and_unchanged_and_later_ones_are_their_own_business() -> None:
    before = state(files={"a": "1", "b": "2", "c": "3"})
    found = fidelity.diff(before, state(files={"a": "1", "b": "9", "new": "4"}), frozenset())
    assert (found.removed_files, found.changed_files) == (["c"], ["b"])
    files = next(check for check in fidelity.state(found) if check.id == "state-files")
    assert outcome(files) == failed(Cause.FILES_CHANGED)
    assert files.detail == "1 file removed: c; 1 file changed: b"
    kept = fidelity.state(fidelity.diff(before, state(files={**before.files, "new": "4"}), frozenset()))
    assert [outcome(check) for check in kept if check.id == "state-files"] == [("passed", None)]


def test_where_there_were_no_files_there_is_nothing_to_compare() -> None:
    found = fidelity.state(fidelity.diff(state(), state(files={"new": "4"}), frozenset()))
    assert "state-files" not in {check.id for check in found}


def test_of_two_lists_only_what_differs_is_told() -> None:
    was, now = "a==1; b==1", "a==1; b==2; c==1"
    found = fidelity.state(fidelity.diff(state(dependencies=was), state(dependencies=now), frozenset()))
    detail = next(check.detail for check in found if check.id == "state-dependencies")
    assert detail == "dependencies: b==1 before, b==2; c==1 now"


def test_rows_are_counted_by_table() -> None:
    assert fidelity.counted(state({"users": {"a": "1"}, "sessions": {}})) == "users=1 sessions=0"
