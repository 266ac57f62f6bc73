"""Shrinkage measured from stored days, the profile in force, and what a change would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Q

from adherence.core.measured_shrinkage import Bands, MeasuredShrinkage, PaidHours, measure
from adherence.core.time_cells import HourCells
from adherence.models import ActivityTime
from adherence.queries.arrays import copy_integers
from adherence.queries.time_off import off_rows
from staffing.core.shrinkage import (
    ShrinkageShare,
    rates_by_code,
    required_fte,
    shrinkage_by_interval,
)
from staffing.models import ShrinkageProfile
from staffing.queries import board_queues
from staffing.queries.inputs import weekdays_of
from wfm.org.access import access_of, agent_filter
from wfm.org.models import Agent, Queue
from wfm.timeline import day_bounds, local_dates, local_minutes

EPOCH = date(1970, 1, 1)
AHEAD = timedelta(days=28)
"""How far the effect of a change is looked at."""

_HOURS_SQL = """
SELECT (time.operational_date - date '1970-01-01')::bigint, part.cell, sum(part.seconds)::bigint
FROM ({days}) AS time(operational_date, cells, seconds)
CROSS JOIN LATERAL unnest(time.cells, time.seconds) AS part(cell, seconds)
WHERE part.cell >> 28 = %s
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class PeopleEffect:
    """What a profile makes of the requirement in force in a period, in hours and at the peak."""

    first: date
    last: date
    required_hours: float
    scheduled_hours_before: float
    scheduled_hours_after: float
    paid_hours_before: float
    paid_hours_after: float
    peak_before: float
    peak_after: float

    @property
    def scheduled_change(self) -> float:
        """Relative change of the hours to schedule."""
        return _relative(self.scheduled_hours_before, self.scheduled_hours_after)

    @property
    def paid_change(self) -> float:
        """Relative change of the paid hours."""
        return _relative(self.paid_hours_before, self.paid_hours_after)


def sees_everyone(principal: object) -> bool:
    """Whether what the principal measures of a queue is all of it."""
    access = access_of(principal)
    return access.can("adherence.view") and access.team_ids is None


def measured_shrinkage(
    *, queue: Queue, first: date, last: date, bands: Bands, principal: object
) -> MeasuredShrinkage:
    """Measure a queue's shrinkage on the finished days of a period, of agents in sight."""
    days = ActivityTime.objects.visible_to(principal).filter(
        operational_date__range=(first, last), is_final=True
    )
    sql, params = days.values_list(
        "operational_date", "hour_cells", "hour_seconds"
    ).query.sql_with_params()
    day, cell, seconds = copy_integers(_HOURS_SQL.format(days=sql), [*params, queue.pk], columns=3)
    cells = HourCells.unpacked(cell)
    agents = Agent.objects.filter(agent_filter(principal, "adherence.view"))
    off: dict[tuple[int, int], int] = {}
    for row in off_rows(agents.values("pk"), first=first, last=last):
        if row.queue_id == queue.pk:
            key = ((row.day - EPOCH).days, row.code_id)
            off[key] = off.get(key, 0) + row.seconds
    return measure(
        PaidHours(
            day=day,
            week_hour=cells.week_hour,
            reason=cells.reason,
            code=cells.code,
            seconds=seconds,
            off=off,
        ),
        bands,
    )


def profile_on(queue: Queue, day: date) -> ShrinkageProfile | None:
    """Return the profile in force on a day."""
    found = ShrinkageProfile.objects.filter(queue=queue, starts_on__lte=day)
    in_force = found.filter(Q(ends_on=None) | Q(ends_on__gt=day)).order_by("-starts_on")
    return in_force.prefetch_related("rates__activity_code").first()


def shares_of(profile: ShrinkageProfile | None) -> list[ShrinkageShare]:
    """Return a profile's lines as staffing's core reads them."""
    if profile is None:
        return []
    return [
        ShrinkageShare(
            code=rate.activity_code.key,
            rate=rate.rate,
            weekday=rate.weekday,
            starts_minute=rate.starts_minute,
            ends_minute=rate.ends_minute,
            is_scheduled=rate.is_scheduled,
        )
        for rate in profile.rates.all()
    ]


def week_means(shares: Sequence[ShrinkageShare]) -> Mapping[tuple[str, bool], float]:
    """Return each code's mean share over the week's hours, by key and whether it is placed."""
    hours = np.arange(7 * 24)
    found: dict[tuple[str, bool], float] = {}
    for is_scheduled in (False, True):
        own = [share for share in shares if share.is_scheduled is is_scheduled]
        rates = rates_by_code(own, weekdays=hours // 24, minutes=hours % 24 * 60)
        found |= {(code, is_scheduled): float(values.mean()) for code, values in rates.items()}
    return found


def people_effect(
    *, queue: Queue, shares: Sequence[ShrinkageShare], starts_on: date, principal: object
) -> PeopleEffect | None:
    """Compare the requirement in force from a day on with what these shares would make of it.

    None where no requirement covers the weeks after that day.
    """
    last = starts_on + AHEAD - timedelta(days=1)
    found = board_queues(
        principal=principal,
        starts_at=day_bounds(starts_on, queue.timezone).starts_at,
        ends_at=day_bounds(last, queue.timezone).ends_at,
        queue_id=queue.pk,
    )
    if not found or not found[0].series.starts_at.size:
        return None
    series, hours = found[0].series, found[0].step_hours
    dates = local_dates(series.starts_at, queue.timezone)
    where = {
        "weekdays": weekdays_of(dates),
        "minutes": local_minutes(series.starts_at, queue.timezone),
    }
    old = shrinkage_by_interval(shares_of(profile_on(queue, starts_on)), **where)
    new = shrinkage_by_interval(shares, **where)
    net, before = series.required_agents, series.required_fte
    after = required_fte(net, new.unscheduled_rate)
    return PeopleEffect(
        first=_day(dates.min()),
        last=_day(dates.max()),
        required_hours=float(net.sum()) * hours,
        scheduled_hours_before=float(before.sum()) * hours,
        scheduled_hours_after=float(after.sum()) * hours,
        paid_hours_before=float(required_fte(net, old.total_rate).sum()) * hours,
        paid_hours_after=float(required_fte(net, new.total_rate).sum()) * hours,
        peak_before=float(before.max(initial=0.0)),
        peak_after=float(after.max(initial=0.0)),
    )


def _relative(before: float, after: float) -> float:
    return after / before - 1.0 if before else 0.0


def _day(value: np.datetime64) -> date:
    return datetime.fromisoformat(str(value)).date()
