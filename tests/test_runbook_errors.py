"""A broken runbook gives one clear error: file, line, what is wrong, what was expected."""

import re
from pathlib import Path

import pytest

from scenarios.errors import UsageError
from scenarios.runbook import load_runbook

# A runbook without mistakes; each case below breaks it in one place. Line numbers are those of the broken text.
GOOD = """\
# Demo
<!-- parameters -->
| name | meaning |
|---|---|
| `SERVICE_URL` | where it answers |

## Back
<!-- procedure: id=back rto=5m rpo=0 -->
```bash name="undo" deadline=30s
echo $SERVICE_URL
```

## Check
<!-- verification: id=verification -->
```bash name="health" deadline=30s
echo ok
```

## When
<!-- triggers -->
| signal | threshold | for | severity | procedure |
|---|---|---|---|---|
| error rate | > 5 % | 1 min | P1 | back |
"""
UNDO = '```bash name="undo" deadline=30s\necho $SERVICE_URL\n```\n'
ROW = "| error rate | > 5 % | 1 min | P1 | back |"
# Built here, so that this file names no public address either.
PUBLIC_HOST = "mina.replit" + ".app"
REGISTRY = "quay" + ".io"
PUBLIC_IP = ".".join(["93", "184", "216", "34"])
PUBLIC_IP6 = ":".join(["2606", "2800", "220", "1", "", "1946"])


def broken(folder: Path, old: str, new: str) -> str:
    """The message for GOOD with `old` replaced, file name shortened to RUNBOOK.md."""
    assert GOOD.count(old) == 1
    path = folder / "RUNBOOK.md"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_runbook(path)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(path), "RUNBOOK.md")


def step(attributes: str, script: str = "echo\n") -> str:
    return f"```bash {attributes}\n{script}```\n"


STEPS = [
    (step("deadline=30s"), "RUNBOOK.md:9: this step has no name; expected name="),
    ("```bash\necho\n```\n", "RUNBOOK.md:9: this step has no name; expected name="),
    (step("name=undo"), "RUNBOOK.md:9: step 'undo' has no deadline; expected deadline=30s"),
    (step("name=undo deadline=0"), "RUNBOOK.md:9: step 'undo' has a deadline of nothing; expected deadline=30s"),
    (step("name=undo deadline=soon"), "RUNBOOK.md:9: deadline 'soon' is not a duration; expected a duration like 30s"),
    (step("name=undo deadline=30"), "RUNBOOK.md:9: deadline '30' is not a duration; expected a duration like 30s"),
    (step("name=undo deadline=9999999h"), "RUNBOOK.md:9: deadline '9999999h' is not a duration"),
    (step("name=un/do deadline=1s"), "RUNBOOK.md:9: name 'un/do' is not usable; expected lower-case letters"),
    (
        step("name=undo deadline=1s colour=red"),
        "RUNBOOK.md:9: unknown attribute 'colour' on this step; expected one of: name",
    ),
    (
        step("name=undo name=redo deadline=1s"),
        "RUNBOOK.md:9: attribute 'name' is given twice on this step; expected it once",
    ),
    (
        step('name="undo deadline=1s'),
        "RUNBOOK.md:9: cannot read 'name=\"undo deadline=1s' as an attribute of this step",
    ),
    (
        step("undo deadline=1s"),
        "RUNBOOK.md:9: cannot read 'undo deadline=1s' as an attribute of this step; expected name=value",
    ),
    (
        step("name=undo deadline=1s source=guessed"),
        "RUNBOOK.md:9: unknown source 'guessed'; expected one of: written, corrected",
    ),
    (
        step("name=undo deadline=1s source=corrected"),
        "RUNBOOK.md:9: this corrected step names no written step; expected pairs=",
    ),
    (
        step("name=undo deadline=1s source=corrected pairs=back/redo"),
        "RUNBOOK.md:9: pairs='back/redo' names no written step; expected one of: verification/health",
    ),
    (
        step("name=undo deadline=1s pairs=a/b"),
        "RUNBOOK.md:9: pairs is given on a step that is written; expected pairs only",
    ),
    (step('name=undo deadline=1s expect="("'), "RUNBOOK.md:9: expect '(' is no regular expression (missing )"),
    (
        step('name=undo deadline=1s reject="[[a]"'),
        "RUNBOOK.md:9: reject '[[a]' is no regular expression (Possible nested set",
    ),
    (step('name=undo deadline=1s expect=""'), "RUNBOOK.md:9: expect is empty; expected a regular expression"),
    (
        step('name=undo deadline=1s expect="${REVISION}"'),
        "RUNBOOK.md:9: step 'undo' expects ${REVISION}, which no row declares; expected it in the table below",
    ),
    (step("name=undo deadline=1s exit=256"), 'RUNBOOK.md:9: exit "256" is not readable; expected exit statuses from 0'),
    (
        step("name=undo deadline=1s exit=none"),
        'RUNBOOK.md:9: exit "none" is not readable; expected exit statuses from 0',
    ),
    (step("name=undo deadline=1s", "\n"), "RUNBOOK.md:9: step 'undo' has no commands; expected at least one command"),
    (UNDO + UNDO, "RUNBOOK.md:12: procedure 'back' already has a step 'undo' (line 9); expected a name of its own"),
    (
        step("name=undo deadline=1s", "echo a\necho $REVISION\n"),
        "RUNBOOK.md:11: step 'undo' uses $REVISION, which is not declared; expected it in the table below",
    ),
    (step("name=undo deadline=1s", 'echo "${REVISION:-x}"\n'), "RUNBOOK.md:10: step 'undo' uses $REVISION"),
    (step("name=undo deadline=1s", "A=1\nB=$B$A\n"), "RUNBOOK.md:11: step 'undo' uses $B, which is not declared"),
    ("```python name=undo deadline=1s\n1\n```\n", "RUNBOOK.md:9: a step in a block of 'python'; expected ```bash"),
    ("Only words.\n", "RUNBOOK.md:8: procedure 'back' has no steps; expected at least one ```bash block"),
    ("    echo indented\n", "RUNBOOK.md:8: procedure 'back' has no steps; expected at least one ```bash block"),
    ("### Deeper\n", "RUNBOOK.md:8: procedure 'back' has no steps; expected at least one ```bash block"),
    (
        "<!-- manual: name=x wait=24h -->\n",
        "RUNBOOK.md:9: manual step 'x' has a wait that nothing keeps; expected wait=24h beside the adapted=",
    ),
    (
        "<!-- manual: name=x adapted=a.sh wait=0 -->\n",
        "RUNBOOK.md:9: manual step 'x' has a wait that nothing keeps; expected wait=24h beside the adapted=",
    ),
    ("<!-- manual: adapted=a.sh -->\n", "RUNBOOK.md:9: this manual step has no name; expected name="),
    (
        "<!-- manual: name=x adapted=../a.sh -->\n",
        "RUNBOOK.md:9: adapted='../a.sh' is not a script; expected a path like",
    ),
    (
        "<!-- manual: name=x adapted=a.sh -->\n",
        "RUNBOOK.md:9: the adapted script a.sh does not exist; expected that file",
    ),
    ("<!-- manuel: name=x -->\n", "RUNBOOK.md:9: unknown directive 'manuel'; expected <!-- manual … -->"),
    (
        "text\n<b>x</b> <!-- manual: name=x -->\n",
        "RUNBOOK.md:10: <!-- manual … --> stands in the middle of a line; expected it on a line of its own",
    ),
    ("<!-- manual: name=x\n", "RUNBOOK.md:9: this comment is never closed; expected --> at its end"),
    (
        '```bash name="undo" deadline=30s\necho\n',
        "RUNBOOK.md:9: this block is still open where another one opens (line 14); expected a line ``` that closes it",
    ),
]


