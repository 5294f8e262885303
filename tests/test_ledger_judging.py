"""Every write and every row ends in exactly one class, and an unknown write is never a failure."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ledger_records import BODY, SECOND, classes, judged, row, write

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
        "client": "c",
        "seq": 1,
        "sent_ns": 5 * SECOND,
        "acked_ns": 6 * SECOND,
        "release": "v1",
    }


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
