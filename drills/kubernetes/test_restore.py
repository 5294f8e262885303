"""jarvis: a migration has done damage, and the dump from before it is restored while the pods are away."""

import pytest


@pytest.mark.scenario("jarvis", "restore-over")
def test_restore_as_written(rehearse):
    """Restored over what is there, beside pods that still end, the dump restores nothing."""
    rehearse()


@pytest.mark.scenario("jarvis", "restore-dump")
def test_restore_corrected(rehearse):
    """With every pod gone and all in one transaction, users are served again, for what came since the dump."""
    rehearse()


@pytest.mark.scenario("jarvis", "control-drops-a-row")
def test_restore_that_loses_a_row(rehearse):
    """All tables are there, users are served, and the oldest session is gone: red."""
    rehearse()
