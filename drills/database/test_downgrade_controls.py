"""Negative controls: the same downgrades sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mina", "control-noop-downgrade")
def test_downgrade_that_does_nothing(rehearse):
    """A downgrade that says it worked and did nothing is seen by the users who are still hurt."""
    rehearse()


@pytest.mark.scenario("mina", "control-wrong-revision")
def test_downgrade_to_the_wrong_revision(rehearse):
    """A downgrade that stops too early serves users again and is red all the same: the schema is not the baseline's."""
    rehearse()


@pytest.mark.scenario("mina", "control-drops-a-row")
def test_downgrade_that_deletes_a_row(rehearse):
    """A downgrade that takes one acknowledged row along is red, and the report names the row."""
    rehearse()
