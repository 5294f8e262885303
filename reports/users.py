"""What users' own requests came to, in words."""

from scenarios.results import DrillRecord


def hurt(record: DrillRecord) -> str:
    """`5 of 6 users had a bad request (48 of their 131); answers took …`; "" for a record that does not tell."""
    own = record.own
    if own is None or not own.users:
        return ""
    told = f"{own.hurt} of {own.users} users had a request that failed or was answered otherwise than it should"
    told += f" ({own.bad} of {own.requests})"
    if own.hurt_ms is None:
        return f"{told}; none was answered"
    others = ((own.before_ms, "before"), (own.held_ms, "afterwards"))
    beside = " and ".join(f"{ms:.1f} ms {when}" for ms, when in others if ms is not None)
    return f"{told}; answers took {own.hurt_ms:.1f} ms at the median{f', {beside}' if beside else ''}"


def held(record: DrillRecord) -> str:
    """`afterwards 0 of 74 requests of theirs failed`; "" where there was no afterwards."""
    own = record.own
    if own is None or not own.held:
        return ""
    return f"once users were back, {own.held_bad} of {own.held} requests of theirs failed"
