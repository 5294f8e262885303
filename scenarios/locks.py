"""Who waits for a lock of the database while a way back runs, for how long, and behind whom.

Pure: counted from what was seen of the locks, by the run and by `recheck` alike.
"""

from collections.abc import Sequence
from itertools import pairwise

from scenarios.lock_looks import LockLook, Waiting, roots
from scenarios.results import LockWaits

_BEGINNING = 100  # characters of a statement: the whole is in the evidence


def lock_waits(looks: Sequence[LockLook], started_ns: int, until_ns: int) -> LockWaits | None:
    """What was seen from `started_ns` to `until_ns`; None where nobody looked.

    A wait ended between the last look that saw it and the next one. What nobody saw may have been as long as the
    longest time between two looks.
    """
    within = [number for number, look in enumerate(looks) if started_ns <= look.at_ns < until_ns]
    if not within:
        return None
    instants = [started_ns, *(looks[number].at_ns for number in within), until_ns]
    blind_s = round(max(later - earlier for earlier, later in pairwise(instants)) / 1e9, 3)
    # the last look at each: a statement that waits twice has waited for two locks, or anew for one
    last = {(each.pid, each.since_us): (number, each) for number in within for each in looks[number].waiting}
    longest = max(last.values(), key=lambda found: found[1].waited_s, default=None)
    return LockWaits(
        window_s=round((until_ns - started_ns) / 1e9, 3),
        looks=len(within),
        blind_s=blind_s,
        deepest=max(len(looks[number].waiting) for number in within),
        longest_s=(0.0, blind_s) if longest is None else _bounds_s(looks, *longest),
        statement="" if longest is None else _beginning(longest[1].statement),
        behind=[] if longest is None else _behind(looks[longest[0]], longest[1]),
    )


def _bounds_s(looks: Sequence[LockLook], number: int, waiting: Waiting) -> tuple[float, float | None]:
    if number + 1 == len(looks):
        return round(waiting.waited_s, 3), None  # it may wait still
    after_s = (looks[number + 1].at_ns - looks[number].asked_ns) / 1e9
    return round(waiting.waited_s, 3), round(waiting.waited_s + after_s, 3)


def _behind(look: LockLook, waiting: Waiting) -> list[str]:
    return [
        f"{holder.state or 'a session'}{f' ({holder.application})' if holder.application else ''}: "
        f"{_beginning(holder.statement)}"
        for holder in roots(look, waiting)
    ]


def _beginning(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= _BEGINNING else f"{text[: _BEGINNING - 1]}…"
