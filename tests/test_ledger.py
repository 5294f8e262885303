"""The write ledger on disk: nothing recorded is lost, and an answer is taken for no more than it says."""

import json
import threading
import os
import random
import signal
import subprocess
import sys
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
