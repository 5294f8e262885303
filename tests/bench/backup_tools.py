"""What firedrill says of a backup, set up as its manual has it, with a reference of the structure from a whole one."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures.engine import Engine, Role
from fixtures.requirements import environment_of
from tests.bench.goals import Unmeasured

PINNED = Path(__file__).with_suffix(".txt")
WITHIN_S = 180.0
# both servers are of one image, which has no locale but C.UTF-8: it would say this of the whole backup too
_RULES = """
version: 1
structure:
  reference: reference.txt
ignore:
  - check: COLLATION_MISMATCH
    reason: both servers are of one image
"""
STOPS = ("critical", "high")  # what it fails for, unless told otherwise


class Firedrill:
    """In a folder of its own; its containers are of the project's Postgres image."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        """`folder` is its home and its project."""
        self._engine = engine
        self._folder = folder
        self._image = f"rollback-drills/firedrill-{secrets.token_hex(4)}"

    @contextmanager
    def set_up(self, whole: Path, major: str) -> Iterator[None]:
        """Where it finds docker, which image it takes, and how a whole backup is built."""
        docker, name = self._engine.client(), f"{self._image}:{major}"
        # it hands docker a HOME and no DOCKER_HOST
        home = {**os.environ, "HOME": str(self._folder)}
        for words in (
            ("context", "create", "drills", "--docker", f"host={self._engine.docker_host}"),
            ("context", "use", "drills"),
        ):
            subprocess.run([str(self._engine.docker), *words], env=home, capture_output=True, check=True)
        docker.run("tag", self._engine.images[Role.POSTGRES], name)
        try:
            self._call(whole, "--write-reference", "reference.txt")
            (self._folder / "firedrill.yml").write_text(_RULES, encoding="utf-8")
            yield
        finally:
            docker.run("rmi", name)

    def said(self, backup: Path) -> str:
        """The findings that it fails for, by their names; empty where it passes the backup."""
        report = self._folder / "report.json"
        report.unlink(missing_ok=True)
        ended = self._call(backup, "--json", str(report))
        if not report.exists():
            raise Unmeasured(f"firedrill ended with {ended.returncode}: {ended.stdout.strip().splitlines()[-1:]}")
        findings = json.loads(report.read_text(encoding="utf-8"))["findings"]
        found = sorted({each["rule"] for each in findings if each["severity"].lower() in STOPS})
        if bool(found) != bool(ended.returncode):
            raise Unmeasured(f"firedrill ended with {ended.returncode} and found {', '.join(found) or 'nothing'}")
        return ", ".join(found)

    def _call(self, backup: Path, *words: str) -> subprocess.CompletedProcess[str]:
        tool = environment_of(PINNED) / "bin" / "firedrill"
        return subprocess.run(
            [str(tool), "run", str(backup), "--image", f"{self._image}:{{major}}", *words],
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
