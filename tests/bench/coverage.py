"""How often the truth of a partial outage lies inside the interval: thousands of outages on a simulated clock.

No clock, socket or thread takes part, only the arithmetic that every drill uses. Outages are 0.3 s to 10 s long
(log-uniform), looks are sent 100 times a second up to 0.2 ms late, answers take 1 to 3 ms, and follow-ups come as the
probe sends them. One that no look hit is no outage to anybody; how many those are is told beside.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from scenarios.judging.intervals import Outage, outage
from scenarios.observations import Observation
from tests.bench.goals import Goal, Tell

OUTAGES = 5000
HZ = 100
MS = 1_000_000
SECOND = 1000 * MS
TICK = SECOND // HZ
LENGTHS_S = (0.3, 10.0)
BEFORE_NS = SECOND
AFTER_NS = 3 * SECOND
LATE_NS = MS // 5
ANSWER_NS = (1 * MS, 3 * MS)
FOLLOW_UPS = 9
BURST_GAP_NS = SECOND // 4

Refused = Callable[[random.Random, int], bool]  # (chance, which request): is it answered badly while the outage lasts?

SHARES: dict[str, Refused] = {
    "3 %": lambda rng, _: rng.random() < 0.03,
    "30 %": lambda rng, _: rng.random() < 0.30,
    "one replica of three": lambda rng, _: rng.randrange(3) == 0,
    "one kept connection of four": lambda _, request: request % 4 == 0,
}


@dataclass(slots=True)
class Tally:
    """What came of the outages of one share."""

    seen: int = 0
    missed_recovery: int = 0
    missed_disruption: int = 0
    excess_ms: float = -math.inf  # of the width over what is stated for it, at worst
    widths_s: list[float] = field(default_factory=list)


def look(sent_ns: int, took_ns: int, bad: bool, again: int = 0) -> Observation:
    """One observation of the simulated lane."""
    return Observation(
        lane="read",
        tick=0,
        planned_ns=sent_ns,
        sent_ns=sent_ns,
        done_ns=sent_ns + took_ns,
        status=None,
        served=not bad,
        again=again,
    )


def simulate(rng: random.Random, refused: Refused, began_ns: int, ended_ns: int) -> list[Observation]:
    """The looks of one lane around an outage in which each request is `refused` or not; sorted by sent_ns."""
    looks: list[Observation] = []
    last_burst, in_a_row, request = -SECOND, 0, rng.randrange(12)

    def ask(sent_ns: int, again: int = 0) -> Observation:
        nonlocal request
        request += 1
        took_ns = rng.randrange(*ANSWER_NS)
        bad = began_ns <= sent_ns + took_ns // 2 < ended_ns and refused(rng, request)
        looks.append(look(sent_ns, took_ns, bad, again))
        return looks[-1]

    for tick in range((ended_ns + AFTER_NS) // TICK):
        asked = ask(tick * TICK + rng.randrange(LATE_NS))
        in_a_row = 0 if asked.served else in_a_row + 1
        if 0 < in_a_row < 10 and asked.sent_ns - last_burst > BURST_GAP_NS:
            last_burst = asked.sent_ns
            for again in range(1, FOLLOW_UPS + 1):
                ask(asked.done_ns + rng.randrange(MS // 2), again)
    return sorted(looks, key=lambda seen: seen.sent_ns)


def stated_width_ns(looks: list[Observation], found: Outage) -> int:
    """Two ticks, the round trips, the lateness, and the term for a partial outage: what the docs say of a width."""
    round_trip = max(seen.done_ns - seen.sent_ns for seen in looks)
    return 2 * TICK + 2 * round_trip + 2 * LATE_NS + sum(found.widened_ns)


def judge(rng: random.Random, refused: Refused, tally: Tally) -> None:
    """One outage of random length and phase. A drill's recovery knows its start; its disruption has two edges."""
    length_s = math.exp(rng.uniform(*map(math.log, LENGTHS_S)))
    began = BEFORE_NS + rng.randrange(TICK)
    ended = began + round(length_s * SECOND)
    looks = simulate(rng, refused, began, ended)
    found = outage(looks, lambda seen: seen.served, 0, TICK)
    if found is None:
        return
    tally.seen += 1
    assert found.start.hi is not None
    assert found.end.hi is not None
    ended_inside = found.end.lo <= ended <= found.end.hi
    tally.missed_recovery += not ended_inside
    tally.missed_disruption += not (ended_inside and found.start.lo <= began <= found.start.hi)
    width_ns = found.start.hi - found.start.lo + found.end.hi - found.end.lo
    tally.excess_ms = max(tally.excess_ms, (width_ns - stated_width_ns(looks, found)) / MS)
    tally.widths_s.append(width_ns / SECOND)


def coverage_goals(tell: Tell, outages: int = OUTAGES) -> list[Goal]:
    """The goals of the simulated clock, each share with as many outages as are asked for."""
    goals: list[Goal] = []
    for name, refused in SHARES.items():
        rng = random.Random(name)
        tally = Tally()
        tried = 0
        while tally.seen < outages:
            judge(rng, refused, tally)
            tried += 1
        tell(f"simulated: {name}: {tally.seen} outages seen, {tried - tally.seen} hit by no look")
        for clock, missed in (("recovery", tally.missed_recovery), ("disruption", tally.missed_disruption)):
            inside = 100 * (1 - missed / tally.seen)
            goals.append(Goal.at_least(f"{name}, simulated: {clock}'s truth inside, of {outages}", inside, "%", 99.9))
        width = sorted(tally.widths_s)[tally.seen // 2]
        goals.append(Goal.at_most(f"{name}, simulated: width above what is stated, at worst", tally.excess_ms, "ms", 0))
        goals.append(Goal.seen(f"{name}, simulated: median width of disruption", width, "s"))
    return goals
