"""Who waited for a lock: bounded by looks, with whoever stands at the head of the queue; seen in a real Postgres."""

import errno
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest

from fixtures import lock_watch
from fixtures.drill_database import DrillDatabase
from fixtures.lock_watch import DatabaseLockWatch, look
from fixtures.postgres import EmbeddedPostgres
from fixtures.waits import wait_until
from reports import locks as told
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.lock_looks import RECORD, Holder, LockLook, Waiting, roots
from scenarios.locks import lock_waits
from scenarios.redaction import Redactor
from scenarios.results import LockWaits
from tests.sample_records import record
from tests.simulated_probe import SECOND

IDLE = Holder(pid=1, application="report", state="idle in transaction", state_s=9.0, statement="SELECT 1")
ALTER = "ALTER TABLE notes\n    DROP COLUMN region"
START, END = 10 * SECOND, 20 * SECOND


def seen(at_s: float, *waiting: Waiting) -> LockLook:
    """One that took 10 ms."""
    at_ns = round(at_s * SECOND)
    return LockLook(asked_ns=at_ns - SECOND // 100, at_ns=at_ns, waiting=waiting, holders=(IDLE,) if waiting else ())


def waits(pid: int, waited_s: float, *behind: int, since_us: int = 7, statement: str = ALTER) -> Waiting:
    return Waiting(pid=pid, since_us=since_us, waited_s=waited_s, statement=statement, behind=behind)


def test_a_wait_ends_between_the_last_look_that_saw_it_and_the_next() -> None:
    looks = [
        seen(11, waits(2, 0.5, 1)),
        seen(12, waits(2, 1.5, 1), waits(3, 0.2, 2, since_us=8, statement="SELECT 2")),
        seen(13),
        seen(19.5),
    ]
    found = lock_waits(looks, START, END)
    assert found is not None
    assert (found.looks, found.deepest, found.longest_s) == (4, 2, (1.5, 2.51))
    assert (found.window_s, found.blind_s) == (10.0, 6.5)
    assert found.statement == "ALTER TABLE notes DROP COLUMN region"
    assert found.behind == ["idle in transaction (report): SELECT 1"]


def test_who_waits_behind_one_that_waits_is_told_whom_both_wait_for() -> None:
    found = seen(11, waits(2, 0.5, 1), waits(3, 0.9, 2, 4), waits(4, 0.1, 3, 0))
    assert roots(found, found.waiting[1]) == [IDLE]


def test_one_that_waits_again_has_not_waited_since_the_first_time() -> None:
    """A statement that gives up after a second and tries again keeps others waiting for a second at a time."""
    looks = [seen(11, waits(2, 0.9, 1)), seen(12, waits(2, 0.8, 1, since_us=8)), seen(13)]
    found = lock_waits(looks, START, END)
    assert found is not None
    assert found.longest_s == (0.9, 1.91)


def test_nobody_looked_on_is_not_nobody_waited() -> None:
    assert lock_waits([], START, END) is None
    assert lock_waits([seen(9.9), seen(20)], START, END) is None
    still = lock_waits([seen(11, waits(2, 0.5, 1))], START, END)
    assert still is not None
    assert still.longest_s == (0.5, None)
    none = lock_waits([seen(11), seen(14), seen(21, waits(2, 0.5, 1))], START, END)
    assert none is not None
    # what began and ended between two looks was seen by neither
    assert (none.longest_s, none.deepest, none.behind) == ((0.0, 6.0), 0, [])


@pytest.fixture
def database(server: EmbeddedPostgres) -> Iterator[DrillDatabase]:
    made = DrillDatabase(server, "notes_production", "database-of-a-test")
    made.create()
    with psycopg.connect(made.url) as connection:
        connection.execute("CREATE TABLE notes (id text PRIMARY KEY, region text)")
    yield made
    made.drop()


@contextmanager
def queue(database: DrillDatabase) -> Iterator[None]:
    """Somebody idle in a transaction that has read the table, a migration behind them, and a reader behind that."""

    def run(statement: str) -> None:
        with psycopg.connect(database.url, application_name="migration") as connection:
            connection.execute(statement.encode())

    others = [threading.Thread(target=run, args=(each,)) for each in (ALTER, "SELECT count(*) FROM notes")]
    with psycopg.connect(database.url, application_name="report job") as idle:
        idle.execute("SELECT * FROM notes")
        for number, each in enumerate(others, start=1):
            each.start()
            wait_until("one more to wait", partial(_deep, database, number), 10)
        yield
    for each in others:
        each.join()


def _deep(database: DrillDatabase, number: int) -> tuple[bool | None, str]:
    with database.beside() as connection:
        found = len(look(connection, database.name).waiting)
    return found >= number or None, f"{found} wait"


def watch_of(database: DrillDatabase, folder: Path, *secrets: str) -> DatabaseLockWatch:
    return DatabaseLockWatch(folder, database.name, database.beside, lambda: Redactor(secrets))


def test_a_queue_behind_an_idle_transaction_is_seen_as_it_is(database: DrillDatabase, tmp_path: Path) -> None:
    watch = watch_of(database, tmp_path)
    watch.start()
    began_ns = time.monotonic_ns()
    with queue(database):
        time.sleep(1.0)
    ended_ns = time.monotonic_ns()
    time.sleep(0.6)
    watch.stop()
    found = lock_waits(watch.looks(), began_ns, time.monotonic_ns())
    assert found is not None
    lo, hi = found.longest_s
    assert found.deepest == 2
    assert lo is not None
    assert hi is not None
    # the migration waits from its start until the idle one leaves; that is within what this test knows of both
    assert hi >= 1.0
    assert lo <= (ended_ns - began_ns) / 1e9
    assert found.statement == "ALTER TABLE notes DROP COLUMN region"
    assert found.behind == ["idle in transaction (report job): SELECT * FROM notes"]


def test_who_ends_the_databases_sessions_or_drops_it_does_not_meet_the_watch(
    database: DrillDatabase, server: EmbeddedPostgres, tmp_path: Path
) -> None:
    watch = watch_of(database, tmp_path)
    watch.start()
    wait_until("a look", lambda: (watch.looks() or None, "none"), 10)
    with server.connect("postgres") as connection:
        connection.execute("DROP DATABASE notes_production")
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'"
            " AND pid <> pg_backend_pid()"
        )
    known = len(watch.looks())
    wait_until("another look, connected anew", lambda: (len(watch.looks()) > known or None, "none"), 10)
    watch.stop()
    assert [each.name for each in threading.enumerate() if each.name == "locks"] == []


