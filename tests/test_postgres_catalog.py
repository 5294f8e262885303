"""The state of a database, read from a real one: each kind of object, each row, and each block that is not sound."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.drill_database import DrillDatabase
from fixtures.postgres import EmbeddedPostgres
from scenarios import fidelity
from scenarios.judging.causes import Cause
from scenarios.protocols import State
from tests.house import ROOT

DIGESTS = ROOT / "scenarios" / "systems" / "mina" / "scripts" / "table_digests.py"
BASE = """
    CREATE TABLE notes (id text PRIMARY KEY, body text NOT NULL DEFAULT '', kind text);
    CREATE TABLE tags (note text, tag text);
    INSERT INTO notes VALUES ('a', 'first'), ('b', 'second');
    INSERT INTO tags VALUES ('a', 'x'), ('a', 'x')"""
# what a migration does, and the facts that must differ for it: no more and no fewer
KINDS = {
    "table": ("CREATE TABLE more ()", {"table more", "privileges of more"}),
    "table that is not logged": ("ALTER TABLE tags SET UNLOGGED", {"table tags"}),
    "column": ("ALTER TABLE tags ADD COLUMN at date", {"column tags.at"}),
    "type": ("ALTER TABLE tags ALTER COLUMN tag TYPE varchar(9)", {"column tags.tag"}),
    "default": ("ALTER TABLE notes ALTER COLUMN body SET DEFAULT '-'", {"column notes.body"}),
    "constraint": ("ALTER TABLE tags ADD CONSTRAINT known CHECK (tag <> '')", {"constraint tags.known"}),
    "constraint that is not validated": (
        "ALTER TABLE tags ADD CONSTRAINT late CHECK (tag <> '') NOT VALID",
        {"constraint tags.late"},
    ),
    "foreign key": (
        "ALTER TABLE tags ADD CONSTRAINT of_note FOREIGN KEY (note) REFERENCES notes",
        {"constraint tags.of_note"},
    ),
    "index": ("CREATE INDEX by_tag ON tags (tag)", {"index by_tag"}),
    "enum": ("CREATE TYPE level AS ENUM ('low', 'high')", {"type level"}),
    "domain": ("CREATE DOMAIN small AS int CHECK (VALUE < 9)", {"type small"}),
    "sequence": ("CREATE SEQUENCE numbers INCREMENT 2", {"sequence numbers", "privileges of numbers"}),
    "view": ("CREATE VIEW v AS SELECT id FROM notes", {"view v", "column v.id", "privileges of v"}),
    "privileges": ("GRANT SELECT ON tags TO PUBLIC", {"privileges of tags"}),
    "privileges of the schema": ("GRANT CREATE ON SCHEMA public TO PUBLIC", {"privileges of namespace public"}),
    "owner": ("ALTER TABLE tags OWNER TO postgres", {"privileges of tags"}),
    "function": ("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'", {"function one()"}),
    "trigger": (
        "CREATE TRIGGER t BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        {"trigger notes.t"},
    ),
    "row security": ("ALTER TABLE tags ENABLE ROW LEVEL SECURITY", {"table tags"}),
    "policy": ("CREATE POLICY p ON tags USING (true)", {"policy tags.p"}),
    "extension": ("CREATE EXTENSION hstore", {"extension hstore"}),
    "namespace": ("CREATE SCHEMA audit", {"namespace audit", "privileges of namespace audit"}),
}


@pytest.fixture
def database(server: EmbeddedPostgres) -> Iterator[DrillDatabase]:
    made = DrillDatabase(server, "notes_production", "database-of-a-test")
    made.create()
    run(made, f"SET ROLE notes; {BASE}")
    yield made
    made.drop()


def run(database: DrillDatabase, statements: str) -> None:
    with database._server.connect(database.name) as connection:
        connection.execute(statements.encode())


def differing(before: State, after: State) -> set[str]:
    return set(fidelity.diff(before, after, frozenset()).facts)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_object_is_part_of_the_schema(database: DrillDatabase, kind: str) -> None:
    """What a migration makes or changes is told by its own name, and nothing else is."""
    statements, names = KINDS[kind]
    before = database.snapshot(("notes",), {})
    run(database, statements)
    after = database.snapshot(("notes",), before.columns)
    assert differing(before, after) == {f"schema {name}" for name in names}
    assert after.damage == []


def test_the_same_schema_made_twice_is_the_same(database: DrillDatabase) -> None:
    """Neither object ids nor the order in which things were made are part of it."""
    before = database.snapshot(("notes",), {})
    notes, tags, *rows = BASE.split(";")
    run(database, f"DROP TABLE tags, notes; SET ROLE notes; {';'.join((tags, notes, *reversed(rows)))}")
    after = database.snapshot(("notes",), before.columns)
    assert differing(before, after) == set()
    assert after.rows == before.rows


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM tags WHERE ctid = '(0,1)'", "1 rows"),
        ("UPDATE tags SET tag = 'y' WHERE ctid = '(0,1)'", "2 rows"),
        ("INSERT INTO tags VALUES ('b', 'z')", "3 rows"),
    ],
)
def test_rows_of_a_table_that_nobody_listed_must_be_as_they_were(
    database: DrillDatabase, statement: str, said: str
) -> None:
    """Without a key, and with rows that are there twice; only a reviewed table may differ."""
    before = database.snapshot(("notes",), {})
    run(database, statement)
    after = database.snapshot(("notes",), before.columns)
    red = {check.id: check for check in fidelity.state(fidelity.diff(before, after, frozenset())) if check.cause}
    assert [(check.id, check.cause) for check in red.values()] == [("state-tables", Cause.ROWS_CHANGED)]
    assert said in red["state-tables"].detail
    allowed = database.snapshot(("notes",), before.columns, ("tags",))
    assert "rows of tags" not in allowed.facts


def test_a_column_that_came_later_changes_no_row(database: DrillDatabase) -> None:
    """The schema tells of it; rows are compared by what they had before, in listed tables and in others."""
    before = database.snapshot(("notes",), {})
    run(database, "ALTER TABLE notes ADD COLUMN at int DEFAULT 1; ALTER TABLE tags ADD COLUMN at int DEFAULT 1")
    after = database.snapshot(("notes",), before.columns)
    assert differing(before, after) == {"schema column notes.at", "schema column tags.at"}
    assert after.rows == before.rows


def flip(server: EmbeddedPostgres, database: DrillDatabase, relation: str) -> None:
    """Change bytes of the relation's first block on the disk, behind the server's back."""
    with server.connect(database.name) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT current_setting('data_directory'), pg_relation_filepath(%s)", (relation,)
        ).fetchone()
    assert found is not None
    file = Path(found[0]) / found[1]
    with file.open("r+b") as block:
        block.seek(8000)
        block.write(b"not what was sent")
    with server.connect("postgres") as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_buffercache")
        connection.execute("SELECT pg_buffercache_evict_all()")


@pytest.mark.parametrize("relation", ["notes", "notes_pkey"])
def test_a_block_that_is_not_as_it_was_written_is_damage(
    server: EmbeddedPostgres, database: DrillDatabase, relation: str
) -> None:
    """Sixteen bytes of a table or of an index, wrong on the disk: red, by the name of the relation."""
    before = database.snapshot((), {})
    flip(server, database, relation)
    after = database.snapshot((), before.columns, ("notes", "tags"))
    found = {check.id: check.cause for check in fidelity.state(fidelity.diff(before, after, frozenset()))}
    assert found["state-pages"] == Cause.DATA_DAMAGED
    assert re.search(rf"^{relation}: |; {relation}: ", "; ".join(after.damage))


def test_what_a_procedure_made_beside_the_database_goes_with_it(server: EmbeddedPostgres) -> None:
    """A restore beside leaves a second database of the same owner, which would keep the role from going."""
    made = DrillDatabase(server, "talks_production", "database-of-a-test")
    made.create()
    with server.connect("postgres") as connection:
        for statement in ("SET ROLE talks", "CREATE DATABASE talks_production_replaced", "RESET ROLE"):
            connection.execute(statement.encode())
        made.drop()
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'talks%'").fetchall()
    assert left == []


def test_a_database_that_is_gone_has_no_rows_and_is_not_taken_for_one_that_cannot_be_read(
    server: EmbeddedPostgres,
) -> None:
    """A server that came back empty answers: what was in it is lost, and nothing about that is unknown."""
    made = DrillDatabase(server, "gone_production", "database-of-a-test")
    made.create()
    with server.connect("gone_production") as connection:
        connection.execute(BASE.encode())
        with connection.transaction():
            row = connection.execute("INSERT INTO notes VALUES ('c') RETURNING pg_current_xact_id()::text").fetchone()
    assert row is not None
    before = made.snapshot(("notes",), {})
    with server.connect("postgres") as connection:
        connection.execute("DROP DATABASE gone_production")
    after = made.snapshot(("notes",), before.columns)
    assert made.ledger_rows("notes") == []
    assert made.transactions([int(row[0])]) == {int(row[0]): "committed"}
    assert after.rows == {"notes": {}}
    found = {check.id: check.cause for check in fidelity.state(fidelity.diff(before, after, frozenset()))}
    assert found["state-rows"] == Cause.ROWS_CHANGED
    assert found["state-schema"] == Cause.WRONG_SCHEMA
    made.drop()


def test_digests_are_the_same_for_the_same_rows_alone(server: EmbeddedPostgres, database: DrillDatabase) -> None:
    """What a restore is compared by: order does not matter, one byte does, and so does a row that is there twice."""

    def told() -> list[str]:
        command = [sys.executable, str(DIGESTS), database.name]
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres", "PGPASSWORD": server.password}
        return subprocess.run(command, env=place, capture_output=True, text=True, check=True).stdout.splitlines()

    before = told()
    assert [line.split()[:2] for line in before] == [["notes", "2"], ["tags", "2"]]
    run(database, "CREATE TABLE kept AS TABLE notes; DELETE FROM notes; INSERT INTO notes TABLE kept ORDER BY id DESC")
    run(database, "DROP TABLE kept")
    assert told() == before
    for change in ("UPDATE notes SET body = 'First' WHERE id = 'a'", "INSERT INTO tags VALUES ('a', 'x')"):
        run(database, change)
        assert told() != before
        before = told()
