"""mina: what a downgrade brings back and what it does not, one candidate for each way a migration goes wrong."""

import pytest


@pytest.mark.scenario("mina", "downgrade-renamed-column")
def test_column_renamed(rehearse):
    """A real rename is undone by one: users are served, and no row has changed."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-column-in-use")
def test_column_dropped_while_in_use(rehearse):
    """A column that was dropped comes back with a default: users are served, and every value in it is another."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-wrong-backfill")
def test_backfill_that_rewrites_wrongly(rehearse):
    """A downgrade drops the new column and leaves what its backfill did to the others."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-narrowed-type")
def test_type_narrowed(rehearse):
    """A column that was narrowed is made wide again: users are served, and what was cut off is gone."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-rewritten-table")
def test_table_rewritten_under_lock(rehearse):
    """A change of type rewrites its table on the way back too: nothing is lost, and users wait for it."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-corrupted-values")
def test_values_silently_corrupted(rehearse):
    """Writes were acknowledged and changed on their way: the downgrade is whole, and the ledger says which were."""
    rehearse()


@pytest.mark.scenario("mina", "downgrade-drops-new-rows")
def test_rows_of_the_new_version_dropped(rehearse):
    """A downgrade that deletes what the old release would not understand loses acknowledged writes."""
    rehearse()
