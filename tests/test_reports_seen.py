"""What users saw, in words and as a picture: the three readings of "recovered" side by side, nothing rounded up."""

import re
import xml.etree.ElementTree as ET

import pytest

from reports.marks import marks_svg
from reports.seen import seen_of, seen_text
from scenarios.results import Window
from tests.sample_run import STORIES, record_of

SVG = "{http://www.w3.org/2000/svg}"
PASSED, CENSORED, _, _, OLDER = (record_of(story) for story in STORIES)


def _edges(svg: str, kind: str) -> list[float]:
    """Where the marks of a kind stand, in percent of the picture's width."""
    return [float(x) for x in re.findall(rf'<line class="{kind}" x1="([\d.]+)%"', svg)]


def test_the_three_readings_lie_on_one_axis() -> None:
    svg = marks_svg(PASSED, "drill-1")
    (first,), (claim,), (stable,) = (_edges(svg, kind) for kind in ("first", "claim", "stable"))
    recovery_lo = (PASSED.recovery_s or (None,))[0] or 0
    assert first / claim == pytest.approx(0.412 / 1.1, abs=0.001)
    assert claim / stable == pytest.approx(1.1 / recovery_lo, abs=0.001)
    assert stable < 100


def test_the_picture_can_be_read_aloud() -> None:
    root = ET.fromstring(marks_svg(PASSED, "drill-1"))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert desc is not None
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]
    assert desc.text == (
        "Seconds since the procedure began: first good answer 0.41\N{EN DASH}0.44 s, kubectl rollout status claimed "
        "success 1.10 s, stable recovery 1.56\N{EN DASH}1.58 s"
    )


def test_a_recovery_that_was_never_seen_has_no_mark() -> None:
    svg = marks_svg(CENSORED, "drill-2")
    assert _edges(svg, "stable") == []
    assert 'class="none"' in svg
    assert "not seen within the window (&gt; 1.41 s)" in svg
    nothing = {"recovery_s": None, "availability": None}
    assert marks_svg(CENSORED.model_copy(update=nothing), "drill-2") == ""


def test_what_users_saw_as_text() -> None:
    assert seen_text(PASSED).splitlines() == [
        "first good answer: 0.41\N{EN DASH}0.44 s after the procedure began",
        "kubectl rollout status claimed success: 1.10 s after the procedure began",
        "stable recovery: 1.56\N{EN DASH}1.58 s after the procedure began",
        "first good answer after 0.41\N{EN DASH}0.44 s, 1.13 s or more before it stayed good",
        "users hurt for 3.41 s in 41 stretches",
        "worst 1 s: 72.13 % up",
        "worst 5 s: 99.99 % up",
        "",
        "latency in ms from the planned send time, of the answers that were served",
        "      lane   planned      sent   dropped       bad       p50       p90       p99     p99.9       max",
        "      read       500       498         2         0       3.7       7.0      44.0      61.5      70.2",
        "     write       500       498         2       498" + "         \N{EN DASH}" * 5,
    ]


def test_an_older_record_tells_nothing_of_it() -> None:
    assert seen_of(OLDER) is None
    assert seen_text(OLDER) == ""


@pytest.mark.parametrize(("uptime", "said"), [(1.0, "100 %"), (0.99996, "99.99 %"), (0.5, "50 %"), (0.0, "0 %")])
def test_only_what_was_always_up_is_a_hundred_percent(uptime: float, said: str) -> None:
    told = PASSED.availability
    assert told is not None
    changed = told.model_copy(update={"worst": [Window(window_s=15.0, uptime=uptime)]})
    seen = seen_of(PASSED.model_copy(update={"availability": changed}))
    assert seen is not None
    assert seen.windows == [(said, "15 s")]


@pytest.mark.parametrize(
    ("bad_s", "stretches", "said"),
    [
        (0.0, 0, "no answer to a user was bad"),
        (12.34, 1, "users hurt for 12.3 s in 1 stretch"),
        (None, None, "how long users were hurt was not measured"),
    ],
)
def test_how_long_users_were_hurt(bad_s: float | None, stretches: int | None, said: str) -> None:
    told = PASSED.availability
    assert told is not None
    changed = told.model_copy(update={"bad_s": bad_s, "stretches": stretches})
    seen = seen_of(PASSED.model_copy(update={"availability": changed}))
    assert seen is not None
    assert seen.hurt == said


def test_where_the_first_good_answer_tells_nothing_that_is_said() -> None:
    seen = seen_of(CENSORED)
    assert seen is not None
    assert seen.early == "no answer after the procedure began was what the baseline promises"
    stuck = PASSED.model_copy(update={"harm": "release_stuck"})
    seen = seen_of(stuck)
    assert seen is not None
    assert "tell nothing of one that is stuck" in seen.early
