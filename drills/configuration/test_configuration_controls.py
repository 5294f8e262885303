"""Negative controls: the same ways back sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mina", "control-other-settings")
def test_other_settings(rehearse):
    """Settings that serve users and are not those from before are red for the settings."""
    rehearse()


@pytest.mark.scenario("mina", "control-flag-stays")
def test_flag_that_stays_on(rehearse):
    """A console that says "off" and leaves the flag on is red for the row that is not as it was."""
    rehearse()


@pytest.mark.scenario("mina", "control-older-release")
def test_feature_gone_with_its_flag_still_on(rehearse):
    """Users who are served by older code are no proof that a flag is off: it is red for what answers no longer say."""
    rehearse()


@pytest.mark.scenario("mina", "control-nobody-told")
def test_message_never_sent(rehearse):
    """A message that only the sender believes in turns a rollback red that is right in everything else."""
    rehearse()


@pytest.mark.scenario("mina", "control-stays-closed")
def test_restored_and_closed(rehearse):
    """A checkpoint restored whole into a store that takes no connections serves nobody, and the list says why."""
    rehearse()
