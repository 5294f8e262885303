"""Every test has folders of its own for state and configuration: none writes where a real `drill` would read it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import fixtures.run
from fixtures import session
from fixtures.postgres import EmbeddedPostgres
from fixtures.run import Run


@pytest.fixture(autouse=True)
def state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where journals are kept, for this process and for those that it starts; no list of clusters beside them."""
    home = tmp_path / "state-home"
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config-home"))
    return home


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run of its own below the test's folder."""
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path)
    monkeypatch.setattr(session, "OUT", tmp_path)
    return Run.begin(time_scale=0.5, suite="ci", environment="embedded", require_all=True)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A real Postgres, for the tests of one module."""
    # not below the folder of pytest, which nobody else may enter
    with tempfile.TemporaryDirectory(prefix="test-postgres-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as somebody else
        made = EmbeddedPostgres(Path(folder), "server-of-a-test")
        made.start()
        yield made
        made.stop()
