"""Steps run as the runbook writes them: one shell, nothing interpreted twice, success as declared, all in the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.errors import UsageError
from scenarios.protocols import StepResult
from tests.runner_bench import Bench, corrected, procedure, written


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_one_shell_state_goes_through_a_procedure(bench: Bench) -> None:
    """Folder, variables, functions and options that a step sets are there for the next."""
    results = bench.run(
        written("set", 'mkdir sub; cd sub; where=here\ngreet() { echo "hello $1"; }\nset -f\n'),
        written("use", 'echo "$where ${PWD##*/}"; greet you; echo *\n', expect=r"^here sub\nhello you\n\*$"),
    )
    assert [result.ok for result in results] == [True, True]
    assert [result.exit for result in results] == [0, 0]


def test_stdin_is_empty_and_streams_come_in_order(bench: Bench) -> None:
    """A command that asks gets end of file; standard error stands where it was written."""
    (result,) = bench.run(written("ask", "read -r answer || echo nobody\necho out; echo err >&2; echo out2\n"))
    assert result.output == "nobody\nout\nerr\nout2\n"


def test_success_is_exit_status_and_output(bench: Bench) -> None:
    """Each part of the declared expectation can fail, and the sentence says what was seen."""
    results = bench.run(
        written("exit", "echo last words; (exit 2)\n"),
        written("allowed", "(exit 2)\n", exits=frozenset({0, 2})),
        written("expect", "echo 'rev 1'; echo\n", expect=r"rev 2"),
        written("reject", "echo fine; echo ERROR: bad; echo done\n", reject="ERROR"),
        written("silent", "true\n", expect="."),
    )
    assert [result.ok for result in results] == [False, True, False, False, False]
    assert [result.why for result in results] == [
        'exit ended with exit status 2 where 0 was expected; its last line was "last words"',
        "",
        'expect did not print what was expected, /rev 2/; its last line was "rev 1"',
        'reject printed what must not appear, /ERROR/; it printed "ERROR: bad"',
        "silent did not print what was expected, /./; it printed nothing",
    ]


def test_parameters_in_an_expectation_are_literal(bench: Bench) -> None:
    """`${NAME}` in an expectation is the parameter's value, not a pattern."""
    step = written("say", 'echo "$REVISION"; echo axb\n', expect=r"^${REVISION}$", reject=r"^${OTHER}$")
    (result,) = bench.run(step, parameters={"REVISION": "a.b(c", "OTHER": "a.b"})
    assert result.ok, result.why


def test_parameters_are_never_interpreted(bench: Bench) -> None:
    """Shell metacharacters in a value stay text: they travel in the environment."""
    value = "$(touch pwned); `touch pwned` && touch pwned 'x\" \n* "
    (result,) = bench.run(written("say", 'printf "[%s]" "$VALUE"\n'), parameters={"VALUE": value})
    assert result.output == f"[{value}]"
    assert list(bench.cwd.iterdir()) == []


def test_a_parameter_without_a_value_stops_everything_before_the_first_step(bench: Bench) -> None:
    """An unset revision would turn a named downgrade into a downgrade by one."""
    with pytest.raises(UsageError, match=r"procedure back: no value for OTHER, REVISION; expected one in the scenario"):
        bench.run(written("a", "touch ran\n"), written("b", "echo $REVISION\n", expect="${OTHER}"))
    assert list(bench.cwd.iterdir()) == []


def test_every_failed_command_is_recorded(bench: Bench) -> None:
    """Line, exit status and text of each command that failed, in functions too; tested ones do not count."""
    script = "false\ntrue\nf() {\n  (exit 3)\n}\nf || true\nif false; then :; fi\nls /nonexistent\nf\necho end\n"
    (result,) = bench.run(written("many", script))
    assert result.ok
    assert result.failed_commands[:2] == ("line 1: exit 1: false", "line 8: exit 2: ls /nonexistent")
    assert any(entry.startswith(("line 4: exit 3", "line 9: exit 3")) for entry in result.failed_commands[2:])


