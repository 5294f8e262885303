"""mina: a migration without a way back, and an encrypted backup restored under load, as printed and corrected."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from scenarios.ledger import read_ledger


@pytest.mark.scenario("mina", "backup-printed")
def test_as_printed(rehearse):
    """The backup is restored, and the service is started with a worker class that there no longer is."""
    rehearse()


@pytest.mark.scenario("mina", "backup-corrected")
def test_corrected(rehearse, drill_run):
    """Served again with what the backup has; what was lost reaches back as far as the ledger's own times say."""
    record = rehearse()
    truth_s, interval_s = reach_s(drill_run.folder / record.evidence)
    assert abs(record.rpa_s - truth_s) <= interval_s


def reach_s(evidence: Path) -> tuple[float, float]:
    """From the newest write that was recovered to the last one acknowledged before the stop, and the longest time
    between two acknowledgements in a row; in seconds, straight from the records and the rows read back.
    """
    stop_ns = stopped_ns(evidence)
    there = {row["id"] for row in json.loads((evidence / "ledger-readback.json").read_text(encoding="utf-8"))}
    acked = {each["id"]: each["t"] for each in read_ledger(evidence / "ledger") if each["e"] == "ack"}
    before = sorted(at for at in acked.values() if at <= stop_ns)
    recovered = max(at for row, at in acked.items() if row in there and at <= stop_ns)
    intervals = [later - earlier for earlier, later in pairwise(before) if later >= recovered]
    return (before[-1] - recovered) / 1e9, max(intervals) / 1e9


def stopped_ns(evidence: Path) -> int:
    """When the step that stopped the service had ended."""
    events = [json.loads(line) for line in (evidence / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    return int(next(each["t"] for each in events if each["event"] == "step" and each["facts"]["name"] == "stop"))
