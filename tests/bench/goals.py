"""What a bench gives back, and the file that it becomes: reports/out/bench/NAME.json."""

import math
from collections.abc import Callable, Mapping
from typing import Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Tell = Callable[[str], None]
Peers = Mapping[str, float]


class Unmeasured(Exception):
    """Something came to an end that leaves no figure: a drill that was not as expected, a program that failed."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Goal(_Strict):
    """One figure, measured in this run. `limit` and `holds` are None where nothing is promised.

    `against`: what others came to in the same run, in the same unit, by name. `bound` is for the table and no part of
    the file, so the goal's text says which way it goes: "…, at most".
    """

    goal: str = Field(min_length=1)
    figure: float
    unit: str
    limit: float | None
    holds: bool | None
    against: dict[str, float] = Field(default_factory=dict)
    bound: Literal["", "≤", "≥"] = Field(default="", exclude=True)

    @model_validator(mode="after")
    def _a_limit_is_judged(self) -> Self:
        if (self.limit is None) != (self.holds is None):
            raise ValueError(f"{self.goal}: a limit is judged, and nothing else is")
        return self

    @classmethod
    def at_most(cls, goal: str, figure: float, unit: str, limit: float, against: Peers | None = None) -> "Goal":
        """Holds when `figure` is `limit` or less."""
        _a_number(goal, figure)
        peers = dict(against or {})
        return cls(goal=goal, figure=figure, unit=unit, limit=limit, holds=figure <= limit, against=peers, bound="≤")

    @classmethod
    def at_least(cls, goal: str, figure: float, unit: str, limit: float, against: Peers | None = None) -> "Goal":
        """Holds when `figure` is `limit` or more."""
        _a_number(goal, figure)
        peers = dict(against or {})
        return cls(goal=goal, figure=figure, unit=unit, limit=limit, holds=figure >= limit, against=peers, bound="≥")

    @classmethod
    def seen(cls, goal: str, figure: float, unit: str, against: Peers | None = None) -> "Goal":
        """A figure that nothing is promised of."""
        _a_number(goal, figure)
        return cls(goal=goal, figure=figure, unit=unit, limit=None, holds=None, against=dict(against or {}))


class Result(_Strict):
    """The file. `machine` in words: figures of two machines must not be compared."""

    command: str
    machine: str
    goals: list[Goal] = Field(min_length=1)

    @property
    def holds(self) -> bool:
        """Whether no goal was missed."""
        return all(goal.holds is not False for goal in self.goals)


class Bench(Protocol):
    """A module of this package, seen by its three names."""

    TITLE: str
    TAKES: str

    def run(self, tell: Tell) -> list[Goal]:
        """Measure; EnvironmentUnavailable where this machine lacks what it takes."""
        ...


def _a_number(goal: str, figure: float) -> None:
    if not math.isfinite(figure):
        raise ValueError(f"{goal}: {figure} is no figure; what was not measured is no goal of this run")
