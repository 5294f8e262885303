"""What has to have happened for a drill to prove anything. Pure: what was seen in, checks out.

Each function looks for one way in which nothing happened. Where it finds it, the drill is inconclusive with a cause of
its own; a drill is never *passed* because there was nothing to see.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scenarios.checks import not_passed, passed
from scenarios.harness import longest_gap_s
from scenarios.judging.causes import Cause
from scenarios.judging.intervals import Edge
from scenarios.model import USER_TIMEOUT_S, Harm, Load, Scenario
from scenarios.observations import READINGS, ROLLOUT_LANE, Observation
from scenarios.protocols import Lane, Request, StepResult
from scenarios.results import CheckRecord
from scenarios.runbook import Procedure

SECOND = 1_000_000_000
WRITE_ID = re.compile(r"(^|-)w\d+(a\d+)?$")  # of the probe's lane of writes: tick, and which follow-up
# Looks of a lane between the last bad answer and the end of the hold, of those planned. Half of them still see an
# outage of two ticks; with fewer, "nothing was bad" says little.
LOOKS_SHARE = 0.5
# A user who is served gets an answer within this, or the probe would have called it harm.
SERVED_WITHIN_S = 1.0
LONGEST_PAUSE = 1.5  # users pause up to this many times their average pause
# Of the requests that users make even if each of them times out. Half leaves room for when their timeouts begin.
LEAST_SHARE = 0.5
# Of the rate before the candidate. Cold caches, restarts and timeouts that run out slow users down (seen: to a quarter,
# on a busy machine with the shortest hold); a tenth is a load no more.
AFTER_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The instants of a drill that came to its end, in ns.

    `back_ns`: the last bad request was sent; `held_ns`: all that was sent before it had been answered. Both None where
    users were not back at the end.
    """

    scenario: Scenario
    steady_ns: int
    candidate_ns: int  # its deployment began
    started_ns: int  # of the procedure
    done_ns: int
    restored: Edge  # open where it was not
    back_ns: int | None
    held_ns: int | None


def quiet_before(story: Story, lanes: Mapping[str, Sequence[Observation]]) -> list[CheckRecord]:
    """A check that does not hold where somebody was hurt between the steady state and the candidate, else none."""
    since, until = story.steady_ns, story.candidate_ns
    bad = [o for lane in lanes.values() for o in lane if since < o.done_ns <= until and not o.served]
    if not bad:
        return []
    first = min(bad, key=lambda seen: seen.done_ns)
    early_s = (until - first.done_ns) / SECOND
    detail = f"{len(bad)} bad before the candidate came, the first {early_s:.2f} s: lane {first.lane}: {first.why}"
    return [not_passed("quiet-before", Cause.HARMED_EARLY, detail)]


def other_harm(declared: Harm, refused: Observation | None, stuck: Observation | None, timed: bool = False) -> str:
    """What harm was seen where the declared kind was not; "" if there was none at all. `timed`: it was to be slow."""
    if declared is Harm.RELEASE_STUCK or timed:
        return f"but users were hurt: lane {refused.lane}: {refused.why}" if refused else ""
    return f"but the rollout did not stand: {stuck.why}" if stuck else ""


def candidate_seen(
    story: Story, lanes: Mapping[str, Sequence[Observation]], baseline: Mapping[str, str | None]
) -> list[CheckRecord]:
    """A check that does not hold where every single answer under the candidate says that it is the baseline's.

    Only where users are hurt and their release is promised. One answer that says nothing, or none at all, may have been
    the candidate's.
    """
    if story.scenario.harm is not Harm.USERS_HURT or "release" not in story.scenario.restores:
        return []
    asked = (o for name, lane in lanes.items() if name not in READINGS for o in lane)
    told = [o.facts.get("release") for o in asked if story.candidate_ns <= o.sent_ns < story.started_ns]
    if not told or any(release != baseline["release"] for release in told):
        return []
    detail = f"all {len(told)} answers under the candidate, bad ones too, came from {baseline['release']}"
    return [not_passed("candidate-seen", Cause.CANDIDATE_UNSEEN, detail)]


def harm_lasted(restored: Edge, procedure_started_ns: int) -> list[CheckRecord]:
    """A check that does not hold where users were served again before anybody did anything, else none."""
    if restored.hi is None or restored.hi > procedure_started_ns:
        return []
    early_s = (procedure_started_ns - restored.hi) / SECOND
    detail = f"users were served again {early_s:.3f} s before the procedure was started, so it proves nothing"
    return [not_passed("harm-lasted", Cause.HARM_OVER_EARLY, detail)]


