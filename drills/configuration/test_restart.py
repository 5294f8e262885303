"""mina, whose workers read settings when they start: gunicorn is stopped and started by hand, under load."""

import pytest


@pytest.mark.scenario("mina", "restart-by-hand")
def test_dropped_worker_class(rehearse):
    """`gunicorn --worker-class eventlet` as the runbook writes it does not start: nobody is served."""
    rehearse()


@pytest.mark.scenario("mina", "restart-in-terminal")
def test_in_the_foreground(rehearse):
    """A service started in the foreground never comes back, and ends with the terminal."""
    rehearse()


@pytest.mark.scenario("mina", "restart-corrected")
def test_in_the_background(rehearse):
    """Stopped, waited for, and started in the background with the settings of before, it serves users again."""
    rehearse()
