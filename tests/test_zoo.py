"""A seeded sample of the zoo: every class of the ledger and every shape of an outage, made for real and judged.

All of it, with a real Postgres and ten thousand faults, is `tox -e bench -- zoo`.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.results import Writes
from tests.house import ROOT, imported, python_files
from tests.zoo.cases import KINDS, Case, cases
from tests.zoo.outages import SHAPES
from tests.zoo.store import Memory
from tests.zoo_ledger import Tally, look_at
from tests.zoo_outages import Looked, Truth, compared, plan
from tests.zoo_outages import look_at as look_at_outages

EACH = 8  # of every class: all of its ways twice
TRIES = 3  # on a machine so busy that even our own echo server is late


def found(stories: Sequence[Case], folder: Path) -> dict[str, Tally]:
    return look_at(Memory(), stories, folder, clients=4)


def test_every_class_is_found_and_nothing_is_called_what_it_is_not(tmp_path: Path) -> None:
    """Twelve classes, each made by the service, on the way to it, or with a console; over real HTTP."""
    tallies = found(list(cases(EACH)), tmp_path)
    assert {kind: (tally.missed, tally.wrong) for kind, tally in tallies.items()} == dict.fromkeys(KINDS, ([], []))
    assert all(tally.seeded >= EACH for tally in tallies.values())


def test_every_class_of_a_verdict_is_seeded() -> None:
    """A class that is added to the ledger needs its place in the zoo."""
    assert set(KINDS) == set(Writes.model_fields) - {"acked"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "kept"])
def test_a_fault_that_was_not_made_is_missed_and_its_class_is_told(kind: str, tmp_path: Path) -> None:
    """The comparison itself: where the zoo only says that it broke something, recall falls; nobody is wronged."""
    story = next(case for case in cases(1) if case.kind == kind)
    tallies = found([replace(story, lies={}, tricks={}, hand=None)], tmp_path)
    assert (tallies[kind].right, len(tallies[kind].missed)) == (0, len(story.says))
    assert tallies[kind].recall == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "kept"])
def test_a_fault_that_nobody_told_of_is_called_wrong(kind: str, tmp_path: Path) -> None:
    """The comparison itself: what the zoo broke and keeps quiet about costs precision."""
    story = next(case for case in cases(1) if case.kind == kind)
    tallies = found([replace(story, says={})], tmp_path)
    assert tallies[kind].wrong == list(story.says)
    assert tallies[kind].precision == 0


def test_every_shape_is_found_and_a_well_service_is_not_called_ill(tmp_path: Path) -> None:
    """Twelve shapes before the real probe, in its own process, judged by the arithmetic of every drill."""
    for number in range(TRIES):
        (folder := tmp_path / str(number)).mkdir()
        looked = look_at_outages(folder, plan(1, seed=6), lambda _: None)
        if not looked.sick:
            break
    assert looked.alarms == []
    assert looked.outside == []
    assert {
        shape: (tally.right, tally.missed, tally.wrong) for shape, tally in looked.tallies.items()
    } == dict.fromkeys(SHAPES, (1, [], []))


def test_an_outage_that_was_not_seen_is_missed_and_one_that_was_not_there_an_alarm() -> None:
    """The comparison itself, on looks made up here."""
    from tests.bench.coverage import TICK, look

    bad = range(100, 120)
    lane = [look(tick * TICK, 1_000_000, tick in bad) for tick in range(400)]

    def at(*outages: tuple[int, int]) -> Looked:
        truths = [
            Truth(shape="503", began_ns=(a * TICK, a * TICK), ended_ns=(b * TICK, b * TICK), bad=1) for a, b in outages
        ]
        return compared({"read": lane}, truths)

    right = at((100, 120), (390, 395))
    assert (right.tallies["503"].right, len(right.tallies["503"].missed), right.alarms) == (1, 1, [])
    assert at((20, 30), (200, 210)).alarms == ["on read after 503"]
    assert at((20, 60)).outside != []


def test_who_seeds_shares_no_code_with_who_judges() -> None:
    """The zoo imports the standard library, psycopg, and itself; not even the record of a write is the checker's."""
    files = [path for path in python_files() if path.is_relative_to("tests/zoo")]
    assert len(files) >= 5
    foreign = {
        (str(path), module)
        for path in files
        for module, _ in imported(path)
        if module.split(".")[0] not in {*sys.stdlib_module_names, "psycopg"} and not module.startswith("tests.zoo.")
    }
    assert foreign == set()
    told = [path for path in files for word in ("import_module", "__import__") if word in (ROOT / path).read_text()]
    assert told == []
