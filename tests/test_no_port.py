"""Where no port is free nothing is proved, and the drill says so."""

import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from fixtures import leases
from fixtures.environment import EmbeddedEnvironment
from fixtures.journal import Journal
from fixtures.run import Run
from scenarios.errors import Inconclusive
from scenarios.judging.causes import Cause


def test_where_no_port_is_free_nothing_is_proved_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every port of the pool is really listened on: the cause has a name, and what had been made is gone again."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run = Run.begin(time_scale=0.5, suite=None, environment="embedded", require_all=False)
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as cleanup:
        port = listener.getsockname()[1]
        monkeypatch.setattr(leases, "PORTS", range(port, port + 1))
        environment = EmbeddedEnvironment(run)
        cleanup.callback(environment.close)
        with pytest.raises(Inconclusive, match="no free port") as stop:
            environment._port(cleanup)
    assert stop.value.cause is Cause.PORT_TAKEN
    assert Journal(run.name).open() == []
    assert not list(tmp_path.glob("rollback-drills-*"))
