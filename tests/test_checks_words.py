"""What the checks on writes and on state say, and every class and fact that they must not pass over."""

import pytest

from scenarios import checks, fidelity
from scenarios.judging.causes import Cause, Verdict
from scenarios.judging.ledger import Judgement
from scenarios.judging.ledger_history import Write
from scenarios.protocols import State
from scenarios.results import Writes

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("corrupt", Cause.WRITES_CORRUPTED),
        ("duplicate", Cause.WRITES_DUPLICATED),
        ("phantom", Cause.WRITES_PHANTOM),
        ("torn", Cause.WRITES_TORN),
        ("reordered", Cause.WRITES_REORDERED),
        ("foreign", Cause.ROWS_FOREIGN),
    ],
)
def test_one_write_of_any_bad_class_turns_the_ledgers_check_red(name: str, cause: Cause) -> None:
    found = checks.ledger(Judgement(writes=Writes(), classes={name: [{}]}, rpa_s=0.0))
    assert (found.id, found.verdict, found.cause, found.detail) == ("ledger", Verdict.FAILED, cause, f"1 {name}")


def test_where_nothing_is_wrong_it_says_what_was_looked_for_and_how_many_were_kept() -> None:
    found = checks.ledger(Judgement(writes=Writes(acked=7, kept=6), classes={}, rpa_s=0.0))
    told = "nothing changed, repeated, torn, refused or foreign among the rows; 6 of 7 acknowledged writes are there"
    assert (found.id, found.detail) == ("ledger", f"{told} as written")
    several = checks.ledger(Judgement(writes=Writes(), classes={"foreign": [{}], "torn": [{}, {}]}, rpa_s=0.0))
    assert several.detail == "2 torn, 1 foreign"


def write(sent_s: float, answered_s: float | None, outcome: str = "ack") -> Write:
    settled_ns = None if answered_s is None else int(answered_s * SECOND)
    return Write(
        id="", client="", seq=0, digest="", intent_ns=int(sent_s * SECOND), outcome=outcome, settled_ns=settled_ns
    )


def test_writes_are_counted_by_phase_up_to_its_last_instant() -> None:
    """Candidate at 10 s, procedure at 20 s, back at 30 s: before by the answer, afterwards by when it was sent."""
    before = [write(9, 9.9)] * 10
    during = [write(10, None, "unknown")] * 10
    after = [write(30, 30.1)] * 10
    edges = [write(9.9, 10), write(20, 20.1), write(29.9, 30.1), write(30, 30.1, "rejected"), write(9, None, "ack")]
    found = checks.enough_writes([*before, *during, *after, *edges], 10 * SECOND, 20 * SECOND, 30 * SECOND)
    counts = "11 acknowledged before the candidate, 10 attempted under it, 10 acknowledged after the rollback"
    assert (found.id, found.verdict, found.detail) == ("enough-writes", Verdict.PASSED, counts)
    unended = checks.enough_writes([*before, *during], 10 * SECOND, 20 * SECOND, None)
    assert (unended.id, unended.detail) == (
        "enough-writes",
        "10 acknowledged before the candidate, 10 attempted under it",
    )
    few = checks.enough_writes([*before, *during, *after[1:]], 10 * SECOND, 20 * SECOND, 30 * SECOND)
    assert few.detail.endswith("under it, 9 acknowledged after the rollback")
    assert checks.enough_writes(during, 10 * SECOND, 20 * SECOND, None).detail.startswith("0 acknowledged before")
    assert checks.enough_writes(before, 10 * SECOND, 20 * SECOND, None).detail.endswith(", 0 attempted under it")


def state(rows: dict[str, dict[str, str]] | None = None, **facts: str) -> State:
    return State(facts=facts, rows=rows or {}, columns={})


def test_rows_are_compared_table_by_table_and_told_in_one_sentence() -> None:
    before = state({"a": {"1": "x", "2": "x", "3": "x"}, "b": {"1": "x"}, "c": {"1": "x"}})
    after = state({"a": {"3": "y"}, "b": {"1": "y", "2": "new"}, "c": {"1": "x"}, "d": {"1": "new"}})
    found = fidelity.diff(before, after, frozenset())
    assert found.removed_rows == {"a": ["1", "2"]}
    assert found.changed_rows == {"a": ["3"], "b": ["1"]}
    rows, pages, schema, facts = fidelity.state(found)
    assert (pages.id, pages.detail) == ("state-pages", "every table, index and checksum is sound")
    assert (rows.id, rows.cause) == ("state-rows", Cause.ROWS_CHANGED)
    assert rows.detail == "2 rows removed from a; 1 row changed in a; 1 row changed in b"
    assert (schema.id, schema.detail) == ("state-schema", "as before the candidate")
    assert (facts.id, facts.detail) == ("state-facts", "as before the candidate")
    (same, *_) = fidelity.state(fidelity.diff(before, before, frozenset()))
    assert (same.id, same.verdict) == ("state-rows", Verdict.PASSED)
    assert same.detail == "every row that existed before the candidate is as it was"


