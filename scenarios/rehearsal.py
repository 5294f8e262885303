"""The lifecycle of a drill: one function over protocols."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from scenarios import checks
from scenarios.errors import EnvironmentUnavailable, Inconclusive
from scenarios.judging.causes import Cause
from scenarios.judging.ledger import fold, judge
from scenarios.model import Objective, RecoveryClock, Scenario, System
from scenarios.protocols import Environment, Stage, State, StepResult
from scenarios.record import Findings, Subject, build_record
from scenarios.results import DrillRecord
from scenarios.runbook import Procedure, Runbook, load_runbook
from scenarios.signals import from_trigger, scaled_window_s
from scenarios.timeline import Timeline
from scenarios.watching import Watch

HARM_WAIT_S = 15.0
DETECT_SLACK_S = 10.0


def rehearse(subject: Subject, environment: Environment, evidence: Path) -> DrillRecord:
    """Rehearse one scenario once and judge it.

    1. Provision what the scenario needs; cleanup is registered before anything is created.
    2. Deploy the baseline; start workload, probe and ledger.
    3. A steady state must hold for a while.
    4. Snapshot the state.
    5. Deploy the candidate; harm must be seen.
    6. Detect and decide, from the runbook's own table.
    7. Run the procedure as written.
    8. Wait until users are served again, then hold.
    9. Stop the workload; check objectives, verification list, state and ledger.
    10. Write verdict and evidence.

    Raises EnvironmentUnavailable when the machine cannot give what is needed; every other end is a DrillRecord.
    """
    findings = Findings()
    with environment.provision(subject.system, subject.scenario, evidence) as stage:
        drill = _Drill(subject, stage, findings)
        try:
            drill.deploy_baseline()
            with stage.measuring():
                drill.hold_steady()
                drill.take_snapshot()
                drill.deploy_candidate()
                drill.see_harm()
                drill.detect_and_decide()
                drill.run_procedure()
                drill.wait_until_restored()
            drill.stop_users()
            drill.verify()
        except Inconclusive as stop:
            findings.stopped = stop
        except EnvironmentUnavailable:
            raise
        except Exception as error:
            findings.stopped = Inconclusive(Cause.HARNESS_ERROR, f"{type(error).__name__}: {error}")
        finally:
            drill.keep_logs()
        return build_record(subject, environment.name, stage, findings, drill.timeline)


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

    def __post_init__(self) -> None:
        self.timeline = Timeline(self.stage.sink)
        self.watch = Watch(self.stage, self.subject.scenario.restores)
        self.runbook = load_runbook(self.system.folder / "RUNBOOK.md")
        self.findings.objective = _objective(self.scenario, self.procedure)

    @property
    def system(self) -> System:
        return self.subject.system

    @property
    def scenario(self) -> Scenario:
        return self.subject.scenario

    @property
    def procedure(self) -> Procedure:
        return self.runbook.procedure(self.scenario.procedure)

    def deploy_baseline(self) -> None:
        self.stage.platform.deploy(self.scenario.baseline)
        self._mark("baseline_deployed", release=self.scenario.baseline)
        self.stage.probe.start()
        self.stage.workload.start(self.scenario.load)

    def hold_steady(self) -> None:
        window_s = self._window_s(self.scenario.steady_s)
        self.watch.steady(window_s)
        self._mark("steady", window_s=window_s, answers=self.watch.baseline)

    def take_snapshot(self) -> None:
        self.before = self._snapshot("before")
        self._mark("snapshot")

    def deploy_candidate(self) -> None:
        self.watch.since_ns = self.stage.clock.now_ns()
        self.stage.platform.deploy(self.scenario.candidate)
        self._mark("candidate_deployed", started_ns=self.watch.since_ns, release=self.scenario.candidate)

    def see_harm(self) -> None:
        self.timeline.measured("harmed", self.watch.harm(HARM_WAIT_S))

    def detect_and_decide(self) -> None:
        trigger = self.runbook.trigger(self.scenario.signal)
        signal = from_trigger(trigger, self.subject.time_scale, self.stage.probe.rate_hz)
        reading = self.watch.signal(signal, signal.window_s + DETECT_SLACK_S)
        self._mark("detected", signal=self.scenario.signal, seen=reading.text)
        # the table's own choice is kept beside ours: a drill may rehearse another way back than the first one named
        self._mark("decided", severity=trigger.severity, table=trigger.procedure, procedure=self.scenario.procedure)

    def run_procedure(self) -> None:
        sabotage = self.scenario.sabotage
        folder = self.system.folder / "sabotage" / sabotage if sabotage else None
        if sabotage:
            self._mark("sabotage", name=sabotage)
        self._mark("procedure_started", procedure=self.scenario.procedure)
        self.findings.steps = self.stage.runner.run(self.procedure, self._parameters(), folder, "steps", self._on_step)
        self._mark("procedure_done")

    def wait_until_restored(self) -> None:
        end = self.watch.restored(
            self.timeline.at("procedure_done"), self.scenario.settle_s, self._window_s(self.scenario.hold_s)
        )
        self.findings.recovery = end
        # only now is the share of bad answers known that widens the edge at which harm began
        self.timeline.refine("harmed", end.harmed)
        self.timeline.measured("restored", end.edge, restored=end.restored, served=end.served)
        if end.restored:
            self._mark("held")

    def stop_users(self) -> None:
        self.stage.workload.stop()
        self.stage.probe.stop()
        self.findings.harness = self.watch.harness_health()

    def verify(self) -> None:
        self.findings.baseline_answers = self.watch.baseline
        self.findings.last_answers = self.watch.last_answers()
        self._judge_ledger()
        assert self.before is not None
        difference = checks.diff(self.before, self._snapshot("after"), _ignored(self.scenario))
        self.stage.sink.write_json("state/diff.json", difference.model_dump())
        self.findings.checks += checks.state(difference, self.scenario.restores)
        if self.scenario.verification is not None:
            wanted = self.runbook.verifications[self.scenario.verification]
            results = self.stage.runner.run(wanted, self._parameters(), None, "verification", lambda _: None)
            self.findings.checks += [
                checks.steps([result], f"verify-{result.step.name}", Cause.VERIFICATION_FAILED) for result in results
            ]

    def keep_logs(self) -> None:
        self.stage.platform.collect(self.stage.sink)
        self.stage.database.collect(self.stage.sink)

    def _judge_ledger(self) -> None:
        assert self.before is not None
        rows = self.stage.database.ledger_rows(self.system.ledger_table)
        writes = fold(self.stage.ledger_records())
        known = set(self.before.rows.get(self.system.ledger_table, {}))
        judgement = judge(writes, rows, known, self.timeline.at("procedure_started"))
        self.findings.judgement = judgement
        self.stage.sink.write_json("ledger-verdict.json", {"classes": judgement.classes, "rpa_s": judgement.rpa_s})
        recovery = self.findings.recovery
        restored_ns = recovery.edge.hi if recovery and recovery.restored else None
        self.findings.checks.append(
            checks.enough_writes(
                writes.values(), self.watch.since_ns, self.timeline.at("procedure_started"), restored_ns
            )
        )

    def _snapshot(self, name: str) -> State:
        columns = self.before.columns if self.before else {}
        database = self.stage.database.snapshot(self.system.state_tables, columns)
        state = replace(database, facts={**self.stage.platform.facts(), **database.facts})
        self.stage.sink.write_json(f"state/{name}.json", asdict(state))
        return state

    def _on_step(self, result: StepResult) -> None:
        self.stage.sink.event(
            "step",
            result.ended_ns,
            name=result.step.name,
            source=result.step.source,
            exit=result.exit,
            ok=result.ok,
            started_ns=result.started_ns,
            why=result.why,
        )

    def _parameters(self) -> dict[str, str]:
        return {**self.stage.parameters, **self.scenario.parameters}

    def _window_s(self, declared_s: float) -> float:
        return scaled_window_s(declared_s, self.subject.time_scale, self.stage.probe.rate_hz)

    def _mark(self, name: str, /, **facts: object) -> None:
        self.timeline.mark(name, self.stage.clock.now_ns(), **facts)


def _objective(scenario: Scenario, procedure: Procedure) -> Objective | None:
    """The scenario's own objective, else what the runbook's procedure promises."""
    if scenario.objective is not None or procedure.rto_s is None:
        return scenario.objective
    rpo_s = procedure.rpo_s or 0.0
    return Objective(
        rto_s=procedure.rto_s,
        rpo_s=rpo_s,
        rpo_writes=0 if rpo_s == 0 else None,
        clock=RecoveryClock(procedure.clock),
    )


def _ignored(scenario: Scenario) -> frozenset[str]:
    """Facts that this way back does not promise to restore: a downgrade brings the schema back, not the release."""
    return frozenset() if "release" in scenario.restores else frozenset({"release", "release_digest"})
