"""The house rules that a linter cannot say: what no module of ours does, and how long things may get."""

import ast
from fnmatch import fnmatch
from pathlib import Path

from tests.house import calls, dotted, imported, parsed, python_files

MAX_FUNCTION_LINES = 50
MAX_MODULE_LINES = 300

# The one module of the harness that sleeps, and programs of their own, each with the reason it may.
MAY_SLEEP = {
    "fixtures/waits.py": "the one place where the harness waits",
    "fixtures/probe/lane.py": "a process of its own: each tick waits for the instant it is planned for",
    "fixtures/probe/faults.py": "a process of its own: it makes outages of a known length",
    "tests/*": "tests stand outside the harness",
    "*/locustfile.py": "users pause between requests",
    "scenarios/service/*": "a service is a program of its own",
    "scenarios/systems/*": "a service is a program of its own",
    "scenarios/scaffold/*": "a service is a program of its own",
}

FORBIDDEN_CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "os.system": "hands text to a shell",
    "os.popen": "hands text to a shell",
    "time.time": "the wall clock jumps; instants are time.monotonic_ns()",
    "time.time_ns": "the wall clock jumps; instants are time.monotonic_ns()",
    "datetime.utcnow": "has no time zone",
    "datetime.datetime.utcnow": "has no time zone",
}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve"}


def test_nothing_runs_text_as_code_or_reads_the_wall_clock() -> None:
    """No eval, exec, os.system, shell=True, pickle, time.time(); datetime.now() only with a time zone."""
    wrong = [line for path in python_files() for line in _forbidden(path)]
    assert not wrong, "\n".join(wrong)


def _forbidden(path: Path) -> list[str]:
    wrong = [
        f"{path}:{call.lineno}: {name}: {FORBIDDEN_CALLS[name]}"
        for name, call in calls(path)
        if name in FORBIDDEN_CALLS
    ]
    wrong += [f"{path}: imports {module}" for module, _ in imported(path) if module.split(".")[0] in FORBIDDEN_MODULES]
    for name, call in calls(path):
        if name.endswith("datetime.now") and not call.args and not call.keywords:
            wrong.append(f"{path}:{call.lineno}: datetime.now() without a time zone")
        wrong += [
            f"{path}:{call.lineno}: shell={ast.unparse(keyword.value)}"
            for keyword in call.keywords
            if keyword.arg == "shell" and ast.unparse(keyword.value) != "False"
        ]
    return wrong


def test_only_the_waits_sleep() -> None:
    """A sleep without a name and a deadline hides what is waited for; fixtures/waits.py gives both."""
    sleeps = {"time.sleep", "asyncio.sleep"}
    wrong = []
    for path in python_files():
        if not any(fnmatch(str(path), pattern) for pattern in MAY_SLEEP):
            wrong += [f"{path}:{call.lineno}: {name}()" for name, call in calls(path) if name in sleeps]
            wrong += [f"{path}: imports sleep from time" for found in imported(path) if found == ("time", "sleep")]
    assert not wrong, "\n".join(wrong)


def test_functions_and_modules_stay_short() -> None:
    """Functions of at most 50 lines and modules of at most 300: each can be read in one look."""
    wrong = [line for path in python_files() for line in _too_long(path)]
    assert not wrong, "\n".join(wrong)


def _too_long(path: Path) -> list[str]:
    tree = parsed(path)
    wrong = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                wrong.append(f"{path}:{node.lineno}: {node.name} has {lines} lines")
    last = max((node.end_lineno or 0 for node in tree.body), default=0)
    if last > MAX_MODULE_LINES:
        wrong.append(f"{path}: {last} lines")
    return wrong


def test_the_command_line_has_no_logic() -> None:
    """drill.py decides nothing: no branch, loop, comprehension, operator, try or with; each verb is one call."""
    tree = parsed(Path("drill.py"))
    choices = ast.IfExp | ast.BoolOp | ast.BinOp | ast.Match | ast.Try | ast.TryStar | ast.With | ast.Assert
    loops = ast.For | ast.AsyncFor | ast.While | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    logic = choices | loops | ast.Lambda | ast.ClassDef
    entry = [node for node in tree.body if isinstance(node, ast.If)]
    assert [ast.unparse(node.test) for node in entry] == ["__name__ == '__main__'"]
    wrong = [f"line {node.lineno}: {type(node).__name__}" for node in ast.walk(tree) if isinstance(node, logic)]
    wrong += [f"line {node.lineno}: If" for node in ast.walk(tree) if isinstance(node, ast.If) and node not in entry]
    assert not wrong, "drill.py: " + ", ".join(wrong)


def test_each_verb_exits_with_what_one_function_returns() -> None:
    """The body of a verb is its help and `sys.exit(commands.VERB(…))`: what a verb does is found under its name."""
    functions = [node for node in parsed(Path("drill.py")).body if isinstance(node, ast.FunctionDef)]
    verbs = [function for function in functions if function.name != "main"]
    assert verbs
    for verb in verbs:
        statements = [node for node in verb.body if not _is_text(node)]
        assert len(statements) == 1, f"{verb.name} does more than one thing"
        leave = statements[0]
        assert isinstance(leave, ast.Expr)
        assert isinstance(leave.value, ast.Call)
        assert dotted(leave.value.func) == "sys.exit"
        (handed,) = leave.value.args
        assert isinstance(handed, ast.Call)
        assert dotted(handed.func) == f"commands.{verb.name}"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def test_the_list_of_plugins_is_all_that_conftest_holds() -> None:
    """conftest.py names the plugins; fixtures live in fixtures/, one plugin a module."""
    statements = [node for node in parsed(Path("conftest.py")).body if not _is_text(node)]
    assert len(statements) == 1
    assert isinstance(statements[0], ast.Assign)
    assert [ast.unparse(target) for target in statements[0].targets] == ["pytest_plugins"]


def test_programs_are_no_packages() -> None:
    """Services, scenarios of systems and the template are run, never imported: no __init__.py there."""
    programs = ("scenarios/systems/", "scenarios/service/", "scenarios/scaffold/")
    assert not [path for path in python_files() if str(path).startswith(programs) and path.name == "__init__.py"]
