"""Negative controls: the script's own commands sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("jarvis", "control-script-noop-undo")
def test_undo_inside_that_does_nothing(rehearse):
    """The script notices by itself that the release is still the bad one."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-script-wrong-revision")
def test_undo_inside_that_goes_too_far(rehearse):
    """The script is content with an older release; the drill is not."""
    rehearse()
