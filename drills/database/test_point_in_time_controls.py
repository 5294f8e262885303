"""Negative controls: the same recovery sabotaged. Each must turn the drill red, for the right cause."""

import json

import pytest


@pytest.mark.scenario("mina", "control-skips-the-last-segment")
def test_last_segment_skipped(rehearse, drill_run):
    """A recovery that lacks a segment is red though it was promoted, and each write that is gone is named."""
    record = rehearse()
    evidence = drill_run.folder / record.evidence
    held = json.loads((evidence / "ledger-readback.json").read_text(encoding="utf-8"))
    lost = json.loads((evidence / "ledger-verdict.json").read_text(encoding="utf-8"))["classes"]["lost"]
    assert record.writes.lost == len({each["id"] for each in lost}) > 0
    assert {each["id"] for each in lost}.isdisjoint(row["id"] for row in held)
