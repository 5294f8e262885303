"""Negative controls: the same restore sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mina", "control-half-the-tables")
def test_half_of_the_tables(rehearse):
    """A restore that lacks half of the tables is red, and the rows that are gone are counted by table."""
    rehearse()


@pytest.mark.scenario("mina", "control-one-row-less")
def test_one_row_less(rehearse):
    """A restore that lacks one row is red, though the runbook allows for losing what came later."""
    rehearse()


@pytest.mark.scenario("mina", "control-one-byte-flipped")
def test_one_byte_flipped(rehearse):
    """A restore in which one byte is another is red, and the report names the write."""
    rehearse()


@pytest.mark.scenario("mina", "control-other-languages")
def test_small_table_that_says_something_else(rehearse):
    """A restore is red for a changed row of a table that is in no list, and names the table."""
    rehearse()


@pytest.mark.scenario("mina", "control-leaves-plaintext")
def test_plaintext_left_behind(rehearse):
    """A restore that is right in every row and leaves text behind is red."""
    rehearse()


@pytest.mark.scenario("mina", "control-skips-a-migration")
def test_migration_skipped(rehearse):
    """A restore at an older schema under the right revision is red for the schema."""
    rehearse()


@pytest.mark.scenario("mina", "control-loses-a-row-on-the-way")
def test_row_lost_on_the_way(rehearse):
    """A row lost between the file and the table stops the procedure before the databases are swapped."""
    rehearse()


@pytest.mark.scenario("mina", "control-skewed-index")
def test_index_in_another_order(rehearse):
    """An index that is not in the order of its table is damage, though users are served and every row is there."""
    rehearse()
