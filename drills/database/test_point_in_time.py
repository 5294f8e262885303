"""mina: a migration that cut what users had saved, and the moment before it restored from base backup and log."""

import pytest

from drills.database.test_backup import reach_s


@pytest.mark.scenario("mina", "point-in-time-name")
def test_by_name(rehearse, drill_run):
    """Every text is back that was there when the restore point was made; what came after it is lost, to the write."""
    record = rehearse()
    truth_s, interval_s = reach_s(drill_run.folder / record.evidence)
    assert abs(record.rpa_s - truth_s) <= interval_s
