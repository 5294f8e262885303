"""mina: a migration that cut what users had saved, and the moment before it restored from base backup and log."""

import json
from pathlib import Path

import pytest

from drills.database.test_backup import reach_s, stopped_ns
from scenarios.ledger import read_ledger
from scenarios.results import DrillRecord


@pytest.fixture
def rehearse_to_the_write(rehearse, drill_run):
    """Rehearse, and hold what was lost against the ledger's own times and the server's log."""

    def run() -> None:
        record = rehearse()
        lost_to_the_write(record, drill_run.folder / record.evidence)

    return run


@pytest.mark.scenario("mina", "point-in-time-name")
def test_by_name(rehearse_to_the_write):
    """Every text is back that was there when the restore point was made; what came after it is lost, to the write."""
    rehearse_to_the_write()


@pytest.mark.scenario("mina", "point-in-time-time")
def test_by_time(rehearse_to_the_write):
    """Every text is back that was there when the migration was committed; what came after it is lost, to the write."""
    rehearse_to_the_write()


@pytest.mark.scenario("mina", "point-in-time-xid")
def test_by_xid(rehearse_to_the_write):
    """The transaction is left out, and every one that was committed before it is there."""
    rehearse_to_the_write()


@pytest.mark.scenario("mina", "point-in-time-lsn")
def test_by_lsn(rehearse_to_the_write):
    """The log is read up to the commit of the migration and no further."""
    rehearse_to_the_write()


@pytest.mark.scenario("mina", "point-in-time-none-to-lose")
def test_none_to_lose(rehearse):
    """More than half a second of writes was saved between the migration and the stop: the objective is missed."""
    record = rehearse()
    assert record.rpa_s > record.objective.rpo_s
    assert [check.id for check in record.checks if check.verdict == "failed"] == ["objective-rpo"]


def lost_to_the_write(record: DrillRecord, evidence: Path) -> None:
    """What was lost reaches back as far as the ledger's own times say, and as the objective allows.

    And the server's log agrees: a write that was told, before its own commit, of more log than the restored one has of
    the old one is not there.
    """
    truth_s, interval_s = reach_s(evidence)
    assert record.rpa_s is not None
    assert abs(record.rpa_s - truth_s) <= interval_s
    assert {check.id: check.verdict for check in record.checks}["objective-rpo"] == "passed"
    fork = json.loads((evidence / "ledger-server.json").read_text(encoding="utf-8"))["lineage"]["forked_lsn"]
    there = {row["id"] for row in json.loads((evidence / "ledger-readback.json").read_text(encoding="utf-8"))}
    stop_ns = stopped_ns(evidence)
    acked = [each for each in read_ledger(evidence / "ledger") if each["e"] == "ack" and each["t"] <= stop_ns]
    later = {each["id"] for each in acked if each.get("lsn", 0) >= fork}
    assert later
    assert not later & there
