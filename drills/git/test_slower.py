"""mina, deployed by pushing: a release that refuses nobody and keeps everybody waiting is taken back, under load."""

import pytest


@pytest.mark.scenario("mina", "revert-slower")
def test_more_than_a_fifth_slower(rehearse):
    """A release slower than the steady state by more than a fifth is noticed by that, and gone when answers are not."""
    rehearse()


@pytest.mark.scenario("mina", "control-keeps-the-code")
def test_slow_code_under_the_old_name(rehearse):
    """A revert that leaves the slow code is red, though everybody is served and the release has the right name."""
    rehearse()
