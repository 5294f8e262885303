"""Stories of a few writes with exactly one fault in each, and what must be said of every write in them.

A fault is made in one of three places: by the service itself (`lies`), on the way to it (`tricks`), or with SQL past
everybody when all is over (`hands`). `says` is the class of each write or row that is not simply kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

from tests.zoo.store import Held, Store

Hand = Callable[[Store], None]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One write that a client makes. `rows`: the body of each row, None where it is deleted."""

    write: str
    op: str
    rows: dict[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One story. `number` makes its ids its own; `kind` is the class that its fault is of, `way` where it is made."""

    kind: str
    way: str
    number: int
    asks: tuple[Ask, ...]
    says: dict[str, str]
    lies: dict[str, str] = field(default_factory=dict)
    tricks: dict[str, str] = field(default_factory=dict)
    hand: Hand | None = None


@dataclass(kw_only=True)
class Draft:
    """A story as it is written: one row `r`, named after the number; every write of it has an id of its own."""

    number: int
    asks: list[Ask] = field(default_factory=list)

    @property
    def row(self) -> str:
        return f"zoo-{self.number:06}"

    def insert(self) -> str:
        self.asks.append(Ask(write=self.row, op="insert", rows={self.row: f"first of {self.number}"}))
        return self.row

    def update(self) -> str:
        write = f"{self.row}-u{len(self.asks)}"
        self.asks.append(Ask(write=write, op="update", rows={self.row: f"write {len(self.asks)} of {self.number}"}))
        return write

    def delete(self) -> str:
        write = f"{self.row}-d"
        self.asks.append(Ask(write=write, op="delete", rows={self.row: None}))
        return write

    def several(self) -> str:
        write = f"{self.row}-m"
        rows: dict[str, str | None] = {f"{self.row}-{i}": f"{i} of {self.number}" for i in range(4)}
        self.asks.append(Ask(write=write, op="multi", rows=rows))
        return write

    def told(
        self, kind: str, way: str, says: dict[str, str], *, lie: str = "", trick: dict[str, str] | None = None,
        hand: Hand | None = None, at: str = "",
    ) -> Case:  # fmt: skip
        """The finished story; `lie` is the service's, about the write `at`."""
        lies = {at: lie} if lie else {}
        return Case(
            kind=kind, way=way, number=self.number, asks=tuple(self.asks), says=says, lies=lies,
            tricks=trick or {}, hand=hand,
        )  # fmt: skip


def _kept(of: Draft) -> Iterator[Case]:
    """What looks like a fault and is none: everything is there."""
    row = of.insert()
    update = of.update()
    several = of.several()
    yield of.told("kept", "proxy delays", {}, trick={update: "delays"})
    yield of.told("kept", "proxy delays", {}, trick={several: "delays"})
    delete = of.delete()
    yield of.told("kept", "proxy delays", {}, trick={row: "delays"})
    yield of.told("kept", "proxy delays", {}, trick={delete: "delays"})


def _lost(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("lost", "service forgets", {row: "lost"}, lie="forgets", at=row)
    yield of.told("lost", "proxy swallows", {row: "lost"}, trick={row: "swallows"})
    yield of.told("lost", "SQL removes", {row: "lost"}, hand=lambda store: store.remove(row))
    update = of.update()
    both = {row: "lost", update: "lost"}
    yield of.told("lost", "SQL removes", both, hand=lambda store: store.remove(row))


def _corrupt(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("corrupt", "service alters", {row: "corrupt"}, lie="alters", at=row)
    yield of.told("corrupt", "proxy edits", {row: "corrupt"}, trick={row: "edits"})
    yield of.told("corrupt", "SQL changes", {row: "corrupt"}, hand=lambda store: store.alter(row, "else"))
    update = of.update()
    yield of.told("corrupt", "proxy edits", {update: "corrupt"}, trick={update: "edits"})


def _duplicate(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("duplicate", "service repeats", {row: "duplicate"}, lie="repeats", at=row)
    yield of.told("duplicate", "proxy repeats", {row: "duplicate"}, trick={row: "repeats"})
    yield of.told("duplicate", "SQL repeats", {row: "duplicate"}, hand=_copied(row))
    update = of.update()
    yield of.told("duplicate", "SQL repeats", {update: "duplicate"}, hand=_copied(row))


def _copied(row: str) -> Hand:
    def copy(store: Store) -> None:
        found = store.find(row)
        assert found is not None
        store.put(found)

    return copy


def _phantom(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("phantom", "service hides", {row: "phantom"}, lie="hides", at=row)
    yield of.told("phantom", "proxy denies", {row: "phantom"}, trick={row: "denies"})
    update = of.update()
    yield of.told("phantom", "service hides", {update: "phantom"}, lie="hides", at=update)
    yield of.told("phantom", "proxy denies", {update: "phantom"}, trick={update: "denies"})


def _recovered(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("recovered", "proxy cuts", {row: "recovered"}, trick={row: "cuts"})
    yield of.told("recovered", "service mumbles", {row: "recovered"}, lie="mumbles", at=row)
    update = of.update()
    yield of.told("recovered", "proxy cuts", {update: "recovered"}, trick={update: "cuts"})
    yield of.told("recovered", "service mumbles", {update: "recovered"}, lie="mumbles", at=update)


def _unknown_lost(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("unknown_lost", "proxy drops", {row: "unknown_lost"}, trick={row: "drops"})
    update = of.update()
    yield of.told("unknown_lost", "proxy drops", {update: "unknown_lost"}, trick={update: "drops"})
    several = of.several()
    yield of.told("unknown_lost", "proxy drops", {several: "unknown_lost"}, trick={several: "drops"})


def _stale(of: Draft) -> Iterator[Case]:
    row, update = of.insert(), of.update()
    first = of.asks[0].rows[row] or ""
    yield of.told("stale", "service forgets", {update: "stale"}, lie="forgets", at=update)
    yield of.told("stale", "proxy swallows", {update: "stale"}, trick={update: "swallows"})

    yield of.told("stale", "SQL puts back", {update: "stale"}, hand=_put_back(row, first, writes=1))
    second = of.update()
    both = {update: "stale", second: "stale"}
    yield of.told("stale", "SQL puts back", both, hand=_put_back(row, first, writes=2))


def _put_back(row: str, body: str, writes: int) -> Hand:
    """The row as it was so many writes ago; its client numbers its writes without a gap."""

    def put_back(store: Store) -> None:
        found = store.find(row)
        assert found is not None
        store.remove(row)
        store.put(Held(row, found.client, found.seq - writes, body, 1))

    return put_back


def _reordered(of: Draft) -> Iterator[Case]:
    row, first, second = of.insert(), of.update(), of.update()
    says = {second: "reordered"}
    yield of.told("reordered", "proxy holds", says, trick={first: "holds", second: f"lets_go:{first}"})
    yield of.told("reordered", "proxy repeats late", says, trick={second: f"again:{first}"})
    body = of.asks[1].rows[row] or ""

    def overtaken(store: Store) -> None:
        found = store.find(row)
        assert found is not None
        store.save("update", found.client, found.seq - 1, {row: body})

    yield of.told("reordered", "SQL repeats", says, hand=overtaken)


def _resurrected(of: Draft) -> Iterator[Case]:
    row, delete = of.insert(), of.delete()
    says = {delete: "resurrected"}
    yield of.told("resurrected", "service forgets", says, lie="forgets", at=delete)
    yield of.told("resurrected", "proxy swallows", says, trick={delete: "swallows"})
    yield of.told("resurrected", "proxy repeats late", says, trick={delete: f"again:{row}"})


def _torn(of: Draft) -> Iterator[Case]:
    several = of.several()
    rows = list(of.asks[0].rows)
    yield of.told("torn", "service halves", {several: "torn"}, lie="halves", at=several)
    yield of.told("torn", "SQL removes", {several: "torn"}, hand=lambda store: store.remove(rows[-1]))
    yield of.told("torn", "SQL removes", {several: "torn"}, hand=lambda store: store.remove(rows[0]))


def _foreign(of: Draft) -> Iterator[Case]:
    row = of.insert()
    yield of.told("foreign", "proxy adds", {f"foreign-{row}": "foreign"}, trick={row: "adds"})
    stray = f"stray-{row}"
    held = Held(stray, "nobody", 1, "a script", 1)
    yield of.told("foreign", "SQL adds", {stray: "foreign"}, hand=lambda store: store.put(held))


KINDS: dict[str, Callable[[Draft], Iterator[Case]]] = {
    "kept": _kept,
    "lost": _lost,
    "corrupt": _corrupt,
    "duplicate": _duplicate,
    "phantom": _phantom,
    "recovered": _recovered,
    "unknown_lost": _unknown_lost,
    "stale": _stale,
    "reordered": _reordered,
    "resurrected": _resurrected,
    "torn": _torn,
    "foreign": _foreign,
}


def cases(each: int) -> Iterator[Case]:
    """`each` stories of every class, the classes in turn; the ways of each class in turn."""
    ways = {kind: cycle(range(len(list(make(Draft(number=0)))))) for kind, make in KINDS.items()}
    number = 0
    for _ in range(each):
        for kind, make in KINDS.items():
            number += 1
            yield list(make(Draft(number=number)))[next(ways[kind])]
