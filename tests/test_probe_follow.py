"""Follow-ups: which looks are followed at once, and that they cost the schedule nothing."""

import os
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from fixtures.probe.exchange import Answer, Budget
from fixtures.probe.follow import BETWEEN_NS, RECENT, FollowUps
from fixtures.probe.lane import BURSTS, LaneRunner
from fixtures.probe.plan import LanePlan
from fixtures.probe.requests import Tick, WriteTick
from scenarios.ledger import LedgerWriter, read_ledger
from scenarios.observations import Observation
from tests.fake_service import FakeService

MS = 1_000_000
PERIOD_NS = 10 * MS
GOOD = Answer(status=200, served=True, facts={}, why=None)
BAD = Answer(status=503, served=False, facts={}, why="down")


class Told:
    """A lane's looks, told one after the other at instants of our choice."""

    def __init__(self) -> None:
        self.follow = FollowUps(PERIOD_NS, bursts=4)
        self.now_ns = 1_000 * PERIOD_NS
        self.tick = 0

    def look(self, served: bool, took_ns: int = MS, again: int = 0) -> bool:
        """One look that ends; whether it is followed."""
        self.now_ns += PERIOD_NS
        self.tick += 1
        self.follow.sent((self.tick, again), self.now_ns)
        return self.follow.answered((self.tick, again), served, self.now_ns + took_ns)


@pytest.fixture
def told() -> Told:
    told = Told()
    for _ in range(RECENT):
        assert not told.look(served=True)
    return told


def test_a_bad_look_is_followed_once(told: Told) -> None:
    """The next ones come too soon; a quarter of a second later it may be done again."""
    assert told.look(served=False)
    assert not told.look(served=True)
    assert not told.look(served=False)
    told.now_ns += BETWEEN_NS
    assert told.look(served=False)


def test_a_service_that_stays_slow_is_not_kept_slow_by_those_who_ask_why(told: Told) -> None:
    """Four bursts as fast as they may come, then one each two seconds, however long it is bad now and then."""
    followed_ns = []
    for _ in range(100):
        told.now_ns += BETWEEN_NS
        told.look(served=True)
        if told.look(served=False):
            followed_ns.append(told.now_ns)
    apart_s = [(later - earlier) / 1e9 for earlier, later in pairwise(followed_ns)]
    assert max(apart_s[:3]) < 1
    assert min(apart_s[5:]) > 1.5


def test_where_all_is_dark_follow_ups_tell_nothing(told: Told) -> None:
    """Ten bad answers in a row say as much as ten more would; one good answer brings the doubt back."""
    assert told.look(served=False)
    for again in range(1, RECENT):
        assert not told.look(served=False, again=again)
    told.now_ns += BETWEEN_NS
    assert not told.look(served=False)
    told.look(served=True)
    assert told.look(served=False)


def test_a_follow_up_is_not_followed(told: Told) -> None:
    assert not told.look(served=False, again=1)


