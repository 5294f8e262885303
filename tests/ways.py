"""The register of ways in which a drill proves nothing: each turns the knobs of a world in which the drill passes."""

from collections.abc import Callable

from scenarios.judging.causes import Cause
from scenarios.model import Scenario
from tests.simulated_probe import SECOND
from tests.simulated_world import World

START = 1000 * SECOND
Way = Callable[[World], Scenario | None]
WAYS: dict[str, tuple[Cause, Way]] = {}


def way(cause: Cause) -> Callable[[Way], Way]:
    """Registers a way to end with `cause`; it turns the world's knobs, and may give a scenario other than BACK."""

    def register(turn: Way) -> Way:
        WAYS[turn.__name__] = cause, turn
        return turn

    return register


def at(seconds: float) -> int:
    """So long into the drill. Steady until 2.2, hurt from 2.4, the procedure from 4.25, back at 4.65, held at 7.3."""
    return START + int(seconds * SECOND)


def between(begin_s: float, end_s: float) -> Callable[[int], bool]:
    return lambda now_ns: at(begin_s) <= now_ns < at(end_s)
