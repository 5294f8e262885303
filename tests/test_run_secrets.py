"""A run's secrets: made once for all of its processes, and taken out of every file that it leaves."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.journal import Journal
from fixtures.labels import expiry
from fixtures.run_secrets import RunSecrets, forget_orphans
from tests.programs import ROOT

ASK = "from fixtures.run_secrets import RunSecrets; print(RunSecrets('run-1')('database'))"


def test_a_name_stands_for_one_value_in_every_process() -> None:
    """Workers that ask at once are given the same; another name, and another run, have another."""
    asking = [
        subprocess.Popen([sys.executable, "-c", ASK], cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    values = {process.communicate()[0].strip() for process in asking}
    values |= {RunSecrets("run-1")("database")}
    assert len(values) == 1
    assert len(values | {RunSecrets("run-1")("superuser"), RunSecrets("run-2")("database")}) == 3


def test_nobody_else_can_read_them_and_they_are_forgotten() -> None:
    secrets = RunSecrets("run-1")
    secrets("database")
    assert secrets.path.stat().st_mode & 0o777 == 0o600
    secrets.forget()
    secrets.forget()
    assert not secrets.path.exists()


def test_a_line_that_is_torn_was_never_given_to_anybody() -> None:
    secrets = RunSecrets("run-1")
    value = secrets("database")
    secrets.path.write_bytes(secrets.path.read_bytes() + b'["superuser", "hal')
    assert value not in secrets.redactor().text(value)


def test_every_file_below_is_cleaned_and_keeps_what_it_was(tmp_path: Path) -> None:
    """Whole or not at all; what holds none is not touched, nor is what a link leads to."""
    secrets = RunSecrets("run-1")
    value = secrets("database")
    folder, elsewhere = tmp_path / "run", tmp_path / "elsewhere"
    (folder / "deep").mkdir(parents=True)
    for path in (folder / "deep" / "log", elsewhere):
        path.write_text(f"url=postgresql://a:{value}@h\n")
    (folder / "deep" / "log").chmod(0o640)
    (folder / "clean").write_text("nothing")
    (folder / "link").symlink_to(elsewhere)
    before = (folder / "clean").stat()
    assert secrets.redact_files(folder) == [folder / "deep" / "log"]
    assert (folder / "deep" / "log").read_text() == "url=postgresql://a:[redacted]@h\n"
    assert (folder / "deep" / "log").stat().st_mode & 0o777 == 0o640
    assert (folder / "clean").stat().st_ino == before.st_ino
    assert value in elsewhere.read_text()


def test_a_run_without_any_takes_nothing_out(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("said")
    assert RunSecrets("run-1").redact_files(tmp_path) == []


def test_secrets_without_a_journal_are_forgotten_by_whoever_cleans_up() -> None:
    """And those of a run that still has one are not."""
    Journal("run-1").begin(expiry())
    for run in ("run-1", "run-2"):
        RunSecrets(run)("database")
    forget_orphans()
    assert RunSecrets("run-1").path.exists()
    assert not RunSecrets("run-2").path.exists()


@pytest.mark.parametrize("name", ["database", "superuser"])
def test_they_are_too_long_to_be_guessed(name: str) -> None:
    assert len(RunSecrets("run-1")(name)) >= 24
