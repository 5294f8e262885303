"""The reference service answers as its contract says, above all about what was committed. No database is started."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from psycopg.errors import NotNullViolation, OperationalError, UniqueViolation

from fixtures.composition import CORE, commits_of, compose, release_folders
from scenarios.registry import built_in
from tests.service_folder import NO_DATABASE, StandIn

SESSION = {"id": "s-1", "client": "c", "seq": 1, "body": "text"}
RELEASES = sorted(folder.name for folder in (CORE.parent / "systems" / "mina" / "releases").iterdir())


class Taken(UniqueViolation):
    """The primary key is there already."""

    diag: Any = SimpleNamespace(constraint_name="sessions_pkey")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The baseline of mina as it is deployed."""
    return compose(built_in("mina"), "v1", tmp_path_factory.mktemp("v1"))


@pytest.fixture
def main(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """mina's `main` module, imported from the composed folder with nothing to connect to."""
    monkeypatch.setenv("DATABASE_URL", NO_DATABASE)
    monkeypatch.syspath_prepend(str(folder))
    import main as module  # type: ignore[import-not-found]

    yield module
    for name in [name for name in sys.modules if name.partition(".")[0] in {"main", "mina", "service"}]:
        del sys.modules[name]


@pytest.fixture
def client(main: ModuleType) -> Any:
    """A test client whose database cannot be reached."""
    return main.app.test_client()


@pytest.fixture
def client_of(main: ModuleType) -> Callable[[StandIn], Any]:
    """A test client on a stand-in for the database."""

    def make(database: StandIn) -> Any:
        main.app.extensions["database"] = database
        return main.app.test_client()

    return make


def test_health_needs_no_database(client: Any) -> None:
    """A process is alive whether or not its database is: restarting it would mend nothing."""
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "healthy"})


def test_readiness_and_details_tell_that_the_database_is_away(client: Any) -> None:
    """Traffic is not sent to a process that could only refuse it, and the details say why."""
    assert client.get("/health/ready").status_code == 503
    detailed = client.get("/health/detailed")
    assert detailed.status_code == 503
    assert detailed.json["checks"]["database"]["ok"] is False
    assert (detailed.json["release"], detailed.json["schema"]) == ("v1", None)


def test_a_write_without_a_database_is_certainly_not_committed(client: Any) -> None:
    """Refused at once, and said to be refused: a client may safely send it again."""
    answer = client.post("/api/sessions", json=SESSION)
    assert answer.status_code == 500
    assert answer.json["committed"] is False
    assert (answer.json["release"], answer.json["schema"]) == ("v1", None)


def test_ping_returns_the_nonce_with_release_and_schema(client_of: Callable[[StandIn], Any]) -> None:
    """An answer proves that it belongs to this question, and says who answered."""
    answer = client_of(StandIn()).get("/api/ping?nonce=n-7")
    assert answer.status_code == 200
    assert answer.json == {"nonce": "n-7", "release": "v1", "schema": "0002_segments"}


@pytest.mark.parametrize("missing", ["to_regclass", "string_agg"])
def test_a_database_without_migrations_has_no_schema(missing: str, client_of: Callable[[StandIn], Any]) -> None:
    """After `downgrade base`, and before the first upgrade, the schema is null and that is no error."""
    answer = client_of(StandIn(rows={missing: (None,)})).get("/api/ping")
    assert (answer.status_code, answer.json["schema"]) == (200, None)


def test_a_write_is_acknowledged_after_its_commit(client_of: Callable[[StandIn], Any]) -> None:
    """201 means durable: COMMIT was the last thing the database was asked."""
    database = StandIn()
    answer = client_of(database).post("/api/sessions", json=SESSION)
    assert answer.status_code == 201
    assert answer.json == {
        "id": "s-1",
        "nonce": "s-1",
        "committed": True,
        "xid": 7,
        "lsn": 99,
        "release": "v1",
        "schema": "0002_segments",
    }
    assert database.statements[0].startswith("INSERT INTO sessions")
    assert database.statements[-1] == "COMMIT"


@pytest.mark.parametrize("word", ["INSERT", "to_regclass"])
def test_an_error_before_the_commit_is_certainly_not_committed(word: str, client_of: Callable[[StandIn], Any]) -> None:
    """Whatever fails before COMMIT is sent, the answer says false, and COMMIT is not sent afterwards."""
    database = StandIn(fails_on={word: NotNullViolation("null value in column")})
    answer = client_of(database).post("/api/sessions", json=SESSION)
    assert (answer.status_code, answer.json["committed"]) == (500, False)
    assert "COMMIT" not in database.statements


