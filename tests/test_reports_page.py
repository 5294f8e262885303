"""index.html: says what summary.json says, loads nothing, trusts nothing that a log contains."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from reports.evidence import LOG_CAP, read_log, step_logs
from reports.page import build_page
from reports.summary import write_summary
from scenarios.errors import UsageError
from scenarios.results import StepRecord
from tests.sample_header import header
from tests.sample_run import STORIES, Story, build_run, record_of

_VOID = {"meta", "br", "link", "img", "input", "hr"}


class _Reader(HTMLParser):
    """Collects text, links, tags; and that every tag is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def _read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text())
    assert reader.open == []
    return reader


def _words(reader: _Reader) -> str:
    return " ".join(" ".join(reader.text).split())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = build_run(tmp_path_factory.mktemp("out"))
    write_summary(run, **header())
    return build_page(run)


def test_the_page_is_one_file_that_loads_nothing(page: Path) -> None:
    reader = _read(page)
    assert not reader.tags & {"script", "link", "img", "iframe", "object", "embed", "base"}
    outside = [value for _, name, value in reader.attributes if name in ("src", "href") and re.match(r"\w+:|//", value)]
    assert outside == []
    css = re.sub(r"xmlns=\"[^\"]*\"", "", page.read_text())
    assert "url(" not in css
    assert "@import" not in css


def test_every_link_leads_somewhere(page: Path) -> None:
    reader = _read(page)
    ids = {value for _, name, value in reader.attributes if name == "id"}
    links = [value for tag, name, value in reader.attributes if tag == "a" and name == "href"]
    assert len(links) > len(STORIES)
    for link in links:
        assert link[1:] in ids if link.startswith("#") else (page.parent / unquote(link)).exists(), link


def test_the_page_tells_the_run_and_each_drill(page: Path) -> None:
    text = _words(_read(page))
    for expected in (
        "Run failed: at least one drill did NOT come out as expected.",
        "0123456789ab",
        "Time scale 0.02",
        "Recovery is machine time",
        "Recovery and disruption are intervals; phases and step times are single readings.",
        "is the worst of the 15 calibration outages of this run",
        "Error of the probe over 15 outages of known length: p50 1.2, p99 4.1, max 4.1 ms; at most, by shape: 503 2.5",
        "Users hurt for 3.41 s in 41 stretches. First good answer after 0.41\N{EN DASH}0.44 s, 1.13 s or more",
        "72.13 % up in the worst 1 s 99.99 % up in the worst 5 s",
        "2 kinds of request: counts and latencies Lane Planned Sent Dropped Bad p50 p90 p99 p99.9 max",
        "read (new conn.) 500 498 2 0 3.7 7.0 44.0 61.5 70.2",
        "alarm after 2.20 s at time scale 0.02",
        "900 s, from the start of the procedure",
        "900 s, from the first harm",
        "Claimed procedure begun until kubectl rollout status said that it was done; a single reading 1.10 s",
        "0.46 s or more before users were served again",
        "Machine 2 cores, 7.8 GiB Kernel 6.1.0 Python 3.11.2 Namespaces of its own yes, each drill",
        "PostgreSQL 18.6",
        "0 of 412 acknowledged writes lost; 3 never answered and not there; 5 never answered and there all the same",
        "3 of 5 drills as expected",
        "1 of 1 sabotaged controls caught",
        "failed, as it must (control)",
        "NOT AS EXPECTED: failed",
        "failed, as expected",
        "not restored within the window (> 1.41 s)",
        "1.56\N{EN DASH}1.58 s",
        "no container engine answers on this machine",
        "396 lost, the first 20 shown",
        "Not judged by this drill: resurrected, stale, reordered, torn",
        "A step of the procedure did not do what the runbook says it does.",
        "first harm until the signal fired",
        "10 of the probe's 2500 planned requests could not be sent",
    ):
        assert expected in text, expected
    assert "not used" not in text


def test_lost_writes_are_listed_from_the_procedure_s_start(page: Path) -> None:
    text = _words(_read(page))
    assert "c0-0000 -2.150 s candidate" in text
    assert "c1-0019" in text
    assert "c2-0020" not in text


def test_hostile_text_stays_text(page: Path) -> None:
    """A log is written by whatever broke; it must not become markup or move the terminal."""
    source = page.read_text()
    assert "<script>alert" not in source
    assert "&lt;script&gt;alert" in source
    assert "\x1b" not in source
    assert "characters left out" in source


def test_a_drill_without_evidence_says_so(page: Path) -> None:
    text = _words(_read(page))
    assert "no probe record" in text
    assert "no log was kept" in text


