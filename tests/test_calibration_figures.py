"""What calibration makes of outages that are known, each figure by hand: in a world in which time is a number."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram

from fixtures.probe import calibration
from fixtures.probe.calibration import (
    CALIBRATED,
    GUARD_NS,
    LENGTHS_S,
    LONGEST_S,
    SHAPES,
    calibrate,
    found_in,
    inside,
    plan,
    row,
)
from fixtures.probe.latency import Latency
from fixtures.probe.plan import Fault, LanePlan, Truth
from scenarios.errors import Inconclusive
from scenarios.judging.intervals import Edge, Outage
from scenarios.observations import Observation

MS = 1_000_000
TICK_NS = 10 * MS
PHASE_NS = 3_700_123  # where in its period a tick falls
ANSWERED_NS = MS
BEGAN_NS = 1000 * TICK_NS


@dataclass
class Lab:
    """The clock, the fault server and the probe of one calibration. All outages are total; the first has no follow-ups,
    and before the last one a look is missing.
    """

    now_ns: int = BEGAN_NS
    truths: list[Truth] = field(default_factory=list)
    said: list[object] = field(default_factory=list)
    lanes: tuple[LanePlan, ...] = ()

    # the clock

    def sleep(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)

    # the fault server

    port = 4711

    def ask(self, faults: Sequence[Fault]) -> None:
        self.said.append([fault.shape for fault in faults])
        at_ns = self.now_ns
        for fault in faults:
            began_ns = at_ns + round(fault.pause_s * 1e9)
            at_ns = began_ns + round(fault.length_s * 1e9) + 137  # no length is a round number
            self.truths.append(Truth(shape=fault.shape, began_ns=began_ns, ended_ns=at_ns, slack_ns=0, bad=1))
        self._untold = iter(self.truths)

    def truth(self) -> Truth:
        told = next(self._untold)
        self.now_ns = told.ended_ns
        return told

    def stop(self) -> None:
        self.said.append("stopped")

    # the probe

    def start(self) -> None:
        self.said.append("started")

    def observations(self) -> Iterator[Observation]:
        """In the order in which answers came, follow-ups last."""
        missing = first_look(self.truths[-1].began_ns) - TICK_NS
        ticks = [at for at in range(BEGAN_NS + PHASE_NS, self.now_ns, TICK_NS) if at != missing]
        bad = {at for at in ticks if self._bad(at)}
        yield from (self._look(at, at not in bad, 0) for at in ticks)
        for at in sorted(bad):
            if at - TICK_NS not in bad and at > self.truths[0].ended_ns:
                yield from (self._look(at + ANSWERED_NS + again, False, again) for again in range(1, 10))

    def _bad(self, at_ns: int) -> bool:
        return any(truth.began_ns <= at_ns < truth.ended_ns for truth in self.truths)

    def _look(self, at_ns: int, served: bool, again: int) -> Observation:
        done_ns = at_ns + ANSWERED_NS
        return Observation(
            lane="read",
            tick=0,
            planned_ns=at_ns,
            sent_ns=at_ns,
            done_ns=done_ns,
            status=None,
            served=served,
            again=again,
        )


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lab:
    lab = Lab()

    def probe(port: int, folder: Path, known: None, lanes: tuple[LanePlan, ...]) -> Lab:
        assert (port, folder.is_dir(), known) == (lab.port, True, None)
        lab.lanes = lanes
        return lab

    def faults(log: Path) -> Lab:
        assert log.parent.is_dir()
        lab.said.append(log.name)
        return lab

    monkeypatch.setattr(calibration, "ProbeProcess", probe)
    monkeypatch.setattr(calibration, "FaultProcess", faults)
    monkeypatch.setattr(calibration, "MonotonicClock", lambda: lab)
    return lab


def first_look(at_ns: int) -> int:
    """When the first look at or after an instant is sent."""
    return at_ns + (BEGAN_NS + PHASE_NS - at_ns) % TICK_NS


def expected_ms(truths: Sequence[Truth]) -> list[tuple[float, float, float, float]]:
    """Of each outage, both edges in ms after the true instants, by hand: the looks on both sides of each."""
    found = []
    for truth in truths:
        bad, good = first_look(truth.began_ns), first_look(truth.ended_ns)
        wider_ns = 0.0
        if truth is truths[0]:  # a few in a row prove no total outage
            wider_ns = (math.log(0.001) / math.log1p(-(0.01 ** (TICK_NS / (good - bad)))) + 1) * TICK_NS
        last_good = bad - (2 if truth is truths[-1] else 1) * TICK_NS
        start = (int(last_good - wider_ns) - truth.began_ns, bad + ANSWERED_NS - truth.began_ns)
        known_ns = first_look(truths[1].began_ns - GUARD_NS) - TICK_NS + ANSWERED_NS if wider_ns else good + ANSWERED_NS
        end = (good - TICK_NS - truth.ended_ns, min(good + ANSWERED_NS + wider_ns, known_ns) - truth.ended_ns)
        found.append((start[0] / MS, start[1] / MS, end[0] / MS, end[1] / MS))
    return found


def test_each_outage_is_a_row_and_each_figure_is_one_of_the_rows(lab: Lab, tmp_path: Path) -> None:
    """Twice into one folder, as a run that is repeated does: the file is that of the last."""
    for _ in range(2):
        lab.truths.clear()
        found = calibrate(tmp_path / "some" / "where")
    text = (tmp_path / "some" / "where" / "calibration.json").read_text(encoding="utf-8")
    rows = json.loads(text)
    assert text.startswith('[\n {\n  "shape"')
    assert text.endswith("}\n]\n")
    assert lab.lanes == (CALIBRATED,)
    assert lab.said[:5] == ["calibration.log", "started", [fault.shape for fault in plan()], "stopped", "stopped"]
    sizes = sorted(abs(each["error_ms"]) for each in rows)
    assert (found.outages, len(rows)) == (len(plan()), len(plan()))
    assert (found.p50_ms, found.p99_ms, found.max_ms) == (sizes[len(sizes) // 2 - 1], sizes[-1], sizes[-1])
    assert sizes[-2] < sizes[-1]
    for shape in SHAPES:
        assert found.by_shape_ms[shape] == max(abs(each["error_ms"]) for each in rows if each["shape"] == shape)


def test_a_row_tells_how_far_each_edge_lies_from_the_truth(lab: Lab, tmp_path: Path) -> None:
    """In ms after the true instant, to the µs; the error is that of the middle."""
    calibrate(tmp_path)
    rows = json.loads((tmp_path / "calibration.json").read_text(encoding="utf-8"))
    for each, truth, edges in zip(rows, lab.truths, expected_ms(lab.truths), strict=True):
        true_ms = (truth.ended_ns - truth.began_ns) / MS
        error_ms = (edges[2] + edges[3] - edges[0] - edges[1]) / 2
        assert list(each) == [
            *("shape", "true_ms", "measured_ms", "error_ms", "start_ms", "end_ms", "truth_inside_interval")
        ]
        assert (each["shape"], each["true_ms"]) == (truth.shape, round(true_ms, 3))
        assert each["error_ms"] == pytest.approx(error_ms, abs=0.0011)
        assert each["measured_ms"] == pytest.approx(true_ms + error_ms, abs=0.0011)
        assert (*each["start_ms"], *each["end_ms"]) == pytest.approx(edges, abs=0.0011)
        assert each["truth_inside_interval"] is True
        figures = (each["measured_ms"], each["error_ms"], *each["start_ms"], *each["end_ms"])
        assert all(round(figure, 3) == figure for figure in figures)
    assert any(round(each["measured_ms"], 2) != each["measured_ms"] for each in rows)


@pytest.mark.parametrize(
    ("began_ns", "ended_ns", "slack_ns", "within"),
    [
        (10, 100, 0, True),
        (20, 110, 0, True),
        (9, 100, 0, False),
        (21, 100, 0, False),
        (10, 99, 0, False),
        (10, 99, 1, True),
        (10, 111, 0, False),
    ],
)
def test_an_edge_holds_the_instants_at_its_ends(began_ns: int, ended_ns: int, slack_ns: int, within: bool) -> None:
    found = Outage(start=Edge(lo=10, hi=20), end=Edge(lo=100, hi=110), share=1.0, bad=9, total=9)
    known = Truth(shape="503", began_ns=began_ns, ended_ns=ended_ns, slack_ns=slack_ns, bad=9)
    assert inside(known, found) is within
    for open_end in (replace(found, start=Edge(lo=10, hi=None)), replace(found, end=Edge(lo=100, hi=None))):
        assert not inside(known, open_end)


def test_a_missed_outage_says_which_shape_it_was() -> None:
    known = Truth(shape="hang", began_ns=1, ended_ns=2, slack_ns=0, bad=0)
    with pytest.raises(Inconclusive, match="missed an outage of known length \\(hang\\) while calibrating"):
        row(known, None)


def test_both_processes_end_where_calibration_is_broken_off(lab: Lab, tmp_path: Path) -> None:
    def broken(faults: Sequence[Fault]) -> None:
        raise KeyboardInterrupt

    lab.ask = broken  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        calibrate(tmp_path)
    assert lab.said == ["calibration.log", "started", "stopped", "stopped"]


def test_the_plan_mixes_lengths_and_shapes_and_never_hurries() -> None:
    """Every length in every shape, the long one in the middle, and rest between the end of one and the next."""
    faults = plan()
    pairs = [(fault.shape, fault.length_s) for fault in faults]
    assert sorted(pairs) == sorted(
        [*((shape, length) for shape in SHAPES for length in LENGTHS_S), ("hang", LONGEST_S)]
    )
    assert pairs.index(("hang", LONGEST_S)) == (len(faults) - 1) // 2
    assert faults[0].pause_s == calibration.APART_S
    for one, other in pairwise(faults):
        assert other.pause_s == max(calibration.REST_S, calibration.APART_S - one.length_s)
        assert one.shape != other.shape or LONGEST_S in (one.length_s, other.length_s)
    assert {fault.slow_s for fault in faults} == {calibration.SLOW_S}
    assert CALIBRATED.deadline_s < calibration.SLOW_S


# --- which looks belong to which outage


def look(sent_ms: float, served: bool) -> Observation:
    sent_ns = int(sent_ms * MS)
    return Observation(
        lane="read", tick=0, planned_ns=sent_ns, sent_ns=sent_ns, done_ns=sent_ns + MS, status=None, served=served
    )


def truth(began_ms: float, ended_ms: float, slack_ms: float = 0) -> Truth:
    began_ns, ended_ns = int(began_ms * MS), int(ended_ms * MS)
    return Truth(shape="503", began_ns=began_ns, ended_ns=ended_ns, slack_ns=int(slack_ms * MS), bad=1)


def test_what_comes_within_the_guard_of_an_outage_is_not_taken_for_the_next() -> None:
    """A late bad answer just behind an outage, or behind its slack, or just before the next, belongs to neither."""
    guard_ms, slack_ms = GUARD_NS / MS, 30
    truths = [truth(300, 500, slack_ms), truth(1000, 1200)]
    strays = [500 + slack_ms + guard_ms - 1, 500 + slack_ms + guard_ms, 1000 - guard_ms, 1000 - guard_ms + 1]
    lane = [look(at, not (300 <= at < 500 or 1000 <= at < 1200)) for at in range(0, 1500, 10)]
    for stray in strays[:2]:
        mixed = sorted([*lane, look(stray, False)], key=lambda seen: seen.sent_ns)
        (_, first), (_, second) = found_in(mixed, truths, TICK_NS)
        assert second is not None
        assert second.start.lo == 990 * MS
        assert first is not None
    for stray in strays[2:]:
        mixed = sorted([*lane, look(stray, False)], key=lambda seen: seen.sent_ns)
        (_, first), _ = found_in(mixed, truths, TICK_NS)
        assert first is not None
        assert first.end.lo == 490 * MS


def test_the_guard_can_be_chosen_and_the_last_look_counts() -> None:
    lane = [look(at, at != 290) for at in range(0, 300, 10)]
    assert found_in(lane, [truth(285, 295)], TICK_NS)[0][1] is None  # bad to the very end: no end was seen
    ended = [*lane, look(300, True)]
    ((_, found),) = found_in(ended, [truth(285, 295)], TICK_NS)
    assert found is not None
    assert found.end.lo == 290 * MS


# --- a lane's latencies


def test_latencies_are_told_in_milliseconds_as_percentiles_and_the_largest() -> None:
    one = Latency()
    assert one.figures_ms() == {}
    one.record(MS)
    assert set(one.figures_ms().values()) == {1.0}
    assert HdrHistogram.decode(one.encoded()).get_max_value() == 1000  # µs; others may add it up
    latency = Latency()
    for took_ms in range(1, 1001):
        latency.record(took_ms * MS)
    figures = latency.figures_ms()
    assert list(figures) == ["p50", "p90", "p99", "p99.9", "max"]
    assert list(figures.values()) == pytest.approx([500, 900, 990, 999, 1000], rel=0.001)
