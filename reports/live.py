"""A drill that is going on, as one screen: phase, how long it has taken of what is allowed, what users get, pods.

Reads the drill's folder while others write it, and nothing else; whoever shows it brings the pods.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.evidence import read_jsonl
from reports.words import limit, seconds
from scenarios.observations import CONTROL_LANE, READINGS, ROLLOUT_LANE

LOOK_BACK_S = 5.0
TAIL_BYTES = 1 << 20  # more than the probe writes in LOOK_BACK_S
OVER = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One look. Shares and rates are of the last LOOK_BACK_S; None: nothing was seen in them."""

    title: str
    phase: str
    since_harm_s: float | None
    since_start_s: float | None  # of the procedure
    allowed_s: float | None
    requests_per_s: float | None  # of users
    bad_share: float | None
    last_bad: str
    healthy: bool | None
    rollout: str  # why the newest rollout does not stand; empty: it does, or nobody looks
    pods: Sequence[str]

    def lines(self) -> list[str]:
        """As printed."""
        took = "" if self.since_start_s is None else f"{seconds(self.since_start_s)} of the way back"
        if took and self.allowed_s is not None:
            took += f", {limit(self.allowed_s)} allowed"
        hurt = "nobody was hurt yet" if self.since_harm_s is None else f"first harm {seconds(self.since_harm_s)} ago"
        bad = "nothing seen" if self.bad_share is None else f"{self.bad_share:.1%} bad"
        rate = "-" if self.requests_per_s is None else f"{self.requests_per_s:.0f} a second"
        health = {None: "not asked", True: "answers", False: "does not answer"}[self.healthy]
        return [
            f"{self.title}",
            f"phase      {self.phase}{f': {took}' if took else ''}",
            f"harm       {hurt}",
            f"errors     {bad} of the last {LOOK_BACK_S:g} s{f'; last: {self.last_bad}' if self.last_bad else ''}",
            f"requests   {rate}",
            f"health     {health}",
            *([f"rollout    {self.rollout}"] if self.rollout else []),
            *(f"pods       {pod}" if number == 0 else f"           {pod}" for number, pod in enumerate(self.pods)),
        ]


def going_on(run: Path) -> Path | None:
    """The folder of the drill of `run` that was written to last; None before the first."""
    found = list(run.glob("*/events.jsonl"))
    return max(found, key=lambda path: path.stat().st_mtime_ns).parent if found else None


def events_of(drill: Path) -> list[dict[str, Any]]:
    """The lines of its events.jsonl so far."""
    return list(read_jsonl(drill / "events.jsonl"))


def look(drill: Path, now_ns: int, allowed_s: float | None, pods: Sequence[str]) -> Frame:
    """The drill as its files say at `now_ns`."""
    events = events_of(drill)
    at = {str(each.get("event")): int(each.get("t", 0)) for each in events}
    title = next((str(each["facts"].get("title", "")) for each in events if each.get("event") == "begun"), drill.name)
    seen = [each for each in _tail(drill / "probe.jsonl") if each["done_ns"] > now_ns - LOOK_BACK_S * 1e9]
    asked = [each for each in seen if each["lane"] not in {*READINGS, CONTROL_LANE}]
    bad = [each for each in asked if not each["served"]]
    rollouts = [each for each in seen if each["lane"] == ROLLOUT_LANE]
    made = [each for each in _tail(drill / "workload.jsonl") if each["done"] > now_ns - LOOK_BACK_S * 1e9]
    reads = [each["served"] for each in asked if each["lane"] == "read"]
    return Frame(
        title=title,
        phase=_phase(events),
        since_harm_s=(now_ns - at["harmed"]) / 1e9 if "harmed" in at else None,
        since_start_s=(at.get("restored", now_ns) - at["procedure_started"]) / 1e9
        if "procedure_started" in at
        else None,
        allowed_s=allowed_s,
        requests_per_s=len(made) / LOOK_BACK_S if made else None,
        bad_share=len(bad) / len(asked) if asked else None,
        last_bad=str(bad[-1].get("why") or "") if bad else "",
        healthy=reads[-1] if reads else None,
        rollout=str(rollouts[-1].get("why") or "") if rollouts else "",
        pods=pods,
    )


def over(drill: Path) -> bool:
    """Whether nothing more is measured."""
    return any(each.get("event") == OVER for each in events_of(drill))


def _phase(events: Sequence[dict[str, Any]]) -> str:
    """The newest event in words; a step by its name."""
    if not events:
        return "nothing yet"
    newest = events[-1]
    name = str(newest.get("event"))
    return f"after step {newest['facts'].get('name')}" if name == "step" else name.replace("_", " ")


def _tail(path: Path) -> list[dict[str, Any]]:
    """The last whole lines of a file of JSON lines that is being written; none of a file that is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            lines = file.read().split(b"\n")[1 if path.stat().st_size > TAIL_BYTES else 0 : -1]
    except OSError:
        return []
    return [json.loads(line) for line in lines]
