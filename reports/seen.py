"""What users saw over a whole drill, in words: how long they were hurt, the worst windows, each kind of request."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from reports import clocks, users, words
from reports.charts import LANE_WORDS
from scenarios.results import Availability, DrillRecord, LaneFigures

LATENCIES = ("p50", "p90", "p99", "p99.9", "max")


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One lane's counts, and its latencies in ms as text in the order of `LATENCIES`."""

    lane: str
    meaning: str
    planned: int
    sent: int
    dropped: int
    bad: int
    latencies: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`hurt` and `early` are clauses; `windows` are (uptime, window's length) in words; `own`: of users' own requests.

    `early`: what a check that asks once would have made of it; "" where there is no difference.
    """

    hurt: str
    own: list[str]
    early: str
    windows: list[tuple[str, str]]
    lanes: list[LaneRow]


def seen_of(record: DrillRecord) -> Seen | None:
    """What users saw; None for a record that does not tell: of an older version, or of a drill that got nowhere."""
    told = record.availability
    if told is None:
        return None
    return Seen(
        hurt=_hurt(told),
        own=[text for text in (users.hurt(record), users.held(record)) if text],
        early=clocks.first_good(record) or _otherwise(record),
        windows=[(_percent(window.uptime), words.limit(window.window_s)) for window in told.worst],
        lanes=[_lane_row(lane) for lane in told.lanes],
    )


def seen_text(record: DrillRecord) -> str:
    """The same as plain text; "" for a record that does not tell."""
    seen = seen_of(record)
    if seen is None:
        return ""
    lines = [
        *([words.speed_phrase(record)] if record.speed else []),
        *(f"{name}: {text} after the procedure began" for name, text in clocks.readings(record)),
        *([seen.early] if seen.early else []),
        seen.hurt,
        *seen.own,
        *(f"worst {length}: {uptime} up" for uptime, length in seen.windows),
    ]
    if seen.lanes:
        lines += ["", "latency in ms from the planned send time, of the answers that were served"]
        head = ("lane", "planned", "sent", "dropped", "bad", *LATENCIES)
        rows = [(r.lane, *map(str, (r.planned, r.sent, r.dropped, r.bad)), *r.latencies) for r in seen.lanes]
        lines += ["".join(f"{cell:>10}" for cell in row) for row in (head, *rows)]
    return "\n".join(lines) + "\n"


def _hurt(told: Availability) -> str:
    if told.bad_s is None:
        return "how long users were hurt was not measured"
    if not told.stretches:
        return "no answer to a user was bad" if not told.bad_s else f"users hurt for {words.seconds(told.bad_s)}"
    return f"users hurt for {words.seconds(told.bad_s)} in {words.counted(told.stretches, 'stretch', 'stretches')}"


def _otherwise(record: DrillRecord) -> str:
    """What stands in its place where the first good answer tells nothing, or never came."""
    if record.harm == "release_stuck":
        return "users get their answers from the old release, so these tell nothing of one that is stuck"
    told = record.availability
    none = told is not None and told.first_good_s is None and record.recovery_s is not None
    return "no answer after the procedure began was what the baseline promises" if none else ""


def _percent(share: float) -> str:
    """Rounded down, so that 100 % is said only of what was always up."""
    percent = Decimal(repr(float(share))) * 100
    return f"{percent.quantize(Decimal('0.01'), rounding=ROUND_FLOOR).normalize():f} %"


def _lane_row(lane: LaneFigures) -> LaneRow:
    latencies = [lane.latency_ms.get(name) for name in LATENCIES]
    return LaneRow(
        lane=lane.lane,
        meaning=LANE_WORDS.get(lane.lane, ""),
        planned=lane.planned,
        sent=lane.sent,
        dropped=lane.dropped,
        bad=lane.bad,
        latencies=[words.DASH if value is None else f"{value:.1f}" for value in latencies],
    )
