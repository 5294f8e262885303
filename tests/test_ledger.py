"""The write ledger: nothing recorded is lost, and every write and every row ends in exactly one class."""

import json
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.judging.ledger import Judgement, fold, judge
from scenarios.ledger import LedgerWriter, Row, body_digest, read_ledger

BODY = "a note, Ünïcode too"
SECOND = 1_000_000_000


@pytest.fixture
def writer(tmp_path: Path) -> LedgerWriter:
    return LedgerWriter(tmp_path / "ledger" / "one.jsonl", "one")


def read(folder: Path) -> list[dict[str, Any]]:
    return list(read_ledger(folder / "ledger"))


def write(write_id: str, *outcomes: str, at: int = 0, body: str = BODY) -> list[dict[str, Any]]:
    """The records of one write: its intent, then each outcome a second later than the one before."""
    records: list[dict[str, Any]] = [
        {"e": "intent", "id": write_id, "client": "c", "seq": 1, "digest": body_digest(body), "t": at * SECOND}
    ]
    for i, outcome in enumerate(outcomes, start=1):
        records.append({"e": outcome, "id": write_id, "t": (at + i) * SECOND, "release": "v1"})
    return records


def row(row_id: str, body: str = BODY, client: str = "c", seq: int = 1) -> Row:
    return Row(id=row_id, client=client, seq=seq, digest=body_digest(body))


def judged(records: list[dict[str, Any]], rows: list[Row], known: Iterable[str] = (), started: int = 0) -> Judgement:
    return judge(fold(records), rows, set(known), started * SECOND)


def classes(found: Judgement) -> dict[str, list[str]]:
    return {name: [item["id"] for item in items] for name, items in found.classes.items()}


# --- on disk


def test_what_was_written_is_read_back(writer: LedgerWriter, tmp_path: Path) -> None:
    """Each outcome with its facts; the body itself is never kept."""
    writer.intent("a", 1, BODY)
    writer.ack("a", 201, "v1")
    writer.intent("b", 2, BODY, client="two")
    writer.rejected("b", 500, "no")
    writer.unknown("c", None, "timed out")
    writer.close()
    records = read(tmp_path)
    assert [(r["e"], r["id"]) for r in records] == [
        ("intent", "a"),
        ("ack", "a"),
        ("intent", "b"),
        ("rejected", "b"),
        ("unknown", "c"),
    ]
    assert (records[0]["client"], records[2]["client"]) == ("one", "two")
    assert records[0]["digest"] == body_digest(BODY)
    assert BODY not in (tmp_path / "ledger" / "one.jsonl").read_text()
    assert [r["t"] for r in records] == sorted(r["t"] for r in records)


def test_a_torn_last_line_is_left_out(writer: LedgerWriter, tmp_path: Path) -> None:
    """A writer killed in the middle of a record leaves half a line; what came before it stands."""
    writer.intent("a", 1, BODY)
    path = tmp_path / "ledger" / "one.jsonl"
    with path.open("a") as file:
        file.write('{"e":"ack","id":"a","st')
    assert [record["e"] for record in read(tmp_path)] == ["intent"]


def test_every_file_of_the_folder_is_read(tmp_path: Path) -> None:
    """One file a writing process; a folder that is not there yet holds no records."""
    assert read(tmp_path) == []
    for name in ("one", "two"):
        LedgerWriter(tmp_path / "ledger" / f"{name}.jsonl", name).intent(name, 1, BODY)
    assert {record["client"] for record in read(tmp_path)} == {"one", "two"}


def test_many_threads_and_two_writers_of_one_file_tear_no_line(tmp_path: Path) -> None:
    """8 threads over two open files of the same name: every record is whole and none is missing."""
    writers = [LedgerWriter(tmp_path / "ledger" / "one.jsonl", f"w{i}") for i in range(2)]

    def work(number: int) -> None:
        for i in range(200):
            writers[number % 2].intent(f"{number}-{i}", i, BODY * 20)
            writers[number % 2].ack(f"{number}-{i}", 201, "v1")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "ledger" / "one.jsonl").read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 3200
    assert all(each.outcome == "ack" for each in fold(read(tmp_path)).values())


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (201, {"id": "a", "committed": True, "release": "v1"}, "ack"),
        (201, {"id": "b", "committed": True}, "unknown"),  # somebody else's answer
        (201, {"id": "a"}, "unknown"),
        (201, {"id": "a", "committed": "true"}, "unknown"),
        (200, {"id": "a", "committed": True}, "unknown"),
        (500, {"committed": False, "error": "no column"}, "rejected"),
        (409, {"committed": False}, "rejected"),
        (500, {"committed": None}, "unknown"),
        (500, {}, "unknown"),
        (502, {"error": "bad gateway"}, "unknown"),
    ],
)
def test_an_answer_is_classified_by_what_it_says_of_the_commit(
    writer: LedgerWriter, tmp_path: Path, status: int, answer: dict[str, Any], outcome: str
) -> None:
    """Only a full acknowledgement is one, only a plain no is a refusal; whatever does not say is unknown."""
    assert writer.settle("a", status, answer) == outcome
    (record,) = read(tmp_path)
    assert (record["e"], record["status"]) == (outcome, status)


# --- folding


def test_a_write_without_an_outcome_is_unknown(tmp_path: Path) -> None:
    assert fold(write("a"))["a"].outcome == "unknown"


def test_an_outcome_without_an_intent_is_ignored() -> None:
    assert fold(write("a", "ack")[1:]) == {}


@pytest.mark.parametrize(
    ("outcomes", "stands", "at"),
    [
        (("unknown", "rejected"), "unknown", 1),  # 409 to a second try says nothing of the first
        (("rejected", "unknown"), "rejected", 1),
        (("ack", "rejected"), "ack", 1),
        (("ack", "ack"), "ack", 1),
        (("unknown", "ack"), "ack", 2),
        (("rejected", "ack"), "ack", 2),
    ],
)
def test_the_first_outcome_stands_but_whoever_was_told_that_it_is_saved_was_told_so(
    outcomes: tuple[str, ...], stands: str, at: int
) -> None:
    folded = fold(write("a", *outcomes))["a"]
    assert (folded.outcome, folded.settled_ns) == (stands, at * SECOND)


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
