"""Figures and verdicts in words, one wording for every report.

Bounds are rounded outwards (the lower down, the upper up), so a printed interval never claims more than was measured.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from scenarios.checks import lost_writes
from scenarios.judging.causes import Cause, Verdict
from scenarios.results import Calibration, DrillRecord, Interval, ObjectiveRecord, Writes

MACHINE_TIME = "Recovery is machine time: typing and deciding by people is not in it."
PROBE_ERROR = "“± … ms probe” is the worst of this run's own calibration outages."
READINGS = "Recovery and disruption are intervals; phases and step times are single readings."
DASH = "\N{EN DASH}"  # between the bounds of an interval, and for a figure that is not there
_FEW_S = 10  # below this a second is shown with two decimals, above with one
# Not here: a write whose outcome nobody was told (unknown) may be there or not; no promise is broken.
BAD_CLASSES = (
    "corrupt",
    "duplicate",
    "phantom",
    "resurrected",
    "stale",
    "reordered",
    "torn",
    "foreign",
)
# What became of a write whose user was never told whether it had been saved.
UNKNOWN_WORDS = {"unknown_lost": "never answered and not there", "recovered": "never answered and there all the same"}


class Outcome(StrEnum):
    """How a drill came out against its expectation. Only the first three are good."""

    PASSED = "passed"
    EXPECTED = "expected"  # failed, and the scenario says that it must
    CONTROL = "control"  # the same, for a sabotaged rollback
    UNEXPECTED = "unexpected"
    INCONCLUSIVE = "inconclusive"

    @property
    def good(self) -> bool:
        """True where the drill came out as its scenario says."""
        return self in (Outcome.PASSED, Outcome.EXPECTED, Outcome.CONTROL)

    @property
    def sign(self) -> str:
        """One character that tells the outcome without colour."""
        return {"passed": "✓", "expected": "◆", "control": "◆", "unexpected": "✗", "inconclusive": "?"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """An outcome and the words for it, e.g. `failed, as it must (control)`."""

    outcome: Outcome
    text: str


def outcome_of(record: DrillRecord) -> Outcome:
    """The outcome of one drill. Inconclusive is never expected: a scenario that says so is refused at load."""
    if not record.as_expected:
        inconclusive = record.verdict == Verdict.INCONCLUSIVE
        return Outcome.INCONCLUSIVE if inconclusive else Outcome.UNEXPECTED
    if record.control is not None:
        return Outcome.CONTROL
    return Outcome.PASSED if record.verdict == Verdict.PASSED else Outcome.EXPECTED


def verdict_and_cause(verdict: str, cause: str | None) -> str:
    """`failed/step_failed`, or `passed` where there is no cause."""
    return verdict if cause is None else f"{verdict}/{cause}"


def result_of(record: DrillRecord) -> Result:
    """The outcome of one drill in words that need no other page."""
    outcome = outcome_of(record)
    got = verdict_and_cause(record.verdict, record.cause)
    expected = verdict_and_cause(record.expected.verdict, record.expected.cause)
    cause = "" if record.cause is None else f": {record.cause}"
    if outcome is Outcome.PASSED:
        text = record.verdict
    elif outcome is Outcome.CONTROL:
        text = f"{record.verdict}, as it must (control)" + cause
    elif outcome is Outcome.EXPECTED:
        text = f"{record.verdict}, as expected" + cause
    elif outcome is Outcome.INCONCLUSIVE:
        text = f"INCONCLUSIVE{cause}, nothing was proved; expected {expected}"
    else:
        text = f"NOT AS EXPECTED: expected {expected}, got {got}"
    return Result(outcome=outcome, text=text)


def cause_sentence(cause: str | None) -> str:
    """The plain sentence for a cause's id; an id this version does not know is given back as it is."""
    if cause is None:
        return ""
    return Cause(cause).sentence if cause in set(Cause) else cause


def _bound(value_s: float, rounding: str, decimals: int) -> str:
    return str(Decimal(repr(float(value_s))).quantize(Decimal(1).scaleb(-decimals), rounding=rounding))


