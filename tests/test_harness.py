"""Is the harness well? Each symptom by its figures, and a machine that is merely busy has none."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from scenarios.harness import Pace, Symptom, symptoms
from scenarios.judging.causes import Cause
from scenarios.model import Load
from scenarios.observations import CONTROL_LANE, Observation
from scenarios.protocols import LaneCounts, Request
from scenarios.protocols_host import HostReading
from tests.simulated_host import HostFacts

SECOND = 1_000_000_000
MS = 1_000_000
END = 30 * SECOND
LOAD = Load(users=6, pause_s=0.1)


def echo(ms: float = 0.5, served: bool = True, every: int = 50, until_ns: int = END) -> list[Observation]:
    """The control lane: 50 looks a second; every `every`th takes `ms`, the others half a millisecond."""
    looks = []
    for tick in range(until_ns * 50 // SECOND):
        at = tick * SECOND // 50
        odd = tick % every == 0
        done = at + int((ms if odd else 0.5) * MS)
        looks.append(
            Observation(
                lane=CONTROL_LANE,
                tick=tick,
                planned_ns=at,
                sent_ns=at,
                done_ns=done,
                status=200,
                served=served or not odd,
            )
        )
    return looks


def lane(planned: int = 3000, dropped: int = 0, p50: float = 0.1, p99: float = 1.0) -> LaneCounts:
    late_ms = {"p50": p50, "p99": p99, "max": p99 * 2}
    return LaneCounts(planned=planned, sent=planned - dropped, dropped=dropped, late_ms=late_ms)


def readings(**facts: Any) -> list[HostReading]:
    return HostFacts(**facts).readings(0, END)


def users(hz: float = 55.0, answer_ms: float = 5.0, until_ns: int = END) -> list[Request]:
    ends = range(0, until_ns, int(SECOND / hz))
    return [Request(sent_ns=end - int(answer_ms * MS), done_ns=end) for end in ends]


def found(
    *,
    control: Sequence[Observation] | None = None,
    lanes: dict[str, LaneCounts] | None = None,
    host: Sequence[HostReading] | None = None,
    made: Sequence[Request] | None = None,
    cpu_share: float | None = 0.2,
    free: tuple[int, int] | None = (0, END),
) -> list[Symptom]:
    """The symptoms of a harness that is well but for what is given."""
    return symptoms(
        control=echo() if control is None else control,
        until_ns=END,
        lanes={"read": lane(), "journey": lane(150)} if lanes is None else lanes,
        host=readings() if host is None else host,
        pace=Pace(load=LOAD, made=users() if made is None else made, cpu_share=cpu_share, free=free),
    )


def causes(symptoms: list[Symptom]) -> list[Cause]:
    return [symptom.cause for symptom in symptoms]


def test_a_harness_that_is_well_has_nothing_to_say() -> None:
    assert found() == []


def test_what_cannot_be_known_is_no_symptom() -> None:
    """No pressure file, no steal in /proc/stat, no sentinel at all, a probe that still runs, users just started."""
    assert found(host=readings(waiting=None, stolen=None)) == []
    assert found(host=[], lanes={}, made=[], cpu_share=None, free=None) == []
    assert found(host=readings()[:1]) == []


@pytest.mark.parametrize("waiting", [0.6, 0.95, 1.0])
def test_a_busy_machine_is_not_a_sick_one(waiting: float) -> None:
    """Both cores are taken by others all the time, and yet the echo server answers and looks are sent in time."""
    busy = readings(waiting=waiting, stolen=0.3, late_ms=40.0)
    assert found(host=busy, control=echo(180.0), lanes={"read": lane(p50=2.0, p99=180.0)}) == []


@pytest.mark.parametrize(
    ("host", "control", "lanes", "seen"),
    [
        ({"waiting": 0.6}, {"ms": 300.0, "every": 40}, {}, "programs waited for a processor 60% of the time, and it"),
        ({"waiting": 0.6}, {}, {"p99": 300.0}, "one in a hundred looks of lane read was sent 300 ms late or more"),
        ({"stolen": 0.2}, {"ms": 300.0, "every": 40}, {}, "the hypervisor kept a processor from us 20% of the time"),
        ({"late_ms": 700.0}, {}, {}, "for 700 ms a program that only had to wake up was not run"),
    ],
)
def test_waiting_for_a_processor_counts_where_it_shows(
    host: dict[str, Any], control: dict[str, Any], lanes: dict[str, Any], seen: str
) -> None:
    """In late answers of the echo server, in late looks, or in a program that was not run for half a second."""
    symptom = found(host=readings(**host), control=echo(**control), lanes={"read": lane(**lanes)})[0]
    assert symptom.cause is Cause.CPU_STARVED
    assert seen in symptom.sentence


@pytest.mark.parametrize("effect", [{"control": echo(300.0, every=40)}, {"lanes": {"read": lane(p99=300.0)}}])
def test_an_effect_without_its_cause_is_not_called_starving(effect: dict[str, Any]) -> None:
    """Late now and then, on an idle machine: whatever that is, it is not a lack of processors."""
    assert Cause.CPU_STARVED not in causes(found(host=readings(waiting=0.3, stolen=0.0), **effect))


@pytest.mark.parametrize(
    ("control", "cause", "told"),
    [
        ([], Cause.CONTROL_LANE_SILENT, "our own echo server never answered"),
        (echo(until_ns=20 * SECOND), Cause.CONTROL_LANE_SILENT, "our own echo server was not heard for 10.0 s"),
        (
            [seen for seen in echo() if not 5 * SECOND < seen.sent_ns < 8 * SECOND],
            Cause.CONTROL_LANE_SILENT,
            "our own echo server was not heard for 3.0 s",
        ),
        (
            echo(600.0, served=False, every=150),
            Cause.CONTROL_LANE_LATE,
            "10 of 1500 answers of our own echo server came late or not at all",
        ),
        (echo(30.0, every=1), Cause.CONTROL_LANE_LATE, "our own echo server's median answer took 30.0 ms"),
    ],
    ids=["never", "no-longer", "for-a-while", "too-often-late", "slow"],
)
def test_the_control_lane(control: list[Observation], cause: Cause, told: str) -> None:
    assert found(control=control) == [Symptom(cause, told)]


def test_an_accident_of_the_scheduler_is_forgiven() -> None:
    """One answer in 300 after its deadline."""
    assert found(control=echo(600.0, served=False, every=300)) == []


@pytest.mark.parametrize(
    ("lanes", "told"),
    [
        ({"read": lane(3000, 40)}, "40 of 3000 (1.3%) of the probe's ticks could not be sent"),
        ({"read": lane(3000, 20), "write": lane(3000, 50)}, "70 of 6000 (1.2%)"),
    ],
)
def test_dropped_looks(lanes: dict[str, LaneCounts], told: str) -> None:
    (symptom,) = found(lanes=lanes)
    assert symptom.cause is Cause.PROBE_DROPPED
    assert told in symptom.sentence
    assert found(lanes={"read": lane(3000, 29)}) == []


@pytest.mark.parametrize("late", [lane(p50=11.0, p99=40.0), lane(p50=0.1, p99=260.0)])
def test_late_looks(late: LaneCounts) -> None:
    """A whole tick late at the median, or a quarter of the deadline now and then; told for the first such lane."""
    (symptom,) = found(lanes={"read": lane(), "write": late, "kept": late}, host=[])
    assert symptom.cause is Cause.PROBE_LATE
    assert "lane write was sent" in symptom.sentence


def test_a_machine_that_slept() -> None:
    (symptom,) = found(host=readings(suspended=(10.0, 42.0)))
    assert symptom == Symptom(Cause.HOST_SUSPENDED, "this machine was suspended for 42.0 s")
    assert found(host=readings(suspended=(10.0, 0.01))) == []  # two clocks, read one after the other


def test_users_who_need_a_whole_core_are_saturated() -> None:
    assert causes(found(cpu_share=0.93)) == [Cause.WORKLOAD_SATURATED]
    assert found(cpu_share=0.85) == []


@pytest.mark.parametrize(
    ("made", "cause"),
    [
        (users(25.0), [Cause.WORKLOAD_SATURATED]),
        (users(32.0), []),
        (users(15.0, answer_ms=300.0), []),  # they wait for the service
        (users(55.0, until_ns=10 * SECOND), []),  # they fell silent, which is another cause's business
    ],
    ids=["slow", "slowish", "waiting", "silent"],
)
def test_users_who_are_slower_than_their_pauses(made: list[Request], cause: list[Cause]) -> None:
    assert causes(found(made=made)) == cause


def test_a_stretch_too_short_says_nothing_of_a_pace() -> None:
    assert found(made=users(1.0), free=(0, SECOND // 2)) == []


def test_every_symptom_is_told_and_the_one_that_explains_most_comes_first() -> None:
    """In the order of the closed list, so that the record names the root."""
    all_of_it = found(
        control=echo(600.0, served=False, every=20),
        lanes={"read": lane(3000, 300, p50=50.0, p99=400.0)},
        host=[replace(each, late_ms=(800.0,)) for each in readings(suspended=(3.0, 9.0))],
        cpu_share=1.0,
    )
    assert causes(all_of_it) == [
        Cause.HOST_SUSPENDED,
        Cause.CPU_STARVED,
        Cause.CONTROL_LANE_LATE,
        Cause.PROBE_DROPPED,
        Cause.PROBE_LATE,
        Cause.WORKLOAD_SATURATED,
    ]
