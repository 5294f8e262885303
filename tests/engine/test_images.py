"""The images, whoever made them: each does what the official one of its role does, as far as drills rely on it."""

import socket
import subprocess
from pathlib import Path

import pytest

from fixtures.engine import Engine, Role
from fixtures.waits import wait_until
from scenarios.errors import EnvironmentUnavailable
from tests.engine.conftest import Start

PATIENCE_S = 30.0
LARGEST_BYTES = {
    Role.NODE: 1_000e6,
    Role.POSTGRES: 300e6,
    Role.REDIS: 150e6,
    Role.HAPROXY: 150e6,
    Role.PYTHON: 150e6,
    Role.SERVICE: 220e6,
}


def said(engine: Engine, container: str, *words: str) -> str:
    """What a program in the container prints once it succeeds."""

    def look() -> tuple[str | None, str]:
        try:
            return engine.client().run("exec", container, *words), ""
        except EnvironmentUnavailable as error:
            return None, error.why

    return wait_until(f"{words[0]} in {container}", look, PATIENCE_S, 0.2).strip()


@pytest.mark.parametrize("role", Role)
def test_no_image_is_larger_than_it_must_be(role: Role, engine: Engine) -> None:
    """Of those we build; what is pulled is as large as it is."""
    image = engine.client().image(engine.images[role])
    assert image is not None
    if engine.made == "built":
        assert image.size <= LARGEST_BYTES[role]


def test_postgres_makes_the_database_and_user_it_is_told_to(engine: Engine, start: Start, tmp_path: Path) -> None:
    """POSTGRES_USER, _PASSWORD and _DB, a script of initdb.d, a server option, and the password asked for over TCP."""
    scripts = tmp_path / "initdb"
    scripts.mkdir()
    (scripts / "1.sql").write_text("CREATE TABLE seen AS SELECT 42 AS n;\n", encoding="utf-8")
    scripts.chmod(0o755)
    settings = {"POSTGRES_USER": "mina", "POSTGRES_PASSWORD": 'it\'s 1 "secret"', "POSTGRES_DB": "mina_production"}
    options = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    mount = f"{scripts}:/docker-entrypoint-initdb.d:ro"
    name = start(
        engine.images[Role.POSTGRES],
        "-c",
        "max_connections=17",
        options=(*options, "--volume", mount, "--hostname", "db"),
    )
    # under its own name the server is reached as from outside; on loopback it trusts, as the official image does
    url = ("psql", "-h", "db", "-U", "mina", "-d", "mina_production", "-Atc")
    with_password = ("env", f"PGPASSWORD={settings['POSTGRES_PASSWORD']}", *url)
    assert said(engine, name, *with_password, "SELECT n FROM seen") == "42"
    assert said(engine, name, *with_password, "SHOW max_connections") == "17"
    assert said(engine, name, *with_password, "SHOW server_version").startswith("17")
    with pytest.raises(EnvironmentUnavailable, match="password authentication failed"):
        engine.client().run("exec", name, "env", "PGPASSWORD=wrong", *url, "SELECT 1")


def test_postgres_without_a_password_refuses(engine: Engine, start: Start) -> None:
    name = start(engine.images[Role.POSTGRES])
    status = engine.client().run("wait", name).strip()
    assert status == "1"
    logs = subprocess.run(
        [engine.docker, "logs", name], env=engine.environment(), capture_output=True, text=True, timeout=30, check=True
    )
    assert "POSTGRES_PASSWORD" in logs.stdout + logs.stderr


def test_redis_answers_from_outside_its_container(engine: Engine, start: Start) -> None:
    """Over its published port, without a password, and with an option of the command line."""
    published = ("--publish", "127.0.0.1::6379")
    name = start(engine.images[Role.REDIS], "redis-server", "--maxmemory", "10mb", options=published)
    assert said(engine, name, "redis-cli", "ping") == "PONG"
    host, _, port = engine.client().run("port", name, "6379/tcp").strip().partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as outside:
        outside.sendall(b"PING\r\n")
        assert outside.recv(100) == b"+PONG\r\n"
    assert said(engine, name, "redis-cli", "config", "get", "maxmemory").split() == ["maxmemory", "10485760"]


def test_haproxy_takes_its_configuration_from_the_official_place(engine: Engine, start: Start, tmp_path: Path) -> None:
    """And it gives the master process, so that a signal makes it read the configuration again."""
    config = tmp_path / "haproxy.cfg"
    config.write_text(
        "defaults\n  mode http\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n"
        "frontend f\n  bind 127.0.0.1:8080\n  http-request return status 200 content-type text/plain string hello\n",
        encoding="utf-8",
    )
    mount = f"{config}:/usr/local/etc/haproxy/haproxy.cfg:ro"
    name = start(engine.images[Role.HAPROXY], options=("--volume", mount))
    ask = "exec 3<>/dev/tcp/127.0.0.1/8080; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    assert said(engine, name, "bash", "-c", ask).endswith("hello")


@pytest.mark.parametrize("program", ["flask", "gunicorn", "alembic"])
def test_the_services_image_runs_what_a_release_needs(program: str, engine: Engine, start: Start) -> None:
    name = start(engine.images[Role.SERVICE], "sleep", "60")
    assert said(engine, name, program, "--version")
    libraries = "import flask_migrate, prometheus_client, psycopg; print(psycopg.pq.__impl__)"
    assert said(engine, name, "python", "-c", libraries) == "binary"
