"""Ways to prove nothing in which the system or the scenario gave nothing to judge."""

from dataclasses import replace

from scenarios.judging.causes import Cause
from scenarios.model import Harm, Objective, Scenario
from tests.simulated_probe import CANDIDATE, GOOD, SECOND, WRITES_FAIL, Mode, stumble
from tests.simulated_world import BACK, Act, World
from tests.ways import way

EMPTY = """# Demo

## Back
<!-- procedure: id=back rto=5m rpo=0 -->
```bash name="undo" deadline=30s
# ask Ada
```
"""


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
    world.on_snapshot = lambda: stumble(world)


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


@way(Cause.TARGET_REFUSED)
def the_steps_would_act_on_something_else(world: World) -> None:
    def lead_elsewhere() -> None:
        world.refused = "DATABASE_URL: expected ours, found theirs"

    world.on_snapshot = lead_elsewhere


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


@way(Cause.NO_STREAMS)
def nobody_hears_a_stream(world: World) -> Scenario:
    world.heard = []
    return replace(BACK, listeners=2, spares=("streams",))


@way(Cause.READ_BACK_FAILED)
def the_rows_cannot_be_read_back(world: World) -> None:
    world.read_back_error = OSError("connection refused")


@way(Cause.SNAPSHOT_FAILED)
def the_state_cannot_be_looked_at(world: World) -> None:
    def refuse() -> None:
        raise RuntimeError("permission denied for table users")

    world.on_snapshot = refuse
