"""A stored drill is judged again from its files alone: the same bytes, or what changed and why."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures import commands
from fixtures.evidence import EvidenceFolder
from reports.recheck import recheck_run
from scenarios.errors import UsageError
from scenarios.lock_looks import RECORD, LockLook, Waiting, read_looks
from scenarios.model import Scenario, System
from scenarios.protocols import Stage
from scenarios.recheck import rejudge
from scenarios.record import Subject, uncleaned
from scenarios.rehearsal import rehearse
from scenarios.results import DrillRecord
from tests.simulated_probe import GOOD, SECOND
from tests.simulated_world import BACK, Act, World, outcome, stage_of


class Looked:
    """Implements `LockWatch` with what was written down."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def looks(self) -> Sequence[LockLook]:
        return read_looks(self._folder)


class Stored:
    """Gives the world's stage with a real folder for its evidence, and leaves what real probes and users leave."""

    name = "simulated"

    def __init__(self, world: World, looks: Sequence[LockLook]) -> None:
        self._world = world
        self._looks = looks

    @contextmanager
    def provision(self, system: System, scenario: Scenario, evidence: Path) -> Iterator[Stage]:
        sink = EvidenceFolder(evidence)
        (evidence / RECORD).write_bytes(b"".join(look.to_line() + b"\n" for look in self._looks))
        yield replace(stage_of(self._world), sink=sink, locks=Looked(evidence), fill=lambda: sink.event("filled", 0))
        sink.close()
        seen = self._world.probe.observations()
        (evidence / "probe.jsonl").write_text("".join(each.to_line() + "\n" for each in seen))
        (evidence / "ledger").mkdir()
        (evidence / "ledger" / "one.jsonl").write_text("".join(json.dumps(each) + "\n" for each in self._world.ledger))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def stored(world: World, scenario: Scenario = BACK, looks: Sequence[LockLook] = ()) -> tuple[DrillRecord, Path]:
    """A drill that was rehearsed, and its folder; `looks` at its database's locks."""
    system = System(
        name="demo",
        owner="nobody",
        database="demo",
        state_tables=("sessions", "users"),
        scenarios=(scenario,),
        folder=world.folder,
    )
    subject = Subject(drill_id="demo::back", system=system, scenario=scenario, time_scale=0.02)
    folder = world.folder / "evidence"
    return rehearse(subject, Stored(world, looks), folder), folder


def lost(world: World) -> None:
    def undo() -> None:
        world.lose(3)
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)


def nothing_undone(world: World) -> None:
    world.acts["undo"] = Act()


def shown_less(world: World) -> None:
    world.shown = lambda: [row for rows in list(world.rows.values())[1:] for row in rows]


def never_harmed(world: World) -> None:
    world.candidate = GOOD


def changed_row(world: World) -> None:
    def undo() -> None:
        world.state_rows["ada"] = "other"
        world.turn(GOOD)

    world.acts["undo"] = Act(effect=undo)


def late_answer(world: World) -> None:
    world.control_hang_s = 0.2


WAYS = (lost, nothing_undone, shown_less, never_harmed, changed_row, late_answer)


def test_a_passed_drill_is_judged_again_to_the_same_byte(world: World) -> None:
    record, folder = stored(world)
    assert record.verdict == "passed"
    assert rejudge(folder).model_dump_json(indent=1) == record.model_dump_json(indent=1)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_other_end_is_judged_again_to_the_same_byte(way: object, world: World) -> None:
    """Failed for its rows, its users or its state, and inconclusive for nothing seen or a busy machine."""
    assert callable(way)
    way(world)
    record, folder = stored(world)
    assert record.verdict != "passed"
    assert rejudge(folder).model_dump_json(indent=1) == record.model_dump_json(indent=1)


def test_rows_are_there_before_users_come(world: World) -> None:
    _, folder = stored(world)
    names = [json.loads(line)["event"] for line in (folder / "events.jsonl").read_text().splitlines()]
    assert names[:3] == ["begun", "filled", "baseline_deployed"]


