"""Step 9's ledger: read everything back, twice and on both ways, and judge every write by it."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from scenarios import checks
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.judging.ledger import History, Judgement, fold, judge
from scenarios.ledger import Row
from scenarios.model import System
from scenarios.protocols import EvidenceSink, Lineage, Stage, State
from scenarios.results import CheckRecord

ROUNDS = 6  # readings at most, until two in a row are the same and agree
PAUSE_S = 0.5
LATE_S = 2.5  # for so long a write that was given up may still be on its way: the service allows a statement 2 s
_HELD, _SHOWN, _ANSWERS = "ledger-readback.json", "ledger-shown.json", "ledger-server.json"
NAMED = 3  # rows that a disagreement names


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything there was to read. `shown`: what the service shows; None where it shows nothing, and `why`."""

    held: list[Row]
    shown: list[Row] | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What the server that is primary now told of itself and of the transactions of unknown writes."""

    lineage: Lineage
    transactions: Mapping[int, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of every write, and whether what was read can be trusted."""

    history: History
    judgement: Judgement
    check: CheckRecord


def judge_writes(stage: Stage, system: System, known_before: set[str], started_ns: int) -> Found:
    """Read back, ask the server what it can tell, keep both as evidence, and judge.

    Raises Inconclusive(READ_BACK_FAILED) where the database cannot be read, or does not stand still.
    """
    history = fold(stage.ledger_records())
    now_ns = stage.clock.now_ns()
    late_s = LATE_S - (now_ns - history.given_up_ns(now_ns)) / 1e9
    reading = read_back(stage, system.ledger_table, max(PAUSE_S, late_s))
    try:
        lineage = stage.database.lineage()
        statuses = stage.database.transactions(sorted(set(history.xids.values()))) if lineage.same else {}
    except Exception as error:
        raise _failed(error) from error
    server = Server(lineage=lineage, transactions=statuses)
    _keep(stage.sink, reading, server)
    found = judged(history, reading, server, known_before, started_ns)
    stage.sink.write_json("ledger-verdict.json", found.judgement.as_json())
    return found


def judged(history: History, reading: Reading, server: Server, known_before: set[str], started_ns: int) -> Found:
    """What became of every write. Pure: the run and `recheck` come here with the same things."""
    history.resolve(server.transactions)
    judgement = judge(history, reading.held, known_before, started_ns)
    judgement = replace(judgement, rpa_wal_bytes=_wal_bytes(judgement, server.lineage))
    return Found(history=history, judgement=judgement, check=agreement(reading))


def kept(folder: Path) -> tuple[Reading, Server] | None:
    """What `judge_writes` kept in a drill's folder; None where the drill did not come so far."""
    path = folder / _ANSWERS
    if not path.exists():
        return None
    answers = json.loads(path.read_text(encoding="utf-8"))
    held = _rows(folder / _HELD)
    shown = _rows(folder / _SHOWN) if (folder / _SHOWN).exists() else held
    transactions = {int(xid): status for xid, status in answers["transactions"].items()}
    reading = Reading(held=held, shown=shown if answers["shown"] else None, why=answers["why"])
    return reading, Server(lineage=Lineage(**answers["lineage"]), transactions=transactions)


def _keep(sink: EvidenceSink, reading: Reading, server: Server) -> None:
    # the verdict rests on these rows, so they are evidence like the ledger itself
    sink.write_json(_HELD, [row._asdict() for row in reading.held])
    if reading.shown is not None and reading.shown != reading.held:
        sink.write_json(_SHOWN, [row._asdict() for row in reading.shown])
    told = {"lineage": asdict(server.lineage), "transactions": server.transactions}
    sink.write_json(_ANSWERS, {"shown": reading.shown is not None, "why": reading.why, **told})


def _rows(path: Path) -> list[Row]:
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))]


def read_back(stage: Stage, table: str, pause_s: float) -> Reading:
    """Two readings in a row that are the same, each from the database and through the service.

    Where the two ways disagree it goes on reading: what users are shown may only be late.
    """
    before, same = _read(stage, table), False
    for _ in range(ROUNDS - 1):
        stage.clock.sleep(pause_s)
        reading = _read(stage, table)
        same = (before.held, before.shown) == (reading.held, reading.shown)
        if same and reading.shown in (reading.held, None):
            return reading
        before = reading
    if same:
        return before
    raise Inconclusive(Cause.READ_BACK_FAILED, f"rows were still changing after {ROUNDS} readings, and no user writes")


def agreement(reading: Reading) -> CheckRecord:
    """Whether users are shown what the database holds.

    Where not, the rollback is to blame and not the measurement: nobody writes any more and both were read twice, so a
    service that shows something else has a stale cache, or another database.
    """
    if reading.shown is None:
        return checks.not_passed("read-back", Cause.READ_BACK_FAILED, f"through the service: {reading.why}")
    held, shown = {row.id: row for row in reading.held}, {row.id: row for row in reading.shown}
    if reading.held == reading.shown:
        same = f"{len(held)} rows, the same twice from the database and through the service"
        return checks.passed("read-back", reading.why or same)
    ways = {
        "only in the database": sorted(held.keys() - shown.keys()),
        "only in the service": sorted(shown.keys() - held.keys()),
        "different": sorted(each for each in held.keys() & shown.keys() if held[each] != shown[each]),
    }
    told = [f"{len(ids)} {how} ({', '.join(ids[:NAMED])})" for how, ids in ways.items() if ids]
    detail = "; ".join(told) or "some rows are there more than once on one way only"
    return checks.not_passed("read-back", Cause.READ_BACK_DISAGREES, detail)


def without(state: State, table: str, touched: Collection[str]) -> State:
    """`state` without the rows that users went on changing or deleting: those are the ledger's business alone."""
    rows = {row: digest for row, digest in state.rows.get(table, {}).items() if row not in touched}
    return replace(state, rows={**state.rows, table: rows}) if table in state.rows else state


def _read(stage: Stage, table: str) -> Reading:
    try:
        held = sorted(stage.database.ledger_rows(table))
    except Exception as error:
        raise _failed(error) from error
    if stage.service_rows is None:
        return Reading(held=held, shown=held, why="from the database alone: the system names no ledger_path")
    shown, why = _attempt(stage.service_rows)
    return Reading(held=held, shown=shown, why=why)


def _attempt(read: Callable[[], list[Row]]) -> tuple[list[Row] | None, str]:
    try:
        return sorted(read()), ""
    except Exception as error:  # whatever it is, users would not see their data either
        return None, f"{type(error).__name__}: {error}"


def _failed(error: Exception) -> Inconclusive:
    if isinstance(error, Inconclusive):
        return error
    return Inconclusive(Cause.READ_BACK_FAILED, f"{type(error).__name__}: {error}")


def _wal_bytes(judgement: Judgement, lineage: Lineage) -> int | None:
    """How much of the server's log is gone; None where the server was never replaced, or by one with another log."""
    if lineage.same or lineage.forked_lsn is None or judgement.last_lsn is None:
        return None
    return max(0, judgement.last_lsn - lineage.forked_lsn)
