"""Every way in which a drill proves nothing has a name of its own, and each is reached here but for three.

Each way is one change to a world in which the drill passes, so that without its check the drill would pass as well, or
end under another name.
"""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.errors import EnvironmentUnavailable, Inconclusive
from scenarios.judging.causes import Cause, Verdict
from scenarios.model import Harm, Objective, Scenario
from tests.simulated_probe import ALL_FAIL, CANDIDATE, GOOD, SECOND, WRITES_FAIL, Mode
from tests.simulated_world import BACK, PASSED, Act, World, outcome

ELSEWHERE = {
    Cause.INTERRUPTED: "tests/test_run.py: Ctrl-C goes through the lifecycle",
    Cause.HARNESS_OVERLOADED: "tests/test_probe_calibration.py: before any drill begins",
    Cause.PORT_TAKEN: "tests/test_host.py: a matter of real ports",
}
AT_LEAST = 25
START = 1000 * SECOND
EMPTY = (
    '# Demo\n\n## Back\n<!-- procedure: id=back rto=5m rpo=0 -->\n```bash name="undo" deadline=30s\n# ask Ada\n```\n'
)

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


def forget(world: World, first: str, last: str) -> None:
    """The ledger and the rows lose what was written between two events, when the probe has stopped."""
    world.candidate = replace(WRITES_FAIL, bad=frozenset({"read", "journey"}))
    stop = world.probe.stop

    def stop_and_forget() -> None:
        stop()
        begin, facts = world.events.get(first, (0, {}))
        begin = int(str(facts.get("lo_ns", begin)))  # restored: from the last bad answer on
        end = world.events.get(last, (1 << 62, {}))[0]
        sent = {r["id"]: int(str(r["t"])) for r in world.ledger if r["e"] == "intent"}
        missing = {write_id for write_id, sent_ns in sent.items() if begin <= sent_ns < end}
        world.ledger[:] = [r for r in world.ledger if r["id"] not in missing]
        for write_id in missing:
            if sent[write_id] >= world.events["snapshot"][0]:  # earlier rows are state, which must not change
                world.rows.pop(str(write_id), None)

    world.probe.stop = stop_and_forget  # type: ignore[method-assign]


# --- the system or the scenario gave nothing to judge


@way(Cause.NO_STEADY_STATE)
def the_baseline_fails_now_and_then(world: World) -> None:
    world.modes = [(0, replace(GOOD, bad=frozenset({"journey"}), share=0.5))]


@way(Cause.PROMISE_UNTOLD)
def no_answer_tells_its_schema(world: World) -> None:
    world.modes = [(0, replace(GOOD, schema=None))]


@way(Cause.NO_TRAFFIC)
def users_never_come(world: World) -> None:
    world.users = False


@way(Cause.HARMED_EARLY)
def users_are_hurt_while_the_state_is_looked_at(world: World) -> None:
    def hurt() -> None:
        world.on_snapshot = lambda: None
        world.turn(ALL_FAIL)
        world.sleep(0.1)
        world.turn(GOOD)
        world.sleep(0.1)

    world.on_snapshot = hurt


@way(Cause.OTHER_HARM)
def users_are_hurt_where_the_release_was_to_be_stuck(_: World) -> Scenario:
    return replace(BACK, harm=Harm.RELEASE_STUCK)


@way(Cause.NO_HARM)
def the_candidate_serves_everybody(world: World) -> None:
    world.candidate = CANDIDATE


@way(Cause.CANDIDATE_UNSEEN)
def the_baseline_itself_does_the_harm(world: World) -> None:
    world.candidate = Mode(bad=frozenset({"write"}))


@way(Cause.NOT_DETECTED)
def too_few_users_are_hurt_for_the_alarm(world: World) -> None:
    world.candidate = replace(CANDIDATE, bad=frozenset({"write"}), share=0.04)


