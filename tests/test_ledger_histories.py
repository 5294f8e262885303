"""Whatever clients do at once, a store that keeps its promises is never blamed, and one that broke them always is."""

import random
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.judging.ledger import Judgement
from scenarios.ledger import Row
from tests.ledger_records import SECOND, classes, judged, op, shows

HARMLESS = {"recovered", "unknown_lost"}


@dataclass
class Store:
    """Rows as a database keeps them: an insert needs a free id, an update or a delete a row that is there."""

    rows: dict[str, Row] = field(default_factory=dict)

    def apply(self, kind: str, number: int, names: str, client: str) -> bool:
        """Apply one write as a whole; False where it is refused."""
        makes = kind in ("insert", "multi")
        if any((name in self.rows) is makes for name in names):
            return False
        for name in names:
            version = 1 + ((self.rows[name].version or 0) if kind == "update" else 0)
            if kind == "delete":
                del self.rows[name]
            else:
                self.rows[name] = shows(number, name, client, version)
        return True


@dataclass
class Planned:
    """One write: its client's call lasts from `start` to `end`, and it is applied at `at` (None: never)."""

    kind: str
    number: int
    names: str
    client: str
    start: int
    end: int
    at: int | None
    heard: bool
    outcome: str = ""

    def records(self) -> list[dict[str, Any]]:
        end = self.end if self.heard else None
        return op(self.kind, self.number, self.start, end, self.outcome, self.names, self.client)


def plan(seed: int, unheard: float) -> list[Planned]:
    """Writes of one client, each after the last, or of three, whose writes overlap; over at most nine rows.

    An id is inserted at most once: a row that is made again is another row.
    """
    chance, writes, fresh = random.Random(seed), [], iter("rstuvwxyz")
    made: list[str] = []
    clients = chance.choice(["c", "cde"])
    clock = dict.fromkeys(clients, 0)
    for number in range(1, chance.randint(2, 16)):
        client = chance.choice(clients)
        start = clock[client] + chance.randint(1, 4)
        end = clock[client] = start + chance.randint(1, 6)
        heard = chance.random() >= unheard
        kind = chance.choice(["update", "update", "delete", "insert", "multi"]) if made else "insert"
        names = "".join(islice(fresh, {"insert": 1, "multi": 2}.get(kind, 0)))
        made += names
        if not names or (kind == "multi" and len(names) == 1):
            kind, names = (kind if kind == "delete" else "update"), names or chance.choice(made)
        at = chance.randint(start, end) if heard else chance.choice([None, chance.randint(start, start + 30)])
        writes.append(Planned(kind, number, names, client, start * 10, end * 10, at and at * 10 + number % 10, heard))
    return writes


def carry_out(writes: list[Planned], upto: int | None = None) -> tuple[Store, Store]:
    """Apply everything in the order of its instants; also the store as it was at `upto`."""
    store, earlier = Store(), Store()
    for write in sorted((write for write in writes if write.at is not None), key=lambda write: write.at or 0):
        if upto is not None and (write.at or 0) > upto:
            earlier, upto = Store(dict(store.rows)), None
        applied = store.apply(write.kind, write.number, write.names, write.client)
        write.outcome = "ack" if applied else "rejected"
    if upto is not None:
        earlier = Store(dict(store.rows))
    return store, earlier


def found_in(writes: list[Planned], store: Store) -> Judgement:
    return judged([record for write in writes for record in write.records()], list(store.rows.values()))


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 10**9), unheard=st.sampled_from([0.0, 0.3, 0.7]))
def test_a_store_that_keeps_its_promises_is_never_blamed(seed: int, unheard: float) -> None:
    """Overlapping writes in either order, unheard ones late or never: nothing but *recovered* and *unknown-lost*."""
    writes = plan(seed, unheard)
    store, _ = carry_out(writes)
    found = found_in(writes, store)
    assert set(classes(found)) <= HARMLESS
    assert found.writes.kept == found.writes.acked


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 10**9), upto=st.integers(0, 900), unheard=st.sampled_from([0.0, 0.3]))
def test_a_store_put_back_to_an_earlier_moment_is_blamed_for_what_was_acknowledged_since(
    seed: int, upto: int, unheard: float
) -> None:
    """Only writes applied after that moment are blamed, and where no two overlap every row that differs is."""
    writes = plan(seed, unheard)
    store, earlier = carry_out(writes, upto)
    by_id = {record["id"]: write for write in writes for record in write.records()}
    found = classes(found_in(writes, earlier))
    blamed = {each for name, ids in found.items() if name not in HARMLESS for each in ids}
    assert all((by_id[each].at or 0) > upto for each in blamed)
    assert set(found) <= HARMLESS | {"lost", "stale", "resurrected"}
    ends = sorted((write.start, write.end) for write in writes)
    apart = all(one[1] < other[0] for one, other in pairwise(ends))
    if apart and not unheard and store.rows != earlier.rows:
        assert blamed


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 10**9), victim=st.integers(0, 50))
def test_one_row_taken_from_a_store_is_always_noticed(seed: int, victim: int) -> None:
    """Where no write is unknown, an acknowledged row that vanishes is told, whatever overlapped."""
    writes = plan(seed, 0.0)
    store, _ = carry_out(writes)
    if not store.rows:
        return
    name = sorted(store.rows)[victim % len(store.rows)]
    del store.rows[name]
    found = classes(found_in(writes, store))
    assert found
    assert set(found) <= {"lost", "torn"}
    by_id = {record["id"]: write for write in writes for record in write.records()}
    assert all(name in by_id[each].names for ids in found.values() for each in ids)


def test_times_of_the_plan_are_seconds() -> None:
    """The records carry nanoseconds, or nothing would be certain."""
    assert op("insert", 1, 10, 20)[1]["t"] == 20 * SECOND
