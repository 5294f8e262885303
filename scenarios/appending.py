"""Lines of evidence as their writers append them: whole, or not at all as far as anybody may rely on them.

The standard library alone: the probe and locustfiles import it.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause

T = TypeVar("T")
NO_ROOM = 74  # EX_IOERR of sysexits.h: what a program of ours ends with that cannot write its record


def append(sink: int, line: str | bytes, name: str) -> None:
    """Write one line and its newline to a file opened with O_APPEND, in a single call.

    OSError if it does not fit: a full disk takes the beginning of a line without complaint. `name`: the file's.
    """
    data = (line.encode() if isinstance(line, str) else line) + b"\n"
    if os.write(sink, data) != len(data):
        raise OSError(errno.ENOSPC, "only a part of the line could be written", name)


def append_or_end(sink: int, line: str | bytes, name: str) -> None:
    """As `append`, in a program that is there to keep a record: one that it cannot keep ends all of it, at once.

    A thread that ended alone, or a line that was left out, would look like users who saw nothing.
    """
    try:
        append(sink, line, name)
    except OSError as error:
        with contextlib.suppress(OSError):  # its log may lie on the same disk
            os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, f"{name}: {error}\n".encode())
        os._exit(NO_ROOM)


def parsed(lines: Iterable[str], parse: Callable[[str], T], name: str) -> list[T]:
    """What whole lines of a record that is still being written say.

    Inconclusive(EVIDENCE_UNWRITABLE) where one is broken: its writer appends lines whole, or ends.
    """
    try:
        return [parse(line) for line in lines]
    except (ValueError, TypeError) as error:
        said = f"a line of {name} is broken, as when the disk was full: {error}"
        raise Inconclusive(Cause.EVIDENCE_UNWRITABLE, said) from error
