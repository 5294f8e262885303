"""What is read back is read twice, on both ways, and nothing is judged by rows that nobody can agree on."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fixtures.readback import service_rows
from scenarios import readback
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause
from scenarios.ledger import Row, body_digest
from scenarios.model import System
from scenarios.protocols import Lineage, State
from tests.ledger_records import SECOND, op, shows
from tests.simulated_world import BACK, World, outcome, stage_of, verdict_of

SYSTEM = System(name="demo", owner="nobody", database="demo", state_tables=("sessions",))
FAILED = ("failed", Cause.READ_BACK_DISAGREES)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def held(world: World) -> list[Row]:
    return [row for rows in world.rows.values() for row in rows]


def test_a_service_that_shows_less_than_the_database_holds_is_a_failure(world: World) -> None:
    """Nothing is lost, and a user is told that something is: the way back is not done."""
    world.shown = lambda: held(world)[1:]
    record = world.play(BACK)
    assert outcome(record) == FAILED
    assert verdict_of(record, "objective-rpo") == ("passed", None)
    assert verdict_of(record, "read-back") == FAILED


def test_a_service_that_shows_something_else_is_a_failure(world: World) -> None:
    """The same ids with other contents: a stale cache, or the wrong database."""

    def other() -> list[Row]:
        first, *rest = held(world)
        return [first._replace(digest=body_digest("another")), *rest]

    world.shown = other
    assert outcome(world.play(BACK)) == FAILED


def test_a_service_that_shows_nothing_leaves_open_what_users_see(world: World) -> None:
    def refuse() -> list[Row]:
        raise OSError("answered 500")

    world.shown = refuse
    record = world.play(BACK)
    assert outcome(record) == ("inconclusive", Cause.READ_BACK_FAILED)
    assert "answered 500" in record.detail
    assert record.writes.lost == 0


def test_a_system_that_shows_no_ledger_is_read_from_the_database_alone(world: World) -> None:
    check = readback.agreement(readback.Reading(held=[], shown=[], why="from the database alone"))
    assert (check.verdict, check.detail) == ("passed", "from the database alone")


def test_rows_that_never_stand_still_prove_nothing(world: World) -> None:
    """Nobody writes any more; whoever does is not in the ledger."""
    looks: list[Row] = []

    def growing() -> list[Row]:
        looks.append(shows(len(looks), f"ghost{len(looks)}"))
        return list(looks)

    world.shown = growing
    with pytest.raises(Inconclusive, match="still changing after 6 readings") as stop:
        readback.read_back(stage_of(world), "sessions", 1.0)
    assert stop.value.cause is Cause.READ_BACK_FAILED


def test_a_write_that_comes_late_is_waited_for(world: World) -> None:
    """Its user had given up; what counts is where the rows come to rest."""
    began = world.now_ns

    def late() -> list[Row]:
        return [shows(1)] if world.now_ns > began + 2_500_000_000 else []

    world.shown = late
    world.rows["r"] = [shows(1)]
    assert readback.read_back(stage_of(world), "sessions", 1.0).shown == [shows(1)]


@pytest.mark.parametrize(
    ("given_up_s", "waits_s"),
    [
        (0.0, 2.5),  # a second ago it was sent, and given up only now
        (2.0, 0.5),
        (1.2, 1.3),
        (60.0, 0.5),
        (None, 2.5),  # its user never said how it ended
    ],
)
def test_rows_are_read_until_no_write_that_was_given_up_can_still_come(
    world: World, given_up_s: float | None, waits_s: float
) -> None:
    """Not for longer: a write that was given up long before the hold was over has arrived by now, or never will."""
    world.rows["r"] = [shows(1)]
    now_s = world.now_ns // SECOND
    world.ledger = [*op("insert", 1, now_s - 90, now_s - 89), *op("update", 2, now_s - 80, now_s - 79, "unknown")]
    end_s = None if given_up_s is None else now_s - given_up_s
    world.ledger += op("update", 3, now_s - 70, end_s, "unknown")
    began_ns = world.now_ns
    readback.judge_writes(stage_of(world), SYSTEM, set(), 0)
    assert (world.now_ns - began_ns) / SECOND == pytest.approx(waits_s, abs=0.01)


def test_without_a_write_that_was_given_up_nothing_is_waited_for_but_the_second_reading(world: World) -> None:
    world.rows["r"] = [shows(1)]
    now_s = world.now_ns // SECOND
    world.ledger = [*op("insert", 1, now_s - 1, now_s), *op("update", 2, now_s - 1, now_s, "rejected")]
    began_ns = world.now_ns
    readback.judge_writes(stage_of(world), SYSTEM, set(), 0)
    assert (world.now_ns - began_ns) / SECOND == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("same", "expected"),
    [(True, {"committed": 0, "aborted": 1, "left": 0}), (False, {"committed": 0, "aborted": 0, "left": 1})],
)
def test_only_the_same_server_is_asked_what_became_of_a_transaction(
    same: bool, expected: dict[str, int], world: World
) -> None:
    """On another timeline the same number is another transaction."""
    world.ledger += op("insert", 1, 1, 2, "unknown")
    world.ledger[-1]["xid"] = 700
    world.lineage = Lineage(same=same)
    world.transactions = {700: "aborted"}
    found = readback.judge_writes(stage_of(world), SYSTEM, set(), 0)
    assert found.judgement.unknowns == expected


@pytest.mark.parametrize(
    ("lineage", "expected"),
    [
        (Lineage(same=True), None),
        (Lineage(same=False), None),  # another system's log: its bytes cannot be compared
        (Lineage(same=False, forked_lsn=400), 600),
        (Lineage(same=False, forked_lsn=1400), 0),
    ],
)
def test_loss_in_bytes_is_told_where_the_server_was_replaced(
    lineage: Lineage, expected: int | None, world: World
) -> None:
    world.ledger += op("insert", 1, 1, 2)
    world.ledger[-1]["lsn"] = 1000
    world.lineage = lineage
    found = readback.judge_writes(stage_of(world), SYSTEM, set(), 10 * 10**9)
    assert found.judgement.rpa_wal_bytes == expected


def test_rows_that_users_went_on_changing_are_not_compared_with_the_snapshot() -> None:
    """They are the ledger's business; the others, and other tables, stay the snapshot's."""
    state = State(facts={}, rows={"sessions": {"a": "1", "b": "2"}, "users": {"a": "3"}}, columns={})
    assert readback.without(state, "sessions", {"a"}).rows == {"sessions": {"b": "2"}, "users": {"a": "3"}}
    assert readback.without(state, "elsewhere", {"a"}) == state


# --- through the service


@contextmanager
def serving(pages: dict[str, tuple[int, Any]]) -> Iterator[int]:
    """A service that answers each path with a status and a JSON body; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = pages.get(self.path, (404, {}))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def page(*ids: str, following: str | None = None) -> tuple[int, Any]:
    rows = [{"id": each, "client": "c", "seq": 1, "body": "text", "version": 2} for each in ids]
    return 200, {"rows": rows, "next": following}


def test_every_page_is_read() -> None:
    """Ids are what clients made of them, so they are quoted."""
    pages = {"/api/ledger?after=": page("a", "b&c", following="b&c"), "/api/ledger?after=b%26c": page("d")}
    with serving(pages) as port:
        rows = service_rows(port, "/api/ledger")
    assert [row.id for row in rows] == ["a", "b&c", "d"]
    assert rows[0] == Row(id="a", client="c", seq=1, digest=body_digest("text"), version=2)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, {"error": "no table"}), "answered 500.*no table"),
        ((200, {"rows": None}), "something else than a page"),
        ((200, []), "something else than a page"),
        (page("a", following=""), "again and again"),
    ],
)
def test_what_is_no_page_is_told(answer: tuple[int, Any], says: str) -> None:
    with serving({"/api/ledger?after=": answer}) as port, pytest.raises((OSError, ValueError), match=says):
        service_rows(port, "/api/ledger")


def test_a_service_that_is_down_is_told() -> None:
    with serving({}) as port:
        pass
    with pytest.raises(OSError, match="refused"):
        service_rows(port, "/api/ledger")
