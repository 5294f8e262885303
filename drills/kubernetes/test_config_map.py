"""jarvis: a release changed its ConfigMap too. What an undo brings back, what it leaves, and how to get the rest."""

import pytest


@pytest.mark.scenario("jarvis", "undo-leaves-config")
def test_undo_leaves_the_new_config_map(rehearse):
    """After the written undo the old image runs under the new ConfigMap: all is green, and all is not as before."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-with-config")
def test_undo_with_the_old_config_map_first(rehearse):
    """With the previous ConfigMap applied first, an undo brings everything back and loses no acknowledged write."""
    rehearse()


@pytest.mark.scenario("jarvis", "config-as-written")
def test_undo_of_a_config_map_as_written(rehearse):
    """`kubectl rollout undo configmap/…` as the runbook writes it undoes nothing: a ConfigMap has no revisions."""
    rehearse()


@pytest.mark.scenario("jarvis", "config-corrected")
def test_config_map_corrected(rehearse):
    """Applying the previous ConfigMap and restarting serves users again, with the new image left in place."""
    rehearse()
