"""A Postgres of a drill's own: steps may stop it and put another in its place, and it leaves nothing behind."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fixtures.namespaces import Namespaces
from fixtures.needs import GIVES
from fixtures.postgres import EmbeddedPostgres
from fixtures.postgres_archiving import COMMAND, OwnPostgres, lay_command
from fixtures.tools import SYSTEM_PATH
from fixtures.workspace import Workspace
from scenarios.errors import EnvironmentUnavailable
from scenarios.model import Need
from tests.test_host import PLAIN, needs_namespaces

REPLACED = """
set -eu
as-postgres pg_basebackup --pgdata="$POSTGRES_HOME/base" --checkpoint=fast --no-sync
as-postgres pg_ctl stop -D "$POSTGRES_HOME/data" -m fast -w
as-postgres mv "$POSTGRES_HOME/data" "$POSTGRES_HOME/replaced"
as-postgres mv "$POSTGRES_HOME/base" "$POSTGRES_HOME/data"
as-postgres pg_ctl start -D "$POSTGRES_HOME/data" -l "$POSTGRES_HOME/restored.log" -w
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Below a folder that the server's user may enter."""
    with Workspace("a-run") as workspace:
        yield workspace.folder


def running(home: str) -> list[int]:
    """Processes that have the folder in their command line."""
    found = psutil.process_iter(["pid", "cmdline"])
    return [each.info["pid"] for each in found if home in " ".join(each.info["cmdline"] or [])]


@needs_namespaces
def test_steps_put_another_server_in_its_place(folder: Path) -> None:
    """The harness reaches whichever is there, reads the logs of both, and nothing of either is left in the end."""
    shared, namespaces, host = EmbeddedPostgres(folder, "secret"), Namespaces(), folder / "host"
    host.mkdir()
    namespaces.start(PLAIN, host, folder / "namespaces.log")
    server = OwnPostgres(host, "secret", shared.bin.parent, namespaces)
    try:
        server.start()
        with server.connect("postgres") as connection:
            connection.execute("CREATE TABLE before_it ()")
        (folder / "bin").mkdir()
        lay_command(server, folder / "bin" / COMMAND)
        environment = {**PLAIN, "PATH": f"{folder / 'bin'}:{SYSTEM_PATH}", "POSTGRES_HOME": server.home}
        subprocess.run([*namespaces.enter(host), "bash", "-c", REPLACED], env=environment, check=True)
        with server.connect("postgres") as connection:
            assert connection.execute("SELECT to_regclass('before_it')").fetchone() != (None,)
        assert server.log().count(b"database system is ready to accept connections") == 2
        assert list((host / "postgres" / "archive").iterdir())
        assert running(server.home)
    finally:
        server.stop()
        assert not running(server.home)
        namespaces.stop()
        shared.stop()


def test_without_namespaces_it_is_not_rehearsed(folder: Path) -> None:
    """Steps would go by process ids that are this machine's own."""
    shared, host = EmbeddedPostgres(folder, "secret"), folder / "host"
    host.mkdir()
    server = OwnPostgres(host, "secret", shared.bin.parent, Namespaces())
    with pytest.raises(EnvironmentUnavailable, match="namespaces"):
        server.start()
    server.stop()
    shared.stop()


def test_hosts_of_both_environments_have_it() -> None:
    assert all(Need.WAL_ARCHIVE in given for given in GIVES.values())
