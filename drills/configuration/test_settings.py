"""mina, with settings that its host keeps: wrong ones are taken back, under load."""

import pytest


@pytest.mark.scenario("mina", "settings-key-renamed")
def test_missing_key(rehearse):
    """The settings from before a key was renamed serve users again, from every worker."""
    rehearse()


@pytest.mark.scenario("mina", "settings-wrong-type")
def test_wrong_type(rehearse):
    """The settings from before a number was written in words serve users again."""
    rehearse()


@pytest.mark.scenario("mina", "settings-secret-rotated")
def test_secret_rotated_meanwhile(rehearse):
    """A backup of the settings brings a secret back that has been changed since: nothing accepts it any more."""
    rehearse()


@pytest.mark.scenario("mina", "settings-secret-kept")
def test_secret_rotated_meanwhile_corrected(rehearse):
    """The same backup without that secret serves users again."""
    rehearse()
