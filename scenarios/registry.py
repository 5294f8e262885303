"""System folders: a system is one folder with a scenarios.py that defines SYSTEM; it may lie outside the checkout.

One with many scenarios may have `scenarios_<name>.py` beside it, each of which defines SCENARIOS: more of them.
"""

import importlib.util
import os
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from scenarios.cuts import SPARES
from scenarios.errors import UsageError
from scenarios.judging.causes import Verdict
from scenarios.model import Harm, Need, Scenario, System
from scenarios.runbook import Runbook, load_runbook, without_value
from scenarios.signals import from_trigger

BUILT_IN = Path(__file__).parent / "systems"
ANSWERS_TELL = ("release", "schema")
# what every environment gives to a runbook, and what some give besides
_DATABASE = ("DATABASE_URL", "PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")
PLACE = (*_DATABASE, "PORT", "SERVICE_URL", "ROWS_BEFORE", "INCIDENT_WEBHOOK")
CLUSTER = ("NAMESPACE", "KUBECONFIG", "DEPLOYED_MANIFESTS", "BACKUPS")
HOST = ("CONFIGURATION", "PIDFILE", "UPLOADS")
GIT = ("CHECKOUT",)  # a host where pushing deploys
ROUTER = ("COLOURS", "ROUTER_SOCKET", "GREEN_PORT", "BLUE_PORT")  # a host with two colours behind a router
WAL_ARCHIVE = ("AS_POSTGRES", "POSTGRES_HOME")  # a Postgres server of the drill's own


def load_system(folder: Path) -> System:
    """The System that `folder`/scenarios.py declares, with its folder filled in. UsageError says file and reason."""
    path = folder / "scenarios.py"
    if not path.is_file():
        raise UsageError(f"{folder}: no scenarios.py there; a system folder has one (make a sample: drill new NAME)")
    system = getattr(_run(path), "SYSTEM", None)
    if not isinstance(system, System):
        raise UsageError(f"{path}: defines no SYSTEM; expected SYSTEM = System(name=…, scenarios=(…))")
    for more in sorted(folder.glob("scenarios_*.py")):
        system = replace(system, scenarios=(*system.scenarios, *_declared(more)))
    loaded = replace(system, folder=folder.resolve())
    twice = [name for name, count in Counter(each.id for each in loaded.scenarios).items() if count > 1]
    if twice:
        raise UsageError(f"{path}: scenario id {twice[0]!r} is declared twice; only the first could ever be named")
    runbook = load_runbook(loaded.folder / "RUNBOOK.md")
    for scenario in loaded.scenarios:
        try:
            _check_declaration(loaded, scenario)
            _check_folders(loaded, scenario)
            _check_runbook(scenario, runbook)
        except UsageError as error:
            raise UsageError(f"{path}: scenario {scenario.id!r}: {error}") from error
    return loaded


def _declared(path: Path) -> tuple[Scenario, ...]:
    """What a file beside scenarios.py declares."""
    declared = getattr(_run(path), "SCENARIOS", None)
    if not isinstance(declared, tuple) or not all(isinstance(each, Scenario) for each in declared):
        raise UsageError(f"{path}: defines no SCENARIOS; expected SCENARIOS = (Scenario(…), …)")
    return declared


def _run(path: Path) -> ModuleType:
    """The module in the file `path`, which is none of ours. UsageError says file and line of what is wrong in it."""
    name = f"_rollback_drills_{path.parent.name}_{path.stem}".replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise UsageError(
            f"{error.filename or path}:{error.lineno or 1}: {type(error).__name__}: {error.msg}"
        ) from error
    except Exception as error:
        # the last line of theirs, not the line of a library (or ours) that it fell over in
        lines = [line.lineno for line in traceback.extract_tb(error.__traceback__) if Path(line.filename) == path]
        raise UsageError(f"{path}:{lines[-1] if lines else 1}: {type(error).__name__}: {error}") from error
    return module


