"""The whole zoo: ten thousand seeded faults, the ways in which nothing happens, and drills on a machine that is ill."""

import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

import fixtures.run
from fixtures.drill_database import DrillDatabase
from fixtures.leases import measuring
from fixtures.postgres import EmbeddedPostgres
from fixtures.workspace import Workspace
from scenarios.judging.causes import Verdict
from tests.bench import zoo_ill
from tests.bench.goals import Goal, Tell
from tests.bench.running import WIDTH
from tests.zoo.cases import KINDS, cases
from tests.zoo.store import Postgres
from tests.zoo_ledger import Tally, look_at
from tests.zoo_outages import Looked, plan
from tests.zoo_outages import look_at as look_at_outages

TITLE = "seeded faults of every class and shape, and drills that must not pass: who is not seen, who is wronged"
TAKES = "about 60 min"

EACH_CLASS = 900
EACH_SHAPE = 50
CLIENTS = 4
SEED = 60
ILL = 200
ROUNDS = 5  # of outages; a probe of its own for each


def run(tell: Tell) -> list[Goal]:
    """All of it; the two tables go to standard output."""
    classes = written(tell, EACH_CLASS)
    with measuring():
        looked = outages(tell, EACH_SHAPE)
    goals = [*_of(classes, looked), *nothing_happened(tell)]
    runs = zoo_ill.rehearse_all(range(ILL), tell)
    (fixtures.run.OUT / "bench").mkdir(parents=True, exist_ok=True)
    path = fixtures.run.OUT / "bench" / "zoo-ill.json"
    path.write_text(json.dumps([each.as_json() for each in runs], indent=1) + "\n", encoding="utf-8")
    return [*goals, *zoo_ill.goals(runs)]


def written(tell: Tell, each: int) -> dict[str, Tally]:
    """Faults of the ledger's classes, over real HTTP and in a real Postgres; `each` of every class."""
    stories = list(cases(each))
    random.Random(SEED).shuffle(stories)
    with tempfile.TemporaryDirectory(prefix="bench-zoo-") as name, Workspace("bench") as workspace:
        server = EmbeddedPostgres(workspace.folder, workspace.secrets("superuser"))
        try:
            server.start()
            database = DrillDatabase(server, "bench_zoo", workspace.secrets("database"))
            database.create()
            store = Postgres(database.url)
            tell(f"{len(stories)} stories of writes, {sum(len(case.asks) for case in stories)} writes")
            tallies = look_at(store, stories, Path(name), CLIENTS, lambda _: database.ledger_rows("sessions"))
            store.close()
        finally:
            server.stop()
    show("writes", tallies)
    return tallies


def outages(tell: Tell, each: int) -> Looked:
    """Outages of every shape, seen by the real probe; `each` of every shape."""
    found = []
    for number in range(ROUNDS):
        tell(f"round {number + 1} of {ROUNDS} of outages")
        with tempfile.TemporaryDirectory(prefix="bench-zoo-") as name:
            found.append(look_at_outages(Path(name), plan(each // ROUNDS, SEED + number), tell))
    tallies = {shape: Tally.of([each.tallies[shape] for each in found]) for shape in found[0].tallies}
    show("outages", tallies)
    looked = Looked.of(found, tallies)
    for said in (*looked.alarms, *looked.outside):
        tell(said)
    return looked


def show(what: str, tallies: Mapping[str, Tally]) -> None:
    """The table, on standard output."""
    table = Table(title=what, title_justify="left")
    for column in ("", "seeded", "found", "missed", "called so and is not", "precision", "recall"):
        table.add_column(column, justify="left" if not column else "right")
    for name, tally in tallies.items():
        figures = [tally.seeded, tally.right, len(tally.missed), len(tally.wrong)]
        shares = [f"{100 * share:.2f} %" for share in (tally.precision, tally.recall)]
        table.add_row(name, *map(str, figures), *shares)
    Console(width=shutil.get_terminal_size((WIDTH, 24)).columns, highlight=False).print(table)


def _of(classes: Mapping[str, Tally], looked: Looked) -> list[Goal]:
    # what is simply kept is no fault
    seeded = {**{name: tally for name, tally in classes.items() if name != "kept"}, **looked.tallies}
    every = Tally.of([*classes.values(), *looked.tallies.values()])
    faults = EACH_CLASS * (len(KINDS) - 1) + sum(tally.seeded for tally in looked.tallies.values())
    outside = 100 * (1 - len(looked.outside) / max(1, sum(tally.seeded for tally in looked.tallies.values())))
    worst = {"worst": min(100 * tally.precision for tally in seeded.values())}
    least = {"worst": min(100 * tally.recall for tally in seeded.values())}
    return [
        Goal.at_least("seeded faults, all of them in a real Postgres or over real HTTP", faults, "faults", 10_000),
        Goal.at_least("precision, all classes and shapes", 100 * every.precision, "%", 100, worst),
        Goal.at_least("recall, all classes and shapes", 100 * every.recall, "%", 100, least),
        Goal.at_most(f"alarms in {looked.quiet} stretches in which nothing was wrong", len(looked.alarms), "alarms", 0),
        Goal.at_least("outages whose true edges lie inside the interval", outside, "%", 99),
        Goal.seen("outages set apart because this machine was busy itself", looked.sick, "outages"),
    ]


def nothing_happened(tell: Tell) -> list[Goal]:
    """Every registered way to prove nothing, each in a simulated world in which the drill would pass."""
    from tests import ways_of_systems, ways_of_the_harness
    from tests.simulated_world import BACK, World, outcome
    from tests.ways import WAYS

    tell(f"ways of {ways_of_systems.__name__} and {ways_of_the_harness.__name__}")
    wrong = []
    for name, (cause, turn) in WAYS.items():
        with tempfile.TemporaryDirectory(prefix="bench-zoo-") as folder:
            world = World(Path(folder))
            came = outcome(world.play(turn(world) or BACK))
        if came != (Verdict.INCONCLUSIVE, cause):
            wrong.append(f"{name}: {came} where {cause} is right")
    for each in wrong:
        tell(each)
    goal = f"of {len(WAYS)} ways in which nothing happened, inconclusive for the right cause"
    return [Goal.at_least(goal, len(WAYS) - len(wrong), "ways", len(WAYS))]


def main() -> None:
    """`python -m tests.bench.zoo FIRST END`: some of the drills on an ill machine alone, as JSON lines."""
    first, end = map(int, sys.argv[1:])
    runs = zoo_ill.rehearse_all(range(first, end), lambda text: print(text, file=sys.stderr, flush=True), well=False)
    for each in runs:
        print(json.dumps(each.as_json()))
    print(Counter(f"{each.verdict} {each.cause}" for each in runs), file=sys.stderr)


if __name__ == "__main__":
    main()