def test_an_error_in_the_commit_leaves_it_unknown(client_of: Callable[[StandIn], Any]) -> None:
    """Once COMMIT is on its way nobody here can know, and the answer does not pretend to."""
    database = StandIn(fails_on={"COMMIT": OperationalError("server closed the connection unexpectedly")})
    answer = client_of(database).post("/api/sessions", json=SESSION)
    assert (answer.status_code, answer.json["committed"]) == (500, None)
    assert answer.json["xid"] == 7  # the server can be asked later what became of it


@pytest.mark.parametrize(
    ("warning", "said", "committed"),
    [
        ("there is no transaction in progress", "COMMIT", None),
        ("canceling wait for synchronous replication due to user request", "COMMIT", None),
        (None, "ROLLBACK", False),
        (None, "COMMIT", True),
    ],
)
def test_only_a_commit_without_a_word_of_warning_is_acknowledged(
    warning: str | None, said: str, committed: bool | None, client_of: Callable[[StandIn], Any]
) -> None:
    """A server may confirm a COMMIT that saved nothing, or not everywhere: it warns, and that is not *saved*."""
    database = StandIn()
    database.warning, database.statusmessage = warning, said
    answer = client_of(database).post("/api/sessions", json=SESSION)
    assert answer.json["committed"] is committed
    assert answer.status_code == (201 if committed else 500)
    assert not warning or warning in answer.json["error"]


def test_several_sessions_are_one_transaction(client_of: Callable[[StandIn], Any]) -> None:
    """One COMMIT for all of them, and none where one cannot be written."""
    batch = {"id": "b-1", "client": "c", "seq": 1, "rows": [{"id": n, "body": "text"} for n in ("one", "two")]}
    database = StandIn()
    answer = client_of(database).post("/api/sessions/batch", json=batch)
    assert (answer.status_code, answer.json["id"], answer.json["committed"]) == (201, "b-1", True)
    assert [word.split()[0] for word in database.statements].count("INSERT") == 2
    assert database.statements.count("COMMIT") == 1
    taken = client_of(StandIn(fails_on={"INSERT": Taken("taken")})).post("/api/sessions/batch", json=batch)
    assert (taken.status_code, taken.json["committed"]) == (409, False)
    for rows in ([], "ab", [1], [{"id": ""}], [{"id": "x"}]):
        refused = client_of(StandIn()).post("/api/sessions/batch", json=batch | {"rows": rows})
        assert (refused.status_code, refused.json["committed"]) == (400, False)


@pytest.mark.parametrize("method", ["put", "delete"])
def test_a_session_is_changed_or_deleted_only_where_there_is_one(
    method: str, client_of: Callable[[StandIn], Any]
) -> None:
    """Neither makes a session, and what was not there is refused as certainly not committed."""
    database = StandIn(rows={"FOR UPDATE": (1,)})
    answer = getattr(client_of(database), method)("/api/sessions/s-1", json=SESSION)
    assert (answer.status_code, answer.json["id"], answer.json["committed"]) == (200, "s-1", True)
    assert database.statements[-1] == "COMMIT"
    missing = StandIn()
    refused = getattr(client_of(missing), method)("/api/sessions/s-1", json=SESSION)
    assert (refused.status_code, refused.json["committed"]) == (404, False)
    assert "COMMIT" not in missing.statements


@pytest.mark.parametrize("count", [0, 3, 1000])
def test_everything_is_read_back_in_pages(count: int, client_of: Callable[[StandIn], Any]) -> None:
    """A full page says where the next one begins; one that is not full is the last."""
    page = [(f"s-{n:04}", "c", n, "text", 2) for n in range(count)]
    answer = client_of(StandIn(pages={"FROM sessions WHERE id >": page})).get("/api/ledger?after=s-0")
    assert answer.status_code == 200
    assert len(answer.json["rows"]) == count
    assert answer.json["next"] == ("s-0999" if count == 1000 else None)
    for row in answer.json["rows"][:1]:
        assert row == {"id": "s-0000", "client": "c", "seq": 0, "body": "text", "version": 2}


def test_the_same_id_again_changes_nothing(client_of: Callable[[StandIn], Any]) -> None:
    """A repeated write is refused as such, not as a failure of the service."""
    answer = client_of(StandIn(fails_on={"INSERT": Taken("taken")})).post("/api/sessions", json=SESSION)
    assert (answer.status_code, answer.json["committed"]) == (409, False)


