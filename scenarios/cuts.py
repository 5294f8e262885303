"""What a way back does to whoever is connected: requests refused or broken off, live streams cut.

Pure: counted from the probe's observations and from what the listeners wrote down, by the run and by `recheck` alike.
"""

from collections.abc import Iterable, Mapping, Sequence

from scenarios.checks import not_passed, passed
from scenarios.heard import Heard
from scenarios.judging.causes import Cause
from scenarios.model import Scenario
from scenarios.observations import LATE, ROLLOUT_LANE, TIMED_OUT, Observation
from scenarios.results import CheckRecord, Cuts

SPARES = ("connections", "streams")  # what a scenario may promise to leave alone
_OVER = ("ended", "cut", "silent")
_REFUSED = ("ConnectionRefusedError",)
_BROKEN = ("ConnectionResetError", "RemoteDisconnected", "IncompleteRead", "BrokenPipeError", "ConnectionAbortedError")


def count(lanes: Mapping[str, Iterable[Observation]], heard: Sequence[Heard], started_ns: int, until_ns: int) -> Cuts:
    """What broke from `started_ns` to `until_ns`. Follow-ups are not counted: they come where it is broken already."""
    asked = [
        seen
        for name, lane in lanes.items()
        for seen in lane
        if name != ROLLOUT_LANE and not seen.again and started_ns <= seen.sent_ns < until_ns
    ]
    within = [each for each in heard if started_ns <= each.at_ns < until_ns]
    gaps = [gap for listener in {each.listener for each in heard} for gap in _gaps_ns(heard, listener, until_ns)]
    return Cuts(
        window_s=round((until_ns - started_ns) / 1e9, 3),
        asked=len(asked),
        refused=sum(_begins(seen, _REFUSED) for seen in asked),
        cut=sum(_begins(seen, _BROKEN) for seen in asked),
        unanswered=sum(_begins(seen, (TIMED_OUT, LATE)) for seen in asked),
        streams=len(open_at(heard, started_ns)),
        streams_ended=sum(each.event == "ended" for each in within),
        streams_cut=sum(each.event in ("cut", "silent") for each in within),
        longest_gap_s=round(max((end - begin for begin, end in gaps if end > started_ns), default=0) / 1e9, 3),
    )


def open_at(heard: Sequence[Heard], at_ns: int) -> set[int]:
    """The listeners who had an open stream at an instant."""
    last = {each.listener: each.event for each in heard if each.at_ns < at_ns}
    return {listener for listener, event in last.items() if event == "opened"}


def judged(scenario: Scenario, cuts: Cuts) -> list[CheckRecord]:
    """What the scenario promises to spare was spared; inconclusive where there was nothing to spare."""
    if cuts.streams < scenario.listeners:
        detail = f"{cuts.streams} of {scenario.listeners} listeners had an open stream when the procedure began"
        return [not_passed("streams-open", Cause.NO_STREAMS, detail)]
    records = []
    broken, lost = cuts.refused + cuts.cut, f"{cuts.refused} refused, {cuts.cut} broken off"
    if "streams" in scenario.spares:
        told = f"{cuts.streams_cut} cut, {cuts.streams_ended} ended in order; {cuts.streams} were open"
        good = not cuts.streams_cut
        records.append(passed("cut-streams", told) if good else not_passed("cut-streams", Cause.STREAMS_CUT, told))
    if "connections" in scenario.spares:
        told = f"{lost} of {cuts.asked} requests of the probe"
        bad = not_passed("cut-connections", Cause.CONNECTIONS_CUT, told)
        records.append(bad if broken else passed("cut-connections", told))
    return records


def _begins(seen: Observation, words: tuple[str, ...]) -> bool:
    return not seen.served and (seen.why or "").startswith(words)


def _gaps_ns(heard: Sequence[Heard], listener: int, until_ns: int) -> list[tuple[int, int]]:
    """From each end of the listener's stream to its next one, or to `until_ns`."""
    gaps, began_ns = [], None
    for each in heard:
        if each.listener != listener or each.at_ns >= until_ns:
            continue
        if each.event in _OVER:
            began_ns = each.at_ns
        elif each.event == "opened" and began_ns is not None:
            gaps.append((began_ns, each.at_ns))
            began_ns = None
    return gaps if began_ns is None else [*gaps, (began_ns, until_ns)]
