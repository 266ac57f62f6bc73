"""What a sweep reads and what it returns. Times are whole seconds since 1970 in UTC (int64)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adherence.core.groups import StateGroup

Ints = NDArray[np.int64]


class SweepDataError(ValueError):
    """The arrays of a sweep contradict each other; the message names the first bad row."""


def _same_length(**columns: Ints) -> None:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise SweepDataError(f"Expected columns of one length, got {lengths}.")


@dataclass(frozen=True)
class Spans:
    """Half-open periods of agents; where they overlap they count once."""

    agent: Ints
    starts_at: Ints
    ends_at: Ints

    def __post_init__(self) -> None:
        _same_length(agent=self.agent, starts_at=self.starts_at, ends_at=self.ends_at)
        backwards = np.flatnonzero(self.ends_at < self.starts_at)
        if backwards.size:
            row = int(backwards[0])
            raise SweepDataError(
                f"Expected starts_at <= ends_at, got {self.starts_at[row]} and "
                f"{self.ends_at[row]} in row {row}."
            )

    @classmethod
    def none(cls) -> "Spans":
        """No spans at all."""
        empty = np.empty(0, np.int64)
        return cls(agent=empty, starts_at=empty, ends_at=empty)


@dataclass(frozen=True)
class DayWindows(Spans):
    """Operational days, sorted by agent and start, never overlapping for one agent."""

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_overlap(self, what="operational days")


@dataclass(frozen=True)
class StatePoints:
    """From `at` on the agent is in `group`, until the agent's next point.

    Sorted by agent and by the order of the events (see `order.event_order`): of several points in
    one second the last one holds.
    """

    agent: Ints
    at: Ints
    group: Ints

    def __post_init__(self) -> None:
        _same_length(agent=self.agent, at=self.at, group=self.group)
        if len(self.agent) > 1:
            same = self.agent[1:] == self.agent[:-1]
            backwards = (self.agent[1:] < self.agent[:-1]) | (same & (self.at[1:] < self.at[:-1]))
            if backwards.any():
                row = int(np.flatnonzero(backwards)[0]) + 1
                raise SweepDataError(
                    f"Expected state points sorted by agent and time; row {row} is not."
                )


@dataclass(frozen=True)
class PlannedActivities(Spans):
    """Scheduled activities, sorted by agent and start, never overlapping for one agent.

    `code` indexes the rows of `CodeRules`. The unpaid gap of a split shift is simply no row.
    """

    code: Ints

    def __post_init__(self) -> None:
        super().__post_init__()
        _same_length(agent=self.agent, code=self.code)
        if (self.starts_at == self.ends_at).any():
            row = int(np.flatnonzero(self.starts_at == self.ends_at)[0])
            raise SweepDataError(f"Expected planned activities of some length; row {row} has none.")
        _refuse_overlap(self, what="planned activities")


@dataclass(frozen=True)
class CodeRules:
    """Per activity code: the groups it accepts, its tolerance, and whether it is on position."""

    accepted_mask: Ints
    tolerance_seconds: Ints
    is_on_position: NDArray[np.bool_]

    def __post_init__(self) -> None:
        _same_length(accepted_mask=self.accepted_mask, tolerance_seconds=self.tolerance_seconds)
        if len(self.is_on_position) != len(self.accepted_mask):
            raise SweepDataError("Expected is_on_position for each activity code.")
        if (self.tolerance_seconds < 0).any():
            raise SweepDataError("Expected tolerance_seconds >= 0.")
        if ((self.accepted_mask >> int(StateGroup.UNKNOWN)) & 1).any():
            raise SweepDataError("No activity code can accept the group unknown.")

    @property
    def count(self) -> int:
        """How many activity codes the sweep knows."""
        return len(self.accepted_mask)


@dataclass(frozen=True)
class SweepData:
    """One sweep: any number of agents and operational days at once."""

    windows: DayWindows
    states: StatePoints
    plan: PlannedActivities
    codes: CodeRules
    excused: Spans
    silences: Spans

    def __post_init__(self) -> None:
        if len(self.plan.code) and (
            self.plan.code.min() < 0 or self.plan.code.max() >= self.codes.count
        ):
            raise SweepDataError(
                f"Expected planned codes in 0..{self.codes.count - 1}, "
                f"got {self.plan.code.min()}..{self.plan.code.max()}."
            )
        if len(self.states.group) and (
            self.states.group.min() < 0 or self.states.group.max() >= len(StateGroup)
        ):
            raise SweepDataError("Expected state groups of StateGroup.")


@dataclass(frozen=True)
class Deviations:
    """Unbroken stretches in which an agent was not where the plan expected, excuses taken out."""

    window: Ints
    starts_at: Ints
    ends_at: Ints
    code: Ints
    first_group: Ints
    counts: NDArray[np.bool_]
    """Longer than the tolerance of its activity: the whole stretch is out of adherence."""


@dataclass(frozen=True)
class SweepResult:
    """Seconds per operational day. Rows follow `SweepData.windows`.

    `seconds[day, code, group]` has one more code at the end: time without any plan. The others
    are `[day, code]` and add up to the scheduled seconds of the code: matched + tolerated +
    excused + out + unknown.
    """

    seconds: Ints
    matched: Ints
    tolerated: Ints
    excused: Ints
    out: Ints
    unknown: Ints
    out_unapproved: Ints
    """As `out`, but as if nothing had been excused: what was out before any approval."""
    excess_seconds: Ints
    """Per day: the part of each counted stretch beyond its tolerance (another metric's key)."""
    deviations: Deviations
    is_on_position: NDArray[np.bool_]

    @property
    def scheduled_seconds(self) -> Ints:
        """Seconds with a planned activity."""
        return self._per_day(self.seconds[:, :-1].sum(axis=2))

    @property
    def in_seconds(self) -> Ints:
        """Seconds in adherence: as planned, within tolerance, or excused."""
        return self._per_day(self.matched + self.tolerated + self.excused)

    @property
    def out_seconds(self) -> Ints:
        """Seconds of the stretches that count as out of adherence."""
        return self._per_day(self.out)

    @property
    def unknown_seconds(self) -> Ints:
        """Scheduled seconds in which the feed was silent and nothing was excused."""
        return self._per_day(self.unknown)

    @property
    def scheduled_on_position_seconds(self) -> Ints:
        """Seconds planned on position."""
        per_code = self.seconds[:, :-1].sum(axis=2)
        return self._per_day(per_code[:, self.is_on_position])

    @property
    def worked_on_position_seconds(self) -> Ints:
        """Seconds available or handling, planned or not (conformance may exceed 100 %)."""
        on_position = [StateGroup.AVAILABLE, StateGroup.HANDLING]
        return self._per_day(self.seconds[:, :, on_position].sum(axis=2))

    @staticmethod
    def _per_day(values: Ints) -> Ints:
        return np.asarray(values.sum(axis=1), dtype=np.int64)


def _refuse_overlap(spans: Spans, *, what: str) -> None:
    if len(spans.agent) < 2:
        return
    same = spans.agent[1:] == spans.agent[:-1]
    clash = (spans.agent[1:] < spans.agent[:-1]) | (
        same & (spans.starts_at[1:] < spans.ends_at[:-1])
    )
    if clash.any():
        row = int(np.flatnonzero(clash)[0]) + 1
        raise SweepDataError(
            f"Expected {what} sorted by agent and start without overlap; row {row} (agent "
            f"{spans.agent[row]}, {spans.starts_at[row]}) begins before the row above it ends."
        )
