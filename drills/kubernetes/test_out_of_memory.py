"""jarvis: a release that takes more memory than its pods may have; who notices, and the undo."""

import pytest


@pytest.mark.scenario("jarvis", "undo-hungry")
def test_pods_killed_for_their_memory(rehearse):
    """An undo serves users again after a release whose pods are killed under them, again and again."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-noop-undo-hungry")
def test_pods_still_killed(rehearse):
    """Most answers are good and the rollout stands: what users are refused now and then is enough to be red."""
    rehearse()
