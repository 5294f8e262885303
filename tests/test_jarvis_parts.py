"""jarvis: releases of which only a part is bad, or only late, each in the way it says. No cluster."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import UndefinedTable

from fixtures.composition import compose
from fixtures.waits import wait_until
from tests.jarvis_folder import JARVIS, MANIFESTS, configure, served
from tests.service_folder import NO_DATABASE, StandIn


@pytest.fixture(autouse=True)
def pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a pod of the baseline."""
    monkeypatch.setenv("DATABASE_URL", NO_DATABASE)
    configure(monkeypatch, MANIFESTS[0].parent / "configmap.yaml")


def test_a_pause_meant_for_a_partner_slows_every_user_and_no_probe(tmp_path: Path) -> None:
    """Every answer is right; the cluster's own looks are as quick as ever."""
    with served("v2-slow", tmp_path, StandIn()) as client:
        from jarvis.pauses import PAUSE_S  # type: ignore[import-not-found]

        for path, paused in (("/api/ping?nonce=n", True), ("/health/ready", False)):
            began = time.monotonic()
            assert client.get(path).status_code == 200
            assert (time.monotonic() - began >= PAUSE_S) == paused


@pytest.mark.parametrize(("flag", "status"), [("true", 500), ("false", 200)])
def test_a_feature_behind_a_flag_hurts_users_while_it_is_on(
    flag: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster's own looks pass either way."""
    monkeypatch.setenv("FEATURE_NEW_DASHBOARD", flag)
    database = StandIn(fails_on={"FROM tiles": UndefinedTable('relation "tiles" does not exist')})
    with served("v2-dashboard", tmp_path, database) as client:
        assert client.get("/api/ping?nonce=n").status_code == status
        assert client.get("/health/ready").status_code == 200


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The third party, answering on a port of this machine, which pods are told of."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {"JARVIS_PARTNER_SERVICE_HOST": "127.0.0.1", "JARVIS_PARTNER_SERVICE_PORT": port}
    for name, value in place.items():
        monkeypatch.setenv(name, value)
    folder = compose(JARVIS, "v1-partner", tmp_path / "partner")
    command = [sys.executable, "-m", "jarvis.partner"]
    process = subprocess.Popen(command, cwd=folder, env={"BIND_ADDRESS": "127.0.0.1", "PORT": port})
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize(("key", "status"), [("test-key", 502), ("production-key", 200)])
def test_a_third_party_refuses_a_key_that_is_not_its_own(
    key: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong with the release is its key alone; with the partner's own it would serve."""
    monkeypatch.setenv("FEATURE_NEW_INTEGRATION", "true")
    with served("v2-integration", tmp_path / "release", StandIn()) as client:
        from jarvis import places  # type: ignore[import-not-found]

        monkeypatch.setattr(places, "KEY", key)
        wait_until("the partner to answer", lambda: answers(client, status), 10.0)
        assert client.get("/health/ready").status_code == 200


def answers(client: Any, status: int) -> tuple[bool | None, str]:
    """Whether a user is answered so; a partner that is not up yet is a 502 too, but for another reason."""
    answer = client.get("/api/ping?nonce=n")
    return (answer.status_code == status and "did not answer" not in answer.text) or None, answer.text
