"""jarvis: the whole way back in eight steps, by one script."""

import pytest


@pytest.mark.scenario("jarvis", "script-unattended")
def test_unattended(rehearse):
    """Answered with yes, the script serves users again, loses no write and leaves a report with all of its fields."""
    rehearse()


@pytest.mark.scenario("jarvis", "script-unanswered")
def test_nobody_answers(rehearse):
    """As written, and run where nobody can answer, the script does nothing."""
    rehearse()


@pytest.mark.scenario("jarvis", "script-declined")
def test_declined(rehearse):
    """Answered with no, the script changes nothing and says so; users stay hurt."""
    rehearse()
