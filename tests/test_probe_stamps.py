"""When data arrived, by the kernel's stamp: with a kernel and clocks that say what the test wants."""

import socket
import struct
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from fixtures.probe import arrival
from fixtures.probe.arrival import SO_TIMESTAMPNS, receive, stamped

MONOTONIC_NS, WALL_NS = 5_000_000_000, 1_700_000_000_000_000_000
Note = tuple[int, int, bytes]


class Kernel:
    """A socket that gives `data` with `notes`, and keeps what it was asked."""

    def __init__(self, *notes: Note) -> None:
        self.notes = notes
        self.asked: list[tuple[int, int]] = []
        self.options: list[tuple[int, int, int]] = []

    def recvmsg(self, size: int, room: int) -> tuple[bytes, tuple[Note, ...], int, None]:
        self.asked.append((size, room))
        return b"data", self.notes, 0, None

    def setsockopt(self, level: int, kind: int, value: int) -> None:
        self.options.append((level, kind, value))


@pytest.fixture(autouse=True)
def clocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Both clocks, `steps` ns further with each look at the monotonic one; 10 ns where the list is empty."""
    steps: list[int] = []
    now = {"ns": MONOTONIC_NS}

    def monotonic_ns() -> int:
        now["ns"] += steps.pop(0) if steps else 10
        return now["ns"]

    # the wall is read between two looks, halfway where they are 10 ns apart
    wall = SimpleNamespace(
        CLOCK_REALTIME=5, clock_gettime_ns=lambda clock: WALL_NS + now["ns"] + clock, monotonic_ns=monotonic_ns
    )
    monkeypatch.setattr(arrival, "time", wall)
    return steps


def stamp(at_ns: int) -> Note:
    """The kernel's: that data arrived when the monotonic clock stood at `at_ns`."""
    seconds, rest = divmod(WALL_NS + at_ns, 10**9)
    return socket.SOL_SOCKET, SO_TIMESTAMPNS, struct.pack("@qq", seconds, rest)


@pytest.mark.parametrize("at_ns", [MONOTONIC_NS, MONOTONIC_NS - 123_456_789, MONOTONIC_NS - 2_999_999_999])
def test_data_arrived_when_the_kernel_says_on_our_own_clock(at_ns: int) -> None:
    kernel = Kernel((socket.SOL_SOCKET, 1, b"else"), (0, SO_TIMESTAMPNS, b"else"), stamp(at_ns))
    assert receive(kernel, 4096) == (b"data", at_ns)  # type: ignore[arg-type]
    assert kernel.asked == [(4096, socket.CMSG_SPACE(16))]


def test_without_a_stamp_it_arrived_now() -> None:
    assert receive(Kernel(), 1) == (b"data", MONOTONIC_NS + 10)  # type: ignore[arg-type]
    assert receive(Kernel((1, 2, b"else")), 1) == (b"data", MONOTONIC_NS + 20)  # type: ignore[arg-type]


def test_clocks_that_were_read_too_far_apart_are_read_again(clocks: list[int]) -> None:
    """Somebody else ran in between: the difference would be off by as long."""
    clocks += [10, 20_000, 10, 10]
    assert receive(Kernel(stamp(MONOTONIC_NS)), 1)[1] == MONOTONIC_NS  # type: ignore[arg-type]
    assert clocks == []
    clocks += [10, 19_998]
    assert abs(receive(Kernel(stamp(MONOTONIC_NS)), 1)[1] - MONOTONIC_NS) == 19_998 // 2 - 5  # type: ignore[arg-type]


def test_who_accepts_connections_asks_for_stamps_on_each() -> None:
    kernel = Kernel()
    stamped(kernel)  # type: ignore[arg-type]
    assert kernel.options == [(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_the_real_kernel_takes_the_option(listening: socket.socket) -> None:
    stamped(listening)
    assert listening.getsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS) == 1
