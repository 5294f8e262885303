"""COMMITs cut in four ways against a real Postgres; what the ledger says of each, against what is in the table."""

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.errors import OperationalError

from fixtures.drill_database import DrillDatabase
from fixtures.postgres import EmbeddedPostgres
from fixtures.waits import wait_until
from fixtures.workspace import Workspace
from scenarios.judging.ledger import Judgement, fold, judge
from scenarios.ledger import LedgerWriter, Row, read_ledger
from tests.bench.cutting_proxy import DOWN, UP, CuttingProxy
from tests.bench.goals import Tell

EACH = 250
KINDS = ("insert", "update", "delete", "multi")
TABLE = "sessions"
COMMIT_BYTES = 12  # the message "COMMIT" and its head
ANSWER_BYTES = 18  # CommandComplete and ReadyForQuery
JITTER_S = 0.002
APPLICATION = "cut"
CREATE = (
    "CREATE TABLE sessions (id text PRIMARY KEY, client text NOT NULL, seq bigint NOT NULL, body text NOT NULL,"
    " version bigint NOT NULL DEFAULT 1)"
)
INSERT = "INSERT INTO sessions (id, client, seq, body) VALUES (%s, 'bench', %s, %s)"
UPDATE = "UPDATE sessions SET seq = %s, body = %s, version = version + 1 WHERE id = %s"
DELETE = "DELETE FROM sessions WHERE id = %s"
Connection = psycopg.Connection[tuple[object, ...]]
Cut = Callable[[Connection], None]  # sends COMMIT, and cuts it; raises OperationalError or returns


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """How the cut COMMITs came out. `resolved` of the `unknown` ones the server could tell."""

    total: int
    ways: str
    unknown: int
    resolved: int
    misjudged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One write whose COMMIT was cut: what its client heard, and the rows that it is about."""

    write_id: str
    kind: str
    seq: int
    rows: tuple[str, ...]
    heard: str  # "ack" or "unknown"


def cut_all(folder: Path, tell: Tell) -> Cuts:
    """EACH of the four ways, every kind of write in turn, on one server that lives on."""
    with Workspace("bench") as workspace:
        server = EmbeddedPostgres(workspace.folder, workspace.secrets("superuser"))
        try:
            server.start()
            database = DrillDatabase(server, "bench_ledger", workspace.secrets("database"))
            database.create()
            with psycopg.connect(database.url, autocommit=True) as connection:
                connection.execute(CREATE)
            return _cut_all(database, server, folder / "cuts" / "ledger", tell)
        finally:
            server.stop()


def _cut_all(database: DrillDatabase, server: EmbeddedPostgres, folder: Path, tell: Tell) -> Cuts:
    ledger = LedgerWriter(folder / "one.jsonl", "bench")
    proxy = CuttingProxy(server.port)
    chance = random.Random(5)
    ways: dict[str, tuple[int, Callable[[], Cut]]] = {
        "by the client": (server.port, lambda: _by_client(chance)),
        "by the server": (server.port, lambda: _by_server(server, chance)),
        "before the commit point": (proxy.port, lambda: _by_proxy(proxy, UP, chance.randrange(COMMIT_BYTES))),
        "after it": (proxy.port, lambda: _by_proxy(proxy, DOWN, chance.randrange(ANSWER_BYTES))),
    }
    sent: list[Sent] = []
    heard: Counter[str] = Counter()
    for way, (port, make) in ways.items():
        for number in range(EACH):
            sent.append(_write(database, port, ledger, len(sent), KINDS[number % len(KINDS)], make()))
            heard[f"{way}: {sent[-1].heard}"] += 1
    tell(", ".join(f"{what} {count}" for what, count in sorted(heard.items())))
    proxy.close()
    ledger.close()
    _wait_for_the_last(server)
    return _judged(database, folder, sent)


def _write(database: DrillDatabase, port: int, ledger: LedgerWriter, number: int, kind: str, cut: Cut) -> Sent:
    """What the write needs is there and acknowledged; then the write, and its COMMIT is cut."""
    rows = tuple(f"row-{number}-{i}" for i in range(3 if kind == "multi" else 1))
    write_id, seq = (rows[0] if kind == "insert" else f"write-{number}"), 2 * number + 1
    if kind in ("update", "delete"):
        ledger.intent(rows[0], seq - 1, "first")
        with psycopg.connect(database.url) as connection:
            connection.execute(INSERT, (rows[0], seq - 1, "first"))
        ledger.ack(rows[0], 201, "v1")
    bodies = {row: f"{kind} {row}" for row in rows}
    _intend(ledger, kind, write_id, seq, bodies)
    url = database.url.replace(f":{database.port}/", f":{port}/")
    connection = psycopg.connect(url, autocommit=True, application_name=APPLICATION, prepare_threshold=None)
    connection.execute("BEGIN")
    for row, body in bodies.items():
        if kind == "update":
            connection.execute(UPDATE, (seq, body, row))
        elif kind == "delete":
            connection.execute(DELETE, (row,))
        else:
            connection.execute(INSERT, (row, seq, body))
    found = connection.execute("SELECT pg_current_xact_id()::text").fetchone()
    xid = int(str(found[0])) if found else None
    try:
        cut(connection)
    except OperationalError as error:
        ledger.unknown(write_id, None, str(error)[:100], xid)
        heard = "unknown"
    else:
        ledger.ack(write_id, 201, "v1", xid)
        heard = "ack"
    finally:
        connection.close()
    return Sent(write_id=write_id, kind=kind, seq=seq, rows=rows, heard=heard)


def _intend(ledger: LedgerWriter, kind: str, write_id: str, seq: int, bodies: dict[str, str]) -> None:
    (row, body), *_ = bodies.items()
    if kind == "insert":
        ledger.intent(write_id, seq, body)
    elif kind == "update":
        ledger.update(write_id, row, seq, body)
    elif kind == "delete":
        ledger.delete(write_id, row, seq)
    else:
        ledger.multi(write_id, seq, bodies)


def _by_client(chance: random.Random) -> Cut:
    """The client sends a part of the message, or all of it, and hangs up without listening."""
    length = chance.randrange(COMMIT_BYTES + 1)

    def cut(connection: Connection) -> None:
        message = b"Q" + (COMMIT_BYTES - 1).to_bytes(4, "big") + b"COMMIT\0"
        os.write(connection.fileno(), message[:length])
        raise OperationalError("the client hung up")

    return cut


def _by_server(server: EmbeddedPostgres, chance: random.Random) -> Cut:
    """The backend is ended within 2 ms before or after the COMMIT is sent."""
    first_s, then_s = chance.random() * JITTER_S, chance.random() * JITTER_S

    def cut(connection: Connection) -> None:
        pid = connection.info.backend_pid
        with server.connect("postgres") as other:

            def end() -> None:
                time.sleep(first_s)
                other.execute("SELECT pg_terminate_backend(%s)", (pid,))

            ending = threading.Thread(target=end)
            ending.start()
            try:
                time.sleep(then_s)
                connection.execute("COMMIT")
            finally:
                ending.join()

    return cut


def _by_proxy(proxy: CuttingProxy, way: str, after: int) -> Cut:
    def cut(connection: Connection) -> None:
        proxy.cut(way, after)
        connection.execute("COMMIT")

    return cut


def _wait_for_the_last(server: EmbeddedPostgres) -> None:
    """No backend whose client is gone may still be at work."""

    def idle() -> tuple[bool | None, str]:
        with server.connect("postgres") as connection:
            query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
            count = int(str((connection.execute(query, (APPLICATION,)).fetchone() or (0,))[0]))
        return (True if count == 0 else None), f"{count} still there"

    wait_until("the cut connections' backends to end", idle, 20.0)


def _judged(database: DrillDatabase, folder: Path, sent: list[Sent]) -> Cuts:
    history = fold(read_ledger(folder))
    rows = database.ledger_rows(TABLE)
    assert database.lineage().same
    history.resolve(database.transactions(sorted(set(history.xids.values()))))
    found = judge(history, rows, set(), 0)
    unknown = sum(write.heard == "unknown" for write in sent)
    return Cuts(
        total=len(sent),
        ways="by the client, by the server, by a proxy before and after the commit point",
        unknown=unknown,
        resolved=unknown - found.unknowns["left"],
        misjudged=_misjudged(sent, rows, found),
    )


def _misjudged(sent: list[Sent], rows: list[Row], found: Judgement) -> int:
    """Writes whose class is not the one that follows from what the client heard and what is in the table.

    An acknowledged one that is there is kept, an unknown one that is there recovered; an unknown one that is not there
    has no class, as its transaction was aborted. Nothing else may come out, for the writes before the cut ones neither.
    """
    seqs = {row.id: row.seq for row in rows}
    class_of = {str(member["id"]): name for name, members in found.classes.items() for member in members}
    wrong = 0
    for write in sent:
        there = [(seqs.get(row) == write.seq) if write.kind != "delete" else (row not in seqs) for row in write.rows]
        if all(there):
            right = None if write.heard == "ack" else "recovered"
        else:
            right = None if write.heard == "unknown" and not any(there) else "a broken promise"
        wrong += class_of.pop(write.write_id, None) != right
    return wrong + len(class_of)
