"""What the background users' own requests came to: who was hurt, how slow it was, and the hold. Pure.

The probe measures, at a fixed rate. Users do not: one who waits asks less often, so their share of bad requests is no
measure of an outage. They do what users do, though, which the probe's few kinds of request do not.
"""

from collections.abc import Sequence
from statistics import median

from scenarios.proof import Story
from scenarios.protocols import Request
from scenarios.results import OwnRequests

GONE = 404  # of a row that the rollback was allowed to lose, or was not: the ledger counts these


def own_requests(made: Sequence[Request], story: Story) -> OwnRequests:
    """`made` in the order they ended. Users are back at `story.restored.hi`; where never, all the rest is harm."""
    back_ns = story.restored.hi
    before = [each for each in made if each.done_ns <= story.candidate_ns]
    hurt = [each for each in made if story.candidate_ns < each.sent_ns and (back_ns is None or each.sent_ns <= back_ns)]
    bad = [each for each in hurt if not each.ok]
    after = held(made, story)
    return OwnRequests(
        users=len({each.who for each in hurt}),
        hurt=len({each.who for each in bad}),
        requests=len(hurt),
        bad=len(bad),
        held=len(after),
        held_bad=sum(map(failed, after)),
        before_ms=_median_ms(before),
        hurt_ms=_median_ms(hurt),
        held_ms=_median_ms(after),
    )


def held(made: Sequence[Request], story: Story) -> list[Request]:
    """What was sent once users were back, to the end of the hold; none where they were not."""
    back_ns, until_ns = story.restored.hi, story.held_ns
    if back_ns is None or until_ns is None:
        return []
    return [each for each in made if back_ns < each.sent_ns <= until_ns]


def failed(request: Request) -> bool:
    """Whether it was not answered, refused, or ended in an error: whatever becomes of rows is the ledger's matter."""
    return request.status is None or (request.status >= 400 and request.status != GONE)


def _median_ms(made: Sequence[Request]) -> float | None:
    took = [(each.done_ns - each.sent_ns) / 1e6 for each in made if each.status is not None]
    return round(median(took), 3) if took else None
