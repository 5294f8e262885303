"""Allure: what a drill leaves in allure-results, and the single file made of it, whatever npm does or does not do."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports import allure_site
from reports.allure import attach_drill, write_environment
from reports.allure_site import Note, build_single_file, offline
from reports.summary import load_summary, write_summary
from tests.sample_header import header
from tests.sample_run import STORIES, build_run, record_of

ROOT = Path(__file__).parent.parent
_DRILLS = """
import json, sys
from pathlib import Path
sys.path.insert(0, {root!r})
import pytest
from reports.allure import attach_drill
from scenarios.results import DrillRecord
RUN = Path({run!r})

@pytest.mark.parametrize("slug", {slugs!r})
def test_drill(slug):
    record = DrillRecord.model_validate_json((RUN / slug / "verdict.json").read_bytes())
    attach_drill(record, RUN / slug)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = build_run(tmp_path_factory.mktemp("out"))
    write_summary(run, **header())
    return run


def _results(run: Path, where: Path) -> dict[str, dict[str, Any]]:
    """allure-results by test name, from a pytest of its own with one test a drill."""
    pytest.importorskip("allure_pytest")
    where.mkdir()
    slugs = sorted(path.parent.name for path in run.glob("*/verdict.json"))
    (where / "test_sample.py").write_text(_DRILLS.format(root=str(ROOT), run=str(run), slugs=slugs))
    options = ["-q", "-p", "allure_pytest", "-p", "no:cacheprovider", "--alluredir", "results", "test_sample.py"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=where,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=True,
        capture_output=True,
        timeout=60,
    )
    found = [json.loads(path.read_text()) for path in (where / "results").glob("*-result.json")]
    return {result["name"]: result for result in found}


def test_what_the_cluster_said_is_attached(tmp_path: Path) -> None:
    run = build_run(tmp_path / "out", stories=STORIES[:1])
    cluster = run / STORIES[0].slug / "kubernetes"
    cluster.mkdir()
    (cluster / "events.txt").write_text("Back-off")
    (cluster / "describe.txt").write_text("Name: api")
    (result,) = _results(run, tmp_path / "allure").values()
    names = {item["name"] for item in result["attachments"]}
    assert {"kubernetes events.txt", "kubernetes describe.txt"} <= names


def _steps(result: dict[str, Any]) -> list[dict[str, Any]]:
    below = [step for parent in result.get("steps", []) for step in _steps(parent)]
    return [*result.get("steps", []), *below]


def test_a_drill_in_allure(run: Path, tmp_path: Path) -> None:
    """Steps, labels and attachments are there; only a drill that is not as expected has a red step; history holds."""
    results = _results(run, tmp_path / "first")
    assert set(results) == {story.title for story in STORIES}
    control, surprise, older = (results[story.title] for story in STORIES[2:])
    titles = [step["name"] for step in _steps(control)]
    assert "harmed +0.000 s" in titles
    assert "undo (corrected): exit 0, 0.71 s" in titles
    assert "ledger: failed/writes_lost" in titles
    assert {step["status"] for step in _steps(control)} == {"passed"}
    assert [step["name"] for step in _steps(surprise) if step["status"] == "failed"] == ["ledger: failed/writes_lost"]
    assert {result["status"] for result in results.values()} == {"passed"}
    labels = [(label["name"], label["value"]) for label in control["labels"]]
    for label in (("parentSuite", "mina"), ("owner", "data-platform"), ("severity", "minor"), ("tag", "control")):
        assert label in labels
    attached = [item["name"] for step in [control, *_steps(control)] for item in step.get("attachments", [])]
    assert {"timeline", "verdict.json", "events.jsonl", "state diff", "02-undo.log"} <= set(attached)
    assert {"what users saw", "probe error"} <= set(attached)
    assert "what users saw" not in [item["name"] for step in _steps(older) for item in step.get("attachments", [])]
    excluded = {item["name"] for item in control["parameters"] if item.get("excluded")}
    assert excluded == {"recovery", "disruption", "loss"}


def test_figures_do_not_change_a_drill_s_history(tmp_path: Path) -> None:
    """The same drill, measured otherwise, is the same test to Allure."""
    run = build_run(tmp_path, stories=STORIES[4:])
    record = record_of(STORIES[4])
    ids = []
    for recovery_s in ((8.0, 8.1), (9.0, 9.1)):
        changed = record.model_copy(update={"recovery_s": recovery_s})
        (run / record.evidence / "verdict.json").write_text(changed.model_dump_json())
        ids.append(_results(run, tmp_path / f"{recovery_s[0]:g}")[record.title]["historyId"])
    assert ids[0] == ids[1]


