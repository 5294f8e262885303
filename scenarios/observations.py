"""One probe tick's outcome, as written to probe.jsonl and read back by the run, the reports and `recheck`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

CONTROL_LANE = "control"
LATE = "answered after the deadline"
TIMED_OUT = "TimeoutError"  # how `why` begins where nothing was answered by the deadline
ROLLOUT_LANE = "rollout"  # not a request: whether the newest rollout stands
SPEED_LANE = "speed"  # not a request: whether half a second of reads was as fast as the baseline's
READINGS = frozenset({ROLLOUT_LANE, SPEED_LANE})  # they ask no user's question, and every look tells all there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one user-like request saw. Instants are monotonic nanoseconds.

    `served`: right status, a body that carries our nonce, within the lane's deadline; any release.
    `asked_ns`: when all of its (last) request had been handed to the kernel, which on loopback is when it had arrived;
    where no connection came about, when that was asked for. None: not known.
    `facts`: what the answer says about who served it (release, schema, …); empty where nothing answered.
    `again`: 0 for a look of the schedule; 1, 2, … for the follow-ups that a bad or overdue look of tick `tick` is
    given at once, to tell "everybody is refused" from "some are".
    """

    lane: str
    tick: int
    planned_ns: int
    sent_ns: int
    done_ns: int
    status: int | None
    served: bool
    facts: dict[str, str | None] = field(default_factory=dict)
    why: str | None = None
    again: int = 0
    asked_ns: int | None = None

    @property
    def given_up(self) -> bool:
        """Whether it is bad because its deadline was over: it was so when it was sent, long before that was known."""
        return not self.served and (self.why or "").startswith((LATE, TIMED_OUT))

    @property
    def arrived_by_ns(self) -> int:
        """No later than this it had arrived at who answers it, if it ever did."""
        return self.done_ns if self.asked_ns is None else min(self.asked_ns, self.done_ns)

    def to_line(self) -> str:
        """One JSON line, without the newline."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> "Observation":
        """The inverse of `to_line`; raises ValueError or TypeError for a line that is not ours."""
        record: dict[str, Any] = json.loads(line)
        return cls(**record)


def lanes_of(observations: Iterable[Observation]) -> dict[str, list[Observation]]:
    """The judged lanes' observations, each sorted by the instant it was sent; the control lane is left out."""
    lanes: dict[str, list[Observation]] = {}
    for observation in observations:
        if observation.lane != CONTROL_LANE:
            lanes.setdefault(observation.lane, []).append(observation)
    for lane in lanes.values():
        lane.sort(key=lambda observation: observation.sent_ns)
    return lanes


def judged(observations: Iterable[Observation]) -> Iterator[Observation]:
    """Every observation of a judged lane."""
    return (observation for observation in observations if observation.lane != CONTROL_LANE)
