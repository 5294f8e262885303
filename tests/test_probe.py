"""The probe, its real process against a service that breaks on command: what it measures is what happened."""

import json
import os
import signal
import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from fixtures.probe.client import ProbeProcess
from fixtures.probe.plan import LanePlan
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.judging.intervals import Edge, outage
from scenarios.ledger import body_digest, read_ledger
from scenarios.observations import CONTROL_LANE, Observation, lanes_of
from scenarios.protocols import LaneCounts
from tests.fake_service import FakeService
from tests.programs import soon

DEADLINE_S = 0.4
TRICKLE_S = 0.6 * DEADLINE_S
HZ = 40.0
AROUND_NS = 300_000_000
STILL_NS = 200_000_000  # our own echo answers in a millisecond; half a deadline more, and good answers count as bad
LANES = tuple(
    LanePlan(name=name, kind=name, hz=hz, deadline_s=DEADLINE_S, follow_ups=again)
    for name, hz, again in (
        ("read", HZ, 9),
        ("kept", HZ, 9),
        ("write", HZ, 9),
        ("journey", 4.0, 0),
        (CONTROL_LANE, 20.0, 0),
    )
)
OUTAGES = ("error", "hang", "refused")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run of the probe: what it saw, what its ledger says, and what the service knows of the same time."""

    seen: list[Observation]
    ledger: list[dict[str, Any]]
    summary: dict[str, Any]
    counts: Mapping[str, LaneCounts]
    service: FakeService
    truth: dict[str, list[tuple[int, int]]]

    def during(self, mode: str) -> list[Observation]:
        """What was sent and answered wholly within the outage."""
        (_, began), (ended, _) = self.truth[mode]
        return [seen for seen in self.seen if began < seen.sent_ns and seen.done_ns < ended]

    def outcomes(self, kind: str) -> set[str]:
        return {record["id"] for record in self.ledger if record["e"] == kind}


def probing(service: FakeService, folder: Path, lanes: tuple[LanePlan, ...] = LANES) -> ProbeProcess:
    (folder / "ledger").mkdir(parents=True)
    return ProbeProcess(service.port, folder, None, lanes)


@pytest.fixture
def service() -> Iterator[FakeService]:
    service = FakeService(late_s=TRICKLE_S)
    yield service
    service.close()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Good times and an outage of each kind in turn, under all lanes; anew where the machine stood still meanwhile."""
    for _ in range(3):
        found = _measure(tmp_path_factory.mktemp("probe"))
        if max(seen.done_ns - seen.planned_ns for seen in found.seen if seen.lane == CONTROL_LANE) < STILL_NS:
            break
    return found


def _measure(folder: Path) -> Measured:
    service = FakeService()
    probe, truth = probing(service, folder), {}
    try:
        probe.start()
        assert soon(lambda: len({seen.lane for seen in probe.observations() if seen.served}) == len(LANES))
        for mode in (*OUTAGES, "cut"):
            time.sleep(0.6)
            with service.broken(mode) as truth[mode]:
                time.sleep(DEADLINE_S + 0.2137)
        time.sleep(0.6)
        probe.stop()
        return Measured(
            seen=list(probe.observations()),
            ledger=list(read_ledger(folder / "ledger")),
            summary=json.loads((folder / "probe-summary.json").read_text(encoding="utf-8")),
            counts=probe.counts(),
            service=service,
            truth=truth,
        )
    finally:
        probe.stop()
        service.close()


@pytest.mark.parametrize("mode", OUTAGES)
@pytest.mark.parametrize("lane", ["read", "write"])
def test_the_measured_outage_contains_the_truth(mode: str, lane: str, measured: Measured) -> None:
    """Whether the service refuses, hangs or is gone: both edges' intervals hold the instants at which it happened."""
    began, ended = measured.truth[mode]
    lanes = lanes_of(seen for seen in measured.seen if seen.sent_ns < ended[1] + AROUND_NS)
    found = outage(lanes[lane], lambda seen: seen.served, began[0] - AROUND_NS, round(1e9 / HZ))
    assert found is not None
    for edge, truth in ((found.start, began), (found.end, ended)):
        assert _overlap(edge, truth), f"{edge} against {truth}"


def _overlap(edge: Edge, truth: tuple[int, int]) -> bool:
    return edge.lo <= truth[1] and edge.hi is not None and truth[0] <= edge.hi