def test_without_allure_nothing_happens(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "allure", None)
    attach_drill(record_of(STORIES[0]), run / STORIES[0].slug)


def test_the_environment_of_a_run(run: Path, tmp_path: Path) -> None:
    write_environment(tmp_path, load_summary(run).model_copy(update={"suite": "a\\b\nc"}))
    lines = (tmp_path / "environment.properties").read_text().splitlines()
    assert "postgres=18.6" in lines
    assert "kubernetes=not used" in lines
    assert "suite=a\\\\b\\nc" in lines
    categories = json.loads((tmp_path / "categories.json").read_text())
    assert [entry["matchedStatuses"] for entry in categories[:2]] == [["failed"], ["broken"]]
    assert json.loads((tmp_path / "executor.json").read_text())["buildName"] == "20260102T030405Z-sample"


def _tool(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


NPM = 'echo once >>"$0.calls"; mkdir -p "$3/node_modules/allure"; touch "$3/node_modules/allure/cli.js"'
NODE = """while [ $# -gt 1 ]; do [ "$1" = --output ] && out=$2; shift; done
mkdir -p "$out"; printf '<html><head></head><script>window.gtag(1)</script><b>report</b></html>' >"$out/index.html" """


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run with one Allure result, and a PATH on which only our own npm and node lie."""
    results = tmp_path / "run" / "allure-results"
    results.mkdir(parents=True)
    (results / "x-result.json").write_text("{}")
    (results / "categories.json").write_text('[{"name": "x"}]')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    _tool(tmp_path / "bin", "npm", NPM)
    _tool(tmp_path / "bin", "node", NODE)
    return tmp_path / "run"


def test_the_single_file_is_made_and_npm_asked_once(site: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert build_single_file(site, tmp_path / "cache") == site / "allure-report" / "index.html"
    page = (site / "allure-report" / "index.html").read_text()
    assert "<b>report</b>" in page
    assert "gtag" not in page
    assert (tmp_path / "bin" / "npm.calls").read_text() == "once\n"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [f"allure-{allure_site.VERSION}"]
    assert sorted(path.name for path in site.iterdir()) == ["allure-report", "allure-results"]


@pytest.mark.parametrize(
    ("tool", "script", "says"),
    [
        (
            "npm",
            "echo npm error code E404; echo npm error at private.test; exit 3",
            "npm could not fetch allure (E404)",
        ),
        ("npm", "echo nothing; exit 3", "npm could not fetch allure (exit 3)"),
        ("npm", "echo begun; exec sleep 60", "npm could not fetch allure (not within 0.3 s)"),
        ("node", "echo bad; exit 1", "allure could not make it (exit 1)"),
        ("node", "true", "wrote no index.html"),
    ],
)
def test_a_failure_is_a_note(
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tool: str,
    script: str,
    says: str,
) -> None:
    """One whole sentence that names no place outside; what the tool printed lies in a file."""
    if "sleep" in script:
        monkeypatch.setattr(allure_site, "INSTALL_S", 0.3)
    _tool(tmp_path / "bin", tool, script)
    made = build_single_file(site, tmp_path / "cache")
    assert isinstance(made, Note)
    assert made.startswith("No Allure report: ")
    assert says in made
    assert "private.test" not in made
    if "log: " in made:
        log = Path(made.rpartition("log: ")[2])
        assert log.read_text().split()[0] == script.replace(";", "").split()[1]
    assert not (site / "allure-report").exists()
    assert capfd.readouterr() == ("", "")


def test_absence_is_a_note(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    made = build_single_file(site, tmp_path / "cache")
    assert isinstance(made, Note)
    assert "Node.js and npm" in made
    assert isinstance(build_single_file(tmp_path / "no-run", tmp_path / "cache"), Note)
    assert not (tmp_path / "cache").exists()


def test_offline_takes_out_what_calls_others_and_keeps_the_rest() -> None:
    page = (
        '<head><meta charset="utf-8"></head><script src="data:text/javascript;base64,AA"></script>'
        '<script async src="https://counter.test/x.js"></script><script>\nwindow.d=1;gtag("a")\n</script>'
        "<script>keep()</script><p>end</p>"
    )
    kept = offline(page)
    assert "counter.test" not in kept
    assert "gtag" not in kept
    assert "Content-Security-Policy" in kept
    for part in ('<script src="data:text/javascript;base64,AA"></script>', "<script>keep()</script>", "<p>end</p>"):
        assert part in kept
