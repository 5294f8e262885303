"""jarvis: two Deployments take turns behind one Service, and users are sent back to the one before."""

import pytest


@pytest.mark.scenario("jarvis", "color-back-standing")
def test_color_that_still_stands(rehearse):
    """A Service switched back to a color that has its pods serves users again at once."""
    rehearse()


@pytest.mark.scenario("jarvis", "color-back-too-early")
def test_color_scaled_up_too_late(rehearse):
    """Switched first and scaled up after, the Service sends users to nobody for a while."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-noop-patch")
def test_switch_that_says_it_was_made(rehearse):
    """A switch that was not made has a full list of addresses, and users on the bad release."""
    rehearse()
