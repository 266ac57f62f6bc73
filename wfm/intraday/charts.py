"""The pictures of a queue's day: people and service, and volume."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from wfm.intraday.day import QueueDay
from wfm.web.charts import Axis, Mark, Series, TimeChart


def people_chart(found: QueueDay) -> dict[str, Any]:
    """Return the payload: required, scheduled, and the service that was or is expected."""
    marks = []
    if found.breaches is not None and found.breaches.at < found.grid.period.ends_at:
        marks.append(Mark(at=found.breaches.at, label=_("will breach")))
    goal = found.goal()
    series = [
        Series(
            key="staffed",
            label=_("Scheduled people"),
            shape="area",
            values=found.people_by_interval("scheduled_hours"),
        ),
        Series(
            key="required",
            label=_("People to schedule"),
            shape="step",
            values=found.people_by_interval("to_schedule_hours"),
        ),
        Series(key="1", label=_("Service"), values=found.levels(), right=True),
    ]
    if goal is not None:
        level = np.full(found.edges[0].size, goal.level)
        series.append(Series(key="2", label=_("Goal"), values=level, right=True, dashed=True))
    return _chart(
        found,
        y=Axis(title=_("People"), minimum=0, digits=1),
        y_right=Axis(title=_("Service"), unit="%", minimum=0, maximum=1),
        series=series,
        difference=("staffed", "required"),
        marks=marks,
    )


def volume_chart(found: QueueDay) -> dict[str, Any]:
    """Return the payload: what came, the locked forecast, and the day's own correction."""
    corrected = found.sums(found.rows.corrected)
    corrected[: max(found.now - 1, 0)] = np.nan
    return _chart(
        found,
        y=Axis(title=_("Contacts") if found.queue.is_live else _("Items"), minimum=0, digits=1),
        series=[
            Series(key="actual", label=_("Came"), values=found.sums(found.rows.actual["offered"])),
            Series(
                key="baseline",
                label=_("Locked forecast"),
                values=found.sums(found.rows.locked),
                dashed=True,
            ),
            Series(key="forecast", label=_("Corrected today"), values=corrected),
        ],
    )


def _chart(found: QueueDay, **more: Any) -> dict[str, Any]:
    return TimeChart(
        starts_at=[found.grid.moment(int(slot)) for slot in found.edges[0]],
        step_minutes=found.queue.interval_minutes,
        tz=found.timezone,
        now=found.at,
        **more,
    ).payload()