def test_every_tick_is_planned_sent_or_counted_as_dropped(measured: Measured) -> None:
    """Nothing is lost silently: planned = sent + dropped, every sent tick has one line, and ticks keep their plan."""
    for plan in LANES:
        counts = measured.summary["lanes"][plan.name]
        lines = [seen for seen in measured.seen if seen.lane == plan.name and not seen.again]
        assert counts["planned"] == counts["sent"] + counts["dropped"]
        assert counts["sent"] == len(lines) == len({seen.tick for seen in lines})
        first = min(lines, key=lambda seen: seen.tick)
        for seen in lines:
            assert seen.planned_ns - first.planned_ns == (seen.tick - first.tick) * round(1e9 / plan.hz)
            assert seen.planned_ns <= seen.sent_ns <= seen.done_ns
        kept = measured.counts[plan.name]
        assert (kept.planned, kept.sent, kept.dropped) == (counts["planned"], counts["sent"], counts["dropped"])
        assert kept.late_ms == counts["late_ms"]


def test_a_look_ends_at_its_deadline(measured: Measured) -> None:
    """Connecting, sending and reading share one deadline, however many of them hang."""
    hung = [(seen.done_ns - seen.sent_ns) / 1e9 for seen in measured.seen if "timed out" in (seen.why or "")]
    assert min(hung) >= DEADLINE_S * 0.99
    assert statistics.median(hung) <= DEADLINE_S * 1.8


def test_a_bad_look_is_followed_by_nine_of_its_kind(measured: Measured) -> None:
    """Of the same tick, sent at once and in parallel; counted apart, and never on lanes that have none."""
    for plan in LANES:
        counts = measured.summary["lanes"][plan.name]
        again = [seen for seen in measured.seen if seen.lane == plan.name and seen.again]
        assert counts["again"] == len(again)
        assert bool(again) == bool(plan.follow_ups)
        assert counts["again"] + counts["again_dropped"] == plan.follow_ups * len({seen.tick for seen in again})
        for tick in {seen.tick for seen in again}:
            burst = [seen for seen in again if seen.tick == tick]
            assert len({seen.planned_ns for seen in burst}) == 1
            assert len({seen.again for seen in burst}) == len(burst)
            assert {seen.again for seen in burst} <= set(range(1, plan.follow_ups + 1))


@pytest.mark.parametrize("mode", OUTAGES)
def test_follow_ups_come_while_it_is_bad(mode: str, measured: Measured) -> None:
    """Each outage has its follow-ups, also where nothing is answered: an overdue look is followed at once too."""
    (_, began), (ended, _) = measured.truth[mode]
    # on a busy machine a lane may have had some just before: then it has none again for a while
    sent = [seen.sent_ns for seen in measured.seen if seen.again]
    assert [at for at in sent if began < at < min(ended, began + DEADLINE_S * 1e9)]


def test_the_summary_has_the_latencies_of_the_schedule(measured: Measured) -> None:
    """Served answers, from the instant they were planned for; the histogram can be read back and added to another."""
    for plan in LANES:
        lane = measured.summary["lanes"][plan.name]
        took_ms = sorted(
            (seen.done_ns - seen.planned_ns) / 1e6
            for seen in measured.seen
            if seen.lane == plan.name and seen.served and not seen.again
        )
        assert list(lane["latency_ms"]) == ["p50", "p90", "p99", "p99.9", "max"]
        assert lane["latency_ms"]["max"] == pytest.approx(took_ms[-1], rel=0.002, abs=0.002)
        assert took_ms[0] <= lane["latency_ms"]["p50"] <= lane["latency_ms"]["p99"] <= lane["latency_ms"]["max"]
        histogram = HdrHistogram(1, 60_000_000, 3)
        histogram.decode_and_add(lane["hdr"])
        histogram.decode_and_add(lane["hdr"])
        assert histogram.get_total_count() == 2 * len(took_ms)


def test_the_ledger_knows_what_the_service_knows(measured: Measured) -> None:
    """Acked: saved, and said so. Rejected: surely not saved. Unknown: where the answer never came."""
    intents = {record["id"]: record for record in measured.ledger if record["e"] == "intent"}
    acked, rejected, unknown = (measured.outcomes(kind) for kind in ("ack", "rejected", "unknown"))
    assert acked | rejected | unknown == set(intents)
    assert len(acked) + len(rejected) + len(unknown) == len(intents)
    saved = measured.service.saved
    assert acked <= measured.service.told
    assert not rejected & set(saved)
    assert set(saved) <= acked | unknown
    for write_id in acked:
        assert intents[write_id]["digest"] == body_digest(saved[write_id]["body"])
        assert (intents[write_id]["client"], intents[write_id]["seq"]) == (
            saved[write_id]["client"],
            saved[write_id]["seq"],
        )


