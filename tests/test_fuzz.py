"""Spoilt input of every kind: an error says file, line and what was expected, and no traceback reaches a user."""

import random
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fixtures.run
from fixtures import reaping
from reports.matrix import load_matrix
from reports.summary import write_summary
from scenarios.errors import UsageError
from scenarios.registry import BUILT_IN, load_system
from scenarios.results import Platform
from scenarios.runbook import load_runbook
from tests.fuzzing import PIECES, complaint, said, spoil_text, spoilt_run, words
from tests.sample_runbook import RUNBOOK
from tests.simulated_world import World
from tests.test_ledger_recheck import stored
from tests.test_session import DECLARED, collect, shop

SEEDS = st.integers(0, 2**32)
VERBS = ("report", "recheck", "new", "reap", "latest", "--json", "--allure", "--into")
OPTIONS = ("--environment", "--time-scale", "--suite", "--systems", "--repeat", "--rows", "--keep-runs")
RUNBOOKS = (RUNBOOK, *(path.read_text(encoding="utf-8") for path in sorted(BUILT_IN.glob("*/RUNBOOK.md"))))


def few(number: int) -> settings:
    """The same ones each time; `tox -e soak -- spoilt` has many more."""
    return settings(max_examples=number, deadline=None, derandomize=True, database=None)


@pytest.fixture(scope="module")
def run() -> Iterator[Path]:
    """A stored run that can be reported and judged again."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        yield stored_run(Path(name))


def stored_run(folder: Path) -> Path:
    """One drill of the simulated world, and the run's summary."""
    (folder / "world").mkdir()
    record, evidence = stored(World(folder / "world"))
    shutil.move(evidence, folder / "run" / "evidence")
    (folder / "run" / "evidence" / "verdict.json").write_text(record.model_dump_json(indent=1) + "\n")
    write_summary(
        folder / "run",
        run="run",
        started_at="2026-01-01T00:00:00+00:00",
        git_rev="unknown",
        time_scale=0.02,
        suite=None,
        platform=Platform(**dict.fromkeys(Platform.model_fields)),
        not_rehearsed=[],
    )
    return folder / "run"


def look_at_run(run: Path, seed: int) -> list[str]:
    """What is wrong with what the verbs say of a copy of `run` that is spoilt in one place."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        which = spoilt_run(run, Path(name) / "spoilt", random.Random(seed))
        found = {verb: complaint(said(verb, str(Path(name) / "spoilt"))) for verb in ("recheck", "report")}
    return [f"{verb}, {which}: {why}" for verb, why in found.items() if why]


def look_at_runbook(text: str, seed: int) -> str:
    """What is wrong with how a spoilt runbook is told; empty where it loads or is told as it should be."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        path = Path(name) / "RUNBOOK.md"
        path.write_text(spoil_text(text, random.Random(seed)), encoding="utf-8")
        try:
            load_runbook(path)
        except UsageError as error:
            return "" if re.match(rf"{re.escape(str(path))}(:\d+)?: \S", str(error)) else f"no place in: {error}"
    return ""


@few(25)
@given(SEEDS)
def test_a_spoilt_run_is_told(run: Path, seed: int) -> None:
    """`drill recheck` and `drill report`, of a run one of whose files is missing, cut or changed."""
    assert look_at_run(run, seed) == []


@few(300)
@given(SEEDS, st.sampled_from(RUNBOOKS))
def test_a_spoilt_runbook_is_told_with_its_line(seed: int, text: str) -> None:
    assert look_at_runbook(text, seed) == ""


@few(60)
@given(SEEDS)
def test_a_spoilt_declaration_is_told_with_its_line(seed: int) -> None:
    """scenarios.py of a system folder is somebody's Python: it may do anything but end us with a traceback."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = shop(Path(name) / "shop", spoil_text(DECLARED, random.Random(seed)))
        try:
            load_system(folder)
        except UsageError as error:
            assert str(error).startswith(str(folder))  # noqa: PT017


@few(150)
@given(SEEDS)
def test_any_words_are_answered(seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name, pytest.MonkeyPatch.context() as patch:
        patch.chdir(name)
        patch.setattr(fixtures.run, "OUT", Path(name) / "out")
        assert complaint(said(*words(random.Random(seed), VERBS))) == ""


def look_at_options(folder: Path, seed: int) -> str:
    """What is wrong with how pytest takes options of ours that may be nonsense; empty where nothing is."""
    chance = random.Random(seed)
    values = [piece for piece in PIECES if piece and "\0" not in piece]
    given = [f"{name}={chance.choice(values)}" for name in chance.sample(OPTIONS, 2)]
    done = collect(folder / "out", "drills", *given)
    both = done.stdout + done.stderr
    spoilt = "Traceback" in both or "INTERNALERROR" in both or done.returncode not in (0, 4, 5)
    return f"{given}: exit code {done.returncode}: {both}" if spoilt else ""


@few(6)
@given(SEEDS)
def test_nonsense_options_are_one_usage_line(seed: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        assert look_at_options(Path(name), seed) == ""


def test_a_mistake_of_ours_is_one_line_and_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody foresaw it; and the tests above would take it for a complaint."""

    def fails() -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(reaping, "reap", fails)
    told = said("reap")
    assert "a mistake of ours" in told.output
    assert "Traceback" not in told.output
    assert complaint(told) == "exit code 70"
    (log,) = tmp_path.glob("drill-error-*.txt")
    assert "Traceback" in log.read_text(encoding="utf-8")


@few(60)
@given(SEEDS)
def test_a_spoilt_matrix_is_told(seed: int) -> None:
    """docs/checks.json, which a nightly run adds to."""
    text = (fixtures.run.CHECKOUT / "docs" / "checks.json").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        path = Path(name) / "checks.json"
        path.write_text(spoil_text(text, random.Random(seed)), encoding="utf-8")
        try:
            load_matrix(path)
        except UsageError as error:
            assert str(path) in str(error)  # noqa: PT017


def test_what_was_spoilt_is_told_with_file_and_line(run: Path, tmp_path: Path) -> None:
    """Of files of lines the line, of JSON the place in it, and what was expected there."""
    for name, old, new, expected in (
        ("ledger/one.jsonl", b'"seq": 1', b'"seq": [1]', r"one\.jsonl:\d+: .*valid integer"),
        ("probe.jsonl", b'"sent_ns":', b'"sent_ns":"x', r"probe\.jsonl:\d+: "),
        ("judging.json", b'"drill_id"', b'"drill"', r"judging\.json: .*"),
        ("state/before.json", b'"facts"', b'"fact"', r"before\.json: facts: Field required"),
    ):
        copy = tmp_path / Path(name).name
        shutil.copytree(run, copy)
        path = copy / "evidence" / name
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new, 1))
        told = said("recheck", str(copy))
        assert (told.exit_code, bool(re.search(expected, told.output))) == (6, True), told.output
