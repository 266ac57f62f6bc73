"""Which weekends people worked, as published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from scheduling.models import Shift
from wfm.org.models import AgentAssignment

QUARTER_WEEKS = 13
SATURDAY = 5


def saturday_of(day: date) -> date | None:
    """The Saturday of a weekend day's weekend; None for a weekday."""
    return day - timedelta(days=day.weekday() - SATURDAY) if day.weekday() >= SATURDAY else None


def worked_weekends(
    assignments: Sequence[AgentAssignment], *, before: date, weeks: int = QUARTER_WEEKS
) -> dict[int, set[date]]:
    """Per agent the Saturdays of the weekends with a published shift in the weeks before a date."""
    rows = Shift.objects.filter(
        is_published=True,
        agent__in=[row.agent_id for row in assignments],
        operational_date__gte=before - timedelta(weeks=weeks),
        operational_date__lt=before,
        operational_date__iso_week_day__gte=SATURDAY + 1,
    )
    found: dict[int, set[date]] = defaultdict(set)
    for agent_id, day in rows.values_list("agent_id", "operational_date").distinct():
        saturday = saturday_of(day)
        if saturday is not None:
            found[agent_id].add(saturday)
    return dict(found)


def previous_weekends(worked: set[date], *, before: date) -> tuple[bool, ...]:
    """Work on the three weekends before a date, the latest last."""
    latest = before - timedelta(days=(before.weekday() - SATURDAY - 1) % 7 + 1)
    return tuple(latest - timedelta(weeks=back) in worked for back in (2, 1, 0))


def extra_weekends(
    assignments: Sequence[AgentAssignment], worked: Mapping[int, set[date]]
) -> dict[int, float]:
    """Per agent the weekends worked beyond the mean of the team; negative below it."""
    teams: dict[int, list[int]] = defaultdict(list)
    for row in assignments:
        teams[row.team_id].append(len(worked.get(row.agent_id, ())))
    return {
        row.agent_id: len(worked.get(row.agent_id, ()))
        - sum(teams[row.team_id]) / len(teams[row.team_id])
        for row in assignments
    }
