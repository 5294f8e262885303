"""mina, with a flag in the database that each worker remembers for a while: a feature is switched off, under load."""

import pytest


@pytest.mark.scenario("mina", "flag-off")
def test_until_the_last_worker(rehearse):
    """A feature is off once the last worker has asked again, seconds after the flag has been switched."""
    rehearse()


@pytest.mark.scenario("mina", "flag-kept")
def test_remembered_for_good(rehearse):
    """Workers that never ask again go on with the feature, though the table says that it is off."""
    rehearse()


@pytest.mark.scenario("mina", "flag-off-reload")
def test_remembered_for_good_corrected(rehearse):
    """The flag switched off and the workers replaced, users are rid of the feature."""
    rehearse()
