"""What somebody who wrote a runbook wrongly reads, word for word: what is wrong, and what to write instead."""

from pathlib import Path

import pytest

from scenarios.errors import UsageError
from scenarios.model import Need
from scenarios.runbook import Hold, Runbook, load_runbook
from scenarios.runbook.addresses import public_addresses
from scenarios.runbook.attributes import parse_duration_s
from tests.test_runbook_errors import (
    GOOD,
    HEADS,
    PUBLIC_HOST,
    PUBLIC_IP,
    PUBLIC_IP6,
    REGISTRY,
    STEPS,
    TABLES,
    UNDO,
    broken,
    step,
)

WORDS = Path(__file__).with_name("runbook_mistakes.txt")
MORE = [
    (UNDO, "<!-- manual: name=x adapted=b.sh deadline=0 -->\n"),
    (UNDO, step(f"name={'n' * 81} deadline=1s")),
    (UNDO, step("name=undo deadline=1s exit=1,256")),
    (UNDO, step('name=undo deadline=1s expect="((" ')),
    (UNDO, step("name='' deadline=1s")),
    (UNDO, step("name=undo deadline=1s source=adapted pairs=a/b")),
    (UNDO, "text\nmore <!-- procedure: id=x --> text\n"),
    (UNDO, "text\nof\nthree  \nlines <!--manual--> and a half\n"),
    (UNDO, "```bash name=a deadline=1s\n```bash name=b deadline=1s\n```\n"),
    (UNDO, "<div>\n<!-- note -->\n<!-- manual -->\n</div>\n"),
    (UNDO, "<div>\n<!-- one -->\n<!-- two\n<!-- three\n</div>\n\n"),
    (UNDO, '<!-- manual: name=x "of\nlines\n-->\n'),
    ("<!-- triggers -->", "<!-- triggers"),
    (UNDO, "<!-- Manual: name=x\n\nover <!-- two --> comments\n"),
    (UNDO, "<!-- note -->\n<!-- manual: name=x\n"),
    (UNDO, "```bash name=a deadline=1s\n````\n"),
    (UNDO, "<!-- proceduer: id=x -->\n"),
    (UNDO, step("name=undo deadline=1s expect=${A} reject=${B}")),
    (UNDO, step("name=undo deadline=1s reject=${B}")),
    (UNDO, step("name=one deadline=1s") + step("name=two deadline=1s source=corrected pairs=back/three")),
    ("## Back\n", "## Back\n~~~python deadline=1s\nx\n~~~\n"),
    ("## Back\n", "## Back\n```bash deadline=1s\nx\n```\n"),
    ("## Back\n", "## Back\n<!-- triggers -->\n"),
    ("## Back\n", "## Back\n<!-- parameters -->\n"),
    ("id=back rto=5m rpo=0", "id=Back"),
    ("id=verification", "id=verification errors=0%"),
    ("id=verification", 'id=verification errors="100 %"'),
    ("id=verification", "id=verification uptime=most"),
    ("id=verification", "id=verification response=0"),
    ("id=verification", "id=verification response=fast"),
    ("<!-- parameters -->", "<!-- parameters: all=yes -->"),
    ("| `SERVICE_URL` | where it answers |", ""),
    ("| where it answers |", "| where it answers |\n| 9X | a number |"),
    ("| error rate |", "| - |"),
    ("| P1 |", "| \N{EN DASH} |"),
    ("| P1 | back |", "| P1 | |"),
    ("| 1 min |", "| |"),
]


def test_every_mistake_is_told_in_these_words(tmp_path: Path) -> None:
    """runbook_mistakes.txt holds them; FOLDER stands for where the runbook lies. Read it as its readers would."""
    (tmp_path / "b.sh").write_text("true\n", encoding="utf-8")
    cases = [*((UNDO, new) for new, _ in STEPS), *((old, new) for old, new, _ in [*HEADS, *TABLES]), *MORE]
    found = [broken(tmp_path, old, new).replace(str(tmp_path), "FOLDER") for old, new in cases]
    assert found == WORDS.read_text(encoding="utf-8").splitlines()


