"""The journal: on the disk before anything is made, whole or refused, and never a reason to touch what is not ours."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.journal import Journal, JournalRefused, Kind, journals, read
from tests.programs import ROOT, program, said

WRITER = """
import sys
from fixtures.journal import Journal, Kind
journal = Journal("run-1")
journal.begin("20990101T000000Z")
for number in range(10_000):
    journal.note(Kind.PORT, port=str(number))
    print(number, flush=True)
"""
AT_ONCE = """
import sys
from fixtures.journal import Journal, Kind
for number in range(50):
    Journal("run-1").note(Kind.PORT, port=f"{sys.argv[1]}-{number}")
"""


@pytest.fixture
def journal() -> Journal:
    """One that was begun."""
    begun = Journal("run-1")
    begun.begin("20990101T000000Z", "record")
    return begun


def test_what_is_noted_is_open_until_it_is_done_the_newest_first(journal: Journal) -> None:
    first, second = journal.note(Kind.PORT, port="1"), journal.note(Kind.CONTAINER, name="c")
    assert [entry.seq for entry in journal.open()] == [second, first]
    journal.done(second)
    (left,) = journal.open()
    assert (left.kind, left.ids) == (Kind.PORT, {"port": "1"})
    journal.undone(first, lambda: None)
    assert journal.open() == []


def test_an_undo_that_fails_leaves_the_thing_on_the_list(journal: Journal) -> None:
    noted = journal.note(Kind.PORT, port="1")

    def fails() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        journal.undone(noted, fails)
    assert [entry.seq for entry in journal.open()] == [noted]


def test_beginning_twice_is_beginning_once(journal: Journal) -> None:
    """The run's process begins it with what finishing takes; its workers come later."""
    journal.begin("20000101T000000Z")
    (begun,) = journal.read()
    assert begun.ids["record"] == "record"
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_what_was_acknowledged_survives_sigkill(journal: Journal) -> None:
    """Everything that the killed writer went on from is there, in one unbroken chain."""
    with program(WRITER) as writer:
        for _ in range(20):
            last = int(said(writer))
        writer.kill()
        writer.wait()
        assert writer.stdout is not None
        last = max([last, *map(int, writer.stdout.read().split())])
    ports = [int(entry.ids["port"]) for entry in reversed(journal.open())]
    assert ports[: last + 1] == list(range(last + 1))


def test_several_write_at_once(journal: Journal) -> None:
    """Workers of one run share its journal: no line is lost or torn."""
    writers = [subprocess.Popen([sys.executable, "-c", AT_ONCE, str(n)], cwd=ROOT, env=dict(os.environ)) for n in "ab"]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(journal.open()) == 100


def test_a_torn_last_line_is_left_out_and_written_over(journal: Journal) -> None:
    """Its writer was killed before it could make anything."""
    journal.note(Kind.PORT, port="1")
    whole = journal.path.read_bytes()
    for size in (1, 20, 100):
        journal.path.write_bytes(whole + whole.splitlines()[-1][:size])
        assert [entry.ids["port"] for entry in journal.open()] == ["1"]
    journal.note(Kind.PORT, port="2")
    assert [entry.ids["port"] for entry in journal.open()] == ["2", "1"]


def changed(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"/tmp/a", b"/home"), *lines[2:]]


TAMPERED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a line that was changed": changed,
    "a line that was taken out": lambda lines: [lines[0], *lines[2:]],
    "lines that changed places": lambda lines: [lines[0], lines[2], lines[1]],
    "a line that was put in": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "something that is no JSON": lambda lines: [*lines[:2], b"rm -rf /", *lines[2:]],
}


@pytest.mark.parametrize("how", TAMPERED)
def test_one_that_was_tampered_with_is_refused_with_its_line(journal: Journal, how: str) -> None:
    journal.note(Kind.FOLDER, path="/tmp/a")
    journal.note(Kind.FOLDER, path="/tmp/b")
    lines = TAMPERED[how](journal.path.read_bytes().splitlines())
    journal.path.write_bytes(b"".join(line + b"\n" for line in lines))
    with pytest.raises(JournalRefused, match=r"run-1\.jsonl: line \d does not follow .* Nothing was taken away by it"):
        journal.read()


@pytest.mark.parametrize(
    ("kind", "ids", "why"),
    [
        ("command", {"run": "rm"}, "expected one of"),
        ("folder", "/home", "expected ids"),
        ("port", {}, "expected a run"),
    ],
)
def test_a_chain_that_is_whole_and_says_nonsense_is_refused(journal: Journal, kind: str, ids: object, why: str) -> None:
    """Whoever can write a whole new chain still cannot have anything run: there are kinds and ids, and no commands."""
    line = {"seq": 1, "prev": "0" * 64, "kind": kind, "ids": ids}
    journal.path.write_text(json.dumps(line) + "\n")
    with pytest.raises(JournalRefused, match=why):
        journal.read()


def test_a_link_or_another_users_file_is_no_journal(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    link = journal.path.with_name("link.jsonl")
    link.symlink_to(journal.path)
    with pytest.raises(OSError, match="symbolic link"):
        Journal("link").read()
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(journal.path).st_uid + 1)
    with pytest.raises(JournalRefused, match="this user's own"):
        journal.read()


def test_a_full_disk_is_an_error_before_anything_is_made(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the torn line that it leaves is written over."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))
    with pytest.raises(OSError, match="only a part"):
        journal.note(Kind.PORT, port="1")
    monkeypatch.setattr(os, "write", write)
    journal.note(Kind.PORT, port="2")
    assert [entry.ids["port"] for entry in journal.open()] == ["2"]


def test_all_of_them_are_found(journal: Journal) -> None:
    Journal("run-2").begin("")
    journal.path.with_name("notes.txt").touch()
    assert [each.run for each in journals()] == ["run-1", "run-2"]


def test_at_the_end_it_is_evidence_or_gone(journal: Journal, tmp_path: Path) -> None:
    kept = tmp_path / "journal.jsonl"
    before = journal.read()
    journal.move(kept)
    assert read(kept) == before
    assert journals() == []
    journal.begin("")
    journal.move(None)
    assert journals() == []
