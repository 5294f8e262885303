"""What became of the writes of one row, and of one write of several rows. Pure; docs/measurement.md says it in words.

A write is only held against those that certainly happened before it: acknowledged before its intent. Two that overlap
may have been applied in either order, and an unknown one at any time after its intent, or never.
"""

from collections.abc import Sequence

from scenarios.judging.ledger_history import ACK, REJECTED, Write
from scenarios.ledger import Row

# Fates of a write on one row that are no class of their own: "replaced", an acknowledged effect that a later write may
# rightly have taken away; "absent", an unknown one that is certainly not there; "unseen", an unknown one that may never
# have been saved or may have been replaced; "" a rejected one that did nothing.
GONE = ("lost", "resurrected", "reordered", "stale")
_TRUST = {ACK: 2, REJECTED: 0}  # whom to name first where several writes could be meant


def before(one: Write, other: Write) -> bool:
    """True if `one` had certainly been applied before `other` was."""
    return one.outcome == ACK and one.settled_ns is not None and one.settled_ns < other.intent_ns


def row_fates(row_id: str, writes: Sequence[Write], found: Sequence[Row]) -> list[str]:
    """The fate of each of `writes`, all those of the row `row_id`, in their order. `found`: the rows with that id."""
    if not found:
        return [_absent(write, writes) for write in writes]
    shown = [_shown(row_id, row, writes) for row in found]
    for row, write in zip(found, shown, strict=True):
        if write is None:
            return _blamed("corrupt", _closest(row, writes), writes, shown)
    known = [write for write in shown if write is not None]
    if len(known) > 1:
        return _blamed("duplicate", max(known, key=lambda write: write.intent_ns), writes, shown)
    return [_present(write, known[0], writes, found[0].version) for write in writes]


def write_fate(write: Write, fates: Sequence[str]) -> str:
    """The one class of a write, from its fates on each of its rows; "" for a rejected one that did nothing."""
    if write.outcome == REJECTED:
        return "phantom" if "phantom" in fates else ""
    for worst in ("corrupt", "duplicate"):
        if worst in fates:
            return worst
    gone = [fate for fate in GONE if fate in fates]
    if (gone and "kept" in fates) or ("absent" in fates and "recovered" in fates):
        return "torn"
    if write.outcome == ACK:
        return gone[0] if gone else "kept"
    return "recovered" if "recovered" in fates else "unknown_lost"


def _shown(row_id: str, row: Row, writes: Sequence[Write]) -> Write | None:
    """The write whose effect the row is."""
    same = [w for w in writes if (w.client, w.seq, w.effect.get(row_id)) == (row.client, row.seq, row.digest)]
    return max(same, key=_trust, default=None)


def _closest(row: Row, writes: Sequence[Write]) -> Write:
    """The write that a row with other contents was most likely made from."""
    same = [write for write in writes if (write.client, write.seq) == (row.client, row.seq)]
    return max(same or writes, key=_trust)


def _trust(write: Write) -> tuple[int, int]:
    return _TRUST.get(write.outcome, 1), write.intent_ns


def _blamed(name: str, guilty: Write, writes: Sequence[Write], shown: Sequence[Write | None]) -> list[str]:
    """`name` for the guilty one; the row says nothing against the others."""
    fates = []
    for write in writes:
        if write is guilty:
            fates.append("phantom" if write.outcome == REJECTED else name)
        elif write.outcome == ACK:
            fates.append("replaced")
        elif write.outcome == REJECTED:
            fates.append("")
        else:
            fates.append("recovered" if any(write is each for each in shown) else "unseen")
    return fates


def _absent(write: Write, writes: Sequence[Write]) -> str:
    """The row is not there: by a delete that may have come last, or because it was lost."""
    deletes = [each for each in writes if each.op == "delete" and each.outcome != REJECTED]
    if write.outcome == REJECTED:
        return ""
    if write.op == "delete":
        return "kept" if write.outcome == ACK else "recovered"
    if write.outcome == ACK:
        return "lost" if all(before(delete, write) for delete in deletes) else "replaced"
    return "unseen" if deletes else "absent"


def _present(write: Write, shown: Write, writes: Sequence[Write], version: int | None) -> str:
    """The row is there and shows the write `shown`."""
    if write is shown:
        return {ACK: "kept", REJECTED: "phantom"}.get(write.outcome, "recovered")
    if write.outcome == REJECTED:
        return ""
    makes = write.op in ("insert", "multi")
    if write.outcome != ACK:
        # an update makes no row: where one is shown, whatever made the row was saved
        return "recovered" if makes and shown.op == "update" else "unseen"
    if write.op == "delete":
        return "resurrected" if _undeleted(write, shown, writes) else "replaced"
    if before(shown, write):
        return "reordered" if _overtaken(write, shown, writes, version) else "stale"
    return "kept" if makes else "replaced"


def _undeleted(delete: Write, shown: Write, writes: Sequence[Write]) -> bool:
    """True if nothing can have made the row again after `delete`."""
    makers = [each for each in writes if each.op in ("insert", "multi")]
    return all(before(each, delete) for each in makers if each.outcome != REJECTED or each is shown)


def _overtaken(write: Write, shown: Write, writes: Sequence[Write], version: int | None) -> bool:
    """True if `shown` was applied on top of a write that came after it, of the same client as `write`.

    The row counts what was applied to it. `shown` can have brought it no further than to this many if everything that
    certainly came after it was applied after it; where the count is higher, something was not.
    """
    if version is None or write.client != shown.client:
        return False
    by_then = [each for each in writes if each is not shown and each.op != "delete" and not before(shown, each)]
    return version > len(by_then) + 1
