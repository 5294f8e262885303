"""Ways to prove nothing in which the harness is to blame."""

import errno

from scenarios.errors import EnvironmentUnavailable, Inconclusive
from scenarios.judging.causes import Cause
from tests.simulated_probe import GOOD, SECOND
from tests.simulated_world import Act, World
from tests.ways import at, between, way


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


@way(Cause.WORKLOAD_DIED)
def the_users_program_is_killed_as_the_hold_ends(world: World) -> None:
    stop = world.probe.stop

    def die() -> None:
        stop()
        world.users_die_ns = 0

    world.probe.stop = die  # type: ignore[method-assign]


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
    world.absent = lambda now_ns: now_ns > at(4.7) and now_ns // (SECOND // 50) % 16 > 0


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


@way(Cause.ENVIRONMENT_LOST)
def the_cluster_dies_and_everything_seems_to_fail(world: World) -> None:
    world.acts["undo"] = Act(exit=1, why="the connection was refused")
    world.log_error = EnvironmentUnavailable("cluster", "it died in the middle", "run it again")


@way(Cause.LOGS_NOT_KEPT)
def logs_cannot_be_kept(world: World) -> None:
    world.log_error = OSError("it is gone")


@way(Cause.CLEANUP_FAILED)
def something_is_left(world: World) -> None:
    world.cleanup_error = EnvironmentUnavailable("cluster", "a namespace would not go", "delete it")


@way(Cause.HARNESS_ERROR)
def the_harness_has_a_mistake(world: World) -> None:
    world.acts["undo"] = Act(effect=lambda: 1 / 0)
