"""--repeat N: all evidence is kept, the worst of N is on the record, and what N proves is said and no more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import scenarios.rehearsal
from fixtures import drill
from fixtures.series import rehearse_series
from reports import words
from reports.summary import load_drills
from scenarios.errors import EnvironmentUnavailable
from scenarios.judging.causes import Cause
from scenarios.record import worst_of
from scenarios.results import DrillRecord, Interval
from tests.sample_records import BAD, GOOD, MEANT, OPEN, SUBJECT
from tests.test_session import collect


def took(record: DrillRecord, recovery_s: Interval | None) -> DrillRecord:
    return record.model_copy(update={"recovery_s": recovery_s})


SLOW, SLOWER, NEVER = took(GOOD, (1.0, 2.0)), took(GOOD, (1.5, 3.0)), took(BAD, (4.0, None))
DONE = MEANT.model_copy(update={"cause": Cause.NOT_SERVED})  # nothing of the harness in it, so not tried again
UNNOTICED = GOOD.model_copy(update={"as_expected": False})  # a sabotage that no check turned red


@pytest.mark.parametrize(
    ("records", "worst"),
    [
        ([GOOD], 0),
        ([GOOD, BAD, OPEN], 1),
        ([GOOD, OPEN, GOOD], 1),
        ([OPEN, UNNOTICED, MEANT], 1),
        ([MEANT, OPEN], 1),
        ([MEANT, BAD, MEANT], 1),
        ([SLOW, SLOWER, SLOW], 1),
        ([took(GOOD, None), SLOW], 1),
        ([took(GOOD, None), took(GOOD, (0.0, 0.5))], 1),
        ([took(BAD, (1.0, 9.0)), NEVER], 1),
        ([SLOWER, BAD], 1),
        ([SLOW, SLOW], 0),
    ],
)
def test_the_worst_counts(records: list[DrillRecord], worst: int) -> None:
    """Failed before inconclusive before passed; where failing is expected, what comes out otherwise; then the slowest.

    Among equals the first.
    """
    assert worst_of(records) == worst


@dataclass
class Series:
    """Plays outcomes one after the other, each into the folder that it is given, and keeps what was told."""

    outcomes: list[DrillRecord | BaseException]
    told: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)

    def rehearse(self, folder: Path, number: int) -> DrillRecord:
        self.folders.append(folder.name)
        assert number == len(self.folders)
        outcome = self.outcomes.pop(0)
        folder.mkdir()
        (folder / "events.jsonl").write_text(f"number {number}\n", encoding="utf-8")
        left = outcome if isinstance(outcome, DrillRecord) else OPEN
        if not isinstance(outcome, SystemExit):
            named = left.model_copy(update={"evidence": folder.name})
            (folder / "verdict.json").write_text(named.model_dump_json(), encoding="utf-8")
        if isinstance(outcome, BaseException):
            raise outcome
        return left

    def play(self, out: Path) -> DrillRecord:
        return rehearse_series(len(self.outcomes), out / "git.test_x", self.rehearse, self.told.append)


def folders(out: Path) -> dict[str, str]:
    """What is in the run's folder: each drill's folder and whose events it holds."""
    return {path.name: (path / "events.jsonl").read_text("utf-8").strip() for path in sorted(out.iterdir())}


def test_once_is_as_it_always_was(tmp_path: Path) -> None:
    """No other folder, nothing told, and n = 1."""
    series = Series([GOOD])
    assert series.play(tmp_path).n == 1
    assert series.told == []
    assert folders(tmp_path) == {"git.test_x": "number 1"}


def test_all_are_rehearsed_and_kept_and_the_summary_knows_one(tmp_path: Path) -> None:
    """A failure does not end the series; the worst lies where a drill's evidence always lies, the others beside it."""
    series = Series([SLOW, BAD, SLOWER, OPEN])
    record = series.play(tmp_path)
    assert (record.verdict, record.n, record.evidence) == ("failed", 4, "git.test_x")
    assert series.told == [f"  repeat {k} of 4" for k in (1, 2, 3, 4)]
    assert folders(tmp_path) == {
        "git.test_x": "number 2",
        "git.test_x.repeat-1": "number 1",
        "git.test_x.repeat-3": "number 3",
        "git.test_x.repeat-4": "number 4",
    }
    assert load_drills(tmp_path) == [record]
    kept = DrillRecord.model_validate_json((tmp_path / "git.test_x.repeat-3" / "verdict-repeat.json").read_bytes())
    assert kept.recovery_s == SLOWER.recovery_s


