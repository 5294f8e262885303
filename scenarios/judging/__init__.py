"""Pure judging: intervals, ledger classes, verdicts. No I/O but the records handed in."""
