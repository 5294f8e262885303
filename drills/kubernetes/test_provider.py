"""mindmend: a canary asks another AI provider, and users are taken back to the one before, under load."""

import pytest


@pytest.mark.scenario("mindmend", "flag-one-line")
def test_one_line(rehearse):
    """One changed variable begins a rollout, after which the old provider answers everybody."""
    rehearse()


@pytest.mark.scenario("mindmend", "flag-two-lines")
def test_two_lines(rehearse):
    """The restart after it helps nobody: its time stands beside that of one line."""
    rehearse()


@pytest.mark.scenario("mindmend", "flag-as-written")
def test_verified_as_written(rehearse):
    """A grep that shows no value and the log of the pod that is about to go: the verification as printed fails."""
    rehearse()


@pytest.mark.scenario("mindmend", "flag-corrected")
def test_verified_corrected(rehearse):
    """Value, log line and forty answers say that the old provider is back."""
    rehearse()


@pytest.mark.scenario("mindmend", "shift-as-written")
def test_pods_as_written(rehearse):
    """A pod that goes is still listed, and the canary's log is gone with it: users are served all the same."""
    rehearse()


@pytest.mark.scenario("mindmend", "shift-corrected")
def test_pods_corrected(rehearse):
    """Evidence kept, stable pods up, canary gone: the old provider answers everybody, and no write is lost."""
    rehearse()


@pytest.mark.scenario("mindmend", "shift-and-tell")
def test_told_within_the_hour(rehearse):
    """The channel shows the message, the canary's log and the figures are kept, the report's questions are answered."""
    rehearse()


@pytest.mark.scenario("mindmend", "monthly")
def test_monthly_drill(rehearse):
    """The monthly drill as a whole: every line of the checklist holds, and the canary is gone."""
    rehearse()
