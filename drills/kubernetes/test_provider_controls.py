"""Negative controls: mindmend's ways back sabotaged. Each must turn the drill red, for the right cause."""

import pytest


@pytest.mark.scenario("mindmend", "control-noop-set-env")
def test_switch_that_is_none(rehearse):
    """A restart of what was never switched starts the same thing again."""
    rehearse()


@pytest.mark.scenario("mindmend", "control-canary-stays")
def test_canary_that_stays(rehearse):
    """A canary that is said to be gone goes on answering one user in five."""
    rehearse()


@pytest.mark.scenario("mindmend", "control-sets-everybody")
def test_override_for_all(rehearse):
    """Users are served, and those who were to notice nothing have another provider: red."""
    rehearse()


@pytest.mark.scenario("mindmend", "control-sets-all-endpoints")
def test_override_for_all_endpoints(rehearse):
    """The endpoint is served, and so is all else, by another provider than it was: red."""
    rehearse()


@pytest.mark.scenario("mindmend", "control-noop-set-image")
def test_image_that_is_not_changed(rehearse):
    """`rollout status` is content with what was never changed; the smoke test and users are not."""
    rehearse()


@pytest.mark.scenario("mindmend", "control-scales-all-down")
def test_stable_pods_scaled_down(rehearse):
    """None of none is successfully rolled out; nobody answers, and no line of the checklist is true."""
    red = {check.id: check.cause for check in rehearse().checks}
    assert red["served"] == "not_served"  # users say it, and not only the step that waits for them


@pytest.mark.scenario("mindmend", "control-tells-nobody")
def test_message_that_never_leaves(rehearse):
    """Everybody is served and nobody knows: the channel itself says so."""
    rehearse()