@pytest.mark.parametrize(("new", "message"), STEPS)
def test_mistakes_in_steps(tmp_path: Path, new: str, message: str) -> None:
    """Each is told at the line where it stands."""
    assert broken(tmp_path, UNDO, new).startswith(message)


HEADS = [
    ("id=back rto=5m rpo=0", "rto=5m", "RUNBOOK.md:8: this procedure has no id; expected id="),
    ("rto=5m", "rto=fast", "RUNBOOK.md:8: rto 'fast' is not a duration; expected a duration like 30s, 5m, 1h or 5 min"),
    ("rpo=0", "rpo=some", "RUNBOOK.md:8: rpo 'some' is not a duration; expected a duration"),
    ("rpo=0", "clock=wall", "RUNBOOK.md:8: unknown clock 'wall'; expected one of: recovery, disruption"),
    ("rpo=0", "needs=postgres,moon", "RUNBOOK.md:8: unknown need 'moon'; expected some of: postgres, cluster"),
    ("rpo=0", "owner=me", "RUNBOOK.md:8: unknown attribute 'owner' on this procedure; expected one of: id, rto"),
    ("id=verification", "id=verification rto=1m", "RUNBOOK.md:14: unknown attribute 'rto' on this verification"),
    ("id=verification", "id=back", "RUNBOOK.md:14: the id 'back' is already taken (line 8); expected an id of its own"),
    ("# Demo\n", "<!-- procedure: id=x -->\n", "RUNBOOK.md:1: procedure 'x' has no heading; expected a heading above"),
    (
        "<!-- verification: id=verification -->\n",
        "",
        "RUNBOOK.md:14: a step outside any procedure; expected <!-- procedure",
    ),
    (
        "<!-- verification: id=verification -->\n",
        "<!-- manual: name=x -->\n",
        "RUNBOOK.md:14: a manual step outside any procedure; expected <!-- procedure",
    ),
    ("echo ok\n```\n", "echo ok\n", "RUNBOOK.md:15: this block is never closed; expected a line ``` that closes it"),
]


@pytest.mark.parametrize(("old", "new", "message"), HEADS)
def test_mistakes_around_steps(tmp_path: Path, old: str, new: str, message: str) -> None:
    """Procedures, verification lists, headings, fences."""
    assert broken(tmp_path, old, new).startswith(message)