def test_written_steps_go_on_after_a_failure(bench: Bench) -> None:
    """Plain bash, no -e, -u or pipefail, and the operator pastes the next block."""
    results = bench.run(
        written("first", "false | true; echo ${unset}; false\n"), written("second", "echo still here\n")
    )
    assert [result.ok for result in results] == [False, True]


@pytest.mark.parametrize("script", ["false; touch ran\n", "echo $unset; touch ran\n", "false | true; touch ran\n"])
def test_strict_steps_stop_at_the_first_mistake(bench: Bench, script: str) -> None:
    """Corrected steps run under `set -euo pipefail`, and the procedure ends with the first that is not ok."""
    results = bench.run(corrected("first", script), corrected("second", "touch ran\n"))
    assert [result.ok for result in results] == [False]
    assert results[0].exit == 1
    assert not (bench.cwd / "ran").exists()


def test_strictness_ends_with_the_strict_step(bench: Bench) -> None:
    """A written step after a corrected one is plain again, in the same shell."""
    results = bench.run(corrected("a", "x=1\n"), written("b", "false; false | true; echo $x$unset\n", expect="^1$"))
    assert [result.ok for result in results] == [True, True]


def test_exit_ends_the_shell_and_the_next_step_gets_a_new_one(bench: Bench) -> None:
    """`exit N` is the step's status; what it had set is gone."""
    results = bench.run(
        written("bye", "x=1; echo bye; trap 'echo trapped' EXIT; exit 7\n", exits=frozenset({7}), expect="trapped"),
        written("next", 'echo "x=$x"\n', expect="^x=$"),
        written("killed", "kill -9 $$\n"),
        written("replaced", "exec false\n"),
    )
    assert [(result.exit, result.ok) for result in results] == [(7, True), (0, True), (137, False), (1, False)]


def test_a_broken_script_fails_its_own_step_only(bench: Bench) -> None:
    """A syntax error is told by bash and does not take the shell along."""
    results = bench.run(written("broken", "if then\n"), written("return", "return 3\n"), written("next", "echo on\n"))
    assert [result.ok for result in results] == [False, False, True]
    assert results[0].failed_commands == ()


def test_sabotage_comes_first_on_the_path_and_finds_the_real_tools(bench: Bench) -> None:
    """A lying tool hides the real one, which $REAL_PATH still leads to."""
    folder = bench.folder / "sabotage"
    folder.mkdir()
    liar = folder / "uname"
    liar.write_text('#!/bin/bash\necho liar; PATH="$REAL_PATH" exec uname -s\n')
    liar.chmod(0o755)
    (result,) = bench.run(written("ask", "uname\n"), sabotage=folder)
    assert result.output == "liar\nLinux\n"


def test_environment_is_only_what_was_given(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the harness's own environment reaches a step."""
    monkeypatch.setenv("HARNESS_SECRET", "x")
    (result,) = bench.run(written("env", "env\n", reject="HARNESS_SECRET|__drill", expect="^PATH="))
    assert result.ok, result.why


def test_the_log_says_what_ran_and_how_it_ended(bench: Bench) -> None:
    """Header: text, source, expectation. Footer: exit, seconds, failed commands, result."""
    bench.run(written("undo", "echo one\nls /nonexistent\n", expect="two", line=57))
    log = bench.log("01-undo")
    assert log.startswith(
        "# step      undo, line 57 of the runbook\n"
        "# source    written (plain bash)\n"
        "# expected  exit status 0; output that matches /two/; within 10 s\n"
        "$ echo one\n$ ls /nonexistent\n# output\none\nls: "
    )
    assert "\n# ended     exit status 2 after 0." in log
    assert "\n# failed    line 2: exit 2: ls /nonexistent\n# result    undo ended with exit status 2 where 0" in log


def test_on_step_hears_of_each_step_as_it_ends(bench: Bench) -> None:
    """The lifecycle records steps while the procedure runs, with instants that do not overlap."""
    heard: list[StepResult] = []
    results = bench.runner().run(
        procedure(written("a", "true\n"), written("b", "true\n")), {}, None, "steps", heard.append
    )
    assert heard == results
    assert results[0].started_ns <= results[0].ended_ns <= results[1].started_ns
