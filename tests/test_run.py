"""What the workers of one run share, what is kept of a drill, and how each way to end is put on record."""

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import fixtures.drill
import fixtures.environment
import fixtures.needs
import fixtures.run
import scenarios.rehearsal
from fixtures import session
from fixtures.environment import EmbeddedEnvironment
from fixtures.run import Run
from fixtures.session import KEPT_HOST
from reports.summary import load_drills
from scenarios.errors import EnvironmentUnavailable, Inconclusive, UsageError
from scenarios.judging.causes import Cause
from scenarios.model import Need
from scenarios.results import DrillRecord
from tests.programs import program
from tests.sample_records import BAD, MEANT, OPEN, SUBJECT


def test_a_run_travels_to_its_workers(run: Run) -> None:
    assert Run.from_json(run.to_json()) == run
    assert run.name != Run.begin(time_scale=0.5, suite="ci", environment="embedded", require_all=True).name


def test_what_several_workers_could_not_rehearse_is_all_there(run: Run) -> None:
    """None overwrites or tears what another writes at the same time."""
    note = """
import sys
from fixtures.run import Run
from scenarios.results import NotRehearsed
run = Run.from_json(sys.argv[1])
sys.stdin.readline()
for number in range(100):
    run.note_not_rehearsed(NotRehearsed(id=f"{sys.argv[2]}-{number:03}", why="w" * 300, mend="m"))
"""
    out = str(run.folder.parent)
    with (
        program(note, run.to_json(), "a", ROLLBACK_DRILLS_OUT=out) as one,
        program(note, run.to_json(), "b", ROLLBACK_DRILLS_OUT=out) as other,
    ):
        for worker in (one, other):
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        assert [worker.wait(30) for worker in (one, other)] == [0, 0]
    expected = [f"{who}-{number:03}" for who in "ab" for number in range(100)]
    assert [entry.id for entry in run.not_rehearsed()] == expected


def test_a_platform_is_known_only_if_it_was_used(run: Run) -> None:
    assert run.platform("postgres") is None
    run.note_platform("postgres", "18.1")
    assert run.platform("postgres") == "18.1"


def test_latest_points_at_the_newest(run: Run, tmp_path: Path) -> None:
    """Relative, so that reports/out/ may be moved as a whole; the older target does not stand in the way."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        session._point_latest(Run.from_json(json.dumps({**json.loads(run.to_json()), "name": name})))
    assert os.readlink(tmp_path / "latest") == "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "one", "two"]


@pytest.mark.parametrize(
    ("drill_id", "slug"),
    [
        ("drills/git/test_x.py::test_y", "git.test_x.test_y"),
        (
            "drills/systems/test_declared.py::test_declared[shop-quick]",
            "systems.test_declared.test_declared-shop-quick",
        ),
        ("drills/git/test_x.py::TestA::test_y[a/../b c]", "git.test_x.TestA.test_y-a....b-c"),
    ],
)
def test_a_drill_has_a_folder_name(drill_id: str, slug: str) -> None:
    """One path component, whatever a parameter contains."""
    assert fixtures.drill._slug(drill_id) == slug


class FakeEnvironment:
    """Remembers which evidence asked for the host's files."""

    name = "embedded"

    def __init__(self) -> None:
        self.kept: list[Path] = []

    def keep_host(self, target: Path) -> None:
        self.kept.append(target)