@pytest.mark.parametrize(
    "fields", [{"id": ""}, {"id": "a\x00"}, {"seq": -1}, {"seq": True}, {"seq": 2**63}, {"body": 1}]
)
def test_a_malformed_write_never_reaches_the_database(
    fields: dict[str, object], client_of: Callable[[StandIn], Any]
) -> None:
    """The client's mistake is a 400 and not committed."""
    database = StandIn()
    answer = client_of(database).post("/api/sessions", json=SESSION | fields)
    assert (answer.status_code, answer.json["committed"], database.statements) == (400, False, [])


def test_an_open_stream_ends_when_its_worker_is_asked_to_go(main: ModuleType) -> None:
    """A reload is not held up by a listener who never leaves."""
    from mina.stream import _events  # type: ignore[import-not-found]
    from service.lifetime import stopping  # type: ignore[import-not-found]

    events = _events("s-1")
    assert '"release": "v1"' in next(events)
    stopping.set()
    assert list(events) == []


def test_metrics_count_by_route(client: Any) -> None:
    """Requests are counted under their route, so that ids do not become time series."""
    client.get("/api/sessions/some-id")
    text = client.get("/metrics").get_data(as_text=True)
    assert 'service_requests_total{endpoint="/api/sessions/<session_id>",method="GET",status="500"} 1.0' in text
    assert 'service_release_info{release="v1"' in text


def test_workers_do_not_import_the_migrations_machinery(folder: Path) -> None:
    """Importing the application stays light and connects to nothing: while a reload does it, nobody is served."""
    program = "import sys, main; print([name for name in ('alembic', 'sqlalchemy') if name in sys.modules])"
    done = _run([sys.executable, "-c", program], folder)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")


@pytest.mark.parametrize("release", RELEASES)
def test_the_migrations_of_a_release_form_one_line(release: str, tmp_path: Path) -> None:
    """Each release has one head, and every revision leads down to the core's first."""
    script = ScriptDirectory(str(compose(built_in("mina"), release, tmp_path) / "migrations"))
    revisions = [revision.revision for revision in script.walk_revisions()]
    assert len(script.get_heads()) == 1
    assert revisions[-2:] == ["0002_segments", "0001_core"]
    mina = built_in("mina")
    folders = (*release_folders(mina, release), *commits_of(mina, release))
    brings = any((folder / "migrations").is_dir() for folder in folders)
    assert (revisions[0] == "0002_segments") is not brings


def test_the_integrity_check_says_in_one_line_that_it_cannot_connect(folder: Path) -> None:
    """No database is neither a pass nor a finding: exit 2 and one line."""
    done = _run([sys.executable, "scripts/verify_db_integrity.py"], folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cannot check: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("sabotage", "reaches"),
    [
        ("noop-downgrade", []),
        ("wrong-revision", ["flask db downgrade 0003_speakers"]),
        ("drops-a-row", ["flask db downgrade -- -1", "psql"]),
    ],
)
def test_a_sabotaged_flask_lies_about_the_downgrade_only(sabotage: str, reaches: list[str], tmp_path: Path) -> None:
    """Each control changes the one command it is about; everything else reaches the real tool untouched."""
    log = tmp_path / "log"
    for tool in ("flask", "psql"):
        words = '"flask $*"' if tool == "flask" else "psql"
        (tmp_path / tool).write_text(f'#!/bin/bash\necho {words} >>"{log}"\n', encoding="utf-8")
        (tmp_path / tool).chmod(0o755)
    flask = str(CORE.parent / "systems" / "mina" / "sabotage" / sabotage / "flask")
    real = {"REAL_PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    for arguments in (["db", "current"], ["db", "downgrade", "--", "-1"]):
        assert _run([flask, *arguments], tmp_path, **real).returncode == 0
    assert log.read_text(encoding="utf-8").splitlines() == ["flask db current", *reaches]


def _run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "DATABASE_URL": NO_DATABASE, "LANG": "C.UTF-8", **environment}
    return subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, timeout=20, check=False)


def test_a_recording_is_a_file_whole_or_not_there_and_never_replaced(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs no database; an id that is none never becomes a path."""
    monkeypatch.setenv("UPLOADS", str(tmp_path))
    path = "/api/recordings/0b6f2c1e-6c1c-4a52-9d1e-0d3a6c1d2e3f"
    assert client.put(path, data=b"sound").status_code == 201
    assert client.put(path, data=b"noise").status_code == 409
    assert client.put("/api/recordings/..%2Fsettings", data=b"").status_code == 404
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [(f"{path[16:]}.wav", b"sound")]
