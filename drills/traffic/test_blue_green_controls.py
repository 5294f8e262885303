"""Negative controls: the same switch sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mina", "control-switches-nothing")
def test_switch_that_only_says_so(rehearse):
    """A router tool that changes nothing and reports success turns the drill red: users are not served."""
    rehearse()


@pytest.mark.scenario("mina", "control-switches-reads-only")
def test_one_of_two_backends(rehearse):
    """A switch that forgets the backend of writes turns the drill red, though most answers are right."""
    rehearse()
