"""What calibration makes of outages that are known, each figure by hand: in a world in which time is a number."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from fixtures.probe import calibration
from fixtures.probe.calibration import CALIBRATED, GUARD_NS, LENGTHS_S, LONGEST_S, SHAPES, calibrate, found_in, plan
from fixtures.probe.latency import Latency
from fixtures.probe.plan import Fault, LanePlan, Truth
from scenarios.observations import Observation

MS = 1_000_000
TICK_NS = 10 * MS
PHASE_NS = 3_700_000  # where in its period a tick falls
ANSWERED_NS = MS
BEGAN_NS = 1000 * TICK_NS


@dataclass
class Lab:
    """The clock, the fault server and the probe of one calibration; all outages are total."""

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
            at_ns = began_ns + round(fault.length_s * 1e9)
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
        ticks = range(BEGAN_NS + PHASE_NS, self.now_ns, TICK_NS)
        bad = {at for at in ticks if self._bad(at)}
        yield from (self._look(at, at not in bad, 0) for at in ticks)
        for at in sorted(bad):
            if at - TICK_NS not in bad:
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


def expected_error_ms(truth: Truth) -> float:
    """By hand: the middle between the looks on both sides of each edge."""

    def first_at_or_after(at_ns: int) -> int:
        return at_ns + (BEGAN_NS + PHASE_NS - at_ns) % TICK_NS

    first_bad, first_good = first_at_or_after(truth.began_ns), first_at_or_after(truth.ended_ns)
    start = (first_bad - TICK_NS + first_bad + ANSWERED_NS) / 2
    end = (first_good - TICK_NS + first_good + ANSWERED_NS) / 2
    return (end - start - (truth.ended_ns - truth.began_ns)) / MS


def test_each_outage_is_a_row_and_each_figure_is_one_of_the_rows(lab: Lab, tmp_path: Path) -> None:
    """Twice into one folder, as a run that is repeated does: the file is that of the last."""
    for _ in range(2):
        lab.truths.clear()
        found = calibrate(tmp_path / "some" / "where")
    text = (tmp_path / "some" / "where" / "calibration.json").read_text(encoding="utf-8")
    rows = json.loads(text)
    assert text.endswith("}\n]\n")
    assert lab.lanes == (CALIBRATED,)
    assert lab.said[:5] == ["calibration.log", "started", [fault.shape for fault in plan()], "stopped", "stopped"]
    errors = [expected_error_ms(truth) for truth in lab.truths]
    assert [each["error_ms"] for each in rows] == pytest.approx(errors, abs=0.0006)
    sizes = sorted(abs(error) for error in errors)
    assert found.outages == len(plan())
    assert found.max_ms == pytest.approx(sizes[-1], abs=0.0006)
    assert found.p50_ms == pytest.approx(sizes[len(sizes) // 2 - 1], abs=0.0006)
    assert found.p99_ms == pytest.approx(sizes[-1], abs=0.0006)
    for shape in SHAPES:
        worst = max(abs(error) for error, truth in zip(errors, lab.truths, strict=True) if truth.shape == shape)
        assert found.by_shape_ms[shape] == pytest.approx(worst, abs=0.0006)


def test_a_row_tells_how_far_each_edge_lies_from_the_truth(lab: Lab, tmp_path: Path) -> None:
    """In ms after the true instant: below it and above it, where the truth is inside."""
    calibrate(tmp_path)
    rows = json.loads((tmp_path / "calibration.json").read_text(encoding="utf-8"))
    for each, truth in zip(rows, lab.truths, strict=True):
        true_ms = (truth.ended_ns - truth.began_ns) / MS
        assert list(each) == [
            *("shape", "true_ms", "measured_ms", "error_ms", "start_ms", "end_ms", "truth_inside_interval")
        ]
        assert (each["shape"], each["true_ms"]) == (truth.shape, round(true_ms, 3))
        assert each["measured_ms"] == pytest.approx(true_ms + each["error_ms"], abs=0.0011)
        for lo, hi in (each["start_ms"], each["end_ms"]):
            assert -10 <= lo <= 0 < hi <= 11
            assert hi - lo == pytest.approx(11, abs=0.0011)  # a tick and an answer
        assert each["start_ms"][0] != each["end_ms"][0]
        assert each["truth_inside_interval"] is True
        assert all(round(figure, 3) == figure for figure in (each["measured_ms"], *each["start_ms"], *each["end_ms"]))


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
    assert all(fault.slow_s > CALIBRATED.deadline_s for fault in faults)


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
    latency = Latency()
    assert latency.figures_ms() == {}
    for took_ms in range(1, 1001):
        latency.record(took_ms * MS)
    figures = latency.figures_ms()
    assert list(figures) == ["p50", "p90", "p99", "p99.9", "max"]
    assert list(figures.values()) == pytest.approx([500, 900, 990, 999, 1000], rel=0.001)


def test_everything_recorded_can_be_added_up_elsewhere() -> None:
    from hdrh.histogram import HdrHistogram

    latency = Latency()
    latency.record(5 * MS)
    assert HdrHistogram.decode(latency.encoded()).get_max_value() == pytest.approx(5000, rel=0.001)