def test_a_runbook_without_anything_to_point_at_says_so(tmp_path: Path) -> None:
    """Where there is nothing to choose from, no empty list is shown."""
    path = tmp_path / "RUNBOOK.md"
    back = step("name=undo deadline=1s source=corrected pairs=a/b")
    path.write_text(f"# R\n## B\n<!-- procedure: id=b -->\n{back}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"pairs='a/b' names no written step; expected one of: a written step, but"):
        load_runbook(path)
    table = GOOD[GOOD.index("## When") :]
    path.write_text(f"# R\n{table}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"unknown procedure 'back'; expected one of: a procedure, but this runbook"):
        load_runbook(path)
    path.write_text("# R\n<!-- triggers -->", encoding="utf-8")
    with pytest.raises(UsageError, match=r"RUNBOOK.md:2: no table follows this comment; expected a table"):
        load_runbook(path)
    path.write_text("only text\n", encoding="utf-8")
    empty = load_runbook(path)
    assert (empty.title, empty.procedures, empty.verifications, empty.triggers) == ("RUNBOOK", {}, {}, ())
    with pytest.raises(UsageError, match=r"RUNBOOK.md: no procedure 'x'; expected one of: none at all$"):
        empty.procedure("x")
    with pytest.raises(UsageError, match=r"RUNBOOK.md: no trigger for signal 'x'; expected one of: none at all$"):
        empty.trigger("x")


# --- what is right, and read in detail


def read(folder: Path, old: str = "", new: str = "") -> Runbook:
    (folder / "a.sh").write_text("true\n", encoding="utf-8")
    (folder / "scripts").mkdir(exist_ok=True)
    (folder / "scripts" / "b-2.x.sh").write_text("true\n", encoding="utf-8")
    path = folder / "RUNBOOK.md"
    path.write_text(GOOD.replace(old, new) if old else GOOD, encoding="utf-8")
    return load_runbook(path)


def test_a_manual_step_with_a_script_becomes_a_step(tmp_path: Path) -> None:
    """Its name becomes one that a file can have; a wait and a deadline are kept, five minutes where none is given."""
    new = (
        '<!-- manual: name="Keep it -- for a DAY!" adapted=a.sh wait=24h deadline=2m -->\n'
        '<!-- manual: name="Ünd" adapted="scripts/b-2.x.sh" -->\n<!-- manual: name="?!" adapted=a.sh -->\n'
        f'<!-- manual: name="{"n" * 90}" adapted=a.sh deadline=1s -->\n<!-- manual: name="Call" -->\n'
    )
    back = read(tmp_path, UNDO, new).procedure("back")
    first, second, third, fourth = back.steps
    assert (first.name, first.source, first.deadline_s, first.wait_s, first.line) == (
        *("keep-it-for-a-day", "adapted", 120.0),
        *(86400.0, 9),
    )
    assert (second.name, second.script, second.deadline_s, second.wait_s) == (
        "nd",
        ". ./scripts/b-2.x.sh\n",
        300.0,
        0.0,
    )
    assert third.name == "manual"
    assert fourth.name == "n" * 80
    assert first.exits == {0}
    assert [(manual.adapted, manual.line) for manual in back.manual] == [
        *(("a.sh", 9), ("scripts/b-2.x.sh", 10), ("a.sh", 11), ("a.sh", 12)),
        (None, 13),
    ]


def test_a_verification_list_may_promise_something_of_the_hold(tmp_path: Path) -> None:
    """Shares in per cent, a duration; where it promises nothing there is no promise at all."""
    promise = 'id=verification errors=1% response=500ms uptime="99.95 %" needs=redis'
    lists = read(tmp_path, "id=verification", promise).verifications["verification"]
    assert lists.hold == Hold(errors=0.01, response_s=0.5, uptime=0.9995)
    assert lists.needs == {Need.REDIS}
    assert read(tmp_path).verifications["verification"].hold is None
    assert read(tmp_path, "id=verification", "id=verification uptime=50%").procedure("verification").hold == Hold(
        uptime=0.5
    )


def test_every_exit_status_that_there_is_may_be_expected(tmp_path: Path) -> None:
    (only,) = read(tmp_path, UNDO, step('name=undo deadline=1s exit="0 , 255"')).procedure("back").steps
    assert only.exits == {0, 255}


def test_a_name_may_be_as_long_as_a_name_may_be(tmp_path: Path) -> None:
    (only,) = read(tmp_path, UNDO, step(f"name={'n' * 80} deadline=1s")).procedure("back").steps
    assert only.name == "n" * 80


def test_a_trigger_that_leads_nowhere_is_told_every_procedure_there_is(tmp_path: Path) -> None:
    more = "## Forth\n<!-- procedure: id=forth -->\n" + step("name=forth deadline=1s")
    path = tmp_path / "RUNBOOK.md"
    path.write_text(
        GOOD.replace("| P1 | back |", "| P1 | gone |").replace("## Check", f"{more}## Check"), encoding="utf-8"
    )
    with pytest.raises(UsageError, match=r"expected one of: back, forth$"):
        load_runbook(path)


def test_lines_may_end_as_on_any_system(tmp_path: Path) -> None:
    path = tmp_path / "RUNBOOK.md"
    path.write_text(GOOD, encoding="utf-8")
    as_here = load_runbook(path)
    for end in ("\r\n", "\r"):
        path.write_bytes(GOOD.replace("\n", end).encode("utf-8-sig"))
        assert load_runbook(path) == as_here
        path.write_bytes(GOOD.replace("echo ok", f"curl {PUBLIC_HOST}").replace("\n", end).encode())
        with pytest.raises(UsageError, match=r"RUNBOOK.md:16: a literal public address"):
            load_runbook(path)


def test_a_section_ends_at_the_next_heading_that_is_as_high(tmp_path: Path) -> None:
    deeper = read(
        tmp_path, UNDO, UNDO + "### More\n" + step("name=more deadline=1s") + "text\n## Other\n```bash\nno\n```\n"
    )
    assert [each.name for each in deeper.procedure("back").steps] == ["undo", "more"]
    assert deeper.procedure("back").title == "Back"


def test_a_parameter_may_be_written_as_bash_does(tmp_path: Path) -> None:
    found = read(tmp_path, "| where it answers |", "| where it answers |\n| $XRAY | x |\n| `$A9_` | y |").parameters
    assert found == {"SERVICE_URL": "where it answers", "XRAY": "x", "A9_": "y"}


def test_what_is_no_directive_is_left_alone(tmp_path: Path) -> None:
    """Comments, other languages, and words that only begin like a directive."""
    harmless = (
        "<!-- note: a word -->\n<!-- two words -->\n<!-- proc: id=x -->\n<!---->\n"
        "```python\nname=1\n```\ntext <!-- note --> and <!-- triggersome: x --> more\n"
        "a word about `<!-- procedure: id=x -->` itself\n"
    )
    assert list(read(tmp_path, UNDO, UNDO + harmless).procedures) == ["back"]
    shouted = read(tmp_path, "<!-- procedure: id=back", "<!-- PROCEDURE: id=back")
    assert list(shouted.procedures) == ["back"]


def test_blocks_of_other_marks_and_lengths_are_closed_by_their_own(tmp_path: Path) -> None:
    longer = "````bash name=undo deadline=1s\necho '```'\n````\n~~~bash name=two deadline=1s\ntrue\n~~~\n"
    assert [each.script for each in read(tmp_path, UNDO, longer).procedure("back").steps] == [
        "echo '```'\n",
        "true\n",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *[
            ("0", 0.0),
            ("250ms", 0.25),
            ("1.5s", 1.5),
            ("2 sec", 2.0),
            ("3secs", 3.0),
            ("1 second", 1.0),
            ("5 Min", 300.0),
        ],
        *[("2m", 120.0), ("2 mins", 120.0), ("1 minute", 60.0), ("1h", 3600.0), ("2 hours", 7200.0), (" 5m ", 300.0)],
        *[("168h", 604800.0), ("169h", None), ("1d", None), ("-1s", None), ("", None), ("5", None), ("1e3s", None)],
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    """Seven days at most: more is a slip of the pen."""
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (
            f"see https://me@{PUBLIC_HOST}:8080/x and ftp://{PUBLIC_HOST}",
            [f"https://me@{PUBLIC_HOST}", f"ftp://{PUBLIC_HOST}", f"me@{PUBLIC_HOST}"],
        ),
        (f"HTTPS://{PUBLIC_HOST.upper()}./", [f"HTTPS://{PUBLIC_HOST.upper()}."]),
        (f"http://[{PUBLIC_IP6}]/ http://[fe80::1]/", [f"http://[{PUBLIC_IP6}]", PUBLIC_IP6]),
        (f"http://{PUBLIC_IP}/", [f"http://{PUBLIC_IP}", PUBLIC_IP]),
        ("http://example.com http://a.example http://db.internal. http://test", []),
        ("http://notexample" + ".com", ["http://notexample" + ".com"]),
        ("http://x.$HOST.com http://x.1 http://x.y-1", ["http://x.y-1"]),
        ("http://a.localX http://db.internalX.", ["http://a.localX", "http://db.internalX."]),
        ("http://x.1y" + ".com", ["http://x.1y" + ".com"]),
        (f"curl {PUBLIC_HOST}; echo {PUBLIC_HOST}", [PUBLIC_HOST]),
        (f"curl x.local {PUBLIC_HOST} y.{PUBLIC_HOST}", [PUBLIC_HOST, f"y.{PUBLIC_HOST}"]),
        (f"pull {REGISTRY}/a:1 and {REGISTRY}/b", [REGISTRY, REGISTRY]),
        (f"me@{PUBLIC_HOST} you@host.test", [f"me@{PUBLIC_HOST}"]),
        (f"{PUBLIC_IP} 999.1.1.1 10.0.0.1", [PUBLIC_IP]),
    ],
)
def test_public_addresses_are_found_as_they_are_written(line: str, found: list[str]) -> None:
    assert list(public_addresses(line)) == found