def interval(bounds: Interval | None) -> str:
    """Both bounds with a dash between; `> 6.2 s` (censored), `< 0.83 s` (no lower bound) or `not measured`."""
    if bounds is None or bounds == (None, None):
        return "not measured"
    lo, hi = bounds
    decimals = 2 if max(abs(bound) for bound in bounds if bound is not None) < _FEW_S else 1
    low = "" if lo is None else _bound(lo, ROUND_FLOOR, decimals)
    high = "" if hi is None else _bound(hi, ROUND_CEILING, decimals)
    if hi is None:
        return f"> {low} s"
    if lo is None:
        return f"< {high} s"
    return f"{low}{DASH}{high} s" if lo >= 0 else f"{low} to {high} s"


def bound_down(value_s: float) -> str:
    """A lower bound without its unit, rounded down like that of an interval."""
    return _bound(value_s, ROUND_FLOOR, 2 if abs(value_s) < _FEW_S else 1)


def seconds(value_s: float | None) -> str:
    """A plain duration (no interval behind it): `0.41 s`, `12.3 s`, a dash where not measured."""
    if value_s is None:
        return DASH
    return f"{value_s:.2f} s" if abs(value_s) < _FEW_S else f"{value_s:.1f} s"


def limit(value_s: float) -> str:
    """An objective's limit: `900 s`, `2.5 s`."""
    return f"{value_s:g} s"


def probe_error(error_ms: float | None) -> str:
    """`±4.1 ms probe`, rounded up; or that the error is not known."""
    if error_ms is None:
        return "probe error not known"
    return f"±{_up(error_ms)} ms probe"


def calibration(told: Calibration | None) -> str:
    """How far the probe was off on outages of known length, each figure rounded up; "" where nobody knows."""
    if told is None:
        return ""
    figures = f"p50 {_up(told.p50_ms)}, p99 {_up(told.p99_ms)}, max {_up(told.max_ms)} ms"
    text = f"over {counted(told.outages, 'outage')} of known length: {figures}"
    shapes = ", ".join(f"{shape} {_up(worst_ms)}" for shape, worst_ms in told.by_shape_ms.items())
    return f"{text}; at most, by shape: {shapes} ms" if shapes else text


def probe_error_sentence(drills: Iterable[DrillRecord]) -> str:
    """What stands behind `±4.1 ms probe`; with the figures where all `drills` rest on the same calibration."""
    told = [drill.calibration for drill in drills if drill.calibration is not None]
    if not told or any(other != told[0] for other in told):
        return PROBE_ERROR
    figures = f"p50 {_up(told[0].p50_ms)}, p99 {_up(told[0].p99_ms)} ms"
    return f"{PROBE_ERROR.removesuffix('.')}: {counted(told[0].outages, 'outage')}, {figures}."


def _up(value_ms: float) -> str:
    return str(Decimal(repr(float(value_ms))).quantize(Decimal("0.1"), rounding=ROUND_CEILING))


def is_censored(bounds: Interval | None) -> bool:
    """True where the end was never seen: not restored within the window."""
    return bounds is not None and bounds[0] is not None and bounds[1] is None


def reason(record: DrillRecord) -> str:
    """Why the verdict is what it is: the cause's sentence and what was seen; empty for a plain pass."""
    sentence = cause_sentence(record.cause)
    return f"{sentence.rstrip('.')}: {record.detail}" if sentence and record.detail else sentence or record.detail


def repeated(record: DrillRecord) -> str:
    """What several rehearsals of one drill say of the next; "" for a single one, which says nothing of other nights."""
    if record.n == 1:
        return ""
    if not record.as_expected:
        return f"the worst of {record.n} rehearsals"
    # exact, and about 3/n from a dozen on: how often it may go otherwise and yet show none in n with a chance of 5 %
    often = math.ceil(100 * (1 - 0.05 ** (1 / record.n)))
    return (
        f"the worst of {record.n} rehearsals, all as expected: at 95 % confidence less than {often} in 100 are not "
        f"(the rule of three: about 3/{record.n})"
    )


