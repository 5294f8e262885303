"""Every test has folders of its own for state and configuration: none writes where a real `drill` would read it."""

from pathlib import Path

import pytest

import fixtures.run
from fixtures import session
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
