"""The cluster: from nothing to the first drill, warm, what a drill costs beside its procedure, disk and memory."""

from tests.bench.goals import Goal, Tell

TITLE = "engine and kind: from nothing to the first drill, warm, cost of a drill, disk, memory"
TAKES = "about 12 min"


def run(tell: Tell) -> list[Goal]:
    """Measure, in an engine home of its own."""
    raise NotImplementedError
