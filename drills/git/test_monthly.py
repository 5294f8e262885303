"""mina's monthly drill on staging: bad code is merged on purpose, and taken back under load."""

import pytest


@pytest.mark.scenario("mina", "monthly-drill")
def test_merge_as_written(rehearse):
    """`git revert` of a merge is refused: nothing is undone, though the push after it says all is well."""
    rehearse()


@pytest.mark.scenario("mina", "monthly-drill-corrected")
def test_merge_corrected(rehearse):
    """The migration undone and the merge reverted with `-m 1`: back within 15 minutes, and no write is lost."""
    rehearse()


@pytest.mark.scenario("mina", "control-reverts-the-other-parent")
def test_merge_reverted_to_the_other_parent(rehearse):
    """Control: a revert towards the wrong parent takes other people's work back and leaves the bad code."""
    rehearse()
