"""mina: a migration that took an index away, undone by a downgrade that builds it again beside users who wait."""

import pytest


@pytest.mark.scenario("mina", "downgrade-missing-index")
def test_index_dropped(rehearse):
    """An index is built again while every request reads each row, and answers come as fast as before."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-forgets-index")
def test_downgrade_that_forgets_the_index(rehearse):
    """The revision is that of before, the downgrade ends well, and users go on waiting."""
    rehearse()
