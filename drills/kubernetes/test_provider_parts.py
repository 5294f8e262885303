"""mindmend: only some users go back to the old provider."""

import pytest


@pytest.mark.scenario("mindmend", "segment")
def test_one_segment(rehearse):
    """Enterprise accounts are answered by the old provider, and all others by the new one."""
    rehearse()


@pytest.mark.scenario("mindmend", "endpoint")
def test_one_endpoint(rehearse):
    """One endpoint is answered by the old provider, and all others by the new one."""
    rehearse()


@pytest.mark.scenario("mindmend", "segment-for-all")
def test_one_segment_where_all_were_meant(rehearse):
    """Everybody is served, and most of them by the provider that was to be left: red."""
    red = {check.id: check.cause for check in rehearse().checks if check.cause}
    assert red["answers-provider"] == "state_differs"
    assert "served" not in red  # nobody is refused: only the provider tells
