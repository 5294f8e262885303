"""mina: a downgrade that needs a table for itself, while somebody's transaction is idle."""

import pytest

IDLE = "idle in transaction"


@pytest.mark.scenario("mina", "downgrade-waits")
def test_behind_an_idle_transaction_as_printed(rehearse):
    """The downgrade waits for somebody's lock until it is cut, and undoes nothing."""
    waits = rehearse().lock_waits
    assert waits.longest_s[0] > 10, "its deadline is 15 s"
    assert waits.deepest > 1, "users wait behind it"
    assert waits.behind[0].startswith(IDLE)


@pytest.mark.scenario("mina", "downgrade-past-lock")
def test_behind_an_idle_transaction(rehearse):
    """With a lock timeout and an end to idle transactions the downgrade goes through, and nothing is lost."""
    waits = rehearse().lock_waits
    assert waits.deepest > 0, "somebody stood in its way; else nothing is shown"
    # a second for the lock, and what a busy machine needs to notice that it is over
    assert waits.longest_s[0] < 3
