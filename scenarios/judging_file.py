"""judging.json: what judging a drill again needs and its other files do not tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter

from scenarios.errors import Inconclusive
from scenarios.judging.intervals import Edge
from scenarios.judging.speed import Usual
from scenarios.model import Objective, Scenario, System
from scenarios.protocols import Lane, LaneCounts, Request, Stage, StepResult
from scenarios.protocols_host import HostReading
from scenarios.record import Findings, Subject
from scenarios.results import Calibration
from scenarios.runbook import Hold
from scenarios.timeline import Timeline
from scenarios.watching import Watch

NAME = "judging.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """judging.json. `known`: how many observations there were when the wait for recovery was over; None: it was not.

    `events`: the rehearsal's own instants; what the probe bounds is computed again.
    """

    drill_id: str
    environment: str
    time_scale: float
    system: System  # without its folder and its other scenarios
    scenario: Scenario
    objective: Objective | None
    window_cut_s: float
    baseline: dict[str, str | None]
    usual: Usual | None = None  # how fast the baseline answered, where that is watched
    candidate_ns: int | None
    known: int | None
    held_ns: int | None
    events: dict[str, Edge]
    steps: list[StepResult]  # without their output
    verified: list[StepResult]
    lanes: dict[str, Lane]
    counts: dict[str, LaneCounts]
    rate_hz: float
    error_ms: float | None
    calibration: Calibration | None
    readings: list[HostReading]
    cpu_share: float | None
    overhead_s: float | None = None
    hold: Hold | None = None  # what the verification list promises of it; None where it was not run
    made: list[Request] = field(default_factory=list)
    stopped: tuple[str, str] | None = None  # cause and detail of what ended the drill early


FILE = TypeAdapter(Judging)


def judging_of(
    stage: Stage, subject: Subject, environment: str, findings: Findings, timeline: Timeline, watch: Watch
) -> Mapping[str, Any]:
    """The contents of judging.json, for a drill that is over."""
    recovery, stopped = findings.recovery, findings.stopped
    inputs = Judging(
        drill_id=subject.drill_id,
        environment=environment,
        time_scale=subject.time_scale,
        system=replace(subject.system, scenarios=(), folder=Path()),
        scenario=subject.scenario,
        objective=findings.objective,
        window_cut_s=findings.window_cut_s,
        baseline=watch.baseline,
        usual=watch.feed.usual,
        candidate_ns=watch.feed.since_ns,
        known=recovery.known if recovery else None,
        held_ns=recovery.held_ns if recovery else None,
        events=timeline.events(),
        steps=[replace(result, output="") for result in findings.steps],
        verified=[replace(result, output="") for result in findings.verified],
        lanes=dict(stage.probe.lanes),
        counts=_counts(stage),
        rate_hz=stage.probe.rate_hz,
        error_ms=stage.probe.error_ms,
        calibration=stage.probe.calibration,
        readings=list(stage.sentinel.readings()),
        cpu_share=stage.workload.cpu_share(),
        overhead_s=findings.overhead_s,
        hold=findings.hold,
        made=list(stage.workload.made()),
        stopped=(stopped.cause, stopped.detail) if stopped else None,
    )
    return cast("Mapping[str, Any]", FILE.dump_python(inputs, mode="json"))


def _counts(stage: Stage) -> dict[str, LaneCounts]:
    try:
        return dict(stage.probe.counts())
    except Inconclusive:
        return {}  # the probe died: the drill came to no end that would need them