def test_an_overdue_look_is_followed_before_it_is_answered(told: Told) -> None:
    """Half a period after it was due, as answers usually take a tenth; its bad end is then no news."""
    told.follow.sent((99, 0), told.now_ns)
    assert told.follow.next_overdue_ns() == told.now_ns + PERIOD_NS // 2
    assert told.follow.overdue(told.now_ns + PERIOD_NS // 2 - 1) is None
    assert told.follow.overdue(told.now_ns + PERIOD_NS // 2) == 99
    assert told.follow.next_overdue_ns() is None
    assert not told.follow.answered((99, 0), served=False, now_ns=told.now_ns + 1_000 * MS)


def test_what_usually_takes_long_is_overdue_later() -> None:
    """Four times the median of what was served, where that is longer than half a period."""
    told = Told()
    for _ in range(RECENT):
        told.look(served=True, took_ns=4 * MS)
    told.follow.sent((99, 0), told.now_ns)
    assert told.follow.overdue(told.now_ns + 16 * MS - 1) is None
    assert told.follow.overdue(told.now_ns + 16 * MS) == 99


def test_a_look_that_was_only_overdue_keeps_no_bad_one_from_being_followed(told: Told) -> None:
    told.follow.sent((99, 0), told.now_ns)
    assert told.follow.overdue(told.now_ns + PERIOD_NS) == 99
    told.follow.answered((99, 0), served=True, now_ns=told.now_ns + PERIOD_NS + 1)
    assert told.look(served=False)


def test_two_overdue_looks_are_followed_though_one_was_just_before(told: Told) -> None:
    """One overdue look may be the machine's fault, and turn out good; a hang right after it has its follow-ups too."""
    told.follow.sent((99, 0), told.now_ns)
    assert told.follow.overdue(told.now_ns + PERIOD_NS) == 99
    told.follow.answered((99, 0), served=True, now_ns=told.now_ns + PERIOD_NS + 1)
    told.now_ns += 2 * PERIOD_NS
    told.follow.sent((100, 0), told.now_ns)
    assert told.follow.overdue(told.now_ns + PERIOD_NS) is None
    told.follow.sent((101, 0), told.now_ns + PERIOD_NS)
    assert told.follow.overdue(told.now_ns + 2 * PERIOD_NS) == 101


def test_in_a_hang_one_burst_is_sent(told: Told) -> None:
    """Overdue looks are taken for bad ones: after ten of them all is dark, though none has been answered."""
    bursts = 0
    for tick in range(100, 200):
        told.follow.sent((tick, 0), told.now_ns)
        told.now_ns += PERIOD_NS
        if told.follow.overdue(told.now_ns) is not None:
            bursts += 1
            for again in range(1, 10):
                told.follow.sent((tick, again), told.now_ns)
    assert bursts == 1


def test_the_next_burst_may_come_at_the_first_instant_that_is_not_too_soon(told: Told) -> None:
    """By the instants at which the answers were known."""
    assert told.look(served=False)
    first_ns = told.now_ns + MS
    told.follow.sent((98, 0), first_ns)
    assert not told.follow.answered((98, 0), False, first_ns + BETWEEN_NS - 1)
    told.follow.sent((99, 0), first_ns)
    assert told.follow.answered((99, 0), False, first_ns + BETWEEN_NS)


def test_bursts_are_neither_more_nor_fewer_than_there_are() -> None:
    """Four at once, and one more when two seconds have earned it: not before, and never more than four in store."""
    told = Told()
    told.look(served=True)
    told.now_ns += 60_000_000_000
    single = FollowUps(PERIOD_NS, bursts=1)
    single.sent((1, 0), 0)
    assert single.answered((1, 0), False, MS)
    for expected in (True, True, True, True, False):
        told.now_ns += BETWEEN_NS
        told.look(served=True)
        assert told.look(served=False) is expected


def test_a_few_overdue_looks_in_one_go_are_followed_once_and_the_rest_stays(told: Told) -> None:
    """Nothing is overdue before its limit; half a period of an odd number of ns is rounded down."""
    for tick in (50, 51, 52):
        told.follow.sent((tick, 0), told.now_ns + (tick - 50) * PERIOD_NS)
    limit_ns = PERIOD_NS // 2
    assert told.follow.next_overdue_ns() == told.now_ns + limit_ns
    assert told.follow.overdue(told.now_ns + PERIOD_NS + limit_ns) == 51
    assert told.follow.next_overdue_ns() == told.now_ns + 2 * PERIOD_NS + limit_ns
    odd = FollowUps(10_000_001, bursts=4)
    odd.sent((1, 0), 0)
    odd.answered((1, 0), True, 1)
    odd.sent((2, 0), 0)
    assert odd.next_overdue_ns() == 5_000_000
    assert isinstance(odd.next_overdue_ns(), int)


def test_what_is_usual_follows_the_service() -> None:
    """The median of the last answers that were served: a service that got slower is soon not called overdue."""
    told = Told()
    for _ in range(60):
        told.look(served=True, took_ns=MS)
    for _ in range(60):
        told.look(served=True, took_ns=8 * MS)
    told.follow.sent((999, 0), told.now_ns)
    assert told.follow.next_overdue_ns() == told.now_ns + 32 * MS


class Scripted(Tick):
    """Answers as told: `bad` ticks are bad, and while `hanging` is set nothing is answered until `over`."""

    def __init__(self) -> None:
        super().__init__(0, 1.0)
        self.bad: set[int] = set()
        self.hanging = threading.Event()
        self.over = threading.Event()

    def attempt(self, tick: int, again: int, budget: Budget) -> Answer:
        if self.hanging.is_set():
            self.over.wait(10)
            return BAD
        return BAD if tick in self.bad else GOOD


class Lane:
    """A lane's runner in this process, for as long as wanted."""

    def __init__(self, tick: Tick, folder: Path, deadline_s: float = 1.0) -> None:
        plan = LanePlan(name="read", kind="read", hz=100, deadline_s=deadline_s, follow_ups=9)
        self.path = folder / "probe.jsonl"
        self.sink = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.runner = LaneRunner(plan, tick, time.monotonic_ns() + 10 * MS, self.sink)
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.runner.run, args=(self.stop,))
        self.thread.start()

    def end(self) -> list[Observation]:
        self.stop.set()
        self.thread.join()
        os.close(self.sink)
        return [Observation.from_line(line) for line in self.path.read_text(encoding="utf-8").splitlines()]


def test_a_hang_costs_the_schedule_nothing_but_its_own_workers(tmp_path: Path) -> None:
    """Every tick is sent or counted as dropped, and follow-ups that find no worker are counted apart."""
    tick = Scripted()
    lane = Lane(tick, tmp_path, deadline_s=0.1)
    time.sleep(0.3)
    tick.hanging.set()
    time.sleep(0.6)
    tick.over.set()
    seen = lane.end()
    runner = lane.runner
    assert runner.dropped > 0
    assert runner.sent + runner.dropped == runner.planned
    assert runner.sent == len([look for look in seen if not look.again])
    assert runner.again == len([look for look in seen if look.again])
    assert runner.again >= 9
    assert max(look.tick for look in seen) <= runner.planned


def test_follow_ups_without_a_worker_are_counted(tmp_path: Path) -> None:
    """They are left out silently, but never without a trace; the ticks of the schedule are sent all the same."""
    tick = Scripted()
    lane = Lane(tick, tmp_path)
    tick.hanging.set()
    for burst in range(BURSTS + 1):
        lane.runner._follow_up(burst)
    tick.over.set()
    lane.end()
    assert lane.runner.again >= 9 * BURSTS
    assert lane.runner.again_dropped >= 9
    assert (lane.runner.again + lane.runner.again_dropped) % 9 == 0
    assert lane.runner.dropped == 0


def test_follow_ups_are_sent_in_the_instant_of_the_bad_answer(tmp_path: Path) -> None:
    tick = Scripted()
    tick.bad = {20}
    lane = Lane(tick, tmp_path)
    time.sleep(0.5)
    seen = lane.end()
    (bad,) = [look for look in seen if look.tick == 20 and not look.again]
    again = [look for look in seen if look.tick == 20 and look.again]
    assert {look.again for look in again} == set(range(1, 10))
    assert {look.planned_ns for look in again} == {again[0].planned_ns}
    assert bad.done_ns <= again[0].planned_ns <= min(look.sent_ns for look in again)


def test_writes_of_follow_ups_are_writes_of_their_own(tmp_path: Path) -> None:
    """Their ids, and their clients with their numbers, are unique, and the ledger follows each."""
    service = FakeService()
    try:
        tick = WriteTick(service.port, 1.0, LedgerWriter(tmp_path / "ledger" / "probe.jsonl", "p"), "p")
        answers = [tick.send(7, again) for again in range(10)]
    finally:
        service.close()
    assert all(answer.served for answer in answers)
    intents = [record for record in read_ledger(tmp_path / "ledger") if record["e"] == "intent"]
    assert {record["id"] for record in intents} == {"p-w7", *(f"p-w7a{again}" for again in range(1, 10))}
    assert len({(record["client"], record["seq"]) for record in intents}) == 10
    assert set(service.saved) == {record["id"] for record in intents}
