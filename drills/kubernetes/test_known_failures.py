"""jarvis: undos that failed others though every command said that they were done; docs/known-failures.md says where."""

import pytest


@pytest.mark.scenario("jarvis", "undo-old-pods-serve")
def test_old_pods_serve(rehearse):
    """`rollout status` is done while the old pods go on refusing those who are connected to them."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-old-pods-gone")
def test_old_pods_gone(rehearse):
    """An undo to a named revision that waits for the old pods to go is over when it says so."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-twice")
def test_undo_twice(rehearse):
    """A second undo takes the first one back, and users meet the bad release again."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-no-history")
def test_undo_without_history(rehearse):
    """With `revisionHistoryLimit: 0` a complete rollout cannot be undone, and users stay hurt."""
    rehearse()


@pytest.mark.scenario("jarvis", "reapply-release")
def test_release_applied_again(rehearse):
    """The kept manifests of the last good release serve users again where the cluster keeps no history."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-stale-condition")
def test_stale_condition(rehearse):
    """A good undo is called a failure: the cluster still says of it what it said of the rollout before."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-counted")
def test_pods_counted(rehearse):
    """An undo judged by counts of pods is complete when the release of before stands again."""
    rehearse()


@pytest.mark.scenario("jarvis", "color-scaled-down")
def test_color_scaled_down(rehearse):
    """A Service switched back to a color that was scaled down answers nobody."""
    rehearse()


@pytest.mark.scenario("jarvis", "color-back-corrected")
def test_color_scaled_up_first(rehearse):
    """The other color scaled up first, a switch back serves users again."""
    rehearse()
