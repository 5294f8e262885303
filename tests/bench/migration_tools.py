"""What pytest-alembic and pytest-mrt say of the migrations of a release, each as its own manual has it set up.

They get an environment of packages of their own: pytest-mrt adds tests to whatever pytest runs beside it.
"""

import re
import shutil
import subprocess
from pathlib import Path

from fixtures.composition import compose
from fixtures.postgres import EmbeddedPostgres
from fixtures.requirements import environment_of
from scenarios.model import System
from tests.bench.goals import Unmeasured

PINNED = Path(__file__).with_suffix(".txt")
WITHIN_S = 300.0
DATABASE = "tools"
_ENV = """
from alembic import context
from sqlalchemy import create_engine, pool


def run(connection):
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None and not hasattr(given, "connect"):
    run(given)
else:
    engine = given or create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)
"""
_INI = "[alembic]\nscript_location = {folder}/migrations\nsqlalchemy.url = {url}\n"
_ALEMBIC = {
    "conftest.py": """
import pytest, sqlalchemy
from pytest_alembic.config import Config

@pytest.fixture
def alembic_config():
    return Config(config_options={{"file": "{folder}/alembic.ini"}})

@pytest.fixture
def alembic_engine():
    return sqlalchemy.create_engine("{url}")
""",
    "test_migrations.py": (
        "from pytest_alembic.tests import test_single_head_revision, test_upgrade, test_up_down_consistency\n"
    ),
}
_MRT = {
    "conftest.py": """
from pytest_mrt import MRTConfig

def pytest_configure(config):
    config._mrt_config = MRTConfig(alembic_ini="{folder}/alembic.ini", db_url="{url}")
""",
}
TOOLS = ("pytest-alembic", "pytest-mrt", "mrt check")


def said(server: EmbeddedPostgres, system: System, release: str, folder: Path) -> dict[str, str]:
    """By tool, what it holds against the release: failed tests, or errors of the static check; empty for nothing."""
    composed = compose(system, release, folder / "release")
    alembic = _laid(composed, folder / "pytest-alembic")
    mrt = _laid(composed, folder / "pytest-mrt")
    return {
        "pytest-alembic": _tested(server, alembic, _ALEMBIC, "no:mrt"),
        "pytest-mrt": _tested(server, mrt, _MRT, "no:pytest_alembic"),
        "mrt check": _checked(mrt),
    }


def _laid(composed: Path, folder: Path) -> Path:
    """A project of nothing but these migrations, under a plain Alembic environment."""
    migrations = folder / "migrations"
    shutil.copytree(composed / "migrations" / "versions", migrations / "versions")
    shutil.copy(composed / "migrations" / "script.py.mako", migrations)
    (migrations / "env.py").write_text(_ENV, encoding="utf-8")
    return folder


def _tested(server: EmbeddedPostgres, folder: Path, files: dict[str, str], without: str) -> str:
    """The tests that failed. Unmeasured where none was run: a tool that is not set up catches nothing."""
    with server.connect("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    url = server.url(DATABASE).replace("postgresql://", "postgresql+psycopg://")
    for name, text in {"alembic.ini": _INI, **files}.items():
        (folder / name).write_text(text.format(folder=folder, url=url), encoding="utf-8")
    out = _call("python", "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", without, str(folder), cwd=folder)
    ended = re.findall(r"^(PASSED|FAILED|ERROR) \S*::(\w+)", out, re.MULTILINE)
    if not any(how == "PASSED" for how, _ in ended):
        raise Unmeasured(f"{folder.name} ran no test that passed: {out.strip().splitlines()[-1:]}")
    return ", ".join(sorted(name.removeprefix("test_") for how, name in ended if how != "PASSED"))


def _checked(folder: Path) -> str:
    """The patterns that the static check calls an error; its warnings stop nobody."""
    out = _call("mrt", "check", "migrations/versions", cwd=folder)
    rows = [[cell.strip() for cell in line.split("│")] for line in out.splitlines() if "│" in line]
    return ", ".join(sorted({row[3] for row in rows if len(row) > 4 and row[4] == "error"}))


def _call(program: str, *words: str, cwd: Path) -> str:
    tool = environment_of(PINNED) / "bin" / program
    done = subprocess.run(
        [str(tool), *words],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "200", "HOME": str(cwd)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    return done.stdout
