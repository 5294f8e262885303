"""The figures that a runbook's verification list promises of the time after a rollback. Pure: looks in, checks out.

They are judged over the hold: from the last bad answer to the end of the wait for recovery, every look of it answered.
Few looks prove little however good they are: with none bad of N, the true share is below about 3/N (at 95 %). Each
check says so, and a promise that so few cannot prove is told as one that they cannot.

Users' own requests stand beside the probe's: how many there were once users were back, and what so many prove. Too many
that failed break the promise of errors as well.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import median

from scenarios import own
from scenarios.checks import not_passed, passed
from scenarios.judging.availability import down_spans, merged
from scenarios.judging.causes import Cause
from scenarios.observations import READINGS, Observation
from scenarios.proof import Story
from scenarios.protocols import Request
from scenarios.results import CheckRecord
from scenarios.runbook import Hold

MS = 1_000_000
PROVES = 3.0  # the rule of three


def judged(
    hold: Hold, lanes: Mapping[str, Sequence[Observation]], story: Story, made: Sequence[Request] = ()
) -> list[CheckRecord]:
    """One check for each figure that is promised. `lanes` are sorted by sent_ns; `made`: by users themselves."""
    if story.back_ns is None or story.held_ns is None:
        return _nobody_is_back(hold)
    asked = {name: lane for name, lane in lanes.items() if name not in READINGS}
    looks = _looks(lanes, story.back_ns, story.held_ns)
    records, users = [], own.held(made, story)
    if hold.errors is not None:
        records.append(_errors(hold.errors, looks, users))
    if hold.response_s is not None:
        records.append(_response(hold.response_s, looks, users))
    if hold.uptime is not None:
        spans = [
            down_spans(lane, lambda seen: seen.served, story.back_ns + 1, story.held_ns) for lane in asked.values()
        ]
        down_ns = sum(end - begin for begin, end in merged([span for each in spans for span in each]))
        records.append(_uptime(hold.uptime, down_ns, story.held_ns - story.back_ns, len(looks), users))
    return records


def too_slow(limit_s: float, lanes: Mapping[str, Sequence[Observation]], back_ns: int, held_ns: int) -> bool:
    """Whether a hold that ended now would break this promise, as far as the probe's looks go."""
    took_ms = _took_ms(_looks(lanes, back_ns, held_ns))
    return not took_ms or median(took_ms) >= limit_s * 1000


def _looks(lanes: Mapping[str, Sequence[Observation]], back_ns: int, held_ns: int) -> list[Observation]:
    asked = [lane for name, lane in lanes.items() if name not in READINGS]
    return [seen for lane in asked for seen in lane if not seen.again and back_ns < seen.sent_ns <= held_ns]


def _took_ms(looks: Sequence[Observation]) -> list[float]:
    """Of each good answer, from the instant at which it was due: what a late sender adds is not hidden."""
    return [(seen.done_ns - seen.planned_ns) / MS for seen in looks if seen.served]


def proves(looks: int, limit: float) -> str:
    """What `looks` of which none is bad say of the true share, and whether that is enough for `limit`."""
    if not looks:
        return "nobody looked, which proves nothing"
    bound = PROVES / looks
    told = f"{looks} looks prove no more than that fewer than {bound:.2%} are bad (95 %)"
    return told if bound <= limit else f"{told}: too few to prove {limit:.4g}, which takes {math.ceil(PROVES / limit)}"


def _nobody_is_back(hold: Hold) -> list[CheckRecord]:
    why = "users were not back when the drill stopped waiting, so there is no hold"
    return [
        *([not_passed("hold-errors", Cause.VERIFICATION_FAILED, why)] if hold.errors is not None else []),
        *([not_passed("hold-response", Cause.VERIFICATION_FAILED, why)] if hold.response_s is not None else []),
        *([not_passed("hold-uptime", Cause.VERIFICATION_FAILED, why)] if hold.uptime is not None else []),
    ]


def _errors(limit: float, looks: Sequence[Observation], users: Sequence[Request]) -> CheckRecord:
    bad = sum(not seen.served for seen in looks)
    told = f"{bad} of {len(looks)} answers bad, promised are fewer than {limit:.4g} of all; {proves(len(looks), limit)}"
    told, theirs = f"{told}; {_own(users, limit)}", sum(map(own.failed, users))
    if not looks or bad >= limit * len(looks) or (theirs and theirs >= limit * len(users)):
        return not_passed("hold-errors", Cause.VERIFICATION_FAILED, told)
    return passed("hold-errors", told)


def _own(users: Sequence[Request], limit: float) -> str:
    """How many requests of users failed, and what so many prove."""
    if not users:
        return "users made no request of their own in it"
    return f"users' own: {sum(map(own.failed, users))} of {len(users)} failed; {proves(len(users), limit)}"


def _response(limit_s: float, looks: Sequence[Observation], users: Sequence[Request]) -> CheckRecord:
    took_ms = _took_ms(looks)
    if not took_ms:
        return not_passed("hold-response", Cause.VERIFICATION_FAILED, "no answer was good, so none was in time")
    # not a tail: a scaled hold is mostly the first second after a restart, of which a real one has no more than that
    middle_ms = median(took_ms)
    told = f"{middle_ms:.1f} ms at the median of {len(took_ms)} answers, promised is less than {limit_s * 1000:g} ms"
    if theirs_ms := [(each.done_ns - each.sent_ns) / MS for each in users if each.status is not None]:
        told += f"; users' own: {median(theirs_ms):.1f} ms at the median of {len(theirs_ms)}"
    if middle_ms >= limit_s * 1000:
        return not_passed("hold-response", Cause.VERIFICATION_FAILED, told)
    return passed("hold-response", told)


def _uptime(limit: float, down_ns: int, hold_ns: int, looks: int, users: Sequence[Request]) -> CheckRecord:
    up = 1 - down_ns / hold_ns
    told = f"up for {up:.3%} of {hold_ns / 1e9:.1f} s, promised is more than {limit:.2%}; {proves(looks, 1 - limit)}"
    told = f"{told}; {_own(users, 1 - limit)}"
    if not looks or up <= limit:
        return not_passed("hold-uptime", Cause.VERIFICATION_FAILED, told)
    return passed("hold-uptime", told)
