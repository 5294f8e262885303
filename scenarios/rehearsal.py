"""The lifecycle of a drill: one function over protocols."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scenarios import checks, fidelity, gathering, proof, readback
from scenarios.errors import EnvironmentUnavailable, Inconclusive, UsageError, broken
from scenarios.judging.causes import Cause
from scenarios.judging_file import NAME as JUDGING_FILE
from scenarios.judging_file import judging_of
from scenarios.model import Scenario, System
from scenarios.protocols import Environment, Stage, State, StepResult
from scenarios.record import Findings, Subject, build_record, overhead_s, promised, uncleaned
from scenarios.results import DrillRecord
from scenarios.runbook import Hold, Procedure, Runbook, load_runbook, with_waits
from scenarios.signals import from_trigger, scaled_window_s, slower
from scenarios.timeline import Timeline
from scenarios.watching import Watch

BASELINES = 3  # steady states at most: a busy machine's stumble ends, a snapshot that hurts users does not
HARM_WAIT_S = 15.0
DETECT_SLACK_S = 10.0
LONGER_S = 10.0  # a hold that the time scale made so short that a restart's backlog is most of it


def rehearse(subject: Subject, environment: Environment, evidence: Path) -> DrillRecord:
    """Rehearse one scenario once and judge it.

    1. Provision what the scenario needs; cleanup is registered before anything is created.
    2. Deploy the baseline; start workload, probe and ledger.
    3. A steady state must hold for a while.
    4. Snapshot the state. Where users were hurt meanwhile, it was no steady state: both again, a few times at most.
    5. Deploy the candidate; harm must be seen.
    6. Detect and decide, from the runbook's own table.
    7. Run the procedure as written.
    8. Wait until users are served again, then hold.
    9. Stop the workload; check objectives, verification list, state and ledger.
    10. Write verdict and evidence.

    Raises EnvironmentUnavailable when the machine cannot give what is needed; every other end is a DrillRecord.
    """
    record: DrillRecord | None = None
    try:
        with environment.provision(subject.system, subject.scenario, evidence) as stage:
            record = _rehearse_on(stage, subject, environment.name)
    except Exception as error:
        if record is None:
            raise
        record = uncleaned(record, error)
    return record


def _rehearse_on(stage: Stage, subject: Subject, environment: str) -> DrillRecord:
    """Steps 2 to 10 on what was provisioned."""
    findings = Findings()
    drill = _Drill(subject, stage, findings)
    stage.sink.event("begun", stage.clock.now_ns(), title=subject.scenario.title, system=subject.system.name)
    try:
        drill.deploy_baseline()
        with stage.measuring():
            drill.start_users()
            drill.take_baseline()
            drill.deploy_candidate()
            drill.see_harm()
            drill.detect_and_decide()
            drill.run_procedure()
            drill.wait_until_restored()
            drill.stop_users()
            drill.verify()
    except Inconclusive as stop:
        findings.stopped = gathering.blamed(stop, stage, drill.watch, subject.scenario)
    except UsageError:
        raise
    except Exception as error:
        findings.stopped = broken(error)
    finally:
        drill.keep_logs()
    drill.keep_judging(environment)
    return build_record(subject, environment, stage, findings, drill.timeline)


@dataclass(slots=True)
class _Drill:
    """The ten steps' working state; each public method is one of them."""

    subject: Subject
    stage: Stage
    findings: Findings
    timeline: Timeline = field(init=False)
    watch: Watch = field(init=False)
    runbook: Runbook = field(init=False)
    before: State | None = None
    rows_before: str = ""

    def __post_init__(self) -> None:
        self.timeline = Timeline(self.stage.sink)
        self.runbook = load_runbook(self.system.folder / "RUNBOOK.md")
        self.watch = Watch(self.stage, self.scenario.restores, slower(self.runbook.trigger(self.scenario.signal)))
        self.findings.objective = promised(self.scenario, self.procedure)

    @property
    def system(self) -> System:
        return self.subject.system

    @property
    def scenario(self) -> Scenario:
        return self.subject.scenario

    @property
    def procedure(self) -> Procedure:
        return with_waits(self.runbook.procedure(self.scenario.procedure), self.subject.time_scale)

    def deploy_baseline(self) -> None:
        self._guard()
        for release in (*self.scenario.earlier, self.scenario.baseline):
            self.stage.platform.deploy(release)
            self.stage.platform.stand()
        self.stage.fill()
        self._mark("baseline_deployed", release=self.scenario.baseline)

    def start_users(self) -> None:
        self.findings.begun_ns = self.stage.clock.now_ns()
        self.stage.sentinel.start()
        self.stage.workload.start(self.scenario.load)
        self.stage.probe.start()
        for each in gathering.watchers(self.stage):
            each.start()

    def take_baseline(self) -> None:
        window_s = self._window_s(self.scenario.steady_s)
        for left in reversed(range(BASELINES)):
            self.watch.steady(window_s)
            self._mark("steady", window_s=window_s, answers=self.watch.baseline)
            self.before = gathering.snapshot(self.stage, self.system, "before", None)
            self.rows_before = fidelity.counted(self.before)
            self._mark("snapshot")
            self._guard()  # before the deployment; it takes a while, in which users may be hurt too
            hurt = self.watch.hurt_since(self.timeline.at("steady"))
            if hurt is None or not left:  # the last one is judged as it is: `quiet-before` tells
                return
            self._mark("disturbed", lane=hurt.lane, why=hurt.why)

    def deploy_candidate(self) -> None:
        began_ns = self.watch.candidate_begins()
        self.stage.platform.deploy(self.scenario.candidate)
        if self.scenario.rolled_out:
            self.stage.platform.stand()
        self._mark("candidate_deployed", started_ns=began_ns, release=self.scenario.candidate)

    def see_harm(self) -> None:
        try:
            self.timeline.measured("harmed", self.watch.harm(self.scenario.harm, HARM_WAIT_S))
        except Inconclusive as stop:
            feed, timed = self.watch.feed, self.watch.slower is not None
            other = proof.other_harm(self.scenario.harm, feed.last_refused, feed.last_stuck, timed)
            if other and stop.cause is Cause.NO_HARM:
                raise Inconclusive(Cause.OTHER_HARM, f"{stop.detail}; {other}") from stop
            raise

    def detect_and_decide(self) -> None:
        trigger = self.runbook.trigger(self.scenario.signal)
        signal = from_trigger(trigger, self.subject.time_scale, self.stage.probe.rate_hz, self.watch.feed.usual)
        # people would have been hurt for longer by as much as the window was shortened
        self.findings.window_cut_s = max(0.0, trigger.for_s - signal.window_s)
        self.findings.windows_s += signal.window_s
        reading = self.watch.signal(signal, signal.window_s + DETECT_SLACK_S)
        self._mark("detected", signal=self.scenario.signal, seen=reading.text)
        # the table's own choice is kept beside ours: a drill may rehearse another way back than the first one named
        self._mark("decided", severity=trigger.severity, table=trigger.procedure, procedure=self.scenario.procedure)

    def run_procedure(self) -> None:
        if not proof.has_commands(self.procedure):
            raise Inconclusive(Cause.PROCEDURE_EMPTY, f"procedure {self.procedure.id}, line {self.procedure.line}")
        folder = self.system.folder / "sabotage" / self.scenario.sabotage if self.scenario.sabotage else None
        if folder:
            self._mark("sabotage", name=folder.name)
        self._guard()
        self._mark("procedure_started", procedure=self.scenario.procedure)
        self._run(self.procedure, folder, "steps", self._on_step)
        self._mark("procedure_done")

    def wait_until_restored(self) -> None:
        done_ns, hold_s = self.timeline.at("procedure_done"), self._window_s(self.scenario.hold_s)
        longest_s = min(self.scenario.hold_s, hold_s + LONGER_S)
        end = self.watch.restored(
            done_ns, self.scenario.settle_s, hold_s, longest_s, gathering.fast_enough(self.watch, self._promised_hold())
        )
        self.findings.recovery = end
        self.findings.windows_s += end.longer_s
        # only now is the share of bad answers known that widens the edge at which harm began
        self.timeline.refine("harmed", end.harmed)
        self.timeline.measured("restored", end.edge, restored=end.restored, served=end.served)
        if end.restored:
            self._mark("held")

    def stop_users(self) -> None:
        # the probe first: it watched the whole hold, and what Locust's end does to the machine is nobody's outage
        self.stage.probe.stop()
        for each in gathering.watchers(self.stage):
            each.stop()
        self.stage.workload.stop()
        self.stage.workload.requests()  # raises where users did not end in order: they were gone before we looked
        self.stage.sentinel.stop()
        before = self.findings.recovery
        assert before is not None
        after = self.findings.recovery = self.watch.confirmed(before)
        if after is not before:
            self.timeline.measured("restored", after.edge, restored=after.restored, served=after.served)
        self.findings.harness = gathering.symptoms_of(self.stage, self.watch, self.scenario, self._story())

    def verify(self) -> None:
        self.findings.baseline_answers = self.watch.baseline
        assert self.before is not None
        assert self.findings.recovery is not None
        self.findings.last_answers = self.findings.recovery.answers
        gathering.figures(self.findings, self.stage, self.watch, self._story())
        self._judge_ledger()
        after = gathering.snapshot(self.stage, self.system, "after", self.before)
        ignored = fidelity.unpromised(self.scenario.restores, self.scenario.leaves)
        difference = fidelity.diff(self.before, after, ignored)
        self.stage.sink.write_json("state/diff.json", difference.model_dump())
        self.findings.checks += fidelity.state(difference)
        if self.scenario.verification is not None:
            wanted = self.runbook.verifications[self.scenario.verification]
            self._run(wanted, None, "verification", self._on_verified)
            self.findings.hold = wanted.hold
            self.findings.checks += gathering.held_as_promised(self.stage, wanted.hold, self.watch, self._story())

    def keep_logs(self) -> None:
        for part in (self.stage.platform, self.stage.database):
            try:
                part.collect(self.stage.sink)
            except EnvironmentUnavailable as error:
                self.findings.stopped = broken(error)
            except Exception as error:
                lost = Inconclusive(Cause.LOGS_NOT_KEPT, f"{type(error).__name__}: {error}")
                self.findings.stopped = self.findings.stopped or lost

    def keep_judging(self, environment: str) -> None:
        """What `drill recheck` needs beside the rest of the evidence."""
        self.findings.overhead_s = overhead_s(self.findings, self.stage.clock.now_ns())
        try:
            kept = judging_of(self.stage, self.subject, environment, self.findings, self.timeline, self.watch)
            self.stage.sink.write_json(JUDGING_FILE, kept)
        except Exception as error:
            self.findings.stopped = self.findings.stopped or broken(error)

    def _promised_hold(self) -> Hold | None:
        name = self.scenario.verification
        return None if name is None else self.runbook.verifications[name].hold

    def _story(self) -> proof.Story:
        assert self.findings.recovery is not None
        return gathering.story_of(self.scenario, self.timeline, self.watch, self.findings.recovery)

    def _judge_ledger(self) -> None:
        assert self.before is not None
        table, started_ns = self.system.ledger_table, self.timeline.at("procedure_started")
        found = readback.judge_writes(self.stage, self.system, set(self.before.rows.get(table, {})), started_ns)
        self.findings.judgement = found.judgement
        self.findings.checks.append(found.check)
        self.before = readback.without(self.before, table, found.history.touched)
        recovery = self.findings.recovery
        # from the last bad answer on: the interval's other end may lie past the hold where only a share was bad
        restored_ns = recovery.edge.lo if recovery and recovery.restored else None
        self.findings.checks.append(
            checks.enough_writes(found.history.values(), self.watch.feed.since_ns or 0, started_ns, restored_ns)
        )

    def _run(
        self, procedure: Procedure, sabotage: Path | None, prefix: str, on_step: Callable[[StepResult], None]
    ) -> None:
        results = self.stage.runner.run(procedure, self._parameters(), sabotage, prefix, on_step)
        if missing := proof.not_run(procedure, results):
            raise Inconclusive(Cause.STEPS_NOT_RUN, missing)

    def _on_verified(self, result: StepResult) -> None:
        self.findings.verified.append(result)
        self.findings.checks.append(checks.verified(result))

    def _on_step(self, result: StepResult) -> None:
        # kept one by one: what a step did before the harness failed is not forgotten
        self.findings.steps.append(result)
        gathering.note_step(self.stage.sink, result)

    def _guard(self) -> None:
        """Nothing is changed that this run has not made; asked before the clock of a procedure starts."""
        self.stage.guard.check(self._parameters())

    def _parameters(self) -> dict[str, str]:
        return {**self.stage.parameters, "ROWS_BEFORE": self.rows_before, **self.scenario.parameters}

    def _window_s(self, declared_s: float) -> float:
        window_s = scaled_window_s(declared_s, self.subject.time_scale, self.stage.probe.rate_hz)
        self.findings.windows_s += window_s
        return window_s

    def _mark(self, name: str, /, **facts: object) -> None:
        self.timeline.mark(name, self.stage.clock.now_ns(), **facts)
