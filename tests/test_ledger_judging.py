"""Every write and every row ends in exactly one class, and an unknown write is never a failure."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.judging.ledger import fold, judge
from scenarios.ledger import Row
from tests.ledger_records import BODY, SECOND, classes, judged, op, row, shows, write

# --- judging


@pytest.mark.parametrize(
    ("outcome", "rows", "expected"),
    [
        ("ack", [row("a")], None),
        ("ack", [], "lost"),
        ("ack", [row("a", "other")], "corrupt"),
        ("ack", [row("a", client="x")], "corrupt"),
        ("ack", [row("a", seq=2)], "corrupt"),
        ("ack", [row("a"), row("a")], "duplicate"),
        ("ack", [row("a"), row("a", "other")], "corrupt"),
        ("rejected", [], None),
        ("rejected", [row("a")], "phantom"),
        ("unknown", [row("a")], "recovered"),
        ("unknown", [row("a", "other")], "corrupt"),
        ("unknown", [row("a"), row("a")], "duplicate"),
        ("unknown", [], "unknown_lost"),
    ],
)
def test_every_fate_has_its_class(outcome: str, rows: list[Row], expected: str | None) -> None:
    """Content is who wrote it, in which order, and what: a row that came back under another name is corrupt too."""
    found = judged(write("a", outcome), rows)
    assert classes(found) == ({expected: ["a"]} if expected else {})
    assert found.writes.kept == (1 if outcome == "ack" and not expected else 0)
    assert found.writes.acked == (outcome == "ack")


def test_a_row_that_nobody_wrote_is_foreign_unless_it_was_there_before() -> None:
    found = judged([], [row("seeded"), row("ghost")], known={"seeded"})
    assert classes(found) == {"foreign": ["ghost"]}
    assert found.writes.foreign == 1


def test_classes_that_single_inserts_cannot_show_are_null_not_zero() -> None:
    """Not measured is not the same as none."""
    found = judged(write("a", "ack"), [row("a")]).writes.model_dump()
    unmeasured = {"resurrected", "stale", "reordered", "torn"}
    assert {name for name, count in found.items() if count is None} == unmeasured


def test_a_lost_write_is_told_with_all_that_helps_to_find_it() -> None:
    (item,) = judged(write("a", "ack", at=5), []).classes["lost"]
    assert item == {
        "id": "a",
        "op": "insert",
        "rows": ["a"],
        "client": "c",
        "seq": 1,
        "sent_ns": 5 * SECOND,
        "acked_ns": 6 * SECOND,
        "release": "v1",
    }


# --- updates, deletes and writes of several rows

MADE = op("insert", 1, 0, 1)
UNSEEN = {"unknown_lost": ["c2"]}


@pytest.mark.parametrize(
    ("records", "rows", "expected"),
    [
        # one after the other: the newest acknowledged value must be there
        ([*op("update", 2, 2, 3)], [shows(2)], {}),
        ([*op("update", 2, 2, 3)], [shows(1)], {"stale": ["c2"]}),
        ([*op("update", 2, 2, 3), *op("update", 3, 4, 5)], [shows(1)], {"stale": ["c2", "c3"]}),
        ([*op("update", 2, 2, 3), *op("update", 3, 4, 5)], [shows(2)], {"stale": ["c3"]}),
        ([*op("update", 2, 2, 3)], [], {"lost": ["r", "c2"]}),
        # overlapping: either may have come last
        ([*op("update", 2, 2, 5), *op("update", 3, 4, 6, client="d")], [shows(2)], {}),
        ([*op("update", 2, 2, 5), *op("update", 3, 4, 6, client="d")], [shows(3, client="d")], {}),
        ([*op("update", 2, 2, 5), *op("update", 3, 4, 6, client="d")], [shows(1)], {"stale": ["c2", "d3"]}),
        # unknown: at any time after its intent, or never
        ([*op("update", 2, 2, None)], [shows(1)], UNSEEN),
        ([*op("update", 2, 2, None)], [shows(2)], {"recovered": ["c2"]}),
        ([*op("update", 2, 2, None), *op("update", 3, 4, 5)], [shows(2)], {"recovered": ["c2"]}),
        ([*op("update", 2, 2, 3, "unknown"), *op("update", 3, 4, 5)], [shows(3)], UNSEEN),
        ([*op("update", 2, 2, 3, "unknown"), *op("update", 3, 4, 5)], [shows(1)], {"stale": ["c3"]} | UNSEEN),
        # rejected: it must not show
        ([*op("update", 2, 2, 3, "rejected")], [shows(1)], {}),
        ([*op("update", 2, 2, 3, "rejected")], [shows(2)], {"phantom": ["c2"]}),
        ([*op("update", 2, 2, 3, "rejected")], [], {"lost": ["r"]}),
        # deletes
        ([*op("delete", 2, 2, 3)], [], {}),
        ([*op("delete", 2, 2, 3)], [shows(1)], {"resurrected": ["c2"]}),
        ([*op("delete", 2, 2, None)], [shows(1)], UNSEEN),
        ([*op("delete", 2, 2, None)], [], {"recovered": ["c2"]}),
        ([*op("delete", 2, 2, 3, "rejected")], [], {"lost": ["r"]}),
        ([*op("update", 2, 2, 3), *op("delete", 3, 4, 5)], [], {}),
        ([*op("update", 2, 2, 3), *op("delete", 3, 4, 5)], [shows(2)], {"resurrected": ["c3"]}),
        ([*op("update", 2, 2, 3), *op("delete", 3, 4, 5)], [shows(1)], {"stale": ["c2"], "resurrected": ["c3"]}),
        # an update makes no row, so the delete that came after one that nobody heard of is undone all the same
        ([*op("update", 2, 2, None), *op("delete", 3, 4, 5)], [shows(2)], {"recovered": ["c2"], "resurrected": ["c3"]}),
        # what the row shows nobody wrote
        ([*op("update", 2, 2, 3)], [row("r", "other", seq=2)], {"corrupt": ["c2"]}),
        ([*op("update", 2, 2, 3)], [row("r", "other", seq=1)], {"corrupt": ["r"]}),
        ([*op("update", 2, 2, 3)], [shows(1), shows(2)], {"duplicate": ["c2"]}),
    ],
)
def test_a_row_is_judged_by_what_certainly_came_last(
    records: list[dict[str, Any]], rows: list[Row], expected: dict[str, list[str]]
) -> None:
    """Row `r`, made by write 1 and acknowledged at 1 s; what happened since is in `records`."""
    assert classes(judged([*MADE, *records], rows)) == expected


@pytest.mark.parametrize(
    ("version", "client", "expected"),
    [
        (1, "c", "stale"),  # 2 never came, or was undone with all that came after 1
        (None, "c", "stale"),  # nobody counted
        (3, "c", "reordered"),  # three writes were applied, and 1 is on top: it came after 2 and 3 or between them
        (3, "d", "stale"),  # of two clients
    ],
)
def test_a_write_that_another_of_its_client_overtook_is_reordered_and_one_that_is_gone_is_stale(
    version: int | None, client: str, expected: str
) -> None:
    """Only the count of what was applied to a row tells a write put back from one applied late."""
    records = [*MADE, *op("update", 2, 2, 3, client=client)]
    found = judged(records, [shows(1, version=version)])
    assert classes(found) == {expected: [f"{client}2"]}


def test_a_count_that_an_overlapping_or_unknown_write_explains_is_no_disorder() -> None:
    records = [*MADE, *op("update", 2, 2, None), *op("update", 3, 4, 5), *op("update", 4, 6, 7)]
    assert classes(judged(records, [shows(3, version=3)]))["stale"] == ["c4"]
    assert "reordered" in classes(judged(records, [shows(3, version=4)]))


@pytest.mark.parametrize(
    ("end", "outcome", "there", "expected"),
    [
        (3, "ack", "abc", {}),
        (3, "ack", "ab", {"torn": ["c1"]}),
        (3, "ack", "", {"lost": ["c1"]}),
        (3, "unknown", "abc", {"recovered": ["c1"]}),
        (3, "unknown", "b", {"torn": ["c1"]}),  # nobody may see half of it, whatever its client was told
        (3, "unknown", "", {"unknown_lost": ["c1"]}),
        (3, "rejected", "", {}),
        (3, "rejected", "a", {"phantom": ["c1"]}),
    ],
)
def test_some_rows_of_a_write_without_the_others_are_torn(
    end: int, outcome: str, there: str, expected: dict[str, list[str]]
) -> None:
    records = op("multi", 1, 2, end, outcome, rows="abc")
    assert classes(judged(records, [shows(1, name) for name in there])) == expected


@pytest.mark.parametrize(
    ("later", "there", "expected"),
    [
        (op("delete", 2, 4, 5, rows="a"), [shows(1, "b")], {}),
        (op("delete", 2, 4, None, rows="a"), [shows(1, "b")], {"recovered": ["c2"]}),
        (op("update", 2, 4, 5, rows="a"), [shows(2, "a"), shows(1, "b")], {}),
        (op("update", 2, 4, 5, rows="a"), [shows(2, "a")], {"torn": ["c1"]}),
        (op("update", 2, 4, 5, rows="a"), [shows(1, "a"), shows(1, "b")], {"stale": ["c2"]}),
        (op("delete", 2, 4, 5, rows="a"), [], {"lost": ["c1"]}),  # `a` was deleted, so nothing tells of a tear
    ],
)
def test_a_row_that_was_changed_or_deleted_since_is_no_tear(
    later: list[dict[str, Any]], there: list[Row], expected: dict[str, list[str]]
) -> None:
    assert classes(judged([*op("multi", 1, 2, 3, rows="ab"), *later], there)) == expected


def test_only_classes_that_the_writes_can_show_are_counted() -> None:
    """0 says that it was looked for; null that it was not."""
    records = [*MADE, *op("update", 2, 2, 3)]
    assert judged(records, [shows(2, version=2)]).writes.reordered == 0
    assert judged(records, [shows(2)]).writes.reordered is None
    assert judged(records, [shows(2)]).writes.stale == 0
    assert judged(records, [shows(2)]).writes.torn is None


def test_what_the_server_knows_of_a_transaction_resolves_a_write_that_nobody_heard_of() -> None:
    """Aborted is refused; committed promised nobody anything; the rest is left unknown and counted."""
    records = [record for n in range(1, 5) for record in op("insert", n, n, n + 1, "unknown", rows="abcd"[n - 1])]
    for record in records:
        if record["e"] == "unknown":
            record["xid"] = 700 + record["t"] // SECOND
    history = fold(records)
    assert sorted(history.xids.values()) == [702, 703, 704, 705]
    history.resolve({702: "committed", 703: "aborted", 704: "committed", 705: None})
    found = judge(history, [shows(1, "a")], set(), 0)
    assert classes(found) == {"recovered": ["a"], "unknown_lost": ["c", "d"]}
    assert found.unknowns == {"committed": 2, "aborted": 1, "left": 1}


# --- how far back the loss reaches


def history(*acked_at: int) -> list[dict[str, Any]]:
    return [record for at in acked_at for record in write(f"w{at}", "ack", at=at - 1)]


def rpa(lost: set[int], acked: tuple[int, ...], started: int) -> float:
    rows = [row(f"w{at}") for at in acked if at not in lost]
    return judged(history(*acked), rows, started=started).rpa_s


def test_nothing_lost_reaches_back_no_time_at_all() -> None:
    assert rpa(set(), (1, 2, 3), started=3) == 0.0


@pytest.mark.parametrize(
    ("lost", "started", "expected"),
    [
        ({10, 20, 30}, 30, 20.0),  # from the oldest lost to the last before the procedure
        ({10}, 30, 20.0),  # one old loss reaches back as far as if everything since were gone
        ({30}, 30, 0.0),
        ({10}, 35, 20.0),  # nothing was acknowledged between 30 and 35
        ({30, 40}, 35, 10.0),  # written while the procedure ran, before it replaced the data
        ({40}, 5, 0.0),
    ],
)
def test_loss_reaches_from_the_oldest_lost_to_the_last_acknowledgement_before_the_data_was_replaced(
    lost: set[int], started: int, expected: float
) -> None:
    """Acknowledgements at 10, 20, 30, 40 s; the procedure starts at `started`."""
    assert rpa(lost, (10, 20, 30, 40), started) == expected


# --- whatever happened

FATE = st.tuples(st.sampled_from(["ack", "rejected", "unknown", ""]), st.lists(st.booleans(), max_size=3))


@settings(max_examples=150, deadline=None)
@given(fates=st.lists(FATE, max_size=12), ghosts=st.integers(0, 3), seeded=st.integers(0, 3))
def test_the_classes_partition_the_writes_and_the_rows(
    fates: list[tuple[str, list[bool]]], ghosts: int, seeded: int
) -> None:
    """No write is in two classes; acknowledged = kept + lost + those corrupt or duplicate; every ghost shows."""
    records = [r for i, (outcome, _) in enumerate(fates) for r in write(f"w{i}", *([outcome] if outcome else []))]
    rows = [row(f"w{i}", BODY if intact else "x") for i, (_, found) in enumerate(fates) for intact in found]
    rows += [row(f"ghost{i}") for i in range(ghosts)] + [row(f"seed{i}") for i in range(seeded)]
    found = judged(records, rows, known={f"seed{i}" for i in range(seeded)})
    by_class = classes(found)
    ids = [each for members in by_class.values() for each in members]
    assert len(ids) == len(set(ids))
    acked = {f"w{i}" for i, (outcome, _) in enumerate(fates) if outcome == "ack"}
    damaged = [each for name in ("lost", "corrupt", "duplicate") for each in by_class.get(name, []) if each in acked]
    assert found.writes.acked == len(acked) == (found.writes.kept or 0) + len(damaged)
    assert found.writes.foreign == ghosts
    counts = found.writes.model_dump()
    assert all(counts[name] == len(by_class.get(name, [])) for name in ("lost", "phantom", "recovered", "unknown_lost"))
    assert (found.rpa_s == 0.0) or by_class["lost"]


def test_the_loss_is_counted_over_all_its_forms() -> None:
    """A value and a deletion that were taken back are as gone as a row; an unknown write was promised nobody."""
    records = [*op("insert", 1, 0, 1, rows="a"), *op("update", 2, 2, 3, rows="a"), *op("delete", 3, 4, 5, rows="a")]
    records += [*op("insert", 4, 6, 7, rows="b"), *op("multi", 5, 8, 9, "unknown", rows="cd")]
    found = judged(records, [shows(1, "a"), shows(5, "c")])
    assert classes(found) == {"stale": ["c2"], "resurrected": ["c3"], "lost": ["b"], "torn": ["c5"]}
    assert found.recovery_point.writes == 3
    assert found.rpa_s == (7 - 3)
