"""The figures of one drill as the page shows them: story, both clocks, phases, ledger, the probe's ticks."""

from dataclasses import dataclass, replace
from pathlib import Path

from reports import clocks, words
from reports.evidence import read_json
from scenarios.judging.causes import Verdict
from scenarios.model import RecoveryClock
from scenarios.results import DrillRecord, Interval

NOT_JUDGED = "not judged by this objective"
_HARM_WORDS = {
    "users_hurt": "users were refused or answered wrongly",
    "release_stuck": "the release was stuck while the old one went on serving",
    "state_wrong": "stored state was wrong",
}
_END_WORDS = {"release_stuck": "the rollout stands for good", "state_wrong": "the state is right for good"}
_PHASE_WORDS = {
    "detect": "first harm until the signal fired",
    "decide": "signal until the procedure began",
    "execute": "the procedure's own commands",
    "propagate": "end of the procedure until users were served",
    "stabilise": "served until the hold was over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: seconds, and its share of all phases in percent."""

    name: str
    meaning: str
    text: str
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One clock: the interval in words, the limit where the objective judges it, and how much of it was used.

    `note` stands beside what was measured, e.g. `alarm after 3.50 s at time scale 0.02`.
    """

    name: str
    meaning: str
    measured: str
    note: str
    allowed: str
    used: str


def story_of(record: DrillRecord) -> str:
    """What was done to which system, and why the drill is there, in two or three sentences."""
    harm = _HARM_WORDS.get(record.harm, record.harm)
    who = "sabotaged on purpose" if record.control else "as its runbook writes it"
    text = (
        f"On {record.system} ({record.environment}), under load, a release went out with which {harm}. "
        f"Once the signal “{record.signal}” fired, the procedure “{record.procedure}” was run, {who}."
    )
    if record.control:
        text += f" The sabotage is “{record.control}”: this drill proves that the judging would notice such a rollback."
    elif record.expected.verdict != Verdict.PASSED:
        text += " This way back is known not to work; the drill shows how."
    return text


def clock_rows(record: DrillRecord, time_scale: float) -> list[ClockRow]:
    """Recovery, disruption and, where it was asked, what `kubectl rollout status` claimed."""
    end = _END_WORDS.get(record.harm, "users are served for good")
    measured = (
        (RecoveryClock.RECOVERY, f"procedure begun until {end}", record.recovery_s),
        (RecoveryClock.DISRUPTION, f"first harm until {end}", record.disruption_s),
    )
    rows = [_clock_row(record, clock, meaning, bounds) for clock, meaning, bounds in measured]
    rows[1] = replace(rows[1], note=clocks.alarm(record, time_scale))
    if record.claimed_s is not None:
        rows.append(
            ClockRow(
                name="claimed",
                meaning="procedure begun until kubectl rollout status said that it was done; a single reading",
                measured=words.seconds(record.claimed_s),
                note=clocks.claim_beside(record),
                allowed="no objective judges this",
                used="",
            )
        )
    return rows


def _clock_row(record: DrillRecord, clock: RecoveryClock, meaning: str, bounds: Interval | None) -> ClockRow:
    allowed_s = clocks.allowed_s(record, clock)
    text = words.interval(bounds)
    used = ""
    if words.is_censored(bounds):
        text = f"not restored within the window ({text})"
    elif bounds is not None and bounds[1] is not None and allowed_s:
        used = f"at most {max(bounds[1] / allowed_s * 100, 0.1):.1f} % of it"
    allowed = NOT_JUDGED if allowed_s is None else words.limit(allowed_s)
    return ClockRow(name=clock.value, meaning=meaning, measured=text, note="", allowed=allowed, used=used)


def phases_of(record: DrillRecord) -> list[Phase]:
    """Where the time went, in the order of the story."""
    values: dict[str, float | None] = record.phases_s.model_dump()
    total = sum(max(value, 0.0) for value in values.values() if value is not None)
    return [
        Phase(
            name=name,
            meaning=_PHASE_WORDS[name],
            text=words.seconds(value) if value is not None else "not measured",
            percent=0.0 if value is None or not total else max(value, 0.0) / total * 100,
        )
        for name, value in values.items()
    ]


def ledger_of(record: DrillRecord) -> list[tuple[str, int | None, bool]]:
    """(class, count or null, whether it is bad) of every class of the ledger."""
    bad = {"lost", *(name for name, _ in words.bad_classes(record.writes))}
    counts: dict[str, int | None] = record.writes.model_dump()
    return [
        (words.UNKNOWN_WORDS.get(name, name.replace("_", " ")), count, name in bad and bool(count))
        for name, count in counts.items()
    ]


def ticks_sent(folder: Path) -> str:
    """Whether the probe sent all that it planned: what was not asked cannot have been answered badly."""
    summary = read_json(folder / "probe-summary.json")
    lanes = summary.get("lanes") if isinstance(summary, dict) else None
    lanes = [lane for lane in lanes.values() if isinstance(lane, dict)] if isinstance(lanes, dict) else []
    if not lanes:
        return ""
    planned, dropped = (sum(lane.get(name) or 0 for lane in lanes) for name in ("planned", "dropped"))
    if not dropped:
        return f"All {planned} planned requests of the probe were sent."
    return f"{dropped} of the probe's {planned} planned requests could not be sent."