def test_facts_are_told_by_the_check_they_belong_to() -> None:
    before = state(schema_revision="1", configuration="a", lost_commits="none", flag="on", schema_digest="d")
    after = state(schema_revision="2", configuration="b", lost_commits="7", flag="off", schema_digest="e")
    found = {
        check.id: (check.cause, check.detail) for check in fidelity.state(fidelity.diff(before, after, frozenset()))
    }
    assert found == {
        "state-rows": (None, "every row that existed before the candidate is as it was"),
        "state-pages": (None, "every table, index and checksum is sound"),
        "state-schema": (Cause.WRONG_SCHEMA, "schema_digest: d before, e now; schema_revision: 1 before, 2 now"),
        "state-commits": (Cause.COMMITS_LOST, "lost_commits: none before, 7 now"),
        "state-configuration": (Cause.WRONG_CONFIGURATION, "configuration: a before, b now"),
        "state-facts": (Cause.STATE_DIFFERS, "flag: on before, off now"),
    }


def test_what_a_way_back_does_not_promise_may_differ() -> None:
    """What runs and its images are the release; a revert is a commit more whatever is promised."""
    assert fidelity.unpromised(("release", "schema")) == {"commit"}
    assert fidelity.unpromised(("release",)) == {"schema", "commit"}
    assert fidelity.unpromised(()) == {"release", "schema", "commit"}
    names = ("release", "files_differ", "web image", "schema_revision", "commit", "commits", "imagery", "schematic")
    before, after = State(facts=dict.fromkeys(names, "1"), rows={}, columns={}), state()
    left = {
        each: set(fidelity.diff(before, after, frozenset({each})).facts) for each in ("release", "schema", "commit")
    }
    every = set(names)
    assert left == {
        "release": every - {"release", "files_differ", "web image"},
        "schema": every - {"schema_revision", "schematic"},
        "commit": every - {"commit", "commits"},
    }
    noted = fidelity.diff(state(release_note="1", flag="1"), state(), frozenset({"release", "flag"}))
    assert noted.facts == {}
    assert fidelity.unpromised(("release", "schema"), ("job",)) == {"commit", "job"}
    assert fidelity.diff(State(facts={"job x": "1"}, rows={}, columns={}), state(), frozenset({"job"})).facts == {}
    # a fact that is not looked at does not end the comparison
    ignored = fidelity.diff(state(release="1", zone="1"), state(release="2", zone="2"), frozenset({"release"}))
    assert ignored.facts == {"zone": ("1", "2")}


def test_files_of_users_are_compared_and_named_where_there_were_any() -> None:
    """At most three of each; later ones are their own business."""
    before = State(facts={}, rows={}, columns={}, files=dict.fromkeys("abcdef", "x"))
    after = State(facts={}, rows={}, columns={}, files={"e": "x", "f": "y", "new": "z"})
    found = fidelity.state(fidelity.diff(before, after, frozenset()))[1]
    assert (found.id, found.cause) == ("state-files", Cause.FILES_CHANGED)
    assert found.detail == "4 files removed: a, b, c; 1 file changed: f"
    same = fidelity.state(fidelity.diff(before, before, frozenset()))[1]
    assert (same.id, same.verdict) == ("state-files", Verdict.PASSED)
    assert same.detail == "6 files that users had uploaded before are as they were"
    assert "state-files" not in [check.id for check in fidelity.state(fidelity.diff(state(), after, frozenset()))]


def test_of_two_lists_only_what_one_of_them_has_is_told() -> None:
    before, after = (
        state(dependencies="a 1; b 1; c 1", flags="x; y"),
        state(dependencies="a 1; b 2; c 2", flags="x; y; z"),
    )
    found = {check.id: check.detail for check in fidelity.state(fidelity.diff(before, after, frozenset()))}
    assert found["state-dependencies"] == "dependencies: b 1; c 1 before, b 2; c 2 now"
    assert found["state-facts"] == "flags: nothing more before, z now"
    gone = fidelity.state(fidelity.diff(state(a="x; y"), state(), frozenset()))[-1]
    assert gone.detail == "a: x; y before, None now"
    shorter = fidelity.state(fidelity.diff(state(a="x; y; z"), state(a="y; x"), frozenset()))[-1]
    assert shorter.detail == "a: z before, nothing more now"
    assert fidelity.counted(state({"a": {"1": "x", "2": "x"}, "b": {}})) == "a=2 b=0"


def test_damage_on_disk_is_told_and_of_many_facts_the_first_six() -> None:
    hurt = fidelity.state(fidelity.diff(state(), State(facts={}, rows={}, columns={}, damage=["a", "b"]), frozenset()))
    assert [(check.id, check.cause, check.detail) for check in hurt if check.cause] == [
        ("state-pages", Cause.DATA_DAMAGED, "a; b")
    ]
    for count, more in ((6, ""), (8, "; and 2 more")):
        now = State(facts={f"f{i}": "1" for i in range(count)}, rows={}, columns={})
        many = fidelity.diff(state(), now, frozenset())
        told = "; ".join(f"f{i}: None before, 1 now" for i in range(6))
        assert fidelity.state(many)[-1].detail == told + more
