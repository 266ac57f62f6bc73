"""Operational days: a shift belongs whole to the day it was planned for, also past midnight."""

from dataclasses import dataclass

import numpy as np

from adherence.core.data import DayWindows, Ints, SweepDataError

GRACE_SECONDS = 2 * 3600
"""How far around a shift time still belongs to it (early log-in, late log-out)."""

_EVER = np.int64(2**60)


@dataclass(frozen=True)
class ShiftSpans:
    """Shifts of agents with the index of the day they were planned for (column of midnights)."""

    agent: Ints
    day: Ints
    starts_at: Ints
    ends_at: Ints


def operational_days(
    *, midnights: Ints, shifts: ShiftSpans, grace_seconds: int = GRACE_SECONDS
) -> DayWindows:
    """Cut each agent's time into operational days, one row per agent and day, agents outermost.

    `midnights[agent, day]` holds each agent's local midnights (in the agent's zone, so a day may
    have 23 or 25 hours) and one more at the end. A boundary lies at midnight unless a shift comes
    within the grace; then it keeps the grace from the shift of the day before and of the day
    after, and where there is not room for both it lies half-way between them.
    """
    agents, columns = midnights.shape
    if columns < 2:
        raise SweepDataError("Expected midnights of at least one day and of the day after.")
    last_end = np.full((agents, columns), -_EVER)
    first_start = np.full((agents, columns), _EVER)
    # Boundary d separates the shifts of days < d from those of days >= d.
    before = np.clip(shifts.day + 1, 0, columns - 1)
    counted = shifts.day + 1 < columns
    np.maximum.at(last_end, (shifts.agent[counted], before[counted]), shifts.ends_at[counted])
    np.maximum.accumulate(last_end, axis=1, out=last_end)
    after = np.clip(shifts.day, 0, columns - 1)
    counted = shifts.day >= 0
    np.minimum.at(first_start, (shifts.agent[counted], after[counted]), shifts.starts_at[counted])
    first_start = np.minimum.accumulate(first_start[:, ::-1], axis=1)[:, ::-1]
    earliest, latest = last_end + grace_seconds, first_start - grace_seconds
    halfway = last_end + (first_start - last_end) // 2
    boundary = np.where(
        earliest > latest, halfway, np.minimum(np.maximum(midnights, earliest), latest)
    )
    # Drafts may overlap their neighbours; days still may not.
    boundary = np.maximum.accumulate(boundary, axis=1)
    return DayWindows(
        agent=np.repeat(np.arange(agents), columns - 1),
        starts_at=boundary[:, :-1].ravel(),
        ends_at=boundary[:, 1:].ravel(),
    )


def clip_days(windows: DayWindows, *, until: int) -> DayWindows:
    """The same days as far as they have passed at `until`."""
    return DayWindows(
        agent=windows.agent,
        starts_at=np.minimum(windows.starts_at, until),
        ends_at=np.minimum(windows.ends_at, until),
    )
