"""The fate of each write on one row, write by write: what the classes of a whole ledger are made from."""

from dataclasses import replace
from typing import Any

import pytest

from scenarios.judging.ledger import fold
from scenarios.judging.ledger_fates import row_fates, write_fate
from scenarios.judging.ledger_history import _ROOM as ROOM
from scenarios.judging.ledger_history import Write
from scenarios.ledger import Row
from tests.ledger_records import classes, judged, op, row, shows

DIGEST = "ab" * 32
MADE = op("insert", 1, 0, 1)
ALL = op("multi", 1, 0, 1, rows="rs")  # of `r` and another row


def of(*records: list[dict[str, Any]]) -> list[Write]:
    """The writes of row `r`, in the order they were sent."""
    return list(fold([each for one in records for each in one]).values())


@pytest.mark.parametrize(
    ("writes", "found", "fates"),
    [
        # a row that shows what nobody wrote: the one that it names is to blame, and it says nothing against the others
        (
            of(MADE, op("update", 2, 2, 3), op("update", 3, 4, 5, "rejected"), op("update", 4, 6, None)),
            [row("r", "other", seq=2)],
            ["replaced", "corrupt", "", "unseen"],
        ),
        (
            of(MADE, op("update", 2, 2, 3), op("update", 3, 4, 5, "rejected"), op("update", 4, 6, None)),
            [row("r", "other", seq=3)],
            ["replaced", "replaced", "phantom", "unseen"],
        ),
        # it names none: the newest acknowledged one, else the newest that may have been saved
        (
            of(MADE, op("update", 2, 2, 3), op("update", 3, 4, None)),
            [row("r", seq=99)],
            ["replaced", "corrupt", "unseen"],
        ),
        (of(op("insert", 1, 0, None), op("update", 2, 2, 3, "rejected")), [row("r", seq=99)], ["corrupt", ""]),
        (of(op("insert", 1, 0, 1, "rejected"), op("update", 2, 2, None)), [row("r", seq=99)], ["", "corrupt"]),
        # two rows where there should be one: the newer of what they show
        (of(MADE, op("update", 2, 2, 3)), [shows(2), shows(1)], ["replaced", "duplicate"]),
        (
            of(op("insert", 1, 0, None), op("update", 2, 2, 3), op("update", 3, 4, None)),
            [shows(1), shows(2)],
            ["recovered", "duplicate", "unseen"],
        ),
        (of(MADE, op("update", 2, 2, 3, "rejected")), [shows(1), shows(2)], ["replaced", "phantom"]),
        # no row: lost, unless a delete may have come last
        (of(MADE), [], ["lost"]),
        (of(MADE, op("update", 2, 2, 3, "rejected")), [], ["lost", ""]),
        (of(MADE, op("delete", 2, 2, 3, "rejected")), [], ["lost", ""]),
        (of(MADE, op("delete", 2, 2, 3)), [], ["replaced", "kept"]),
        (of(MADE, op("delete", 2, 2, None)), [], ["replaced", "recovered"]),
        (
            of(MADE, op("delete", 2, 2, 3), op("update", 3, 4, 5)),
            [],
            ["replaced", "kept", "lost"],
        ),
        (of(op("insert", 1, 0, None)), [], ["absent"]),
        (of(op("insert", 1, 0, None), op("delete", 2, 2, 3)), [], ["unseen", "kept"]),
        # a row that shows one of them
        (of(MADE), [shows(1)], ["kept"]),
        (of(op("insert", 1, 0, None)), [shows(1)], ["recovered"]),
        (of(op("insert", 1, 0, 1, "rejected")), [shows(1)], ["phantom"]),
        (of(MADE, op("update", 2, 2, 3)), [shows(2)], ["kept", "kept"]),
        (of(MADE, op("update", 2, 2, 3), op("update", 3, 4, 5)), [shows(3)], ["kept", "replaced", "kept"]),
        (of(MADE, op("update", 2, 2, 3)), [shows(1)], ["kept", "stale"]),
        (of(MADE, op("update", 2, 2, 3, "rejected")), [shows(1)], ["kept", ""]),
        (of(MADE, op("update", 2, 2, None)), [shows(1)], ["kept", "unseen"]),
        (of(MADE, op("update", 2, 1, 3)), [shows(1)], ["kept", "replaced"]),  # in one instant: either may be the later
        # an update makes no row: where one is shown, whatever made the row was saved
        (of(op("insert", 1, 0, None), op("update", 2, 2, 3)), [shows(2)], ["recovered", "kept"]),
        (of(op("multi", 1, 0, None, rows="rs"), op("update", 2, 2, 3)), [shows(2)], ["recovered", "kept"]),
        (of(op("update", 2, 2, None), op("update", 3, 4, 5)), [shows(3)], ["unseen", "kept"]),
        (of(op("insert", 1, 0, None), op("multi", 2, 2, 3, rows="rs")), [shows(2)], ["unseen", "kept"]),
        # a deleted row that is there: put back, unless something may have made it again
        (of(MADE, op("delete", 2, 2, 3)), [shows(1)], ["kept", "resurrected"]),
        (of(ALL, op("delete", 2, 2, 3)), [shows(1)], ["kept", "resurrected"]),
        (of(ALL, op("delete", 2, 2, 3), op("multi", 3, 4, 5, rows="rs")), [shows(3)], ["kept", "replaced", "kept"]),
        (
            of(MADE, op("delete", 2, 2, 3), op("multi", 3, 4, None, rows="rs")),
            [shows(3)],
            ["kept", "replaced", "recovered"],
        ),
        (of(ALL, op("delete", 2, 2, 3), op("insert", 3, 4, 5)), [shows(3)], ["kept", "replaced", "kept"]),
        (
            of(MADE, op("delete", 2, 2, 3), op("multi", 3, 4, 5, "rejected", rows="rs")),
            [shows(1)],
            ["kept", "resurrected", ""],
        ),
        (
            of(MADE, op("delete", 2, 2, 3), op("multi", 3, 4, 5, "rejected", rows="rs")),
            [shows(3)],
            ["kept", "replaced", "phantom"],
        ),
    ],
)
def test_every_write_on_a_row_has_its_own_fate(writes: list[Write], found: list[Row], fates: list[str]) -> None:
    assert row_fates("r", writes, found) == fates


