"""mina: a downgrade that needs a table for itself, while somebody's transaction is idle."""

import pytest


@pytest.mark.scenario("mina", "downgrade-waits")
def test_behind_an_idle_transaction_as_printed(rehearse):
    """The downgrade waits for somebody's lock until it is cut, and undoes nothing."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-past-lock")
def test_behind_an_idle_transaction(rehearse):
    """With a lock timeout and an end to idle transactions the downgrade goes through, and nothing is lost."""
    rehearse()
