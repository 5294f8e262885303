"""The probe against outages of known length: total, partial, and the smallest that it must find."""

import random
from itertools import cycle

from fixtures.probe.calibration import SHAPES, quantile
from fixtures.probe.plan import DEFAULT_LANES, Fault, LanePlan, Whom
from tests.bench.goals import Goal, Tell
from tests.bench.known import Measured, compare, log_uniform, watch

OUTAGES = 200
LENGTHS_S = (0.02, 10.0)
DEADLINE_S = 0.5
SLOW_S = 0.8
PAUSES_S = (0.35, 0.65)
STATED = "2 ticks + round trips + lateness"
MISSED_MS = 1e5  # longer than any outage here
LIMITS_MS = {"200 Hz": 5.0, "100 Hz": 10.0}

SMALL = 100
SMALL_PAUSE_S = 0.31

PARTIAL = 20
PARTIAL_SPARE = 6  # of 3 % in a second nobody may be hit; such an outage is none to anybody
PARTIAL_LENGTHS_S = (1.0, 5.0)
PARTIAL_PAUSE_S = 1.5
PARTIAL_KINDS: dict[str, tuple[str, Whom, float]] = {  # what is told: lane, whom, share
    "3 %": ("read", "share", 0.03),
    "30 %": ("read", "share", 0.3),
    "one replica of three": ("read", "replica_random", 1.0),
    "one kept connection of four": ("kept", "one_kept", 1.0),
}


def total_goals(tell: Tell, outages: int = OUTAGES) -> list[Goal]:
    """Total outages of all shapes, seen by two lanes at once; each lane's are judged by its own looks alone."""
    chance = random.Random(20)
    shapes = cycle(SHAPES)
    faults = [
        Fault(
            shape=next(shapes),
            length_s=log_uniform(chance, *LENGTHS_S),
            pause_s=chance.uniform(*PAUSES_S),
            slow_s=SLOW_S,
        )
        for _ in range(outages)
    ]
    # each outage stands for a drill of its own, with all of its bursts
    lanes = tuple(
        LanePlan(name=f"{hz} Hz", kind="read", hz=hz, deadline_s=DEADLINE_S, follow_ups=9, bursts=4 * outages)
        for hz in (200, 100)
    )
    seen = watch(lanes, faults, tell, "total outages")
    goals = []
    for plan in lanes:
        found = compare(seen.lanes[plan.name], seen.truths, plan.hz)
        goals += _total(f"{plan.name}, {outages} total outages", found, LIMITS_MS[plan.name])
    return goals


def _total(name: str, every: list[Measured], limit_ms: float) -> list[Goal]:
    seen = [each for each in every if each.found is not None]
    errors = sorted(each.error_ms for each in every)
    # a missed one has no error that could be written down
    told = {"p50": quantile(errors, 0.5), "max": errors[-1], **_by_shape(every)}
    p99 = quantile(errors, 0.99)
    return [
        Goal.at_most(f"{name}: missed", len(every) - len(seen), "outages", 0),
        Goal.at_most(f"{name}: error of RTA, p99", min(p99, MISSED_MS), "ms", limit_ms, _finite(told)),
        Goal.at_least(f"{name}: truth inside [lo, hi]", 100 * sum(e.inside for e in every) / len(every), "%", 100),
        Goal.at_most(f"{name}: width above {STATED}, worst", max(each.excess_ms for each in every), "ms", 0),
    ]


def _by_shape(every: list[Measured]) -> dict[str, float]:
    return {f"{shape}, max": max(e.error_ms for e in every if e.truth.shape == shape) for shape in SHAPES}


def _finite(figures: dict[str, float]) -> dict[str, float]:
    return {name: figure for name, figure in figures.items() if figure <= MISSED_MS}


def partial_goals(tell: Tell, outages: int = PARTIAL) -> list[Goal]:
    """Outages in which only some are refused, in real time."""
    goals = []
    for name, (lane_name, whom, share) in PARTIAL_KINDS.items():
        chance = random.Random(name)
        faults = [
            Fault(
                shape="503",
                length_s=chance.uniform(*PARTIAL_LENGTHS_S),
                pause_s=PARTIAL_PAUSE_S + chance.random() / 100,
                whom=whom,
                share=share,
                seed=number,
            )
            for number in range(outages + (PARTIAL_SPARE if share < 0.1 else 0))
        ]
        lane = next(plan for plan in DEFAULT_LANES if plan.name == lane_name)
        seen = watch((lane,), faults, tell, f"partial outages, {name}")
        found = compare(seen.lanes[lane_name], seen.truths, lane.hz)
        goals += _partial(f"{name}, {outages} partial outages", [each for each in found if each.truth.bad][:outages])
    return goals


def _partial(name: str, hit: list[Measured]) -> list[Goal]:
    """`hit`: those that hit somebody."""
    inside = sum(each.inside for each in hit)
    widened = [sum(each.found.widened_ns) / 1e6 if each.found else 0.0 for each in hit]
    spare = [each.excess_ms - term for each, term in zip(hit, widened, strict=True)]
    widths = sorted(each.width_s for each in hit)
    return [
        Goal.at_least(f"{name}: truth inside [lo, hi]", inside, f"of {len(hit)}", len(hit)),
        Goal.at_most(f"{name}: width above {STATED} + the term of partial ones, worst", max(spare), "ms", 0),
        Goal.seen(f"{name}: width", quantile(widths, 0.5), "s, median", {"max": widths[-1]}),
    ]


def smallest_goals(tell: Tell, outages: int = SMALL) -> list[Goal]:
    """Outages of two ticks, at any phase."""
    plan = DEFAULT_LANES[0].model_copy(update={"deadline_s": DEADLINE_S})
    chance = random.Random(2)
    shapes = cycle(SHAPES)
    faults = [
        Fault(
            shape=next(shapes), length_s=2 / plan.hz, pause_s=SMALL_PAUSE_S + chance.random() / plan.hz, slow_s=SLOW_S
        )
        for _ in range(outages)
    ]
    seen = watch((plan,), faults, tell, "outages of two ticks")
    found = compare(seen.lanes[plan.name], seen.truths, plan.hz)
    missed = sum(each.found is None for each in found)
    return [Goal.at_most(f"missed, of {outages} outages of two ticks at {plan.hz:g} Hz", missed, "outages", 0)]
