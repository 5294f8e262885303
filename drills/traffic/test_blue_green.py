"""mina as two releases on one host, behind a real router: users are sent back to the one before, under load."""

import pytest


@pytest.mark.scenario("mina", "blue-green")
def test_switch_verify_keep_decommission(rehearse):
    """The switch serves users again and loses no write; blue is there for as long as promised, and then gone."""
    rehearse()


@pytest.mark.scenario("mina", "blue-green-too-early")
def test_decommissioned_too_early(rehearse):
    """A green that was taken away to save memory cannot be switched back to: users stay on the bad release."""
    rehearse()


@pytest.mark.scenario("mina", "blue-green-migrated")
def test_one_schema_for_both(rehearse):
    """The release before on the schema of the one after it serves users no better."""
    rehearse()


@pytest.mark.scenario("mina", "blue-green-downgraded")
def test_one_schema_for_both_corrected(rehearse):
    """Downgraded first, then switched, users are served again."""
    rehearse()