@pytest.mark.parametrize(
    ("outcomes", "verdict", "n"),
    [
        ([GOOD, KeyboardInterrupt(), GOOD], "inconclusive", 2),
        ([BAD, KeyboardInterrupt(), GOOD], "failed", 2),
        ([GOOD, GOOD, SystemExit()], "passed", 2),
    ],
    ids=["interrupted", "after-a-failure", "without-a-verdict"],
)
def test_what_was_rehearsed_before_an_interruption_is_on_the_record(
    outcomes: list[DrillRecord | BaseException], verdict: str, n: int, tmp_path: Path
) -> None:
    series = Series([*outcomes])
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        series.play(tmp_path)
    (record,) = load_drills(tmp_path)
    assert (record.verdict, record.n) == (verdict, n)


def test_a_machine_that_lacks_something_at_once_leaves_nothing(tmp_path: Path) -> None:
    def lack(folder: Path, number: int) -> DrillRecord:
        raise EnvironmentUnavailable("redis", "there is none", "install it")

    with pytest.raises(EnvironmentUnavailable):
        rehearse_series(3, tmp_path / "git.test_x", lack, print)
    assert list(tmp_path.iterdir()) == []


class Host:
    """An environment that keeps no host."""

    name = "embedded"

    def keep_host(self, target: Path) -> None:
        raise AssertionError(target)


def series_of(outcomes: list[Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], DrillRecord]:
    """What the fixture hands to `rehearse_series`, in a lifecycle that plays `outcomes`."""

    def rehearse(_: object, __: object, evidence: Path) -> DrillRecord:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        evidence.mkdir(parents=True, exist_ok=True)
        assert isinstance(outcome, DrillRecord)
        return outcome

    monkeypatch.setattr(scenarios.rehearsal, "rehearse", rehearse)
    environment: Any = Host()
    return drill.once_into(SUBJECT, environment, False, lambda _: None)


def test_each_repetition_has_its_own_second_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A harness that fails once in one of three costs nothing; the attempt is kept beside its repetition."""
    once = series_of([DONE, OSError("no free port"), DONE, DONE], monkeypatch)
    record = rehearse_series(3, tmp_path / "git.test_x", once, print)
    assert (record.as_expected, record.n) == (True, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "git.test_x",
        "git.test_x.repeat-2",
        "git.test_x.repeat-2.attempt-1",
        "git.test_x.repeat-3",
    ]


def test_what_goes_missing_between_two_repetitions_is_no_reason_to_skip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was there the first time, so the drill has begun, and is inconclusive."""
    once = series_of([DONE, EnvironmentUnavailable("cluster", "it is gone", "drill engine up"), DONE], monkeypatch)
    record = rehearse_series(3, tmp_path / "git.test_x", once, print)
    assert (record.verdict, record.cause, record.n) == ("inconclusive", Cause.ENVIRONMENT_LOST, 3)
    first = series_of([EnvironmentUnavailable("cluster", "there is none", "drill engine up")], monkeypatch)
    with pytest.raises(EnvironmentUnavailable):
        rehearse_series(3, tmp_path / "git.test_y", first, print)


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, ""),
        (3, "less than 64 in 100"),
        (10, "less than 26 in 100"),
        (60, "less than 5 in 100"),
        (300, "less than 1 in 100"),
    ],
)
def test_what_n_proves(n: int, said: str) -> None:
    """Exactly: with that chance of going wrong each time, N in a row go right in one of twenty series."""
    told = words.repeated(GOOD.model_copy(update={"n": n}))
    assert said in told
    assert (f"about 3/{n}" in told) == (n > 1)
    if said:
        percent = int(said.split()[2])
        assert (1 - percent / 100) ** n <= 0.05 < (1 - (percent - 1) / 100) ** n


def test_a_series_that_did_not_come_out_as_expected_proves_nothing_of_other_nights() -> None:
    assert words.repeated(BAD.model_copy(update={"n": 5})) == "the worst of 5 rehearsals"


def test_less_than_once_is_refused(tmp_path: Path) -> None:
    done = collect(tmp_path / "out", "drills/database", "--repeat", "0")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--repeat 0: a drill is rehearsed at least once" in done.stdout + done.stderr


def test_the_first_lines_say_how_often(tmp_path: Path) -> None:
    """And nothing of it where it is once."""
    options = ["drills/database", "--environment", "embedded", "-v", "-v"]
    line = "each drill is rehearsed 4 times, and the worst of them counts"
    assert line in collect(tmp_path / "out", *options, "--repeat", "4").stdout
    assert "is rehearsed" not in collect(tmp_path / "out", *options).stdout
