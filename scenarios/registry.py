"""System folders: a system is one folder with a scenarios.py that defines SYSTEM; it may lie outside the checkout."""

import importlib.util
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path

from scenarios.errors import UsageError
from scenarios.model import Scenario, System
from scenarios.runbook import Runbook, load_runbook
from scenarios.signals import from_trigger

BUILT_IN = Path(__file__).parent / "systems"


def load_system(folder: Path) -> System:
    """The System that `folder`/scenarios.py declares, with its folder filled in. UsageError says file and reason."""
    path = folder / "scenarios.py"
    if not path.is_file():
        raise UsageError(f"{folder}: no scenarios.py there; a system folder has one (make a sample: drill new NAME)")
    spec = importlib.util.spec_from_file_location(f"_rollback_drills_system_{folder.name.replace('-', '_')}", path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise UsageError(f"{error.filename}:{error.lineno}: {type(error).__name__}: {error.msg}") from error
    except Exception as error:
        # the last line of theirs, not the line of a library (or ours) that it fell over in
        lines = [line.lineno for line in traceback.extract_tb(error.__traceback__) if Path(line.filename) == path]
        raise UsageError(f"{path}:{lines[-1] if lines else 1}: {type(error).__name__}: {error}") from error
    system = getattr(module, "SYSTEM", None)
    if not isinstance(system, System):
        raise UsageError(f"{path}: defines no SYSTEM; expected SYSTEM = System(name=…, scenarios=(…))")
    loaded = replace(system, folder=folder.resolve())
    twice = [name for name, count in Counter(each.id for each in loaded.scenarios).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: scenario id {twice[0]!r} is declared twice; only the first could ever be named")
    runbook = load_runbook(loaded.folder / "RUNBOOK.md")
    for scenario in loaded.scenarios:
        _check_folders(loaded, scenario)
        _check_runbook(loaded, scenario, runbook)
    return loaded


def _check_runbook(system: System, scenario: Scenario, runbook: Runbook) -> None:
    """Procedure, signal and verification list that a scenario names are in the runbook."""
    try:
        runbook.procedure(scenario.procedure)
        from_trigger(runbook.trigger(scenario.signal), 1.0, 1.0)
        if scenario.verification is not None:
            runbook.procedure(scenario.verification)
        # a list of checks takes nobody back, and a way back checks nothing
        if scenario.procedure in runbook.verifications or scenario.verification in runbook.procedures:
            raise UsageError(f"{runbook.path}: a procedure or a verification list stands where the other belongs")
    except UsageError as error:
        raise UsageError(f"{system.folder / 'scenarios.py'}: scenario {scenario.id!r}: {error}") from error


def _check_folders(system: System, scenario: Scenario) -> None:
    """What a scenario names must exist, so that a typing error is found before anything is provisioned."""
    wanted = [("releases", name) for name in (*scenario.earlier, scenario.baseline, scenario.candidate)]
    if scenario.sabotage is not None:
        wanted.append(("sabotage", scenario.sabotage))
    for kind, name in wanted:
        if not (system.folder / kind / name).is_dir():
            known = ", ".join(sorted(path.name for path in (system.folder / kind).glob("*/"))) or "none"
            raise UsageError(
                f"{system.folder / 'scenarios.py'}: scenario {scenario.id!r} names {kind}/{name}, "
                f"which is not a folder; there are: {known}"
            )


def built_in(name: str) -> System:
    """A system that ships with the checkout, by name."""
    return load_system(BUILT_IN / name)
