"""jarvis: a bad release is on the cluster, and `kubectl rollout undo` is the way back, under load."""

import pytest


@pytest.mark.scenario("jarvis", "undo-fails-every-request")
def test_every_request_fails(rehearse):
    """An undo serves users again after a release that failed every request and was rolled out without complaint."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-fails-some")
def test_three_requests_in_ten_fail(rehearse):
    """An undo serves every user again after a release that failed only those whose id fell on a missing store."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-never-ready")
def test_pods_never_become_ready(rehearse):
    """An undo frees a rollout that is stuck, and the users whom the old pods went on serving notice nothing."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-crash-loop")
def test_pods_crash_over_and_over(rehearse):
    """An undo ends a crash loop, and the users whom the old pods went on serving notice nothing."""
    rehearse()


@pytest.mark.scenario("jarvis", "undo-unpullable")
def test_image_that_cannot_be_pulled(rehearse):
    """An undo frees a rollout whose image is nowhere to be had, and users notice nothing."""
    rehearse()
