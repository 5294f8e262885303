"""mina: a recovery that the server or a look refuses; what was there runs on beside it."""

import pytest


@pytest.mark.scenario("mina", "point-in-time-inclusive")
def test_inclusive(rehearse):
    """A recovery that takes the bad migration in is found by its schema, before it takes the place of anything."""
    record = rehearse()
    assert [step.name for step in record.steps if step.exit == 0][-1] == "look"
    assert "0003_receipts" in record.detail
    assert record.writes.lost == 0


@pytest.mark.scenario("mina", "point-in-time-gap")
def test_segment_missing(rehearse):
    """Where a segment is missing the server says that it did not get there and ends; nothing is lost of the old one."""
    record = rehearse()
    assert record.steps[-1].name == "recover"
    assert "recovery ended before configured recovery target was reached" in record.detail
    assert record.writes.lost == 0
