"""The probe: how true its recovery times are, against outages of known length, and how it fares on a busy machine."""

from fixtures.leases import measuring
from tests.bench.goals import Goal, Tell

TITLE = "the probe: error of recovery times, truth inside the interval, smallest outage, false alarms"
TAKES = "about 30 min on two cores"


def run(tell: Tell) -> list[Goal]:
    """Real outages of a fault server of ours, seen by the real probe; then thousands on a simulated clock."""
    from tests.bench.busy import hang_goals, healthy_goals
    from tests.bench.coverage import coverage_goals
    from tests.bench.known_outages import partial_goals, smallest_goals, total_goals

    with measuring(lambda: tell("waiting: something else is being measured")):
        goals = [*hang_goals(tell), *smallest_goals(tell), *total_goals(tell), *partial_goals(tell)]
        goals += healthy_goals(tell)
    return goals + coverage_goals(tell)
