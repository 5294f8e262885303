"""Records and rows for tests of the ledger, as short as a test wants to say them."""

from collections.abc import Iterable
from typing import Any

from scenarios.judging.ledger import Judgement, fold, judge
from scenarios.ledger import Row, body_digest

BODY = "a note, Ünïcode too"
SECOND = 1_000_000_000


def write(write_id: str, *outcomes: str, at: int = 0, body: str = BODY) -> list[dict[str, Any]]:
    """The records of one write: its intent, then each outcome a second later than the one before."""
    records: list[dict[str, Any]] = [
        {"e": "intent", "id": write_id, "client": "c", "seq": 1, "op": "insert"}
        | {"digest": body_digest(body), "t": at * SECOND}
    ]
    for i, outcome in enumerate(outcomes, start=1):
        records.append({"e": outcome, "id": write_id, "t": (at + i) * SECOND, "release": "v1"})
    return records


def row(row_id: str, body: str = BODY, client: str = "c", seq: int = 1) -> Row:
    return Row(id=row_id, client=client, seq=seq, digest=body_digest(body))


def judged(records: list[dict[str, Any]], rows: list[Row], known: Iterable[str] = (), started: int = 0) -> Judgement:
    return judge(fold(records), rows, set(known), started * SECOND)


def classes(found: Judgement) -> dict[str, list[str]]:
    return {name: [item["id"] for item in items] for name, items in found.classes.items()}


def op(
    kind: str,
    number: int,
    start: int,
    end: float | None,
    outcome: str = "ack",
    rows: str = "r",
    client: str = "c",
) -> list[dict[str, Any]]:
    """The records of write `number` of `client` on the rows named by the letters of `rows`, from `start` to `end`.

    An `end` of None: nobody ever heard of it again.
    """
    write_id = f"{client}{number}"
    digests = {each: body_digest(f"{write_id} {each}") for each in rows}
    intent: dict[str, Any] = {"e": "intent", "id": write_id, "client": client, "seq": number, "op": kind}
    if kind == "multi":
        intent["rows"] = digests
    elif kind == "insert":
        intent |= {"id": rows, "digest": digests[rows]}
    else:
        intent |= {"row": rows, "digest": digests[rows] if kind == "update" else None}
    settled = [] if end is None else [{"e": outcome, "id": intent["id"], "t": int(end * SECOND), "release": "v1"}]
    return [intent | {"t": start * SECOND}, *settled]


def shows(number: int, name: str = "r", client: str = "c", version: int | None = None) -> Row:
    """The row `name` as write `number` of `client` left it."""
    digest = body_digest(f"{client}{number} {name}")
    return Row(id=name, client=client, seq=number, digest=digest, version=version)
