"""The real ledger and the real judging look at the zoo's writes; what they say is held against what was seeded."""

import http.client
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.probe.exchange import Budget, Connection, call, describe
from fixtures.readback import service_rows
from scenarios.judging.ledger import Judgement, fold, judge
from scenarios.ledger import LedgerWriter, Row, read_ledger
from tests.zoo.cases import KINDS, Ask, Case
from tests.zoo.proxy import Proxy
from tests.zoo.service import Service
from tests.zoo.store import Store

PATIENCE_S = 30.0


@dataclass(kw_only=True)
class Tally:
    """How often what was seeded was found (of one class, or of one shape), and what was found beside it."""

    seeded: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # called so, and are not

    @classmethod
    def of(cls, tallies: Sequence["Tally"]) -> "Tally":
        """Several as one."""
        return cls(
            seeded=sum(each.seeded for each in tallies),
            right=sum(each.right for each in tallies),
            missed=[said for each in tallies for said in each.missed],
            wrong=[said for each in tallies for said in each.wrong],
        )

    @property
    def recall(self) -> float:
        return self.right / self.seeded if self.seeded else 1.0

    @property
    def precision(self) -> float:
        called = self.right + len(self.wrong)
        return self.right / called if called else 1.0


def look_at(
    store: Store, cases: Sequence[Case], folder: Path, clients: int, read: Callable[[int], list[Row]] | None = None
) -> dict[str, Tally]:
    """Have the writes of all `cases` made over HTTP by so many clients at once, and judge them: a tally a class.

    `read`: how the rows are read back, given the service's port; through the service where it is not said.
    """
    lies = {write: lie for case in cases for write, lie in case.lies.items()}
    tricks = {write: trick for case in cases for write, trick in case.tricks.items()}
    service = Service(store, lies)
    proxy = Proxy(service.port, tricks)
    failed: list[BaseException] = []
    try:
        threads = [
            threading.Thread(target=_client, args=(proxy.port, cases[i::clients], folder, f"client-{i}", failed))
            for i in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        for case in cases:
            if case.hand is not None:
                case.hand(store)
        rows = (read or (lambda port: service_rows(port, "/rows")))(service.port)
    finally:
        proxy.close()
        service.close()
    return compared(cases, judge(fold(read_ledger(folder)), rows, set(), 0))


def compared(cases: Sequence[Case], found: Judgement) -> dict[str, Tally]:
    """Each class as it was found, write by write, against what was seeded."""
    tallies = {kind: Tally() for kind in KINDS}
    named = Counter((str(member["id"]), name) for name, members in found.classes.items() for member in members)
    for case in cases:
        for write, kind in case.says.items():
            tallies[kind].seeded += 1
            if named[write, kind] == 1:
                tallies[kind].right += 1
            else:
                tallies[kind].missed.append(f"{case.way}: {write}")
    seeded = {pair for case in cases for pair in case.says.items()}
    for (write, kind), times in named.items():
        tallies[kind].wrong += [write] * (times if (write, kind) not in seeded else times - 1)
    _kept(cases, found, tallies["kept"])
    return tallies


def _kept(cases: Sequence[Case], found: Judgement, tally: Tally) -> None:
    """Whatever nothing else is said of was acknowledged and kept: those have no list, so they are counted."""
    good = sum(ask.write not in case.says for case in cases for ask in case.asks)
    told = found.writes.kept or 0
    tally.seeded += good
    tally.right += min(good, told)
    tally.missed += ["not told"] * max(0, good - told)
    tally.wrong += ["not told"] * max(0, told - good)


def _client(port: int, cases: Sequence[Case], folder: Path, name: str, failed: list[BaseException]) -> None:
    ledger = LedgerWriter(folder / f"{name}.jsonl", name)
    connection: Connection | None = None
    seq = 0
    try:
        for case in cases:
            for ask in case.asks:
                seq += 1
                budget = Budget(PATIENCE_S)
                _intend(ledger, ask, seq)
                connection = connection or Connection(port, budget)
                connection.renew(budget)
                connection = _send(connection, ledger, ask, name, seq)
    except Exception as error:
        failed.append(error)
    finally:
        ledger.close()
        if connection is not None:
            connection.close()


def _intend(ledger: LedgerWriter, ask: Ask, seq: int) -> None:
    bodies = {row: body or "" for row, body in ask.rows.items()}
    (row, body), *_ = bodies.items()
    if ask.op == "insert":
        ledger.intent(ask.write, seq, body)
    elif ask.op == "update":
        ledger.update(ask.write, row, seq, body)
    elif ask.op == "delete":
        ledger.delete(ask.write, row, seq)
    else:
        ledger.multi(ask.write, seq, bodies)


def _send(connection: Connection, ledger: LedgerWriter, ask: Ask, client: str, seq: int) -> Connection | None:
    """The connection, if it can still be used."""
    fields = {"write": ask.write, "op": ask.op, "client": client, "seq": seq, "rows": ask.rows}
    try:
        status, answer = call(connection, "POST", "/writes", fields)
    except (OSError, http.client.HTTPException, ValueError) as error:
        ledger.unknown(ask.write, None, describe(error))
        connection.close()
        return None
    ledger.settle(ask.write, status, answer)
    return connection