def test_who_waited_for_a_lock_is_told_again(world: World) -> None:
    instants = [second * SECOND for second in range(1000, 1100)]
    long = Waiting(pid=2, since_us=1, waited_s=7.5, statement="ALTER TABLE notes ADD x text", behind=())
    looks = [LockLook(asked_ns=at_ns - 1, at_ns=at_ns, waiting=(long,)) for at_ns in instants]
    record, folder = stored(world, looks=looks)
    assert record.lock_waits is not None
    assert record.lock_waits.longest_s == (7.5, 8.5)
    assert rejudge(folder).model_dump_json(indent=1) == record.model_dump_json(indent=1)


def test_evidence_that_says_otherwise_is_judged_otherwise(world: World) -> None:
    """Nothing is copied from the verdict that there was: the rows decide."""
    record, folder = stored(world)
    path = folder / "ledger-readback.json"
    rows = json.loads(path.read_text())
    path.write_text(json.dumps(rows[1:]))
    again = rejudge(folder)
    assert outcome(record) == ("passed", None)
    assert outcome(again) == ("failed", "writes_lost")
    assert again.writes.lost == 1


def test_another_record_of_the_probe_has_other_intervals(world: World) -> None:
    record, folder = stored(world)
    path = folder / "probe.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    good = next(line for line in lines if line["served"] and line["facts"])
    bad = [line for line in lines if not line["served"] or line["facts"].get("release") != good["facts"]["release"]]
    bad = [line for line in bad if line["lane"] != "control"]
    for line in bad[len(bad) // 2 :]:
        line |= {"served": True, "facts": good["facts"]}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    again = rejudge(folder)
    assert again.recovery_s != record.recovery_s


@pytest.mark.parametrize("name", ["judging.json", "probe.jsonl", "state/before.json"])
def test_what_is_missing_is_named(name: str, world: World) -> None:
    _, folder = stored(world)
    (folder / name).unlink()
    with pytest.raises(UsageError, match=name.rpartition("/")[2]):
        rejudge(folder)


def test_what_is_broken_is_told(world: World) -> None:
    _, folder = stored(world)
    (folder / "judging.json").write_text('{"drill_id": 7}')
    with pytest.raises(UsageError, match="cannot be read"):
        rejudge(folder)


def run_of(world: World, verdict: str | None = None) -> tuple[Path, DrillRecord]:
    """A run's folder with the one drill in it, its verdict as written (or another)."""
    record, folder = stored(world)
    (folder / "verdict.json").write_text(verdict or record.model_dump_json(indent=1) + "\n")
    return folder.parent, record


def test_a_run_whose_verdicts_stand_is_the_same_to_the_byte(world: World) -> None:
    """Also of the worst of five, and of one whose cleanup failed: both are told after the judging."""
    run, record = run_of(world)
    assert [(each.id, each.same, each.changes) for each in recheck_run(run)] == [("demo::back", True, ())]
    told = uncleaned(record.model_copy(update={"n": 5}), OSError("busy"))
    (run / "evidence" / "verdict.json").write_text(told.model_dump_json(indent=1) + "\n")
    assert [each.same for each in recheck_run(run)] == [True]


def test_a_verdict_that_no_longer_comes_out_is_told_with_the_check_that_says_why(world: World) -> None:
    lost(world)
    run, record = run_of(world)
    said = record.model_copy(update={"verdict": "passed", "cause": None, "checks": record.checks[:-1]})
    (run / "evidence" / "verdict.json").write_text(said.model_dump_json(indent=1) + "\n")
    (found,) = recheck_run(run)
    assert not found.same
    assert str(found.changes[0]).startswith("verdict: passed was written, failed (writes_lost) comes out now: 3 of")
    assert [change.was for change in found.changes[1:]] == ["nothing"]


def test_a_drill_that_left_no_evidence_is_told_and_is_no_success(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run, _ = run_of(world)
    (run / "summary.json").write_text("{}")
    assert commands.recheck(str(run), as_json=False) == 0
    assert "the same, to the byte" in capsys.readouterr().out
    (run / "evidence" / "judging.json").unlink()
    assert commands.recheck(str(run), as_json=True) == 6
    (drill,) = json.loads(capsys.readouterr().out)["drills"]
    assert "judging.json is not there" in drill["not_judged"]
    (run / "evidence" / "verdict.json").unlink()
    with pytest.raises(UsageError):
        commands.recheck(str(run), as_json=False)
