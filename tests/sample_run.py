"""Builds a synthetic run folder of the true shape, for tests and for looking at the reports without running drills."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from scenarios.observations import CONTROL_LANE, Observation
from scenarios.results import (
    CheckRecord,
    DrillRecord,
    Expected,
    Interval,
    ObjectiveRecord,
    Phases,
    StepRecord,
    Writes,
)
from tests.sample_seen import CALIBRATION, availability

START_NS = 5_000_000_000_000
LANES = ("read", "kept", "write", "journey", "control")


@dataclass(frozen=True, kw_only=True)
class Story:
    """One synthetic drill: when things happen (seconds from its start) and what came out."""

    slug: str
    title: str
    procedure: str
    verdict: str = "passed"
    cause: str | None = None
    detail: str = ""
    expected: Expected = field(default_factory=lambda: Expected(verdict="passed", cause=None))
    control: str | None = None
    restored_s: float | None = 6.83
    lost: int = 0
    acked: int = 412
    share: float = 1.0  # of answers that are bad while users are hurt
    clock: str = "recovery"
    claimed_s: float | None = None
    first_good_s: Interval | None = (1.549, 1.571)
    older: bool = False  # written by a version that knew neither availability nor calibration
    unknown_lost: int = 0
    recovered: int = 0
    exit: int = 0
    log: str = "INFO  [alembic.runtime.migration] Running downgrade 0004 -> 0003, drop a column\n"
    evidence: bool = True


HARMED_S, DETECTED_S, STARTED_S, DONE_S, HELD_S = 3.0, 5.2, 5.25, 6.6, 10.4
STORIES = (
    Story(
        slug="downgrade-one-corrected",
        title="`flask db downgrade -- -1` brings the writer back and loses nothing",
        procedure="downgrade-one-corrected",
        share=0.6,
        claimed_s=1.1,
        first_good_s=(0.412, 0.433),
        unknown_lost=3,
        recovered=5,
    ),
    Story(
        slug="downgrade-one-as-written",
        title="`flask db downgrade -1` is refused as an unknown option and undoes nothing",
        procedure="downgrade-one",
        verdict="failed",
        cause="step_failed",
        detail="step undo: exit 2, expected 0",
        expected=Expected(verdict="failed", cause="step_failed"),
        restored_s=None,
        first_good_s=None,
        exit=2,
        log="Usage: flask db downgrade [OPTIONS] [REVISION]\nTry 'flask db downgrade --help' for help.\n\n"
        "Error: No such option: -1\n",
    ),
    Story(
        slug="control-row-deleted",
        title="A downgrade that also deletes rows turns the drill red",
        procedure="downgrade-one-corrected",
        verdict="failed",
        cause="writes_lost",
        detail="37 acknowledged writes are gone",
        expected=Expected(verdict="failed", cause="writes_lost"),
        control="deletes-rows",
        lost=37,
    ),
    Story(
        slug="downgrade-base",
        title="`flask db downgrade base` brings users back but keeps what they wrote",
        procedure="downgrade-base",
        verdict="failed",
        cause="writes_lost",
        detail="396 of 412 acknowledged writes are gone",
        lost=396,
        clock="disruption",
        log="<script>alert('a log')</script> & \x1b[31mred\x1b[0m </pre>\n" + "dropping table sessions …\n" * 1200,
    ),
    Story(
        slug="downgrade-several",
        title="Three revisions back in one go lose nothing",
        procedure="downgrade-several",
        verdict="inconclusive",
        cause="harness_overloaded",
        detail="the control lane answered late in 14 % of its ticks",
        share=0.3,
        older=True,
        evidence=False,
    ),
)


def record_of(story: Story) -> DrillRecord:
    """The verdict.json of a story."""
    restored = story.restored_s
    source: Literal["written", "corrected"] = "corrected" if "corrected" in story.procedure else "written"
    recovery: Interval = (1.412, None) if restored is None else (restored - STARTED_S - 0.013, restored - STARTED_S)
    disruption: Interval = (3.662, None) if restored is None else (restored - HARMED_S - 0.021, restored - HARMED_S)
    return DrillRecord(
        id=f"drills/database/test_{story.procedure.replace('-', '_')}.py::test_{story.slug.replace('-', '_')}",
        title=story.title,
        system="mina",
        procedure=story.procedure,
        owner="data-platform",
        environment="embedded",
        control=story.control,
        expected=story.expected,
        verdict=story.verdict,
        cause=story.cause,
        detail=story.detail,
        as_expected=(story.verdict, story.cause) == (story.expected.verdict, story.expected.cause),
        objective=ObjectiveRecord(rto_s=900, clock=story.clock, rpo_s=0, rpo_writes=0),
        signal="error rate",
        harm="users_hurt",
        recovery_s=recovery,
        disruption_s=disruption,
        claimed_s=story.claimed_s,
        probe_error_ms=4.07,
        calibration=None if story.older else CALIBRATION,
        availability=None if story.older else availability(story.first_good_s),
        rpa_s=2.31 if story.lost else 0.0,
        writes=_writes(story),
        phases_s=Phases(
            detect=DETECTED_S - HARMED_S,
            decide=STARTED_S - DETECTED_S,
            execute=DONE_S - STARTED_S,
            propagate=None if restored is None else restored - DONE_S,
            stabilise=None if restored is None else HELD_S - restored,
        ),
        checks=_checks(story),
        steps=[
            StepRecord(name="show-current", source="written", exit=0, s=0.62),
            StepRecord(name="undo", source=source, exit=story.exit, s=0.71),
        ],
        evidence=story.slug,
    )


def _writes(story: Story) -> Writes:
    return Writes(
        acked=story.acked,
        kept=story.acked - story.lost,
        lost=story.lost,
        corrupt=0,
        duplicate=0,
        phantom=0,
        recovered=story.recovered,
        unknown_lost=story.unknown_lost,
    )


def _checks(story: Story) -> list[CheckRecord]:
    checks = [
        CheckRecord(id="served", verdict="passed", detail="held for 3.6 s, 1440 answers, all of baseline/0003"),
        CheckRecord(id="rto", verdict="passed", detail="within 900 s on the recovery clock"),
        CheckRecord(id="verification: /health answers healthy", verdict="passed"),
    ]
    if story.cause:
        checks.insert(1, CheckRecord(id="ledger", verdict=story.verdict, cause=story.cause, detail=story.detail))
    return checks


def build_run(out: Path, name: str = "20260102T030405Z-sample", stories: tuple[Story, ...] = STORIES) -> Path:
    """Write a run's folder below `out` (verdicts and evidence, no summary yet) and give it back."""
    run = out / name
    run.mkdir(parents=True)
    machine = {"cores": 2, "memory_mb": 7985, "kernel": "6.1.0", "python": "3.11.2", "namespaces": True}
    (run / "machine.json").write_text(json.dumps(machine))
    calibration = run / "calibration-0badcafe"
    calibration.mkdir()
    (calibration / "calibration.json").write_text(json.dumps([{"true_ms": 80.0, "measured_ms": 84.07}] * 3))
    for story in stories:
        folder = run / story.slug
        folder.mkdir()
        (folder / "verdict.json").write_text(record_of(story).model_dump_json(indent=2))
        if story.evidence:
            _write_evidence(folder, story)
    return run


