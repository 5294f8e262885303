"""What has to have happened for a drill to prove anything, where the simulated world is too large a hammer."""

from scenarios.judging.causes import Verdict
from scenarios.observations import Observation
from scenarios.proof import ledger_whole


def look(tick: int) -> Observation:
    return Observation(
        lane="write", tick=tick, planned_ns=tick, sent_ns=tick, done_ns=tick + 1, status=201, served=True
    )


def test_what_other_users_wrote_does_not_make_up_for_what_the_ledger_lacks() -> None:
    """The probe saw three acknowledgements; the ledger has two of them, and many of others."""
    looks = [look(tick) for tick in range(3)]
    ids = ["probe-ab12cd-w0", "probe-ab12cd-w1", "probe-ab12cd-j2", *(f"locust-77-{n}" for n in range(50))]
    records: list[dict[str, object]] = [{"e": "ack", "id": each} for each in ids]
    assert ledger_whole(records, looks).verdict == Verdict.INCONCLUSIVE
    assert ledger_whole([*records, {"e": "ack", "id": "probe-ab12cd-w1a9"}], looks).verdict == Verdict.PASSED
