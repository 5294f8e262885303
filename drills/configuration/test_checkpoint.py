"""mina as a P0: nobody is served, and code, database and settings go back together to a checkpoint."""

import pytest


@pytest.mark.scenario("mina", "p0-checkpoint")
def test_all_three(rehearse):
    """`pkill -f gunicorn`, the checkpoint restored, the channel told: served within five minutes, as before."""
    rehearse()


@pytest.mark.scenario("mina", "p0-without-code")
def test_without_the_code(rehearse):
    """Database and settings of before under the new code: nobody is served."""
    rehearse()


@pytest.mark.scenario("mina", "p0-without-schema")
def test_without_the_data(rehearse):
    """Code and settings of before on the new schema: users are served, and the drill is red for the schema."""
    rehearse()


@pytest.mark.scenario("mina", "p0-without-settings")
def test_without_the_settings(rehearse):
    """Code and data of before with the new settings: users are served, and the drill is red for the settings."""
    rehearse()


@pytest.mark.scenario("mina", "p0-yesterday")
def test_checkpoint_of_yesterday(rehearse):
    """A checkpoint from before the last day serves users again, and what they saved that day is gone."""
    rehearse()