def _write_evidence(folder: Path, story: Story) -> None:
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in _events(story)))
    (folder / "probe.jsonl").write_text("".join(tick.to_line() + "\n" for tick in _ticks(story)))
    lanes = {lane: {"planned": 500, "sent": 498, "dropped": 2} for lane in LANES}
    (folder / "probe-summary.json").write_text(json.dumps({"lanes": lanes}))
    for below in ("steps", "verification", "state", "logs"):
        (folder / below).mkdir()
    (folder / "steps" / "01-show-current.log").write_text("$ flask db current\n0004 (head)\n")
    (folder / "steps" / "02-undo.log").write_text(story.log)
    (folder / "verification" / "01-health.log").write_text('{"status": "healthy"}\n')
    (folder / "logs" / "postgres 18.log").write_text("LOG:  database system is ready to accept connections\n")
    diff = {"facts": {"schema": ["0003", "0003"]}, "rows": {}}
    (folder / "state" / "diff.json").write_text(json.dumps(diff, indent=2))
    lost = [
        {"id": f"c{i % 6}-{i:04d}", "acked_ns": START_NS + int((3.1 + i * 0.005) * 1e9), "release": "candidate"}
        for i in range(story.lost)
    ]
    (folder / "ledger-verdict.json").write_text(json.dumps({"classes": {"lost": lost, "corrupt": []}}))


def _events(story: Story) -> list[dict[str, Any]]:
    restored = story.restored_s
    instants: list[tuple[str, float, dict[str, Any]]] = [
        ("baseline_deployed", 0.0, {"release": "baseline"}),
        ("steady", 2.0, {}),
        ("candidate_deployed", 2.8, {"release": "candidate"}),
        ("harmed", HARMED_S, {"lo_ns": _ns(HARMED_S - 0.01), "hi_ns": _ns(HARMED_S)}),
        ("detected", DETECTED_S, {"signal": "error rate"}),
        ("procedure_started", STARTED_S, {"procedure": story.procedure}),
        ("step", STARTED_S + 0.7, {"name": "undo", "exit": story.exit}),
        ("procedure_done", DONE_S, {}),
    ]
    if restored is None:
        instants.append(("restored", DONE_S + 4.9, {"lo_ns": _ns(DONE_S + 4.9), "hi_ns": None, "restored": False}))
    else:
        instants.append(("restored", restored, {"lo_ns": _ns(restored - 0.12), "hi_ns": _ns(restored)}))
        instants.append(("held", HELD_S, {}))
    return [
        {"t": _ns(at), "wall": f"2026-01-02T03:04:{5 + at:06.3f}+00:00", "event": name, "facts": facts}
        for name, at, facts in instants
    ]


def _ticks(story: Story) -> list[Observation]:
    dice = random.Random(story.slug)
    end_s = HELD_S + 0.4 if story.restored_s is not None else DONE_S + 5
    restored_s = story.restored_s if story.restored_s is not None else end_s
    ticks = []
    for i in range(int(end_s * 50)):
        at = i / 50
        facts: dict[str, str | None] = {
            "release": "candidate" if 2.8 <= at < restored_s else "baseline",
            "schema": "0004" if 2.8 <= at < DONE_S else "0003",
        }
        for lane in LANES:
            if lane == "journey" and i % 10:  # the journey asks 5 times a second, the others 50 times
                continue
            control = lane == CONTROL_LANE
            hurt = HARMED_S <= at < restored_s and lane in ("write", "journey") and dice.random() < story.share
            latency_s = 0.0004 if control else dice.lognormvariate(-5.6, 0.5) * (12 if hurt else 1)
            ticks.append(
                Observation(
                    lane=lane,
                    tick=i,
                    planned_ns=_ns(at),
                    sent_ns=_ns(at) + 80_000,
                    done_ns=_ns(at) + 80_000 + int(latency_s * 1e9),
                    status=500 if hurt else 200,
                    served=not hurt,
                    facts={} if control else facts,
                    why="status 500" if hurt else None,
                )
            )
    return ticks


def _ns(at_s: float) -> int:
    return START_NS + int(at_s * 1e9)