def test_each_kind_of_trouble_has_its_outcome(measured: Measured) -> None:
    """A refusal that says so is rejected, and so is a connection refused; a hang and a cut connection are unknown."""
    settled = {record["id"]: (record["e"], record["t"]) for record in measured.ledger if record["e"] != "intent"}
    sent = {record["id"]: record["t"] for record in measured.ledger if record["e"] == "intent"}
    wanted = {"error": "rejected", "refused": "rejected", "hang": "unknown", "cut": "unknown"}
    for mode, outcome in wanted.items():
        (_, began), (ended, _) = measured.truth[mode]
        met = {
            kind
            for write_id, (kind, at) in settled.items()
            if "-w" in write_id and sent[write_id] > began and at < ended
        }
        assert met == {outcome}, mode


def test_trouble_of_the_service_is_none_of_the_control_lane(measured: Measured) -> None:
    """It tells "the system is down" from "this machine is busy": our own echo server answers all the while."""
    for mode in OUTAGES:
        during = measured.during(mode)
        assert not [seen for seen in during if seen.lane != CONTROL_LANE and seen.served], mode
        assert [seen for seen in during if seen.lane == CONTROL_LANE and seen.served], mode


def test_a_served_answer_tells_who_served_it(measured: Measured) -> None:
    for seen in measured.seen:
        if seen.served and seen.lane != CONTROL_LANE:
            assert seen.facts == {"release": "v1", "schema": "0001"}
        assert seen.served == (seen.why is None)


@pytest.mark.parametrize(("mode", "why"), [("stale", "somebody else's body"), ("trickle", "timed out")])
def test_the_right_status_alone_is_not_served(mode: str, why: str, service: FakeService, tmp_path: Path) -> None:
    """Somebody else's nonce (a cache answers for a dead service) and a body that comes too late are bad answers."""
    lanes = tuple(plan.model_copy(update={"hz": 10.0}) for plan in LANES if plan.name in ("read", "write"))
    probe = probing(service, tmp_path, lanes)
    service.mode = mode
    try:
        probe.start()
        assert soon(lambda: {seen.lane for seen in probe.observations()} == {"read", "write"})
    finally:
        probe.stop()
    seen = probe.observations()
    assert not any(answer.served for answer in seen)
    assert [answer for answer in seen if why in (answer.why or "")]
    # TRICKLE_S twice is longer than the deadline, each by itself is not
    assert min(answer.done_ns - answer.sent_ns for answer in seen) < 1.9 * TRICKLE_S * 1e9


def test_a_probe_that_dies_proves_nothing(service: FakeService, tmp_path: Path) -> None:
    """Silence must never look like a service without errors."""
    probe = probing(service, tmp_path, LANES[:1])
    try:
        probe.start()
        assert probe._process is not None
        os.kill(probe._process.pid, signal.SIGKILL)
        probe._process.wait()
        with pytest.raises(Inconclusive) as stop:
            probe.observations()
    finally:
        probe.stop()
    assert stop.value.cause is Cause.PROBE_DIED
    with pytest.raises(Inconclusive, match="probe_died"):  # asking it to end does not make its death a good one
        probe.observations()
    with pytest.raises(Inconclusive, match="probe_died"):  # nor is nothing dropped where nobody has counted
        probe.counts()


def test_it_ends_by_itself_when_its_input_closes(service: FakeService, tmp_path: Path) -> None:
    """A harness that goes away without a word takes the probe along; what was due is waited for and summed up."""
    probe = probing(service, tmp_path, LANES[:1])
    try:
        probe.start()
        assert soon(lambda: len(probe.observations()) >= 3)
        assert probe.counts() == {}  # it has not summed up yet, and says so
        assert probe._process is not None
        assert probe._process.stdin is not None
        probe._process.stdin.close()
        assert probe._process.wait(10) == 0
    finally:
        probe.stop()
    summary = json.loads((tmp_path / "probe-summary.json").read_text(encoding="utf-8"))
    assert summary["lanes"]["read"]["sent"] == len(probe.observations())
