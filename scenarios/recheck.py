"""A stored drill judged again, from its evidence alone: no clock, no network, nothing but the files of its folder.

The run keeps in judging.json what its other files do not tell: the scenario as it was declared, the instants that the
rehearsal chose, what the steps did. `rejudge` then goes the way that the rehearsal went, with the probe's record, the
ledger and the snapshots in the place of the world.
"""

from pathlib import Path

from pydantic import TypeAdapter

from scenarios import checks, fidelity, gathering, readback
from scenarios.errors import Inconclusive, UsageError
from scenarios.evidence_fault import FALLS, told
from scenarios.judging.causes import Cause
from scenarios.judging.ledger import fold
from scenarios.judging_file import FILE, NAME, Judging
from scenarios.proof import Story
from scenarios.protocols import State
from scenarios.record import Findings, Subject, build_record, left_behind
from scenarios.recorded import Recorded
from scenarios.results import DrillRecord
from scenarios.timeline import Timeline
from scenarios.watching import Watch

_STATE = TypeAdapter(State)


def rejudge(folder: Path) -> DrillRecord:
    """The record of the drill in `folder`, made from its files. UsageError names a file that is missing or broken."""
    try:
        return _Again(folder, FILE.validate_json((folder / NAME).read_bytes())).judge()
    except FileNotFoundError as error:
        raise UsageError(f"{folder}: {Path(str(error.filename)).name} is not there, so it cannot be judged") from error
    except UsageError:
        raise
    except FALLS as error:
        raise UsageError(f"the evidence cannot be read: {told(folder, error)}") from error


def judged_again(folder: Path, was: DrillRecord) -> DrillRecord:
    """`rejudge`, with what others added to the record `was` when it had been judged: of how many it is the worst, and
    what was left behind.
    """
    record = rejudge(folder).model_copy(update={"n": was.n})
    for check in was.checks:
        if check.id == "cleanup":
            record = left_behind(record, check)
    return record


class _Again:
    """The rehearsal's steps from the wait for recovery on, over files."""

    def __init__(self, folder: Path, inputs: Judging) -> None:
        self.folder = folder
        self.inputs = inputs
        self.record = Recorded(folder, inputs)
        self.stage = self.record.stage()
        self.watch = Watch(self.stage, inputs.scenario.restores)
        self.watch.baseline = dict(inputs.baseline)
        self.watch.feed.usual = inputs.usual
        self.watch.feed.since_ns = inputs.candidate_ns
        self.timeline = Timeline(self.record)
        for name, edge in inputs.events.items():
            self.timeline.measured(name, edge)
        self.findings = Findings(objective=inputs.objective, window_cut_s=inputs.window_cut_s)
        self.findings.steps = list(inputs.steps)
        self.findings.overhead_s = inputs.overhead_s

    def judge(self) -> DrillRecord:
        """As `rehearse` does from there on."""
        stopped = self.inputs.stopped
        if stopped is not None:
            self.findings.stopped = Inconclusive(Cause(stopped[0]), stopped[1])
        try:
            if self.inputs.known is not None:
                self._recover()
                self._verify()
        except Inconclusive as stop:
            # the run came no further either; what it made of it may have been another cause
            self.findings.stopped = self.findings.stopped or stop
        subject = Subject(
            drill_id=self.inputs.drill_id,
            system=self.inputs.system,
            scenario=self.inputs.scenario,
            time_scale=self.inputs.time_scale,
        )
        return build_record(subject, self.inputs.environment, self.stage, self.findings, self.timeline)

    def _recover(self) -> None:
        scenario, watch = self.inputs.scenario, self.watch
        watch.feed.update()
        found = watch.ended(self.timeline.at("procedure_done"), scenario.settle_s, self.inputs.held_ns or 0)
        self.timeline.refine("harmed", found.harmed)
        self.record.limit = None
        found = self.findings.recovery = watch.confirmed(found)
        self.timeline.measured("restored", found.edge)
        self.findings.harness = gathering.symptoms_of(self.stage, watch, scenario, self._story())

    def _verify(self) -> None:
        assert self.findings.recovery is not None
        self.findings.baseline_answers = self.watch.baseline
        self.findings.last_answers = self.findings.recovery.answers
        gathering.figures(self.findings, self.stage, self.watch, self._story())
        before = self._judge_ledger()
        if before is None:
            return
        scenario = self.inputs.scenario
        ignore = fidelity.unpromised(scenario.restores, scenario.leaves)
        difference = fidelity.diff(before, self._state("after"), ignore)
        self.findings.checks += fidelity.state(difference)
        self.findings.checks += [checks.verified(result) for result in self.inputs.verified]
        self.findings.checks += gathering.held_as_promised(self.stage, self.inputs.hold, self.watch, self._story())

    def _judge_ledger(self) -> State | None:
        """The snapshot with which rows are compared; None where the run could not read anything back."""
        kept, recovery = readback.kept(self.folder), self.findings.recovery
        if kept is None:
            return None
        before, table = self._state("before"), self.inputs.system.ledger_table
        started_ns = self.timeline.at("procedure_started")
        history = fold(self.stage.ledger_records())
        found = readback.judged(history, *kept, set(before.rows.get(table, {})), started_ns)
        restored_ns = recovery.edge.lo if recovery and recovery.restored else None
        self.findings.judgement = found.judgement
        enough = checks.enough_writes(history.values(), self.inputs.candidate_ns or 0, started_ns, restored_ns)
        self.findings.checks += [found.check, enough]
        return readback.without(before, table, history.touched)

    def _story(self) -> Story:
        assert self.findings.recovery is not None
        return gathering.story_of(self.inputs.scenario, self.timeline, self.watch, self.findings.recovery)

    def _state(self, name: str) -> State:
        return _STATE.validate_json((self.folder / "state" / f"{name}.json").read_bytes())
