"""The same damaged backups: what a drill that restores one sees, and what firedrill sees of its file."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fixtures.composition import compose
from fixtures.engine import find
from fixtures.environment import EmbeddedEnvironment
from fixtures.leases import Lease
from fixtures.postgres import PostgresServer, install_folder
from fixtures.run import CHECKOUT, Run
from scenarios.model import System
from scenarios.record import Subject
from scenarios.registry import BUILT_IN, load_system
from scenarios.rehearsal import rehearse
from scenarios.results import DrillRecord
from tests.bench.backup_tools import Firedrill
from tests.bench.containers import postgres
from tests.bench.goals import Goal, Tell, Unmeasured
from tests.bench.pages import put

TITLE = "damaged backups: a drill that restores them beside firedrill"
TAKES = "about 8 min, needs the engine"
PAGE = CHECKOUT / "docs" / "peers.md"
BEGIN, END = "<!-- backups: made by `tox -e bench -- backup-peers` -->", "<!-- /backups -->"
HEAD = ("the backup", "drill", "firedrill")
TIME_SCALE = 0.02
RELEASE = "v12-backups"
PASSED = "passed"
ROWS = 2000
_FILL = f"""
    INSERT INTO sessions (id, client, seq, body)
    SELECT md5(n::text), 'client-' || n % 7, n, repeat(md5(n::text), 3) FROM generate_series(1, {ROWS}) AS n;
    INSERT INTO segments (id, session_id, seq, text)
    SELECT md5('segment' || n), md5(n::text), n, 'and so on' FROM generate_series(1, {ROWS}) AS n"""
_ONE = "(SELECT id FROM sessions ORDER BY seq LIMIT 1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """`drill`: the scenario that restores such a backup. What was done: to the database before, or to the file."""

    drill: str
    words: str
    sql: str = ""
    file: Callable[[bytes], bytes] = bytes


def _corrupt(text: bytes) -> bytes:
    """Eight bytes in the middle are others, none of them the end of a line."""
    middle = text.rindex(b"\n", 0, len(text) // 2) + 10
    return text[:middle] + b"~~~~~~~~" + text[middle + 8 :]


DAMAGES = (
    Damage(drill="backup-corrected", words="whole"),
    Damage(drill="backup-cut", words="broke off", file=lambda text: text[: len(text) * 6 // 10]),
    Damage(drill="backup-empty", words="empty", file=lambda _: b""),
    Damage(drill="backup-corrupt", words="a few wrong bytes", file=_corrupt),
    Damage(drill="backup-yesterday", words="yesterday's", sql=f"DELETE FROM sessions WHERE seq > {ROWS - ROWS // 10}"),
    Damage(
        drill="control-half-the-tables",
        words="half of the tables",
        sql="DROP TABLE segments, feature_flags, deleted_sessions, languages",
    ),
    Damage(drill="control-one-row-less", words="one row less", sql=f"DELETE FROM sessions WHERE id = {_ONE}"),
    Damage(
        drill="control-one-byte-flipped",
        words="one byte of a text is another",
        sql=f"UPDATE sessions SET body = overlay(body PLACING '~' FROM 1 FOR 1) WHERE id = {_ONE}",
    ),
    Damage(
        drill="control-other-languages",
        words="a small table says something else",
        sql="UPDATE languages SET name = 'Dutch' WHERE code = 'de'",
    ),
    Damage(drill="control-skips-a-migration", words="an index is missing", sql="DROP INDEX sessions_of_client"),
)


def run(tell: Tell) -> list[Goal]:
    """Rehearse each, and show firedrill a file with the same damage; writes the table into docs/peers.md."""
    system, engine = load_system(BUILT_IN / "mina"), find()
    named = Run.begin(time_scale=TIME_SCALE, suite=None, environment="embedded", require_all=False)
    rows: list[tuple[str, str, str]] = []
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="peers-bench-")))
        cleanup.enter_context(Lease(f"run/{named.name}"))
        environment = EmbeddedEnvironment(named)
        cleanup.callback(environment.close)
        server = cleanup.enter_context(postgres(engine))
        backups, tool = _backups(server, system, folder), Firedrill(engine, folder)
        cleanup.enter_context(tool.set_up(backups["whole"], server.version.partition(".")[0]))
        for number, damage in enumerate(DAMAGES):
            record = _rehearse(environment, system, damage.drill)
            said = tool.said(backups[damage.words])
            rows.append((damage.words, f"*{record.cause}*" if record.cause else PASSED, said or PASSED))
            tell(f"{number + 1} of {len(DAMAGES)}: {', '.join(rows[-1])}")
    put(PAGE, BEGIN, END, HEAD, rows)
    tell(f"table written: {PAGE.relative_to(CHECKOUT)}")
    return goals(rows)


def goals(rows: list[tuple[str, str, str]]) -> list[Goal]:
    """Of the table: words, what the drill said, what firedrill said."""
    missed = sum(drill == PASSED and said != PASSED for _, drill, said in rows)
    caught = {name: float(sum(row[at] != PASSED for row in rows)) for at, name in ((1, "drill"), (2, "firedrill"))}
    return [
        Goal.at_most("caught by firedrill and by no drill", missed, "backups", 0),
        Goal.seen(f"caught, of {len(rows)}", caught.pop("drill"), "", caught),
    ]


def _rehearse(environment: EmbeddedEnvironment, system: System, name: str) -> DrillRecord:
    """Unmeasured where it did not come out as it is declared to."""
    subject = Subject(drill_id=f"bench::{name}", system=system, scenario=system.scenario(name), time_scale=TIME_SCALE)
    record = rehearse(subject, environment, environment.run.folder / name)
    if not record.as_expected:
        raise Unmeasured(f"{name}: {record.verdict}, {record.cause}: {record.detail}")
    return record


def _backups(server: PostgresServer, system: System, folder: Path) -> dict[str, Path]:
    """A dump of each, as mina makes them and not encrypted, by its words."""
    composed = compose(system, RELEASE, folder / "release")
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE origin")
    _call(
        str(Path(sys.executable).with_name("flask")),
        "--app",
        "main",
        "db",
        "upgrade",
        cwd=composed,
        DATABASE_URL=server.url("origin"),
    )
    with server.connect("origin") as connection:
        connection.execute(_FILL.encode())
    found = {}
    for number, damage in enumerate(DAMAGES):
        with _copy(server, f"damaged_{number}", damage.sql) as url:
            path = folder / f"backup-{number}.sql"
            _call(str(install_folder() / "bin" / "pg_dump"), "--no-owner", f"--file={path}", url, cwd=folder)
        path.write_bytes(damage.file(path.read_bytes()))
        found[damage.words] = path
    return found


@contextmanager
def _copy(server: PostgresServer, name: str, sql: str) -> Iterator[str]:
    """The URL of a copy to which that was done."""
    with server.connect("postgres") as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE origin".encode())
    if sql:
        with server.connect(name) as connection:
            connection.execute(sql.encode())
    yield server.url(name)
    with server.connect("postgres") as connection:
        connection.execute(f"DROP DATABASE {name}".encode())


def _call(program: str, *words: str, cwd: Path, **environment: str) -> None:
    done = subprocess.run(
        [program, *words],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        raise Unmeasured(f"{Path(program).name} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
