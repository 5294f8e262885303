"""Negative controls: the same revert sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mina", "control-reverts-another-commit")
def test_revert_of_another_commit(rehearse):
    """A revert of the commit next to the bad one looks right in the history, and users are still hurt."""
    rehearse()


@pytest.mark.scenario("mina", "control-leaves-a-worker")
def test_worker_left_on_the_old_code(rehearse):
    """A deployment that leaves one worker behind is seen by the users whom that worker answers."""
    rehearse()
