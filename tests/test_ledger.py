"""The write ledger on disk: nothing recorded is lost, and an answer is taken for no more than it says."""

import json
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from scenarios.judging.ledger import fold
from scenarios.ledger import LedgerWriter, body_digest, read_ledger
from tests.ledger_records import BODY, SECOND, write


@pytest.fixture
def writer(tmp_path: Path) -> LedgerWriter:
    return LedgerWriter(tmp_path / "ledger" / "one.jsonl", "one")


def read(folder: Path) -> list[dict[str, Any]]:
    return list(read_ledger(folder / "ledger"))


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


def test_a_broken_line_in_the_middle_is_an_error_and_not_left_out(writer: LedgerWriter, tmp_path: Path) -> None:
    """It may have been an acknowledgement, and a write judged without it would be called unknown."""
    path = tmp_path / "ledger" / "one.jsonl"
    with path.open("a") as file:
        file.write('{"e":"ack","id":"a","st\n')
    writer.intent("b", 2, BODY)
    with pytest.raises(ValueError, match=r"one\.jsonl: a broken record"):
        read(tmp_path)


def test_the_effect_of_every_kind_of_write_is_recorded_before_it_is_sent(writer: LedgerWriter, tmp_path: Path) -> None:
    """What each row must hold afterwards: a digest, or nothing for one that is deleted."""
    writer.intent("a", 1, BODY)
    writer.update("b", "a", 2, "new")
    writer.delete("c", "a", 3)
    writer.multi("d", 4, {"x": "one", "y": "two"})
    found = [(each.op, each.id, dict(each.effect), each.seq) for each in fold(read(tmp_path)).values()]
    assert found == [
        ("insert", "a", {"a": body_digest(BODY)}, 1),
        ("update", "b", {"a": body_digest("new")}, 2),
        ("delete", "c", {"a": None}, 3),
        ("multi", "d", {"x": body_digest("one"), "y": body_digest("two")}, 4),
    ]


KILLED = """
import itertools, os, sys
from pathlib import Path
from scenarios.ledger import LedgerWriter

ledger = LedgerWriter(Path(sys.argv[1]) / "ledger" / "one.jsonl", "one")
for n in itertools.count():
    ledger.intent(f"w{n}", n, "body" * 50)
    os.write(1, f"sent w{n}\\n".encode())
    ledger.ack(f"w{n}", 201, "v1")
    os.write(1, f"told w{n}\\n".encode())
"""


@pytest.mark.parametrize("attempt", range(8))
def test_a_killed_writer_loses_no_record_it_had_made(attempt: int, tmp_path: Path) -> None:
    """SIGKILL at a random instant: every intent it said it had recorded is there, and so is every acknowledgement."""
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(random.Random(attempt).randint(1, 400))]
    finally:
        process.kill()
    said = b"".join([*lines, process.stdout.read()]).decode()
    process.stdout.close()
    process.wait()
    recorded = {(record["e"], record["id"]) for record in read(tmp_path)}
    names = {"sent": "intent", "told": "ack"}
    promised = {
        (names[line.split()[0]], line.split()[1]) for line in said.splitlines(keepends=True) if line[-1] == "\n"
    }
    assert promised
    assert promised <= recorded


def test_what_the_service_tells_of_the_transaction_is_kept(writer: LedgerWriter, tmp_path: Path) -> None:
    """The transaction of a write that nobody heard the end of can be asked for later; nonsense is not kept."""
    writer.settle("a", 201, {"id": "a", "committed": True, "release": "v1", "xid": 7, "lsn": 99})
    writer.settle("b", 500, {"committed": None, "xid": 8, "error": "server closed the connection"})
    writer.settle("c", 500, {"committed": None, "xid": "8"})
    found = [(record["e"], record.get("xid"), record.get("lsn")) for record in read(tmp_path)]
    assert found == [("ack", 7, 99), ("unknown", 8, None), ("unknown", None, None)]


def test_each_kind_of_write_has_the_status_it_is_acknowledged_with(writer: LedgerWriter) -> None:
    answer = {"id": "a", "committed": True}
    assert writer.settle("a", 200, answer, want=200) == "ack"
    assert writer.settle("a", 201, answer, want=200) == "unknown"


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
    assert len(fold(write("a", "ack")[1:])) == 0


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
