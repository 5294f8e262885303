"""What a verification list promises of the hold: each figure can be true, or false, and says what it rests on."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.errors import UsageError
from scenarios.holding import judged, proves, too_slow
from scenarios.judging.intervals import Edge
from scenarios.observations import SPEED_LANE, Observation
from scenarios.proof import Story
from scenarios.protocols import Request
from scenarios.results import CheckRecord
from scenarios.runbook import Hold, load_runbook
from tests.sample_runbook import SIMULATED
from tests.simulated_probe import GOOD
from tests.simulated_world import BACK, Act, World, outcome

MS = 1_000_000
SECOND = 1000 * MS
PROMISED = Hold(errors=0.01, response_s=0.5, uptime=0.999)
STORY = Story(
    scenario=BACK,
    steady_ns=0,
    candidate_ns=SECOND,
    started_ns=5 * SECOND,
    done_ns=6 * SECOND,
    restored=Edge(lo=10 * SECOND, hi=10 * SECOND + MS),
    back_ns=10 * SECOND,
    held_ns=20 * SECOND,
)


def look(
    at_s: float, *, served: bool = True, took_ms: float = 2, late_ms: float = 0, lane: str = "read"
) -> Observation:
    due = int(at_s * SECOND)
    sent = due + int(late_ms * MS)
    return Observation(
        lane=lane,
        tick=0,
        planned_ns=due,
        sent_ns=sent,
        done_ns=sent + int(took_ms * MS),
        status=200,
        served=served,
    )


def steady(count: int = 1000) -> list[Observation]:
    """The hold, and what came before it, which was bad."""
    before = [look(9 + i / 100, served=False) for i in range(100)]
    return [*before, *(look(10.001 + i * 9.9 / count) for i in range(count))]


def checks(lane: list[Observation], hold: Hold = PROMISED, story: Story = STORY) -> dict[str, CheckRecord]:
    ordered = sorted(lane, key=lambda seen: seen.sent_ns)
    return {check.id: check for check in judged(hold, {"read": ordered}, story)}


def red(found: dict[str, CheckRecord]) -> set[str]:
    assert all(check.cause == "verification_failed" for check in found.values() if check.verdict != "passed")
    return {name for name, check in found.items() if check.verdict == "failed"}


def test_a_hold_without_a_bad_answer_keeps_every_promise_and_says_what_that_proves() -> None:
    found = checks(steady())
    assert set(found) == {"hold-errors", "hold-response", "hold-uptime"}
    assert red(found) == set()
    assert "0 of 1000 answers bad" in found["hold-errors"].detail
    assert "1000 looks prove no more than that fewer than 0.30% are bad" in found["hold-errors"].detail
    assert "too few to prove 0.001, which takes 3000" in found["hold-uptime"].detail


@pytest.mark.parametrize(("bad", "lines"), [(9, {"hold-uptime"}), (10, {"hold-errors", "hold-uptime"})])
def test_bad_answers_break_the_promises_of_errors_and_uptime(bad: int, lines: set[str]) -> None:
    """Fewer than 1 %, of a thousand; each lasts until the next good one."""
    lane = steady()
    for i in range(bad):
        lane[200 + 50 * i] = replace(lane[200 + 50 * i], served=False)
    assert red(checks(lane)) == lines


def asked(at_s: float, status: int | None = 200) -> Request:
    sent = int(at_s * SECOND)
    return Request(sent_ns=sent, done_ns=sent + 3 * MS, status=status)


def test_users_own_requests_stand_beside_with_what_so_many_prove() -> None:
    """What was sent before they were back is none of the hold's, and a row that is gone is the ledger's."""
    made = [asked(9.5, 500), *(asked(11 + i / 50) for i in range(199)), asked(15.001, 404), asked(20.5, None)]
    found = {check.id: check for check in judged(PROMISED, {"read": steady()}, STORY, made)}
    assert red(found) == set()
    told = "users' own: 0 of 200 failed; 200 looks prove no more than that fewer than 1.50% are bad"
    assert told in found["hold-errors"].detail
    assert "users' own: 3.0 ms at the median of 200" in found["hold-response"].detail
    assert "users' own: 0 of 200 failed" in found["hold-uptime"].detail


@pytest.mark.parametrize(("failed", "lines"), [(1, set()), (2, {"hold-errors"})])
def test_users_whose_own_requests_fail_break_the_promise_of_errors(failed: int, lines: set[str]) -> None:
    made = [asked(11 + i / 50, None if i < failed else 200) for i in range(200)]
    assert red({check.id: check for check in judged(PROMISED, {"read": steady()}, STORY, made)}) == lines


def test_answers_that_come_late_break_the_promise_of_response_from_when_they_were_due() -> None:
    """More than half of them; it is all one whether the service was late or the look was."""
    lane = [look(10.5 + i / 100, took_ms=300, late_ms=250 if i < 460 else 0) for i in range(900)]
    assert red(checks(lane)) == {"hold-response"}
    assert red(checks(lane[30:])) == set()


def test_where_users_were_not_back_no_promise_is_kept() -> None:
    story = replace(STORY, back_ns=None, held_ns=None)
    assert red(checks(steady(), story=story)) == {"hold-errors", "hold-response", "hold-uptime"}


def test_where_nobody_looked_no_promise_is_kept() -> None:
    assert red(checks(steady(0))) == {"hold-errors", "hold-response", "hold-uptime"}
    assert proves(0, 0.01) == "nobody looked, which proves nothing"


@pytest.mark.parametrize(("took_ms", "slow"), [(499, False), (500, True), (None, True)])
def test_a_hold_that_ends_now_is_too_slow_where_its_median_is_or_nobody_looked(took_ms: int | None, slow: bool) -> None:
    lane = [] if took_ms is None else [look(11 + i / 10, took_ms=took_ms) for i in range(9)]
    assert too_slow(0.5, {"read": lane}, STORY.back_ns or 0, STORY.held_ns or 0) is slow


def test_only_what_is_promised_is_judged_and_readings_are_no_answers() -> None:
    assert set(checks(steady(), Hold(response_s=0.5))) == {"hold-response"}
    slow = [look(12, served=False, took_ms=900, lane=SPEED_LANE)]
    assert {c.verdict for c in judged(PROMISED, {"read": steady()[100:], SPEED_LANE: slow}, STORY)} == {"passed"}


def with_promise(world: World, attributes: str) -> None:
    text = SIMULATED.replace("verification: id=verification", f"verification: id=verification {attributes}")
    (world.folder / "RUNBOOK.md").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("response", "verdict"), [("500ms", "passed"), ("1ms", "failed")])
def test_a_drill_has_a_check_for_each_promise(response: str, verdict: str, tmp_path: Path) -> None:
    """Users are back, and the drill is red all the same where answers take longer than the runbook says."""
    world = World(tmp_path)
    with_promise(world, f'errors="1 %" response={response} uptime="99.9 %"')
    record = world.play(replace(BACK, verification="verification"))
    assert outcome(record) == (verdict, None if verdict == "passed" else "verification_failed")
    assert {"hold-errors", "hold-response", "hold-uptime"} <= {check.id for check in record.checks}


@pytest.mark.parametrize(("slow_s", "verdict"), [(1.9, "passed"), (9.0, "failed")])
def test_a_shortened_hold_goes_on_where_a_restart_is_most_of_it(slow_s: float, verdict: str, tmp_path: Path) -> None:
    """By ten seconds, and all of it is judged: a real hold has the same slow beginning, and much that follows."""
    world = World(tmp_path)

    def back() -> None:
        world.turn(replace(GOOD, slower_s=0.6))
        world.turn(GOOD, after_s=slow_s)

    world.acts["undo"] = Act(effect=back)
    with_promise(world, "response=500ms")
    record = world.play(replace(BACK, verification="verification"))
    assert outcome(record) == (verdict, None if verdict == "passed" else "verification_failed")
    done_ns = world.events["procedure_done"][0]
    assert (world.events["held"][0] - done_ns) / SECOND == pytest.approx(12.0, abs=0.6)
    taken_s = (world.now_ns - world.events["baseline_deployed"][0]) / SECOND
    assert record.overhead_s == pytest.approx(taken_s - 2.0 - 2.0 - 12.0, abs=0.01)  # its own hold, all of it


def test_a_wait_in_vain_is_the_drills_own_in_place_of_a_hold(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.acts["undo"] = Act()
    record = world.play(BACK)
    assert outcome(record) == ("failed", "not_served")
    taken_s = (world.now_ns - world.events["baseline_deployed"][0]) / SECOND
    assert record.overhead_s == pytest.approx(taken_s - 2.0 - 2.0 - BACK.settle_s, abs=0.01)


def test_a_hold_that_is_as_long_as_its_runbook_says_does_not_go_on(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.acts["undo"] = Act(effect=lambda: world.turn(replace(GOOD, slower_s=0.6)))
    with_promise(world, "response=500ms")
    record = world.play(replace(BACK, verification="verification", hold_s=4.0), time_scale=1.0)
    assert outcome(record) == ("failed", "verification_failed")
    assert world.events["held"][0] - world.events["procedure_done"][0] < 6 * SECOND


def test_a_busy_machine_is_not_called_a_promise_that_was_broken(tmp_path: Path) -> None:
    """Where looks were sent late, late answers are nobody's fault: the drill is tried again."""
    world = World(tmp_path, late_ms=300)
    with_promise(world, "response=1ms")
    record = world.play(replace(BACK, verification="verification"))
    assert outcome(record) == ("inconclusive", "probe_late")


@pytest.mark.parametrize(
    ("attributes", "wrong"),
    [
        ('errors="one"', r"errors 'one' is not a share; expected a share between 0 and 100"),
        ('uptime="100 %"', r"uptime '100 %' is not a share"),
        ('errors="0 %"', r"errors '0 %' is not a share"),
        ("response=soon", r"response 'soon' is not a duration"),
        ("response=0", r"response 0 can be kept by nobody"),
    ],
)
def test_a_promise_that_cannot_be_read_is_told_with_its_line(attributes: str, wrong: str, tmp_path: Path) -> None:
    world = World(tmp_path)
    with_promise(world, attributes)
    with pytest.raises(UsageError, match=rf"RUNBOOK\.md:\d+: .*{wrong}"):
        load_runbook(tmp_path / "RUNBOOK.md")


def test_a_list_that_promises_nothing_has_no_hold(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert load_runbook(world.folder / "RUNBOOK.md").verifications["verification"].hold is None