@way(Cause.HARM_OVER_EARLY)
def the_candidate_heals_before_anybody_acts(world: World) -> Scenario:
    world.candidate = Mode(bad=frozenset({"write"}))  # answers as the baseline does: a flag, not a release
    twin = World(world.folder, candidate=world.candidate)  # tells when the procedure will be started
    twin.play(replace(BACK, restores=()))
    world.modes.append((twin.events["procedure_started"][0] - SECOND // 20, GOOD))
    world.acts["undo"] = Act()
    return replace(BACK, restores=())


@way(Cause.PROCEDURE_EMPTY)
def the_procedure_is_a_comment(world: World) -> None:
    runbook = world.folder / "RUNBOOK.md"
    text = runbook.read_text(encoding="utf-8")
    runbook.write_text(EMPTY + text[text.index("## Back, nobody") :], encoding="utf-8")


@way(Cause.TOO_FEW_WRITES_BEFORE)
def no_writes_before_the_candidate(world: World) -> None:
    forget(world, "", "candidate_deployed")


@way(Cause.TOO_FEW_WRITES_DURING)
def no_writes_under_the_candidate(world: World) -> None:
    forget(world, "steady", "procedure_started")


@way(Cause.TOO_FEW_WRITES_AFTER)
def no_writes_after_the_rollback(world: World) -> None:
    forget(world, "restored", "")


@way(Cause.OBJECTIVE_STRADDLED)
def recovery_takes_about_as_long_as_it_may(world: World) -> Scenario:
    world.acts["undo"] = Act(effect=lambda: world.turn(GOOD), takes_s=1.0)
    return replace(BACK, objective=Objective(rto_s=1.0, rpo_s=0))


@way(Cause.READ_BACK_FAILED)
def the_rows_cannot_be_read_back(world: World) -> None:
    world.read_back_error = OSError("connection refused")


@way(Cause.SNAPSHOT_FAILED)
def the_state_cannot_be_looked_at(world: World) -> None:
    def refuse() -> None:
        raise RuntimeError("permission denied for table users")

    world.on_snapshot = refuse


# --- the harness


@way(Cause.HOST_SUSPENDED)
def the_lid_is_closed_for_a_minute(world: World) -> None:
    world.host.suspended = (3.0, 60.0)


@way(Cause.EVIDENCE_UNWRITABLE)
def the_disk_is_full(world: World) -> None:
    def write() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    world.acts["undo"] = Act(effect=write)


@way(Cause.PROBE_DIED)
def the_probe_dies(world: World) -> None:
    world.probe_dies_ns = at(6.0)


@way(Cause.WORKLOAD_DIED)
def the_users_program_dies(world: World) -> None:
    world.users_die_ns = at(6.0)


@way(Cause.CPU_STARVED)
def everybody_waits_for_a_processor_and_it_shows(world: World) -> None:
    world.host.waiting, world.late_ms = 0.8, 300.0


@way(Cause.CPU_STARVED)
def nothing_is_run_for_half_a_second(world: World) -> None:
    world.host.late_ms = 600.0


@way(Cause.CONTROL_LANE_SILENT)
def the_echo_server_is_not_heard_any_more(world: World) -> None:
    world.drops = lambda lane, tick: lane == "control" and tick > 150


@way(Cause.CONTROL_LANE_SILENT)
def the_echo_server_is_never_heard(world: World) -> None:
    world.drops = lambda lane, _: lane == "control"


@way(Cause.CONTROL_LANE_LATE)
def the_echo_server_answers_late(world: World) -> None:
    world.control_hang_s = 0.6


@way(Cause.CONTROL_LANE_LATE)
def the_echo_server_is_slow(world: World) -> None:
    world.control_hang_s = 0.03


@way(Cause.PROBE_DROPPED)
def looks_are_dropped(world: World) -> None:
    world.dropped = 0.02


@way(Cause.PROBE_LATE)
def looks_are_sent_late(world: World) -> None:
    world.late_ms = 30.0


@way(Cause.WORKLOAD_SATURATED)
def the_users_program_needs_a_whole_core(world: World) -> None:
    world.users_cpu = 0.97


@way(Cause.WORKLOAD_SATURATED)
def users_are_slower_than_their_pauses(world: World) -> None:
    world.absent = lambda now_ns: now_ns // (SECOND // 50) % 3 > 0


@way(Cause.LANE_SILENT)
def one_kind_of_request_falls_silent(world: World) -> None:
    world.drops = lambda lane, tick: lane == "write" and tick > 60 * 6


@way(Cause.TOO_FEW_LOOKS)
def hardly_anybody_looks_during_the_hold(world: World) -> None:
    world.drops = lambda lane, tick: lane == "read" and tick > 60 * 5 and tick % 4 > 0


@way(Cause.TOO_LITTLE_TRAFFIC_BEFORE)
def users_leave_before_the_candidate_comes(world: World) -> None:
    world.absent = between(0.8, 2.6)


@way(Cause.TOO_LITTLE_TRAFFIC_DURING)
def users_leave_under_the_candidate(world: World) -> None:
    world.absent = between(2.7, 8.0)
    world.acts["undo"] = Act(effect=lambda: world.turn(GOOD), takes_s=4.0)


@way(Cause.TOO_LITTLE_TRAFFIC_AFTER)
def hardly_any_users_come_back(world: World) -> None:
    world.absent = lambda now_ns: now_ns > at(4.7) and now_ns // (SECOND // 50) % 8 > 0


@way(Cause.TOO_LITTLE_TRAFFIC_AFTER)
def users_leave_half_way_through_the_hold(world: World) -> None:
    world.absent = between(5.9, 60.0)


@way(Cause.LEDGER_INCOMPLETE)
def one_acknowledgement_is_missing_in_the_ledger(world: World) -> None:
    stop = world.probe.stop

    def stop_and_tear() -> None:
        stop()
        world.ledger.remove(next(record for record in world.ledger if record["e"] == "ack"))

    world.probe.stop = stop_and_tear  # type: ignore[method-assign]


@way(Cause.LEDGER_INCOMPLETE)
def the_ledger_cannot_be_read(world: World) -> None:
    world.ledger_error = ValueError("Expecting value: line 1 column 1")


@way(Cause.DEPLOY_FAILED)
def the_release_cannot_be_deployed(world: World) -> None:
    world.deploy_error = Inconclusive(Cause.DEPLOY_FAILED, "v1: flask db upgrade ended with 1")


@way(Cause.STEPS_NOT_RUN)
def steps_are_left_out(world: World) -> None:
    world.runs_steps = False
    world.turn(GOOD, after_s=5.5)  # the service heals by itself


@way(Cause.ENVIRONMENT_LOST)
def the_cluster_goes_away(world: World) -> None:
    def lose() -> None:
        raise EnvironmentUnavailable("cluster", "it is gone", "drill engine up")

    world.acts["undo"] = Act(effect=lose)


@way(Cause.LOGS_NOT_KEPT)
def logs_cannot_be_kept(world: World) -> None:
    world.log_error = OSError("it is gone")


@way(Cause.CLEANUP_FAILED)
def something_is_left(world: World) -> None:
    world.cleanup_error = EnvironmentUnavailable("cluster", "a namespace would not go", "delete it")


@way(Cause.HARNESS_ERROR)
def the_harness_has_a_mistake(world: World) -> None:
    world.acts["undo"] = Act(effect=lambda: 1 / 0)


def test_the_world_that_each_way_changes_passes(tmp_path: Path) -> None:
    assert outcome(World(tmp_path).play(BACK)) == PASSED


@pytest.mark.parametrize("name", WAYS)
def test_nothing_was_proved_and_the_cause_says_why(name: str, tmp_path: Path) -> None:
    """Inconclusive, with the one cause that this is; its detail tells more than its name."""
    cause, turn = WAYS[name]
    world = World(tmp_path)
    record = world.play(turn(world) or BACK)
    assert outcome(record) == (Verdict.INCONCLUSIVE, cause)
    assert record.detail
    assert not record.as_expected


def test_every_cause_that_proves_nothing_is_reached() -> None:
    """None is only a word in a list; and there are many of them, since "nothing happened" happens in many ways."""
    inconclusive = {cause for cause in Cause if cause.verdict is Verdict.INCONCLUSIVE}
    assert {cause for cause, _ in WAYS.values()} | ELSEWHERE.keys() == inconclusive
    assert len(inconclusive) >= AT_LEAST