@pytest.mark.parametrize(
    ("outcome", "fates", "expected"),
    [
        ("ack", ["kept", "kept"], "kept"),
        ("ack", ["replaced"], "kept"),
        ("ack", ["kept", "lost"], "torn"),
        ("ack", ["replaced", "lost"], "lost"),
        ("ack", ["stale", "resurrected"], "resurrected"),
        ("ack", ["stale", "reordered"], "reordered"),
        ("ack", ["kept", "corrupt", "duplicate", "lost"], "corrupt"),
        ("ack", ["kept", "duplicate"], "duplicate"),
        ("unknown", ["absent", "recovered"], "torn"),
        ("unknown", ["unseen", "recovered"], "recovered"),
        ("unknown", ["absent", "unseen"], "unknown_lost"),
        ("unknown", ["corrupt"], "corrupt"),
        ("rejected", ["", "phantom"], "phantom"),
        ("rejected", ["", ""], ""),
    ],
)
def test_a_write_of_several_rows_is_one_thing(outcome: str, fates: list[str], expected: str) -> None:
    """Damage before loss, and half of it before either half alone."""
    (write,) = of(op("multi", 1, 0, 1, outcome, rows="rs"))
    assert write_fate(write, fates) == expected


@pytest.mark.parametrize(
    ("between", "version", "expected"),
    [
        ([], 2, "stale"),  # the insert and the one that is shown
        ([], 3, "reordered"),  # one more: what came after it was applied before it
        (op("update", 3, 2, None, client="d"), 3, "stale"),  # or one that may have come at any time
        (op("update", 3, 2, None, client="d"), 4, "reordered"),
        (op("delete", 3, 2, None, client="d"), 3, "reordered"),  # a delete adds nothing to the count
    ],
)
def test_a_row_that_counts_more_than_can_have_come_before_was_overtaken(
    between: list[dict[str, Any]], version: int, expected: str
) -> None:
    """Of one client, 4 came certainly after 2, and 2 is shown."""
    writes = of(MADE, op("update", 2, 2, 3), between, op("update", 4, 5, 6))
    assert row_fates("r", writes, [shows(2, version=version)])[-1] == expected


def test_a_row_of_several_writes_is_as_promised_only_if_its_client_its_number_and_its_contents_are() -> None:
    """A hundred thousand rows that changed are only compared with the last write on them: with all of it."""
    records = [*MADE, *op("update", 2, 2, 3)]
    assert classes(judged(records, [shows(2)])) == {}
    good = shows(2)
    for other in (good._replace(seq=3), good._replace(client="x"), good._replace(digest=shows(1).digest)):
        assert classes(judged(records, [other])), other
    swapped = good._replace(client="x", seq=3)
    assert classes(judged(records, [swapped])) == {"corrupt": ["c2"]}


def test_rows_of_a_write_of_several_are_each_compared_with_their_own_contents() -> None:
    records = op("multi", 1, 0, 1, rows="ab")
    a, b = shows(1, "a"), shows(1, "b")
    assert classes(judged(records, [a, b])) == {}
    assert classes(judged(records, [a._replace(digest=b.digest), b])) == {"corrupt": ["c1"]}
    assert classes(judged(records, [a, b, a])) == {"duplicate": ["c1"]}


