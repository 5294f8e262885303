"""Negative controls: the same undo sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("jarvis", "control-noop-undo")
def test_undo_that_does_nothing(rehearse):
    """An undo that says it worked and did nothing is seen by users, whatever `rollout status` reports."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-wrong-revision")
def test_undo_to_the_wrong_revision(rehearse):
    """An undo that goes back too far serves users again and is red all the same: the release is not the baseline."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-noop-undo-stuck")
def test_undo_that_does_nothing_about_a_stuck_rollout(rehearse):
    """Where users never noticed anything, an undo that did nothing is seen by the rollout that still does not stand."""
    red = {check.id: check.cause for check in rehearse().checks}
    assert red["rollout"] == "release_stuck"  # not only by the step that says so itself


@pytest.mark.scenario("jarvis", "control-logs-errors")
def test_undo_to_a_release_that_logs_errors(rehearse):
    """The line of the verification list that reads the log is the only one that is red."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-holds-a-pod")
def test_undo_that_leaves_a_pod_behind(rehearse):
    """Users are served by the old release and by nothing else; only the list of what to look at afterwards is red."""
    red = {check.id for check in rehearse().checks if check.verdict == "failed"}
    assert "verify-old-pods-gone" in red
    assert all(each.startswith("verify-") for each in red)