def test_a_drill_without_a_folder_is_reported_all_the_same(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=STORIES[4:])
    write_summary(run, **header())
    (run / STORIES[4].slug / "verdict.json").unlink()
    (run / STORIES[4].slug / "chart.svg").unlink(missing_ok=True)
    (run / STORIES[4].slug).rmdir()
    assert "No evidence folder was left." in _words(_read(build_page(run)))


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    story = Story(slug="a&b <x>", title='<img src=x onerror="1"> `a<b` and `odd', procedure="p'\"<", detail="</p><b>")
    run = build_run(tmp_path, stories=(story,))
    lost = {"classes": {"lost": [{"id": "<u>", "acked_ns": "no", "release": None}, "junk"], "corrupt": 3}}
    (run / story.slug / "ledger-verdict.json").write_text(json.dumps(lost))
    write_summary(run, **header(git_rev="<i>", suite=None))
    reader = _read(build_page(run))
    assert not reader.tags & {"img", "u", "script"}
    assert "chosen by hand" in _words(reader)


def test_what_the_cluster_said_is_shown_and_linked(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=STORIES[:1])
    cluster = run / STORIES[0].slug / "kubernetes"
    cluster.mkdir()
    (cluster / "events.txt").write_text("Back-off restarting failed container")
    write_summary(run, **header())
    text = _words(_read(build_page(run)))
    assert "kubernetes/events.txt Back-off restarting failed container" in text
    assert "kubernetes/describe.txt" not in text


def test_a_run_without_machine_and_calibration_says_nothing_of_them(tmp_path: Path) -> None:
    """Runs of older versions are still shown, and a file that somebody cut is not there."""
    run = build_run(tmp_path, stories=(replace(STORIES[0], older=True),))
    (run / "machine.json").write_text("[1]")
    (run / "calibration-0badcafe" / "calibration.json").write_text("{")
    write_summary(run, **header())
    text = _words(_read(build_page(run)))
    assert "Namespaces" not in text
    for part in ("calibration outages", "Error of the probe", "What users saw"):
        assert part not in text


def test_an_older_run_s_calibration_is_counted_by_its_rows(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=(replace(STORIES[0], older=True),))
    write_summary(run, **header())
    assert "is the worst of the 3 calibration outages of this run" in _words(_read(build_page(run)))


def test_several_rehearsals_say_what_they_prove_and_where_the_others_are(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=STORIES[:1])
    record = record_of(STORIES[0]).model_copy(update={"n": 20})
    (run / record.evidence / "verdict.json").write_text(record.model_dump_json())
    (run / f"{STORIES[0].slug}.repeat-2").mkdir()
    write_summary(run, **header())
    text = _words(_read(build_page(run)))
    assert "The worst of 20 rehearsals, all as expected: at 95 % confidence less than 14 in 100 are not" in text
    assert f"Another rehearsal of this drill, no worse than this one, is kept: {STORIES[0].slug}.repeat-2" in text


def test_all_requests_sent_is_said_without_a_zero(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=STORIES[:1])
    lanes = {"read": {"planned": 4774, "sent": 4774, "dropped": 0}}
    (run / STORIES[0].slug / "probe-summary.json").write_text(json.dumps({"lanes": lanes}))
    write_summary(run, **header())
    assert "All 4774 planned requests of the probe were sent." in _words(_read(build_page(run)))


def test_an_earlier_attempt_is_linked(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=STORIES[:1])
    (run / f"{STORIES[0].slug}.attempt-1").mkdir()
    write_summary(run, **header())
    assert "An earlier attempt was inconclusive" in _words(_read(build_page(run)))


def test_an_empty_run_is_not_green(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=())
    write_summary(run, **header(not_rehearsed=[]))
    text = _words(_read(build_page(run)))
    assert "no drill was run, so nothing was proved" in text
    assert "Nothing was left out." in text
    assert 'class="banner yellow"' in (run / "index.html").read_text()


def test_a_folder_that_is_no_run_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"summary\.json"):
        build_page(tmp_path)


def test_the_allure_report_is_linked_where_it_is(tmp_path: Path) -> None:
    run = build_run(tmp_path, stories=())
    write_summary(run, **header())
    assert "allure-report" not in build_page(run).read_text()
    (run / "allure-report").mkdir()
    (run / "allure-report" / "index.html").touch()
    assert 'href="allure-report/index.html"' in build_page(run).read_text()


def test_a_long_log_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("first\n" + "x" * (2 * LOG_CAP) + "\nlast\x00\x1b]0;title\x07\r\n")
    log = read_log(path)
    assert log is not None
    assert log.text.startswith("first\n")
    assert log.text.endswith("\nlast\n")
    assert log.left_out == 6 + 2 * LOG_CAP + 6 - LOG_CAP
    assert read_log(tmp_path / "none.log") is None


def test_step_logs_are_matched_by_name_then_by_place(tmp_path: Path) -> None:
    folder = tmp_path / "steps"
    folder.mkdir()
    steps = [StepRecord(name=name, source="written", exit=0, s=1) for name in ("one", "two")]
    (folder / "01-one.log").touch()
    assert step_logs(tmp_path, steps) == [folder / "01-one.log", None]
    (folder / "02-renamed.log").touch()
    assert step_logs(tmp_path, steps) == [folder / "01-one.log", folder / "02-renamed.log"]