def _check_declaration(system: System, scenario: Scenario) -> None:
    """What could never come true, or be true of nothing, is a mistake and not a drill."""
    expected = scenario.expected
    if expected.verdict is Verdict.INCONCLUSIVE:
        raise UsageError("it expects inconclusive, which proves nothing; expected is passed, or failed with a cause")
    if (expected.verdict is Verdict.FAILED) != (expected.cause is not None):
        raise UsageError("its expected verdict and cause do not fit; write Expectation() or Expectation.of(Cause.…)")
    told = (*ANSWERS_TELL, *system.tells)
    if any(name not in told for name in scenario.restores):
        raise UsageError(f"restores={scenario.restores!r}: expected a tuple of some of {', '.join(told)}")
    if {Need.ROUTER, Need.GIT} <= scenario.needs or {Need.ROUTER, Need.CLUSTER} <= scenario.needs:
        raise UsageError("a host with a router has neither a repository nor a cluster; expected one of the needs")
    if scenario.branch != "main" and Need.GIT not in scenario.needs:
        raise UsageError(f"branch={scenario.branch!r} needs Need.GIT: no other host deploys what a branch holds")
    if any(name not in SPARES for name in scenario.spares):
        raise UsageError(f"spares={scenario.spares!r}: expected a tuple of some of {', '.join(SPARES)}")
    if (scenario.spares and not scenario.listeners) or (scenario.listeners and system.stream_path is None):
        raise UsageError("spares= needs listeners=, and listeners= needs the system's stream_path=")
    if scenario.leaves and Need.CLUSTER not in scenario.needs:
        raise UsageError("leaves= names objects of a cluster; expected Need.CLUSTER in needs=")
    if scenario.harm is Harm.STATE_WRONG:
        raise UsageError("harm 'state_wrong' cannot be watched yet; expected users_hurt or release_stuck")
    if scenario.harm is Harm.RELEASE_STUCK and (
        Need.CLUSTER not in scenario.needs or not (scenario.deployment or system.deployment)
    ):
        raise UsageError("harm 'release_stuck' needs Need.CLUSTER and the system's deployment=")


def _check_runbook(scenario: Scenario, runbook: Runbook) -> None:
    """Procedure, signal and verification list that a scenario names are in the runbook; its parameters have values."""
    # a list of checks takes nobody back, and a way back checks nothing
    if scenario.procedure in runbook.verifications or scenario.verification in runbook.procedures:
        raise UsageError(f"{runbook.path}: a procedure or a verification list stands where the other belongs")
    from_trigger(runbook.trigger(scenario.signal), 1.0, 1.0)
    place = (
        *PLACE,
        *(CLUSTER if Need.CLUSTER in scenario.needs else HOST),
        *(GIT if Need.GIT in scenario.needs else ()),
        *(ROUTER if Need.ROUTER in scenario.needs else ()),
        *(WAL_ARCHIVE if Need.WAL_ARCHIVE in scenario.needs else ()),
    )
    values = {**dict.fromkeys(place, "given"), **scenario.parameters}
    for name in (scenario.procedure, scenario.verification):
        missing = without_value(runbook.procedure(name), values) if name is not None else ()
        if missing:
            raise UsageError(f"{name} uses ${', $'.join(missing)}, which has no value; expected it in parameters=")


def _check_folders(system: System, scenario: Scenario) -> None:
    """What a scenario names must exist, so that a typing error is found before anything is provisioned."""
    wanted = [("releases", name) for name in (*scenario.earlier, scenario.baseline, scenario.candidate)]
    if scenario.sabotage is not None:
        wanted.append(("sabotage", scenario.sabotage))
    for kind, name in wanted:
        if not (system.folder / kind / name).is_dir():
            known = ", ".join(sorted(path.name for path in (system.folder / kind).glob("*/"))) or "none"
            raise UsageError(f"it names {kind}/{name}, which is not a folder; there are: {known}")
    if scenario.sabotage is not None:
        for tool in sorted((system.folder / "sabotage" / scenario.sabotage).iterdir()):
            if tool.is_file() and tool.suffix != ".md" and not os.access(tool, os.X_OK):
                raise UsageError(f"{tool} is not executable, so nothing would be sabotaged; expected chmod +x")


def built_in(name: str) -> System:
    """A system that ships with the checkout, by name."""
    return load_system(BUILT_IN / name)
