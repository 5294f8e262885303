"""The `drill` command from outside: help that teaches, exit codes, and errors of one line without a traceback."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import drill
import fixtures.doctor
import fixtures.run
from fixtures import commands
from fixtures.doctor import Diagnosis, Finding, State, diagnose
from reports.summary import write_summary
from scenarios.errors import EnvironmentUnavailable, UsageError
from scenarios.results import Platform
from tests.sample_run import build_run

GOOD = Finding(id="bash", state=State.OK, required=True, found="/bin/bash")
BAD = Finding(
    id="locust", state=State.MISSING, required=True, found="nowhere", costs="every drill", mend="tox -e drills"
)
LESS = Finding(
    id="npm", state=State.MISSING, required=False, found="nowhere", costs="the Allure file", mend="apt-get x"
)
LATER = Finding(id="kind", state=State.UNUSED, required=False, found="not on PATH; no drill uses it yet")


def run(*words: str) -> Result:
    return CliRunner().invoke(drill.main, list(words))


def test_help_says_what_it_is_and_gives_examples() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert "Rehearse written rollback procedures" in result.output
    for example in ("drill doctor", "pytest drills/ -k database", "drill report latest", "drill new", "--systems"):
        assert example in result.output


@pytest.mark.parametrize("verb", sorted(drill.main.commands))
def test_every_verb_has_examples_in_its_help(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert f"drill {verb}" in result.output.split("Examples:")[1]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("RUNBOOK.md:7: a step without a deadline"), 2),
        (EnvironmentUnavailable("npm", "absent", "install it"), 7),
    ],
)
def test_an_error_of_ours_is_told_without_a_traceback(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each family has its exit code, and its message arrives whole."""

    def fail(**_: object) -> int:
        raise error

    monkeypatch.setattr(commands, "doctor", fail)
    result = run("doctor")
    assert result.exit_code == code
    assert str(error) in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("findings", "code"), [((GOOD, LESS, LATER), 0), ((GOOD, BAD), 7)], ids=["only-extras-missing", "required-missing"]
)
def test_doctor_exits_by_what_the_embedded_drills_need(
    findings: tuple[Finding, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something missing that is only an extra is told, and is no failure."""
    monkeypatch.setattr(fixtures.doctor, "diagnose", lambda: Diagnosis(findings=findings))
    for_people, for_machines = run("doctor"), run("doctor", "--json")
    assert (for_people.exit_code, for_machines.exit_code) == (code, code)
    answer = json.loads(for_machines.output)
    assert answer["ready"] is (code == 0)
    assert [finding["id"] for finding in answer["findings"]] == [finding.id for finding in findings]
    for finding in findings:
        assert finding.found in for_people.output
        assert finding.costs in for_people.output
        assert finding.mend in for_people.output


def test_doctor_looks_at_this_machine_without_failing() -> None:
    """Whatever is or is not here, every finding is complete: what is missing has a price and a cure."""
    findings = diagnose().findings
    assert len({finding.id for finding in findings}) == len(findings)
    for finding in findings:
        assert finding.found
        assert (finding.state is State.MISSING) == bool(finding.costs and finding.mend)


def test_new_makes_the_folder_and_says_what_to_do_next(tmp_path: Path) -> None:
    result = run("new", "shop", "--into", str(tmp_path))
    assert result.exit_code == 0
    assert (tmp_path / "shop" / "RUNBOOK.md").is_file()
    assert f"--systems {tmp_path / 'shop'}" in result.output


def test_new_refuses_a_bad_name_in_one_line(tmp_path: Path) -> None:
    result = run("new", "No_Good", "--into", str(tmp_path))
    assert result.exit_code == 2
    assert "is no name for a system" in result.output
    assert "Traceback" not in result.output


def test_new_warns_where_the_folder_lies_in_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made all the same; anywhere else there is nothing to warn of."""
    assert "Note:" not in run("new", "shop", "--into", str(tmp_path)).output
    monkeypatch.setattr(commands, "CHECKOUT", tmp_path)
    result = run("new", "store", "--into", str(tmp_path))
    assert result.exit_code == 0
    assert "it lies inside the checkout" in result.output


def test_new_refuses_the_word_of_an_area(tmp_path: Path) -> None:
    result = run("new", "my-database", "--into", str(tmp_path))
    assert result.exit_code == 2
    assert "`pytest -k database` selects an area" in " ".join(result.output.split())
    assert not list(tmp_path.iterdir())


def test_a_run_that_cannot_be_written_is_told_in_one_line(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user's run, for instance: what is wrong, and what to do instead."""

    def refuse(_: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(out / "sample" / "index.html"))

    monkeypatch.setattr("reports.page.build_page", refuse)
    result = run("report", "sample")
    assert result.exit_code == 2
    assert "index.html cannot be written (Permission denied): copy the run's folder" in result.output
    assert "Traceback" not in result.output


def test_a_run_that_is_not_there_is_told_in_one_line() -> None:
    result = run("report", "no-such-run")
    assert result.exit_code == 2
    assert "no-such-run" in result.output
    assert "Traceback" not in result.output


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reports/out/ with one run in it, called `sample`."""
    run_folder = build_run(tmp_path, "sample")
    write_summary(
        run_folder,
        run="sample",
        started_at="2026-01-02T03:04:05+00:00",
        git_rev="0000000",
        time_scale=0.02,
        suite="ci",
        platform=Platform(),
        not_rehearsed=[],
    )
    monkeypatch.setattr(fixtures.run, "OUT", tmp_path)
    return tmp_path


def test_report_writes_the_page_and_prints_the_table(out: Path) -> None:
    """Whatever the run came to, writing its report is a success."""
    result = run("report", "sample")
    assert result.exit_code == 0, result.output
    assert (out / "sample" / "index.html").is_file()
    assert str(out / "sample" / "index.html") in result.output


def test_report_gives_a_machine_the_summary(out: Path) -> None:
    """Standard output is summary.json and nothing else."""
    result = run("report", "sample", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads((out / "sample" / "summary.json").read_text(encoding="utf-8"))


def test_no_allure_is_a_note_and_no_failure(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = run("report", "sample", "--allure")
    assert result.exit_code == 0
    assert "No Allure report" in result.output
    assert len(result.output.splitlines()) == 2, "only where the files are: the table was printed by the run"
