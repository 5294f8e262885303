"""How fast a database comes back by each way, by its size, and how long a larger one would take."""

import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import linear_regression

from fixtures.leases import measuring
from fixtures.postgres import SUPERUSER, EmbeddedPostgres
from tests.bench.goals import Goal, Tell, Unmeasured

TITLE = "restoring by psql, pg_restore -j, pg_basebackup and a clone, at four sizes"
TAKES = "about 2 min"

ROWS = (25_000, 100_000, 250_000, 500_000)  # about 350 bytes each, with their indexes
PROJECTED_MB = 2000.0
RTO_S = 1800.0  # what mina's runbook promises of a restore
MB = 1e6
_FILL = """
    CREATE TABLE sessions (id text PRIMARY KEY, client text NOT NULL, seq bigint NOT NULL, body text NOT NULL);
    INSERT INTO sessions SELECT md5(n::text), 'client-' || n % 97, n, repeat(md5((n * 7)::text), 5)
    FROM generate_series(1, {rows}) AS n;
    CREATE INDEX ON sessions (client, seq)"""
_LOOK = "SELECT count(*), sum(seq), md5(string_agg(id, '' ORDER BY id)) FROM sessions"


def run(tell: Tell) -> list[Goal]:
    """Every way at every size, each into an empty target; what came back is compared before its time counts."""
    with tempfile.TemporaryDirectory(prefix="restore-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as somebody else
        server = EmbeddedPostgres(Path(folder), secrets.token_hex(8))
        server.start()
        try:
            with measuring():
                taken = [_at_size(server, Path(folder), rows, tell) for rows in ROWS]
        finally:
            server.stop()
    return [goal for way in taken[0][1] for goal in _goals(way, [(mb, times[way]) for mb, times in taken])]


def _goals(way: str, points: list[tuple[float, float]]) -> list[Goal]:
    """The rate at the largest size, and the projection with how far its straight line lies from what was measured."""
    megabytes, seconds = zip(*points, strict=True)
    slope, start = linear_regression(megabytes, seconds)
    off = max(abs(start + slope * mb - s) for mb, s in points)
    shown = ", ".join(f"{s:.2f} s at {mb:.0f} MB" for mb, s in points)
    fit = (
        f"{way}: {PROJECTED_MB:.0f} MB by the line {start:.2f} s + {slope * 1000:.1f} s a GB (off by up to {off:.2f} s)"
    )
    return [
        Goal.seen(f"{way}: {shown}; the last of them a second", megabytes[-1] / seconds[-1], "MB/s"),
        Goal.at_most(fit, start + slope * PROJECTED_MB, "s", RTO_S),
    ]


def _at_size(server: EmbeddedPostgres, folder: Path, rows: int, tell: Tell) -> tuple[float, dict[str, float]]:
    """The database's size in MB and, by way, the seconds until it was back."""
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE origin")
    with server.connect("origin") as connection:
        connection.execute(_FILL.format(rows=rows).encode())
        connection.execute("CHECKPOINT")
        size = connection.execute("SELECT pg_database_size('origin')").fetchone()
        was = connection.execute(_LOOK).fetchone()
    assert size is not None
    dumps = folder / f"dumps-{rows}"
    dumps.mkdir()
    url = server.url("origin")
    _call(server, "pg_dump", url, f"--file={dumps / 'plain.sql'}")
    _call(server, "pg_dump", url, "--format=directory", "--jobs=2", f"--file={dumps / 'parts'}")
    times = {}
    for way, restore in _WAYS.items():
        began = time.monotonic()
        restore(server, dumps)
        times[way] = time.monotonic() - began
        _compare(server, way, was)
    with server.connect("postgres") as connection:
        connection.execute("DROP DATABASE origin")
    shutil.rmtree(dumps)
    tell(f"{size[0] / MB:.0f} MB: " + ", ".join(f"{way} {s:.2f} s" for way, s in times.items()))
    return size[0] / MB, times


def _psql(server: EmbeddedPostgres, dumps: Path) -> None:
    _call(server, "createdb", f"--maintenance-db={server.url('postgres')}", "restored")
    once = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _call(server, "psql", server.url("restored"), *once, f"--file={dumps / 'plain.sql'}")


def _parallel(server: EmbeddedPostgres, dumps: Path) -> None:
    _call(server, "createdb", f"--maintenance-db={server.url('postgres')}", "restored")
    _call(
        server, "pg_restore", "--jobs=2", "--exit-on-error", f"--dbname={server.url('restored')}", str(dumps / "parts")
    )


def _clone(server: EmbeddedPostgres, dumps: Path) -> None:
    with server.connect("postgres") as connection:
        connection.execute("CREATE DATABASE restored TEMPLATE origin STRATEGY file_copy")


def _base_backup(server: EmbeddedPostgres, dumps: Path) -> None:
    """The whole server's files, verified against their manifest; nothing is started from them."""
    target = dumps / "base"
    _call(
        server,
        "pg_basebackup",
        f"--dbname={server.url('postgres', SUPERUSER)}",
        f"--pgdata={target}",
        "--checkpoint=fast",
    )
    _call(server, "pg_verifybackup", str(target))


_WAYS: dict[str, Callable[[EmbeddedPostgres, Path], None]] = {
    "psql": _psql,
    "pg_restore -j 2": _parallel,
    "clone": _clone,
    "pg_basebackup, copied and verified": _base_backup,
}


def _compare(server: EmbeddedPostgres, way: str, was: object) -> None:
    """Unmeasured where what is back is not what was dumped: a restore that did nothing would be the fastest."""
    if way.startswith("pg_basebackup"):
        return  # pg_verifybackup has
    with server.connect("restored") as connection:
        now = connection.execute(_LOOK).fetchone()
    with server.connect("postgres") as connection:
        connection.execute("DROP DATABASE restored")
    if now != was:
        raise Unmeasured(f"{way}: {now} is back where {was} was dumped")


def _call(server: EmbeddedPostgres, program: str, *words: str) -> None:
    """Run one of Postgres' own programs; Unmeasured with its last line where it fails."""
    done = subprocess.run([server.bin / program, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unmeasured(f"{program} ended with {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