@pytest.mark.parametrize(
    ("keep", "outcome", "kept"),
    [
        (True, BAD, 1),
        (True, OPEN, 1),
        (True, MEANT, 0),
        (False, BAD, 0),
        (True, "inconclusive", 1),
        (True, "ctrl-c", 1),
    ],
    ids=["failed", "inconclusive", "as-expected", "not-asked", "ended-early", "interrupted"],
)
def test_keep_on_fail_keeps_the_host_of_a_drill_not_as_expected(
    keep: bool, outcome: Any, kept: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where asked for; an end before a verdict counts as not as expected. The verdict is written in any case."""

    def rehearse(*_: object) -> DrillRecord:
        tmp_path.mkdir(exist_ok=True)
        if outcome == "ctrl-c":
            raise KeyboardInterrupt
        if outcome == "inconclusive":
            raise Inconclusive(Cause.PROBE_DIED, "gone")
        assert isinstance(outcome, DrillRecord)
        return outcome

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    try:
        fixtures.drill._attempt(SUBJECT, tmp_path, environment, keep)
    except KeyboardInterrupt:
        written = DrillRecord.model_validate_json((tmp_path / "verdict.json").read_bytes())
        assert written.cause == Cause.INTERRUPTED
    assert environment.kept == [tmp_path / KEPT_HOST] * kept
    assert (tmp_path / "verdict.json").is_file()


def test_a_drill_has_a_verdict_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed writes nothing any more: until there is another, the verdict is that it was killed."""
    seen = []

    def rehearse(*_: object) -> DrillRecord:
        seen.append(DrillRecord.model_validate_json((tmp_path / "verdict.json").read_bytes()))
        return MEANT

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    fixtures.drill._attempt(SUBJECT, tmp_path, environment, keep=False)
    assert [(record.verdict, record.cause, record.as_expected) for record in seen] == [
        ("inconclusive", Cause.INTERRUPTED, False)
    ]
    assert DrillRecord.model_validate_json((tmp_path / "verdict.json").read_bytes()) == MEANT


def test_an_error_of_the_harness_is_on_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that happens before or after the lifecycle too: else the summary would not know of the drill."""

    def rehearse(*_: object) -> DrillRecord:
        raise OSError("no free port")

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    found = fixtures.drill._attempt(SUBJECT, tmp_path / "drill", environment, keep=False)
    assert (found.cause, found.detail) == (Cause.HARNESS_ERROR, "OSError: no free port")
    assert load_drills(tmp_path) == [found]
    assert "in rehearse" in (tmp_path / "drill" / "harness-error.txt").read_text(encoding="utf-8")


def test_what_somebody_wrote_wrong_is_told_and_not_tried_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the record, as the summary must know of it; and once: it does not become right by trying again."""
    attempts = []

    def rehearse(*_: object) -> DrillRecord:
        attempts.append(1)
        raise UsageError("RUNBOOK.md:7: a step without a deadline")

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    with pytest.raises(UsageError):
        fixtures.drill._rehearse_with_retry(SUBJECT, run.folder / "drill", environment, False, print)
    assert len(attempts) == 1
    assert [found.detail for found in load_drills(run.folder)] == ["RUNBOOK.md:7: a step without a deadline"]


def test_the_end_of_a_run_says_which_older_runs_are_gone() -> None:
    assert session.pruned_lines([], 20) == []
    assert session.pruned_lines([Path("out/a"), Path("out/b")], 20) == [
        "Deleted, as 20 runs are kept (--keep-runs): a, b"
    ]


@pytest.mark.parametrize(
    ("environment", "need", "why", "mend"),
    [
        ("embedded", Need.CLUSTER, "the embedded environment has none", "--environment kind"),
        ("embedded", Need.REDIS, "no environment of this version has redis", "take it out"),
        ("kind", Need.GCLOUD, "no environment of this version has gcloud", "take it out"),
    ],
)
def test_a_need_that_is_not_met_says_whether_anything_meets_it(
    environment: str, need: Need, why: str, mend: str
) -> None:
    lack = fixtures.needs.lack(need, environment)
    assert lack.why == why
    assert mend in lack.mend


def test_a_machine_without_gpg_does_not_rehearse_what_needs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is missing and how to have it; a drill that needs none is none the worse."""
    monkeypatch.setattr(fixtures.environment, "SYSTEM_PATH", str(tmp_path))
    place = EmbeddedEnvironment.__new__(EmbeddedEnvironment)
    place.check(replace(SUBJECT.scenario, needs=frozenset({Need.POSTGRES})))
    with pytest.raises(EnvironmentUnavailable) as lack:
        place.check(replace(SUBJECT.scenario, needs=frozenset({Need.POSTGRES, Need.GPG})))
    assert (lack.value.need, lack.value.mend) == ("gpg", "apt-get install gnupg")


def test_what_this_machine_lacks_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes to the caller, who writes it down as not rehearsed."""

    def rehearse(*_: object) -> DrillRecord:
        raise EnvironmentUnavailable("postgres", "absent", "install it")

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = FakeEnvironment()
    with pytest.raises(EnvironmentUnavailable):
        fixtures.drill._attempt(SUBJECT, tmp_path / "drill", environment, keep=True)
    assert not (tmp_path / "drill").exists()


def test_the_kept_copy_outlives_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Releases, logs and home; `current` in the copy points at the copy's release. No host yet: nothing to keep."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    environment = EmbeddedEnvironment(Run.begin(time_scale=0.5, suite=None, environment="embedded", require_all=False))
    try:
        environment.keep_host(tmp_path / "early")
        assert not (tmp_path / "early").exists()
        environment._host_folder = host = environment.workspace / "host-1"
        for name in ("releases/v1/RELEASE", "logs/gunicorn.log", "home/dump.sql"):
            (host / name).parent.mkdir(parents=True)
            (host / name).write_text(name, encoding="utf-8")
        (host / "current").symlink_to("releases/v1")
        environment.keep_host(tmp_path / "kept")
    finally:
        environment.close()
    assert list((tmp_path / "tmp").iterdir()) == []
    assert (tmp_path / "kept" / "current" / "RELEASE").read_text(encoding="utf-8") == "releases/v1/RELEASE"
    assert (tmp_path / "kept" / "home" / "dump.sql").is_file()


def test_the_end_of_a_run_says_where_hosts_were_kept(run: Run) -> None:
    (run.folder / "git.test_x.test_y" / KEPT_HOST).mkdir(parents=True)
    (run.folder / "git.test_x.test_z").mkdir()
    assert session.kept_lines(run) == [f"Kept for a look: {run.folder / 'git.test_x.test_y' / KEPT_HOST}"]
