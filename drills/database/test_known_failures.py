"""mina: ways back that failed others, of which the operator saw nothing; docs/known-failures.md says where."""

import pytest


@pytest.mark.scenario("mina", "downgrade-empty")
def test_empty_downgrade(rehearse):
    """A downgrade that is `pass` ends with 0 at the right revision, and users are refused as before."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-dropped-column")
def test_dropped_column(rehearse):
    """A column that was dropped comes back empty: users are served, and what they had written is gone."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-leaves-enum")
def test_enum_left_behind(rehearse):
    """A downgrade that leaves its enum serves users again and is red all the same: the schema is not the baseline's."""
    rehearse()


@pytest.mark.scenario("mina", "restore-dump-cut")
def test_dump_that_broke_off(rehearse):
    """A dump cut in two is restored with exit 0: users are served, and the rows past the cut are gone."""
    rehearse()


@pytest.mark.scenario("mina", "restore-dump-over")
def test_restore_over_what_is_there(rehearse):
    """A dump restored over its own tables ends with 0 and changes nothing for users."""
    rehearse()


@pytest.mark.scenario("mina", "restore-dump-corrected")
def test_restore_corrected(rehearse):
    """A dump that was looked at first, restored into a new database in one transaction, serves users again."""
    rehearse()