def test_a_foreign_row_is_told_with_all_that_it_says_of_itself() -> None:
    found = judged([], [row("ghost", client="nobody", seq=7)])
    assert found.classes == {
        "foreign": [{"id": "ghost", "client": "nobody", "seq": 7, "acked_ns": None, "release": None}]
    }


def test_a_row_that_was_deleted_last_may_be_gone_however_many_writes_there_were_before() -> None:
    """And one that was written after its delete may not."""
    changed = [*MADE, *op("update", 2, 2, 3), *op("update", 3, 4, 5)]
    assert classes(judged([*changed, *op("delete", 4, 6, 7)], [])) == {}
    assert classes(judged([*MADE, *op("delete", 2, 2, 3), *op("update", 3, 4, 5)], [])) == {"lost": ["c3"]}
    assert classes(judged([*MADE, *op("update", 2, 2, 3), *op("delete", 3, 4, 5, "rejected")], [])) == {
        "lost": ["r", "c2"]
    }


def test_of_two_records_of_one_write_the_one_that_was_acknowledged_is_shown() -> None:
    """A client that asked again under another id, with the same number and contents: one was refused, one was not."""
    made, refused = of(MADE, op("update", 2, 2, 3, "rejected"))
    again = replace(refused, id="again", outcome="ack", intent_ns=refused.intent_ns - 1)
    assert row_fates("r", [made, refused, again], [shows(2)]) == ["kept", "", "kept"]
    assert row_fates("r", [made, again, refused], [shows(2)]) == ["kept", "kept", ""]


def test_a_write_that_was_acknowledged_in_the_end_is_not_asked_for_again() -> None:
    """Its first try was given up and aborted, its second was told that it is saved: that promise stands."""
    records = [*op("insert", 1, 0, 1, "unknown", rows="a"), {"e": "ack", "id": "a", "t": 2 * 10**9}]
    records[1]["xid"] = 7
    history = fold(records)
    history.resolve({7: "aborted"})
    assert history["a"].outcome == "ack"
    assert history.unknowns() == {"committed": 0, "aborted": 0, "left": 0}


def test_a_judgement_is_kept_with_how_far_back_the_loss_reaches() -> None:
    found = replace(judged(op("insert", 1, 0, 1, rows="a"), [], started=9), rpa_wal_bytes=4096)
    assert found.as_json() == {
        "classes": found.classes,
        "rpa_s": 0.0,
        "rpa_wal_bytes": 4096,
        "unknowns": {"committed": 0, "aborted": 0, "left": 0},
    }
    assert list(found.classes) == ["lost"]
    point = found.recovery_point
    assert (point.writes, point.wal_bytes, point.unknowns) == (1, 4096, found.unknowns)


# --- what the ledger's records tell, before anything is judged


def test_more_writes_than_there_was_room_for_are_all_kept() -> None:
    """Columns grow by so many at a time: the first and the last of each stretch are what they were."""
    count = 2 * ROOM + 1
    records = [
        {"e": "intent", "id": f"w{n}", "client": "c", "seq": n, "op": "insert", "digest": DIGEST, "t": n + 1}
        for n in range(count)
    ]
    history = fold([*records, {"e": "ack", "id": f"w{count - 1}", "t": count + 1, "release": "v1"}])
    assert len(history) == count
    for n in (0, ROOM - 1, ROOM, 2 * ROOM - 1):
        write = history[f"w{n}"]
        assert (write.seq, write.intent_ns, write.outcome, write.digest) == (n, n + 1, "unknown", DIGEST)
    assert (history[f"w{count - 1}"].outcome, history[f"w{count - 1}"].release) == ("ack", "v1")
    assert list(history.clients) == [None, "c"]  # each name once


def test_records_of_several_files_may_come_in_any_order() -> None:
    """An update before the insert of its row, and an answer to what nobody recorded."""
    update = op("update", 2, 2, 3)
    assert classes(judged([*update, *MADE], [shows(1)])) == {"stale": ["c2"]}
    assert classes(judged([*update, *MADE], [shows(2)])) == {}
    ghost = {"e": "ack", "id": "ghost", "t": 1}
    assert classes(judged([ghost, *MADE], [])) == {"lost": ["r"]}


def test_where_nobody_told_of_the_servers_log_nothing_is_said_of_it() -> None:
    assert judged(MADE, [shows(1)], started=9).last_lsn is None
    told = [MADE[0], MADE[1] | {"lsn": 77}]
    assert judged(told, [shows(1)], started=9).last_lsn == 77
