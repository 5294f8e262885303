"""The same bad migrations, and their ways back: what a drill sees, and what tools see that run migrations alone."""

import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from fixtures.environment import EmbeddedEnvironment
from fixtures.leases import Lease
from fixtures.postgres import EmbeddedPostgres
from fixtures.run import CHECKOUT, Run
from scenarios.judging.causes import Verdict
from scenarios.record import Subject
from scenarios.registry import BUILT_IN, load_system
from scenarios.rehearsal import rehearse
from scenarios.results import DrillRecord
from tests.bench.goals import Goal, Tell, Unmeasured
from tests.bench.migration_tools import TOOLS, said
from tests.bench.pages import put

TITLE = "bad migrations and their ways back: a drill beside pytest-alembic and pytest-mrt"
TAKES = "about 9 min"
PAGE = CHECKOUT / "docs" / "peers.md"
BEGIN, END = "<!-- migrations: made by `tox -e bench -- migration-peers` -->", "<!-- /migrations -->"
HEAD = ("candidate", "what is wrong", "drill: its way back", "drill: users hurt for", *TOOLS)
TIME_SCALE = 0.02
DRILLS = (
    "downgrade-one-corrected",
    "downgrade-several",
    "downgrade-empty",
    "downgrade-renamed-column",
    "downgrade-column-in-use",
    "downgrade-dropped-column",
    "downgrade-leaves-enum",
    "downgrade-wrong-backfill",
    "downgrade-narrowed-type",
    "downgrade-rewritten-table",
    "downgrade-corrupted-values",
    "downgrade-drops-new-rows",
    "downgrade-missing-index",
    "downgrade-forgets-index",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One candidate. `tools`: what each of them holds against it, empty for nothing."""

    release: str
    defect: str
    record: DrillRecord
    tools: dict[str, str]

    @property
    def works(self) -> bool:
        """Whether its way back does what was promised."""
        return self.record.verdict == Verdict.PASSED


def run(tell: Tell) -> list[Goal]:
    """Rehearse each, and let the tools look at the same files; writes the table into docs/peers.md."""
    system = load_system(BUILT_IN / "mina")
    named = Run.begin(time_scale=TIME_SCALE, suite=None, environment="embedded", require_all=False)
    found = []
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="peers-bench-")))
        folder.chmod(0o755)  # as root the server runs as somebody else
        cleanup.enter_context(Lease(f"run/{named.name}"))
        server = EmbeddedPostgres(folder, secrets.token_hex(8))
        cleanup.callback(server.stop)
        server.start()
        environment = EmbeddedEnvironment(named)
        cleanup.callback(environment.close)
        for number, name in enumerate(DRILLS):
            scenario = system.scenario(name)
            subject = Subject(drill_id=f"bench::{name}", system=system, scenario=scenario, time_scale=TIME_SCALE)
            record = rehearse(subject, environment, named.folder / name)
            if not record.as_expected:
                raise Unmeasured(f"{name}: {record.verdict}, {record.cause}: {record.detail}")
            tools = said(server, system, scenario.candidate, folder / name)
            found.append(Compared(release=scenario.candidate, defect=scenario.defect, record=record, tools=tools))
            tell(f"{number + 1} of {len(DRILLS)}: {', '.join(_row(found[-1]))}")
    put(PAGE, BEGIN, END, HEAD, map(_row, found))
    tell(f"table written: {PAGE.relative_to(CHECKOUT)}")
    return goals(found)


def goals(found: list[Compared]) -> list[Goal]:
    """Whether tools catch what no drill sees, and what they make of ways back that fail and of those that work."""
    broken = [each for each in found if not each.works]
    caught = {tool: float(sum(bool(each.tools[tool]) for each in broken)) for tool in TOOLS}
    alarms = {tool: float(sum(bool(each.tools[tool]) for each in found if each.works)) for tool in TOOLS}
    unseen = [each for each in found if any(each.tools.values()) and each.works and each.record.disruption_s is None]
    return [
        Goal.at_most("caught by a tool, and no drill saw anything", len(unseen), "candidates", 0),
        Goal.seen(f"ways back that fail, of {len(found)}: caught by their drills", len(broken), "", caught),
        Goal.seen("ways back that work; against: called broken by", len(found) - len(broken), "", alarms),
    ]


def _row(each: Compared) -> tuple[str, ...]:
    lo, hi = each.record.disruption_s or (None, None)
    hurt = "not measured" if lo is None else f"{lo:.1f} s or more" if hi is None else f"{lo:.1f} to {hi:.1f} s"
    back = "works" if each.works else f"*{each.record.cause}*"
    return (each.release, each.defect, back, hurt, *(each.tools[tool] or "-" for tool in TOOLS))
