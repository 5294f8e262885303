"""mina: what stands in the way of restoring an encrypted backup, as printed and corrected."""

import pytest


@pytest.mark.scenario("mina", "backup-other-key-printed")
def test_other_key_as_printed(rehearse):
    """A key that is gone is noticed after the database has been dropped: what users had saved is gone."""
    rehearse()


@pytest.mark.scenario("mina", "backup-other-key")
def test_other_key(rehearse):
    """A key that is gone is refused before anything is stopped or dropped, and nothing is lost."""
    assert rehearse().writes.lost == 0


@pytest.mark.scenario("mina", "backup-cut-printed")
def test_cut_as_printed(rehearse):
    """A backup that broke off is noticed after the database has been dropped: what users had saved is gone."""
    rehearse()


@pytest.mark.scenario("mina", "backup-cut")
def test_cut(rehearse):
    """A backup that broke off is refused before anything is stopped or dropped, and nothing is lost."""
    assert rehearse().writes.lost == 0


@pytest.mark.scenario("mina", "backup-empty-printed")
def test_empty_as_printed(rehearse):
    """An empty backup is noticed after the database has been dropped: what users had saved is gone."""
    rehearse()


@pytest.mark.scenario("mina", "backup-empty")
def test_empty(rehearse):
    """An empty backup is refused before anything is stopped or dropped, and nothing is lost."""
    assert rehearse().writes.lost == 0


@pytest.mark.scenario("mina", "backup-corrupt-printed")
def test_corrupt_as_printed(rehearse):
    """A backup with a few wrong bytes is noticed after the database has been dropped: what users had saved is gone."""
    rehearse()


@pytest.mark.scenario("mina", "backup-corrupt")
def test_corrupt(rehearse):
    """A backup with a few wrong bytes is refused before anything is stopped or dropped, and nothing is lost."""
    assert rehearse().writes.lost == 0


@pytest.mark.scenario("mina", "backup-small-disk-printed")
def test_small_disk_as_printed(rehearse):
    """A disk that is full while the backup is decrypted is noticed after the database has been dropped."""
    rehearse()


@pytest.mark.scenario("mina", "backup-small-disk")
def test_small_disk(rehearse):
    """What goes through a pipe needs no room: the same small disk does not matter."""
    rehearse()


@pytest.mark.scenario("mina", "backup-report-printed")
def test_somebody_connected_as_printed(rehearse):
    """Nothing is dropped, `psql` waits for somebody's lock until it is cut, and its text is left lying about."""
    red = {check.id: check.cause for check in rehearse().checks if check.verdict == "failed"}
    # over what is there: a table without a key has every row twice
    assert (red["steps"], red["state-tables"]) == ("step_deadline", "rows_changed")
    assert "verify-plaintext" in red


@pytest.mark.scenario("mina", "backup-report")
def test_somebody_connected(rehearse):
    """Whoever is connected when the databases are swapped is thrown out."""
    rehearse()


@pytest.mark.scenario("mina", "backup-yesterday")
def test_backup_of_yesterday(rehearse):
    """Yesterday's backup is restored without a fault, and what users saved since is gone."""
    rehearse()
