"""Negative controls: partial ways back sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("jarvis", "control-undo-takes-all")
def test_undo_that_takes_the_worker_too(rehearse):
    """Users are served, and the part that was to stay is gone: red."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-noop-set-env")
def test_flag_that_is_not_switched(rehearse):
    """`env updated` with nothing updated is seen by users."""
    rehearse()
