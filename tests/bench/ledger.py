"""The ledger: how fast it is judged, what it costs the load, and whether a COMMIT that was cut is ever misjudged."""

import tempfile
from pathlib import Path

from fixtures.leases import measuring
from tests.bench import ledger_check, ledger_load
from tests.bench.goals import Goal, Tell
from tests.bench.ledger_cuts import cut_all

TITLE = "judging a million writes, what the ledger costs the load, and a thousand cut COMMITs"
TAKES = "about 6 min"

CHECK_S, CHECK_MB = 10.0, 500.0
SLOWER, ADDED_MS = -5.0, 0.2
RESOLVED = 95.0


def run(tell: Tell) -> list[Goal]:
    """Three parts, one after the other; the first two hold the machine."""
    with tempfile.TemporaryDirectory(prefix="ledger-bench-") as folder:
        return [*_check(Path(folder), tell), *_load(Path(folder), tell), *_cuts(Path(folder), tell)]


def _check(folder: Path, tell: Tell) -> list[Goal]:
    tell("writing down 1,000,000 operations and what became of them")
    planted = ledger_check.write_run(folder / "check", ledger_check.OPERATIONS)
    tell("judging them in a process of its own")
    with measuring():
        found = ledger_check.judge_apart(folder / "check")
    wrong = sum(abs(found.counts.get(name, 0) - planted.get(name, 0)) for name in {*planted, *found.counts})
    mix = "80 % inserts, 10 % updates, 5 % deletes, 5 % of three rows"
    return [
        Goal.at_most(f"check 1,000,000 operations ({mix}) from their files, one process", found.wall_s, "s", CHECK_S),
        Goal.at_most("memory of that process at its largest", found.peak_mb, "MB", CHECK_MB),
        Goal.at_most(f"of {sum(planted.values())} planted losses and the like, not found or wrongly", wrong, "", 0),
        Goal.seen("processor time of that process", found.cpu_s, "s"),
    ]


def _load(folder: Path, tell: Tell) -> list[Goal]:
    with measuring():
        pairs = ledger_load.pairs(folder / "load", tell)
    what = f"open loop, {ledger_load.RATE_HZ} writes/s, {len(pairs)} alternating pairs with and without the ledger"
    slower, added_ms = ledger_load.differences(pairs)
    bare_ms = ledger_load.bare_p50_ms(pairs)
    return [
        Goal.at_least(f"{what}: median difference of throughput", slower, "%", SLOWER),
        Goal.at_most(f"{what}: added latency, p50", added_ms, "ms", ADDED_MS, {"p50 without": bare_ms}),
    ]


def _cuts(folder: Path, tell: Tell) -> list[Goal]:
    found = cut_all(folder, tell)
    share = 100.0 * found.resolved / found.unknown if found.unknown else 0.0
    cut = f"{found.total} COMMITs cut ({found.ways}), {found.unknown} of them unknown to their client"
    return [
        Goal.at_most(f"{cut}: misjudged", found.misjudged, "", 0),
        Goal.at_least(f"{cut}: unknown ones resolved on the same timeline", share, "%", RESOLVED),
    ]
