"""Who answered: a ribbon under the timeline's strips, one block for each stretch of answers that tell the same facts.

Users may be served, and by the wrong release or schema; the strips cannot show that, this does.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.scale import Span
from scenarios.observations import CONTROL_LANE, Observation

SHOWN_FACTS = ("release", "schema")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Answers from `start_ns` to `end_ns` said `words`; `first` marks what was told at the very beginning."""

    start_ns: int
    end_ns: int
    words: str
    first: bool


def blocks(ticks: Sequence[Observation], span: Span) -> list[Block]:
    """The stretches of the span, by what most answers of each bucket said; buckets without facts belong to none.

    Follow-ups have no vote: there are many of them to one look.
    """
    told: list[Counter[str]] = [Counter() for _ in range(span.buckets)]
    for tick in sorted(ticks, key=lambda tick: tick.planned_ns):
        words = "" if tick.again else _words(tick)
        if words and tick.lane != CONTROL_LANE and span.start_ns <= tick.planned_ns < span.end_ns:
            told[(tick.planned_ns - span.start_ns) // span.bucket_ns][words] += 1
    found: list[Block] = []
    for index, counter in enumerate(told):
        if not counter:
            continue
        words = counter.most_common(1)[0][0]
        start = span.start_ns + index * span.bucket_ns
        if found and found[-1].words == words and found[-1].end_ns == start:
            start = found.pop().start_ns
        first = not found or words == found[0].words
        end = span.start_ns + (index + 1) * span.bucket_ns
        found.append(Block(start_ns=start, end_ns=end, words=words, first=first))
    return found


def _words(tick: Observation) -> str:
    """`v1 · 0002`: what an answer tells of who gave it."""
    return " · ".join(str(tick.facts[name]) for name in SHOWN_FACTS if tick.facts.get(name))
