"""Which variables a bash block uses before it sets them: enough of bash's quoting to be right about a runbook."""

import pytest

from scenarios.runbook import Procedure, Step, compile_pattern, without_value
from scenarios.runbook.patterns import check_pattern, pattern_parameters
from scenarios.runbook.shell import WELL_KNOWN, undeclared


def used(script: str, *known: str) -> list[tuple[int, str]]:
    return list(undeclared(script, set(known)))


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo $A", [(0, "A")]),
        ("echo ${A}", [(0, "A")]),
        ('echo "$A"', [(0, "A")]),
        ("echo ${A:-x} ${#B} ${!C}", [(0, "A"), (0, "B"), (0, "C")]),
        ("echo\n\necho $A\necho $B", [(2, "A"), (3, "B")]),
        ("echo $a $1 $? $Ab", []),  # only what is written like a parameter is taken for one
        ("echo $HOME $PATH", []),
    ],
)
def test_each_use_is_told_with_its_line(script: str, found: list[tuple[int, str]]) -> None:
    assert used(script) == found


def test_what_is_known_or_set_before_is_fine_and_stays_known() -> None:
    """The caller's set grows: the next step of a procedure has the variables of those before it."""
    known = {"A"}
    assert list(undeclared("B=$A\n", known)) == []
    assert known == {"A", "B"}
    assert used("echo $A; A=1") == [(0, "A")]
    assert used("A=1; echo $A") == []


@pytest.mark.parametrize("script", ["A=1", "A+=1", "A[0]=1", "export A=1", "read -r A", "mapfile -t A", "getopts x A"])
def test_every_way_of_setting_one(script: str) -> None:
    assert used(f"{script}\necho $A") == []


@pytest.mark.parametrize("script", ["printf -v A x", "for A in 1 2; do true; done", "echo ${A:=1}", "echo ${A=1}"])
def test_more_ways_of_setting_one(script: str) -> None:
    assert used(f"{script}\necho $A") == []
    assert used(f"echo $A\n{script}") == [(0, "A")]


@pytest.mark.parametrize("script", ["x-A=1", "$A=1", "./A=1", "echo -A=1", "unread A", "read -r x | A"])
def test_what_only_looks_like_setting_one(script: str) -> None:
    assert (1, "A") in used(f"{script}\necho $A")


def test_an_assignment_counts_from_the_end_of_its_word() -> None:
    """What it is made from was used before it was set, in quotes with spaces too; the next word comes after it."""
    assert used('A="$A/x"') == [(0, "A")]
    assert used('A="a b $A"') == [(0, "A")]
    assert used('A="a;$A"') == [(0, "A")]
    assert used("A=a$A") == [(0, "A")]
    assert used("A=aX$A") == [(0, "A")]
    for end in (" ", "\t", "\n", ";", "&", "|"):
        assert used(f"A=1{end}echo $A") == [], end
        assert used(f'A="1"{end}echo $A') == [], end
    assert used("A=X") == []


@pytest.mark.parametrize(
    "script",
    [
        "echo '$A'",
        "echo '\n$A'",
        "echo 'x' '$A' 'y'",
        r"echo \$A",
        r'echo "\$A"',
        r"echo \\\$A",
        "echo '\\' '$A'",  # a backslash escapes nothing in single quotes
        "# $A",
        "echo # $A",
        "echo;# $A",
        "echo\n# $A\n",
        "(# $A\n)",
        "true &# $A",
        "true |# $A\ncat",
        "echo\t# $A",
    ],
)
def test_dead_text_uses_nothing(script: str) -> None:
    assert used(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "echo \"'$A'\"",  # single quotes in double quotes are letters
        "echo 'x'$A",
        "echo 'x' \"$A\" 'y'",
        'echo "it\'s $A"',
        'echo "#" $A',
        'echo "# $A"',  # no comment in quotes
        "echo x#$A",  # nor in the middle of a word
        "echo ${#A} # 'x",
        r"echo \\$A",
        r'echo "\"$A"',
        'echo "a" \'"\' $A',
        "# it's a comment\necho $A",
        "echo '' $A",
    ],
)
def test_live_text_does(script: str) -> None:
    assert [name for _, name in used(script)] == ["A"]


def test_a_lone_apostrophe_hides_nothing() -> None:
    """In a here-document, say: all the text counts rather than none of it."""
    assert used("cat <<END\nit's $A\nEND\necho $B") == [(1, "A"), (3, "B")]


def test_lines_are_counted_through_dead_text_too() -> None:
    assert used("echo 'a\nb' # c\necho \\\n$A") == [(3, "A")]
    assert used("\n$A") == [(1, "A")]


def test_a_comment_without_a_line_end_is_the_end_of_the_script() -> None:
    assert used("echo $A # $B") == [(0, "A")]
    assert used("# x\necho $A") == [(1, "A")]


def test_well_known_variables_are_those_of_bash_and_of_the_small_environment_of_a_step() -> None:
    assert {"HOME", "PATH", "LANG", "TMPDIR", "SECONDS", "PIPESTATUS"} <= WELL_KNOWN
    assert all(name == name.upper() for name in WELL_KNOWN)


# --- a whole procedure, and what its expectations name


def procedure(*steps: tuple[str, str | None, str | None]) -> Procedure:
    made = [
        Step(name=f"s{i}", source="written", script=script, deadline_s=1, line=i, expect=expect, reject=reject)
        for i, (script, expect, reject) in enumerate(steps)
    ]
    return Procedure(id="p", title="P", line=1, steps=tuple(made))


def test_what_has_no_value_is_named_once_and_in_order() -> None:
    found = without_value(
        procedure(
            ("echo $A $B", "${C} and ${A}", None),
            ("D=1; echo $D $A", None, "${D}${E}"),
            ("echo $D $F", None, None),
        ),
        {"B": "b"},
    )
    assert found == ["C", "A", "D", "E", "F"]  # a step cannot set what its own expectation names
    assert without_value(procedure(("echo $A", "${B}", "${B}")), {"A": "a", "B": "b"}) == []
    assert without_value(procedure(("true", None, None)), {}) == []


def test_a_parameter_in_an_expectation_stands_for_its_value_as_it_is_written() -> None:
    """No character of a value is a pattern; `^` and `$` are the ends of each line."""
    pattern = compile_pattern(r"^at ${VERSION}\.$", {"VERSION": "1.2+3"})
    assert pattern.search("first\nat 1.2+3.\nlast")
    assert not pattern.search("at 1x2+3.")
    assert not pattern.search("not at 1.2+3.")
    with pytest.raises(KeyError):
        compile_pattern("${VERSION}", {})
    assert pattern_parameters("${B} ${A} $C ${d}") == ["B", "A"]


@pytest.mark.parametrize(
    ("pattern", "why"), [("(", "missing )"), ("[[a]", "nested set"), ("a{1}{2}", "multiple repeat")]
)
def test_what_is_no_regular_expression_is_told_why(pattern: str, why: str) -> None:
    assert why in (check_pattern(pattern) or "").lower()


def test_a_pattern_is_checked_with_its_parameters_as_plain_text() -> None:
    assert check_pattern("^${A}+$") is None
    assert check_pattern("(?i)${A}") is None
    assert check_pattern("a" * 100) is None
    assert check_pattern("a{99999999999999}") is not None  # more than Python's re can count