def speed_phrase(record: DrillRecord) -> str:
    """How fast answers came before, under the candidate and afterwards; "" where the drill is not about that."""
    told = record.speed
    if told is None:
        return ""
    parts = [f"{told.typical_ms:.1f} ms before the candidate"]
    parts += [f"{told.candidate_ms:.1f} ms under it"] if told.candidate_ms is not None else []
    parts += [f"{told.after_ms:.1f} ms after the rollback"] if told.after_ms is not None else []
    left = f"; {told.untold} of {told.windows} half seconds left out" if told.untold else ""
    return f"answers took, at the median, {', '.join(parts)} (slow past {told.limit_ms:.1f} ms{left})"


def bad_classes(writes: Writes) -> list[tuple[str, int]]:
    """Every class of the ledger, other than lost, that means harm and was counted above zero."""
    counts = ((name, getattr(writes, name)) for name in BAD_CLASSES)
    return [(name, count) for name, count in counts if count]


def loss_phrase(record: DrillRecord) -> str:
    """`0 of 412 acknowledged writes lost`, how far back, every other bad class, and the unknown ones that are gone."""
    gone = record.writes.unknown_lost
    return _acknowledged_loss(record) + (f"; {gone} {UNKNOWN_WORDS['unknown_lost']}" if gone else "")


def _acknowledged_loss(record: DrillRecord) -> str:
    writes = record.writes
    if not writes.acked:
        return "loss not judged: no acknowledged write" if writes.acked == 0 else "loss not judged"
    if writes.lost is None:
        return f"loss not judged ({writes.acked} acknowledged writes)"
    parts = [lost_writes(writes.lost, writes.acked, record.rpa_s)]
    return ", ".join(parts + [f"{count} {name.replace('_', ' ')}" for name, count in bad_classes(writes)])


def loss_allowed(objective: ObjectiveRecord | None) -> str:
    """What the objective lets be lost: `0 writes, 0 s`."""
    if objective is None:
        return "no objective"
    writes = "any number of writes" if objective.rpo_writes is None else f"{objective.rpo_writes} writes"
    return f"{writes}, {limit(objective.rpo_s)}"


def end_of_life(kubernetes: str | None) -> str:
    """A sentence where the cluster's version is past its end; "" for others and where there was no cluster."""
    if kubernetes is None or not kubernetes.removeprefix("v").startswith("1.20."):
        return ""
    return f"Kubernetes {kubernetes} is past its end of life: what a newer one does may differ."


def time_scale_sentence(time_scale: float) -> str:
    """What the time scale changes and what it leaves alone, in sentences that stand alone."""
    if time_scale == 1:
        return "Time scale 1: every wait is as long as the runbook says."
    floor, alarm = "", "lengthened"
    if time_scale < 1:
        floor = ", though never under 2 s and 200 observations"
        alarm = "shortened: without that, users are hurt for longer"
    return (
        f"Time scale {time_scale:g}: holds and trigger windows (“for 5 minutes”) lasted {time_scale * 100:g} % of what "
        f"the runbook says{floor}. Recovery, loss and latency limits are never scaled. Disruption contains the wait "
        f"for the alarm, which was {alarm}."
    )


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 drill`, `3 drills`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def tally(outcomes: Iterable[Outcome]) -> list[tuple[Outcome, int, str]]:
    """The outcomes that occur: (outcome, how many, words such as `2 passed`), good ones first."""
    found = list(outcomes)
    counts = [(outcome, found.count(outcome)) for outcome in Outcome]
    return [(outcome, number, _tally_words(outcome, number)) for outcome, number in counts if number]


def _tally_words(outcome: Outcome, number: int) -> str:
    if outcome is Outcome.CONTROL:
        return f"{counted(number, 'control')} red as {'it' if number == 1 else 'they'} must be"
    words = {
        Outcome.PASSED: "passed",
        Outcome.EXPECTED: "failed as expected",
        Outcome.UNEXPECTED: "NOT AS EXPECTED",
        Outcome.INCONCLUSIVE: "inconclusive",
    }
    return f"{number} {words[outcome]}"