def test_a_secret_in_a_statement_is_not_written_down(database: DrillDatabase, tmp_path: Path) -> None:
    secret = "x7Jq-secret-of-a-test"
    watch = watch_of(database, tmp_path, secret)
    with psycopg.connect(database.url) as idle:
        idle.execute("LOCK TABLE notes")
        other = threading.Thread(target=_count, args=(database, secret))
        other.start()
        wait_until("one to wait", partial(_deep, database, 1), 10)
        watch.start()
        wait_until("a look", lambda: (watch.looks() or None, "none"), 10)
    other.join()
    watch.stop()
    written = (tmp_path / RECORD).read_text(encoding="utf-8")
    assert "SELECT count(*) FROM notes WHERE region = " in written
    assert secret not in written


def _count(database: DrillDatabase, value: str) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(f"SELECT count(*) FROM notes WHERE region = '{value}'".encode())


def test_a_look_that_cannot_be_written_is_no_quiet_database(
    database: DrillDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", RECORD)

    monkeypatch.setattr(lock_watch, "append", full)
    watch = watch_of(database, tmp_path)
    watch.start()
    with pytest.raises(Inconclusive) as stop:
        wait_until("the disk to be full", lambda: (None if watch.looks() is not None else True, "not yet"), 10)
    assert stop.value.cause is Cause.EVIDENCE_UNWRITABLE
    watch.stop()


def test_short_waits_are_not_told_of() -> None:
    few = LockWaits(
        window_s=9,
        looks=30,
        blind_s=0.3,
        deepest=1,
        longest_s=(0.4, 0.7),
        statement="SELECT 1",
        behind=["a session: x"],
    )
    drill = record(verdict="passed", as_expected=True)
    assert told.phrase(drill) == ""
    assert told.phrase(drill.model_copy(update={"lock_waits": few})) == ""
    long = few.model_copy(update={"longest_s": (3.0, 3.3)})
    assert told.phrase(drill.model_copy(update={"lock_waits": long})).endswith("(`SELECT 1`), behind a session: x")
