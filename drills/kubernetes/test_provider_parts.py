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
