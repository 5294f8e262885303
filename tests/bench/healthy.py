"""A release that is as fast as the one before, held against the alarm for slow ones, on a real host under load.

Nothing is wrong, so a drill of it can prove nothing: it has to be inconclusive, each time. The reload that deploys it
may stall answers for half a second, which is harm; where the alarm fires, it believes in a slowdown that nobody made.
"""

from collections import Counter
from dataclasses import replace

from fixtures.environment import EmbeddedEnvironment
from fixtures.leases import Lease
from fixtures.run import CHECKOUT, Run
from scenarios.judging.causes import Cause
from scenarios.record import Subject
from scenarios.registry import load_system
from scenarios.rehearsal import rehearse
from scenarios.results import DrillRecord
from tests.bench.goals import Goal, Tell, Unmeasured

TITLE = "a healthy release against the alarm for slow ones: false alarms"
TAKES = "about 3 min"
SYSTEM = CHECKOUT / "scenarios" / "systems" / "mina"
TIMES = 6
TIME_SCALE = 0.02


def run(tell: Tell) -> list[Goal]:
    """Rehearse it a few times; Unmeasured where the machine was too busy to tell in all of them."""
    named = Run.begin(time_scale=TIME_SCALE, suite=None, environment="embedded", require_all=False)
    alive = Lease(f"run/{named.name}")
    records = []
    try:
        environment = EmbeddedEnvironment(named)
        try:
            for number in range(1, TIMES + 1):
                records.append(_rehearse(environment, number))
                tell(f"{number} of {TIMES}: {records[-1].verdict}, {records[-1].cause}: {records[-1].detail}")
        finally:
            environment.close()
    finally:
        alive.release()
    return goals(records)


def _rehearse(environment: EmbeddedEnvironment, number: int) -> DrillRecord:
    system = load_system(SYSTEM)
    slower = system.scenario("revert-slower")
    healthy = replace(slower, id="healthy", candidate="v2-lengths", defect="none: nothing is wrong with it")
    subject = Subject(drill_id=f"bench::healthy-{number}", system=system, scenario=healthy, time_scale=TIME_SCALE)
    return rehearse(subject, environment, environment.run.folder / f"healthy-{number}")


def goals(records: list[DrillRecord]) -> list[Goal]:
    """An alarm is a drill that came past *detected*; what only says that the machine was busy tells nothing."""
    quiet = Counter(Cause(record.cause) for record in records if record.cause is not None)
    busy = sum(count for cause, count in quiet.items() if cause.in_harness or cause is Cause.NO_STEADY_STATE)
    told = len(records) - busy
    if not told:
        raise Unmeasured("the machine was too busy in each of them")
    alarms = told - quiet[Cause.NO_HARM] - quiet[Cause.NOT_DETECTED]
    return [
        Goal.at_most(f"healthy releases for which the alarm fired, of {told}, at most", alarms, "", 0),
        Goal.seen(f"healthy releases whose reload was half a second of harm, of {told}", quiet[Cause.NOT_DETECTED], ""),
        Goal.seen("rehearsals in which the machine was too busy to tell", busy, ""),
    ]
