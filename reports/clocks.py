"""The two clocks in words, and beside them what `kubectl rollout status` claimed and when the first answer was good."""

from reports.words import bound_down, interval, is_censored, limit, probe_error, seconds
from scenarios.model import RecoveryClock
from scenarios.results import DrillRecord, Interval

# By the drill's harm: how the disruption is told, and what its end, the recovery's too, is called.
_HURT = {"release_stuck": "release stuck for", "state_wrong": "state wrong for"}
_BACK = {"release_stuck": "the rollout stood again", "state_wrong": "the state was right again"}
FIRST_GOOD, CLAIMED, STABLE = "first good answer", "kubectl rollout status claimed success", "stable recovery"
_TOO_EARLY_S = 0.1  # less is no difference that anybody could act on


def allowed_s(record: DrillRecord, clock: RecoveryClock) -> float | None:
    """The objective's limit where it judges `clock`, else None."""
    return record.objective.rto_s if record.objective is not None and record.objective.clock == clock else None


def alarm(record: DrillRecord, time_scale: float | None) -> str:
    """`alarm after 3.50 s at time scale 0.02`: the part of the disruption that the time scale changes; "" without one.

    `time_scale` None: the caller does not know it, so only the seconds are told.
    """
    detect_s = record.phases_s.detect
    if detect_s is None or record.disruption_s is None:
        return ""
    scaled = "" if time_scale in (None, 1) else f" at time scale {time_scale:g}"
    return f"alarm after {seconds(detect_s)}{scaled}"


def clock_phrases(record: DrillRecord, time_scale: float | None = None) -> list[str]:
    """Both clocks as clauses, the judged one first with what is allowed and the probe's error."""
    recovery, disruption = record.recovery_s, record.disruption_s
    warned = alarm(record, time_scale)
    if is_censored(recovery) or is_censored(disruption):
        return [_censored_phrase(record, warned)]
    phrases = [
        _clock_phrase(record, RecoveryClock.RECOVERY, "recovered in", recovery, ""),
        _clock_phrase(record, RecoveryClock.DISRUPTION, _HURT.get(record.harm, "users hurt for"), disruption, warned),
    ]
    return phrases if allowed_s(record, RecoveryClock.DISRUPTION) is None else phrases[::-1]


def _clock_phrase(record: DrillRecord, clock: RecoveryClock, verb: str, bounds: Interval | None, more: str) -> str:
    if bounds is None or bounds == (None, None):
        return f"{clock.value} not measured"
    judged_s = allowed_s(record, clock)
    allowed = "" if judged_s is None else f" of {limit(judged_s)} allowed"
    error = probe_error(record.probe_error_ms) if allowed or record.objective is None else ""
    beside = "; ".join(part for part in (error, more) if part)
    return f"{verb} {interval(bounds)}{allowed}{f' ({beside})' if beside else ''}"


def _censored_phrase(record: DrillRecord, warned: str) -> str:
    parts = []
    for clock, bounds, since, more in (
        (RecoveryClock.RECOVERY, record.recovery_s, "the procedure began", ""),
        (RecoveryClock.DISRUPTION, record.disruption_s, "the first harm", warned),
    ):
        judged_s = allowed_s(record, clock)
        if bounds is not None:
            allowed = "" if judged_s is None else f"{limit(judged_s)} allowed"
            beside = "; ".join(part for part in (allowed, more) if part)
            parts.append(f"{interval(bounds)} after {since}{f' ({beside})' if beside else ''}")
    return f"not restored within the window: {', '.join(parts)}"


def claim(record: DrillRecord) -> str:
    """What `kubectl rollout status` said, and what users saw beside it; "" where it was not asked."""
    if record.claimed_s is None:
        return ""
    beside = claim_beside(record)
    return f"kubectl rollout status claimed success after {seconds(record.claimed_s)}{f': {beside}' if beside else ''}"


def claim_beside(record: DrillRecord) -> str:
    """How the claim stands to the recovery, by the whole of its interval; "" where one of them is not there."""
    claimed_s = record.claimed_s
    lo, hi = record.recovery_s or (None, None)
    if claimed_s is None or lo is None:
        return ""
    if hi is None:
        return f"what was promised had not come back after {bound_down(lo)} s"
    back = _BACK.get(record.harm, "users were served again")
    if lo > claimed_s:
        return f"{bound_down(round(lo - claimed_s, 4))} s or more before {back}"
    return f"{back} before that" if hi < claimed_s else f"at the same time as {back}"


def first_good(record: DrillRecord) -> str:
    """What a check that asks once would have called recovered, where it was not yet so; "" where that says nothing."""
    told = record.availability
    lo, hi = record.recovery_s or (None, None)
    # where the release was stuck, users were served all along, and their answers tell nothing of it
    if told is None or told.first_good_s is None or lo is None or record.harm == "release_stuck":
        return ""
    first_hi = told.first_good_s[1]
    if first_hi is None or lo - first_hi <= _TOO_EARLY_S:
        return ""
    after = f"{FIRST_GOOD} after {interval(told.first_good_s)}"
    if hi is None:
        return f"{after}, and it had not stayed good after {bound_down(lo)} s"
    return f"{after}, {bound_down(round(lo - first_hi, 4))} s or more before it stayed good"


def readings_s(record: DrillRecord) -> list[tuple[str, Interval]]:
    """(name, [lo, hi] in seconds since the procedure began) of each reading of when it was over that there is."""
    told = record.availability
    found = (
        (FIRST_GOOD, None if told is None else told.first_good_s),
        (CLAIMED, None if record.claimed_s is None else (record.claimed_s, record.claimed_s)),
        (STABLE, record.recovery_s),
    )
    return [(name, bounds) for name, bounds in found if bounds is not None and bounds != (None, None)]


def readings(record: DrillRecord) -> list[tuple[str, str]]:
    """The same in words; a claim is a single reading, the others are intervals."""
    return [(name, seconds(lo) if name == CLAIMED else _open(name, (lo, hi))) for name, (lo, hi) in readings_s(record)]


def _open(name: str, bounds: Interval) -> str:
    text = interval(bounds)
    return f"not seen within the window ({text})" if name == STABLE and is_censored(bounds) else text


def standing(bounds: Interval | None, allowed: float) -> str:
    """Where a measured interval stands to its limit, by the whole of it; "" where nothing was measured."""
    if bounds is None or bounds == (None, None):
        return ""
    lo, hi = bounds
    if lo is not None and lo > allowed:
        return "MISSED"
    if hi is None:
        return "not met: not restored when the drill stopped waiting"
    return "met" if hi <= allowed else "neither met nor missed"


def last_to_obey(record: DrillRecord) -> str:
    """How long after the procedure's last step the last worker still answered as before it; "" where none did.

    A flag that workers remember, a reload that replaces them one by one: the step is done, and users go on meeting it.
    """
    execute_s, bounds = record.phases_s.execute, record.recovery_s
    if execute_s is None or bounds is None or bounds[0] is None or bounds[1] is None:
        return ""
    lo, hi = max(0.0, bounds[0] - execute_s), bounds[1] - execute_s
    return "" if lo < _TOO_EARLY_S else f"the last worker obeyed {interval((lo, hi))} after the last step had ended"


def overhead(record: DrillRecord) -> str:
    """What the drill itself took beyond what it waits for on purpose; "" where users were never started."""
    if record.overhead_s is None:
        return ""
    return f"the drill took {seconds(record.overhead_s)} beyond its set-up and its own holds"
