"""jarvis: a release that answers everybody rightly and late; what tells of it, and the undo."""

import pytest


@pytest.mark.scenario("jarvis", "undo-slow")
def test_usage_as_written(rehearse):
    """`kubectl top` says nothing without a metrics server; the undo after it brings the old speed back."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-slow-corrected")
def test_usage_by_the_kubelet(rehearse):
    """With what the kubelet knows in its place, answers come as fast as before."""
    rehearse()