def enough_looks(
    story: Story, plans: Mapping[str, Lane], lanes: Mapping[str, Sequence[Observation]]
) -> list[CheckRecord]:
    """Every lane of requests was looked at often enough between the last bad answer and the end of the hold."""
    if story.back_ns is None or story.held_ns is None:
        return []
    told = []
    for name, plan in plans.items():
        if name == ROLLOUT_LANE:  # four looks a second, and none of them can be missed
            continue
        planned = (story.held_ns - story.back_ns) // plan.period_ns
        looks = sum(not o.again and story.back_ns < o.sent_ns <= story.held_ns for o in lanes.get(name, ()))
        told.append(f"{min(looks, planned)} of {planned} looks on lane {name}")
        if looks < LOOKS_SHARE * planned:
            return [not_passed("enough-looks", Cause.TOO_FEW_LOOKS, f"{told[-1]} since the last bad answer")]
    return [passed("enough-looks", ", ".join(told))]


def enough_traffic(story: Story, load: Load, made: Sequence[Request]) -> CheckRecord:
    """Users kept coming before the candidate, under it, and after the rollback."""
    first_ns = min((each.done_ns for each in made), default=story.steady_ns)
    before, during = (min(first_ns, story.candidate_ns), story.candidate_ns), (story.candidate_ns, story.done_ns)
    rate = _count(made, before) / max(before[1] - before[0], SECOND) * SECOND
    served_s, hurt_s = SERVED_WITHIN_S, SERVED_WITHIN_S + USER_TIMEOUT_S
    phases = [
        ("before the candidate", before, (served_s, served_s), 0.0, Cause.TOO_LITTLE_TRAFFIC_BEFORE),
        ("under it", during, (hurt_s, hurt_s), 0.0, Cause.TOO_LITTLE_TRAFFIC_DURING),
    ]
    if story.back_ns is not None and story.held_ns is not None:
        after, least_hz = (story.back_ns, story.held_ns), AFTER_SHARE * rate
        # what hung when the rollback came may be given up after it; at the end of the hold everybody is served
        phases.append(("after the rollback", after, (hurt_s, served_s), least_hz, Cause.TOO_LITTLE_TRAFFIC_AFTER))
    told = []
    for name, span, answers_s, rate_hz, cause in phases:
        told.append(f"{_count(made, span)} requests in the {(span[1] - span[0]) / SECOND:.1f} s {name}")
        wrong = _silent(span, load, made, answers_s, rate_hz)
        if wrong:
            return not_passed("enough-traffic", cause, f"{told[-1]}: {wrong}")
    return passed("enough-traffic", ", ".join(told))


def _silent(
    span: tuple[int, int], load: Load, made: Sequence[Request], answers_s: tuple[float, float], rate_hz: float
) -> str:
    """What shows that users were not all there in `span`; "" where nothing does. They ask at least `rate_hz` times.

    `answers_s`: the longest that one answer takes in the span, and at its end.
    """
    seconds, pause_s = (span[1] - span[0]) / SECOND, LONGEST_PAUSE * load.pause_s
    # a user who is there ends one request in a timeout and a pause, served or not
    least = max(int(LEAST_SHARE * load.users * seconds / (USER_TIMEOUT_S + pause_s)), int(rate_hz * seconds))
    if _count(made, span) < least:
        return f"{load.users} users make {least} at the least"
    last_ns = max((each.done_ns for each in made if each.done_ns <= span[1]), default=span[0])
    for gap_s, answer_s in (
        (longest_gap_s(made, *span), answers_s[0]),
        ((span[1] - max(last_ns, span[0])) / SECOND, answers_s[1]),
    ):
        if gap_s > answer_s + pause_s:
            return f"none for {gap_s:.1f} s"
    return ""


def _count(made: Sequence[Request], span: tuple[int, int]) -> int:
    return sum(span[0] <= each.done_ns <= span[1] for each in made)


def ledger_whole(records: Iterable[Mapping[str, object]], writes: Sequence[Observation]) -> CheckRecord:
    """Every write that the probe saw acknowledged is in the ledger as such: else its loss would go unnoticed."""
    # this lane's alone: what other users wrote must not make up for what is missing
    acked = sum(record.get("e") == "ack" and bool(WRITE_ID.search(str(record.get("id")))) for record in records)
    served = sum(seen.served for seen in writes)
    detail = f"the ledger has {acked} acknowledgements of the probe's lane of writes; the probe saw {served}"
    return (
        not_passed("ledger-whole", Cause.LEDGER_INCOMPLETE, detail)
        if acked < served
        else passed("ledger-whole", detail)
    )


def not_run(procedure: Procedure, results: Sequence[StepResult]) -> str:
    """What was not run though nothing had failed before it; "" where that is nothing."""
    if len(results) == len(procedure.steps) or not all(result.ok for result in results):
        return ""
    return f"{procedure.id}: only {len(results)} of {len(procedure.steps)} steps were run, and none had failed"


def has_commands(procedure: Procedure) -> bool:
    """Whether any step holds a line that is neither empty nor a comment."""
    lines = (line.strip() for step in procedure.steps for line in step.script.splitlines())
    return any(line and not line.startswith("#") for line in lines)
