"""Records of evidence on a disk that is full: the program that writes them ends and the drill says why."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures import processes
from fixtures.sentinel import HostSentinel
from scenarios.appending import NO_ROOM, append, parsed
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from tests.house import ROOT

FULL = Path("/dev/full")  # the kernel's own: whatever is written to it, there is no room


def run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A program of ours, whose last line would be reached by one that goes on."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_a_line_that_goes_to_disk_in_part_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk may take the beginning of a line without complaint."""
    sink, write = os.open(tmp_path / "one.jsonl", os.O_WRONLY | os.O_CREAT), os.write
    append(sink, "whole", "one.jsonl")
    monkeypatch.setattr("scenarios.appending.os.write", lambda fd, data: write(fd, data[:3]))
    with pytest.raises(OSError, match="only a part of the line could be written") as stop:
        append(sink, "in part", "one.jsonl")
    os.close(sink)
    assert (stop.value.errno, stop.value.filename) == (errno.ENOSPC, "one.jsonl")


def test_a_program_that_cannot_keep_its_record_ends_with_all_its_threads() -> None:
    """The ledger's writer, in a thread whose errors somebody catches, as Locust does."""
    ended = run(
        "import sys, threading, time\n"
        "from pathlib import Path\n"
        "from scenarios.ledger import LedgerWriter\n"
        "def user():\n"
        "    try:\n"
        "        LedgerWriter(Path(sys.argv[1]), 'one').intent('w', 1, 'body')\n"
        "    except BaseException:\n"
        "        pass\n"
        "threading.Thread(target=user).start()\n"
        "time.sleep(20)\n"
        "print('still here')\n",
        str(FULL),
    )
    assert (ended.returncode, ended.stdout) == (NO_ROOM, "")
    assert "full: [Errno 28] No space left on device" in ended.stderr


def test_the_sentinel_says_that_it_could_not_write(tmp_path: Path) -> None:
    """No readings at all would say that this machine cannot be watched, which is something else."""
    (tmp_path / "sentinel.jsonl").symlink_to(FULL)
    sentinel = HostSentinel(tmp_path)
    sentinel.start()
    assert sentinel._process is not None
    with sentinel._process as process:
        assert process.wait(10) == NO_ROOM
    with pytest.raises(Inconclusive, match="could not write its readings") as stop:
        sentinel.readings()
    assert stop.value.cause is Cause.EVIDENCE_UNWRITABLE


def test_the_status_of_a_full_disk_is_told_from_others() -> None:
    """Whoever reads *probe_died* looks for a fault of the probe."""
    full, crashed = (processes.ended(Cause.PROBE_DIED, "its process", status) for status in (NO_ROOM, 1))
    assert (full.cause, full.detail) == (
        Cause.EVIDENCE_UNWRITABLE,
        "its process ended: it could not write its record",
    )
    assert (crashed.cause, crashed.detail) == (Cause.PROBE_DIED, "its process ended with status 1")


def test_a_broken_line_in_the_middle_of_a_record_is_the_disk() -> None:
    """Two threads write to one record: the second may still append to the line of which the first wrote a part."""
    assert parsed(["1", "2"], int, "probe.jsonl") == [1, 2]
    with pytest.raises(Inconclusive, match=r"a line of probe\.jsonl is broken, as when the disk was full") as stop:
        parsed(["1", '2{"x'], int, "probe.jsonl")
    assert stop.value.cause is Cause.EVIDENCE_UNWRITABLE
