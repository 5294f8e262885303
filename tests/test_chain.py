"""The hash chain of events.jsonl: whatever is done to the file afterwards is found, at the line where it was done."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.evidence import EvidenceFolder
from scenarios.chain import GENESIS, digest, verify

NAMES = ("begun", "steady", "harmed", "detected", "restored", "held")
LAST = len(NAMES) - 1


@pytest.fixture
def written(tmp_path: Path) -> tuple[list[bytes], str]:
    """The lines of a drill's event log, and the head that its record keeps."""
    sink = EvidenceFolder(tmp_path)
    for at_ns, name in enumerate(NAMES):
        sink.event(name, at_ns, note=f"number {at_ns}\n\r of several")
    sink.close()
    return (tmp_path / "events.jsonl").read_bytes().splitlines(), str(sink.head)


def test_what_was_written_verifies(written: tuple[list[bytes], str]) -> None:
    """Each line has its number and the digest of the one before; the first has 64 zeros."""
    lines, head = written
    assert verify(lines) is None
    assert verify(lines, head) is None
    assert head == digest(lines[-1])
    records = [json.loads(line) for line in lines]
    assert [record["seq"] for record in records] == list(range(1, len(NAMES) + 1))
    assert [record["prev"] for record in records] == [GENESIS, *map(digest, lines[:-1])]
    assert GENESIS == "0" * 64


def test_a_log_without_any_line_is_whole_only_if_none_was_written(written: tuple[list[bytes], str]) -> None:
    assert verify([]) is None
    assert verify([], written[1]) == 1


def test_a_drill_without_an_event_has_no_head(tmp_path: Path) -> None:
    sink = EvidenceFolder(tmp_path)
    assert sink.head is None
    sink.close()


@pytest.mark.parametrize("at", range(len(NAMES)))
def test_any_byte_that_is_changed_is_found(at: int, written: tuple[list[bytes], str]) -> None:
    """In every place of every line; of the last line the head tells."""
    lines, head = written
    for place in range(len(lines[at])):
        changed = bytearray(lines[at])
        changed[place] ^= 1
        found = verify([*lines[:at], bytes(changed), *lines[at + 1 :]], head)
        assert found in (at + 1, at + 2), f"byte {place} of line {at + 1}"


@pytest.mark.parametrize("at", range(len(NAMES)))
def test_a_line_that_is_taken_out_or_put_in_is_found_where_it_was(at: int, written: tuple[list[bytes], str]) -> None:
    """Also a line that was made to fit: its successor knows the one it followed."""
    lines, head = written
    assert verify(lines[:at] + lines[at + 1 :], head) == at + 1
    before = digest(lines[at - 1]) if at else GENESIS
    forged = json.dumps({**json.loads(lines[at]), "seq": at + 1, "prev": before, "event": "forged"}).encode()
    assert verify([*lines[:at], forged, *lines[at:]], head) == at + 2


@pytest.mark.parametrize(("one", "other"), [(i, j) for j in range(len(NAMES)) for i in range(j)])
def test_lines_that_changed_places_are_found(one: int, other: int, written: tuple[list[bytes], str]) -> None:
    lines, head = written
    lines[one], lines[other] = lines[other], lines[one]
    assert verify(lines, head) == one + 1


@pytest.mark.parametrize("left", range(len(NAMES)))
def test_a_log_that_was_cut_off_is_found_by_the_head_alone(left: int, written: tuple[list[bytes], str]) -> None:
    """What is left is whole in itself; the record of the drill knows how it ended."""
    lines, head = written
    assert verify(lines[:left]) is None
    assert verify(lines[:left], head) == left + 1


def broken(change: Callable[[bytes], bytes], lines: list[bytes]) -> int | None:
    return verify([change(lines[0]), *lines[1:]])


def test_a_line_that_is_no_record_is_the_first_broken_one(written: tuple[list[bytes], str]) -> None:
    lines, _ = written
    for change in (lambda _: b"", lambda line: line[:-5], lambda _: b"[]", lambda _: b"\xff"):
        assert broken(change, lines) == 1