TABLES = [
    (
        "procedure |\n|---|---|---|---|---|",
        "way |\n|---|---|---|---|---|",
        ":21: the table lacks the column 'procedure'; expected",
    ),
    (ROW, "", ":20: the table has no rows; expected a table with the columns | signal | threshold |"),
    (ROW, ROW + "\n" + ROW, ":24: 'error rate' leads to 'back' twice; expected one row for each signal"),
    ("| > 5 % |", "| lots |", ":23: threshold 'lots' is not readable; expected a share like"),
    ("| > 5 % |", "| < 5 % |", ":23: threshold '< 5 %' is not readable; expected a share like"),
    ("| 1 min |", "| a while |", ":23: 'a while' in the column 'for' is not a duration; expected a duration like"),
    ("| P1 |", "| |", ":23: the column 'severity' is empty; expected a severity in every row"),
    (
        "| back |",
        "| forth |",
        ":23: the trigger 'error rate' leads to an unknown procedure 'forth'; expected one of: back",
    ),
    ("| back |", "| verification |", ":23: the trigger 'error rate' leads to an unknown procedure 'verification'"),
    ("<!-- triggers -->\n", "<!-- triggers -->\nSee:\n\n", ":20: no table follows this comment; expected a table"),
    (
        "<!-- triggers -->",
        "<!-- triggers: all=yes -->",
        ":20: unknown attribute 'all' on this table of triggers; expected none here",
    ),
    ("<!-- triggers -->", "<!-- trigger -->", ":20: unknown directive 'trigger'; expected <!-- triggers … -->"),
    (ROW, ROW + "\n\n<!-- triggers -->\n", ":25: a second table of triggers; expected one in the whole runbook"),
    ("| name | meaning |", "| name | sense |", ":3: the table lacks the column 'meaning'; expected a table"),
    ("`SERVICE_URL`", "`service_url`", ":5: 'service_url' is no parameter name; expected upper-case letters"),
    ("| where it answers |", "| |", ":5: parameter SERVICE_URL has no meaning; expected a few words"),
    (
        "| `SERVICE_URL` | where it answers |",
        "| `SERVICE_URL` | where |\n| `SERVICE_URL` | there |",
        ":6: parameter SERVICE_URL is declared twice; expected one row for each parameter",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), TABLES)
def test_mistakes_in_tables(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The parameters, and when to roll back."""
    assert broken(tmp_path, old, new).startswith("RUNBOOK.md" + message)


ADDRESSES = [
    f"curl https://{PUBLIC_HOST}/health",
    f"see <https://{PUBLIC_HOST}>",
    f"psql postgresql://me:pw@db.{PUBLIC_HOST}:5432/x",
    f"curl -fsS {PUBLIC_HOST}/health",
    f"ping {PUBLIC_IP}",
    f"ping {PUBLIC_IP6}",
    f"curl http://{PUBLIC_IP}:8080/",
    f"curl http://[{PUBLIC_IP6}]/",
    f"image: {REGISTRY}/mina/web:1",
    f"write to oncall@{PUBLIC_HOST}",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_literal_public_addresses_are_refused(tmp_path: Path, text: str) -> None:
    """In commands and in prose alike: a drill must never be able to leave the machine."""
    message = broken(tmp_path, "## When\n", f"## When\n\n{text}\n\n")
    assert re.match(r"RUNBOOK.md:21: a literal public address '.*'; expected a parameter, like \$SERVICE_URL$", message)


@pytest.mark.parametrize(
    "text",
    [
        "curl http://127.0.0.1:5000/health http://localhost:8080 http://[::1]/",
        'curl "$SERVICE_URL/health" "https://$SERVICE_URL/x" http://${SERVICE_URL}:80',
        "listen on 0.0.0.0:5000, talk to 10.0.0.7, at 12:30:45, version 2.13.4",
        "http://web:8080 http://web.jarvis.svc.cluster.local http://host.example",
        "curl -o answer.json -H 'Host: x' \"$SERVICE_URL\"; app.kubernetes.io/name=web",
    ],
)
def test_addresses_that_stay_here_are_fine(tmp_path: Path, text: str) -> None:
    """Loopback, private nets, reserved names and parameters."""
    path = tmp_path / "RUNBOOK.md"
    path.write_text(GOOD.replace("## When\n", f"## When\n\n{text}\n\n"), encoding="utf-8")
    assert load_runbook(path).procedures


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    """Told like every other mistake."""
    with pytest.raises(
        UsageError, match=r"RUNBOOK.md:1: the runbook cannot be read \(no such file or directory\); expected"
    ):
        load_runbook(tmp_path / "RUNBOOK.md")
    (tmp_path / "latin.md").write_bytes("# Back\n\nZurück\n".encode("latin-1"))
    with pytest.raises(UsageError, match=r"latin.md:3: a byte that is not UTF-8; expected a text file in UTF-8"):
        load_runbook(tmp_path / "latin.md")
