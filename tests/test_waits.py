"""Waits: each has a name, a deadline and a last value, and never sleeps once there is an answer."""

import pytest

from fixtures.waits import MonotonicClock, WaitTimeout, wait_until


def test_the_first_value_ends_the_wait() -> None:
    """A value that is false is a value all the same: only None means "not yet"."""
    answers = iter([(None, "1"), (None, "2"), (0, "3"), (None, "4")])
    assert wait_until("an answer", lambda: next(answers), deadline_s=5, interval_s=0.001) == 0
    assert next(answers) == (None, "4")


def test_a_timeout_tells_name_deadline_and_last_value() -> None:
    def look() -> tuple[int | None, str]:
        return None, "connection refused"

    with pytest.raises(WaitTimeout, match=r"waited 0\.02 s for the database; last seen: connection refused"):
        wait_until("the database", look, deadline_s=0.02, interval_s=0.005)


def test_a_deadline_that_is_over_still_looks_once() -> None:
    """What is there already is found, however late the question."""
    assert wait_until("it", lambda: ("there", ""), deadline_s=-1) == "there"


def test_the_clock_only_goes_forward() -> None:
    clock = MonotonicClock()
    before = clock.now_ns()
    clock.sleep(0.01)
    assert clock.now_ns() - before >= 10_000_000
