"""The trend of one metric over periods, a line per queue and the target as a step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from reporting.models import SlaResult
from wfm.metrics import Metric, Unit
from wfm.org.models import Queue
from wfm.web import formats
from wfm.web.charts import Axis, CategoryChart, Series, SeriesKey

_COLOURS: tuple[SeriesKey, ...] = ("1", "2", "3", "4", "5", "6", "7", "8")
_UNITS = {Unit.SECONDS: "s", Unit.HOURS: "h"}


def trend_chart(results: Sequence[SlaResult], *, metric: Metric) -> dict[str, Any]:
    """Return the chart's payload. Results are of one metric and one length of period."""
    starts = sorted({row.starts_on for row in results})
    queues = {row.queue_id: row.queue for row in results}
    shown = list(queues.values())[: len(_COLOURS)]
    several_clients = len({queue.client_id for queue in queues.values()}) > 1
    series = [
        Series(
            key=colour,
            label=f"{queue.client} · {queue}" if several_clients else str(queue),
            values=_values(results, queue=queue, starts=starts),
        )
        for colour, queue in zip(_COLOURS, shown, strict=False)
    ]
    targets = _targets(results, starts=starts)
    if targets is not None:
        series.append(
            Series(key="required", label=_("Target"), values=targets, shape="step", dashed=True)
        )
    return CategoryChart(
        categories=[_label(results, day) for day in starts],
        x_title=_("Period"),
        y=_axis(results, metric=metric),
        series=series,
    ).payload()


def _axis(results: Sequence[SlaResult], *, metric: Metric) -> Axis:
    """Return the axis; of rates it begins a little below the lowest value."""
    if metric.unit is Unit.RATE:
        low = min((row.value for row in results if row.value is not None), default=0.0)
        floor = max(0.0, math.floor((low - 0.05) * 10) / 10)
        return Axis(title=_(metric.title), unit="%", digits=1, minimum=floor, maximum=1.0)
    return Axis(title=_(metric.title), unit=_UNITS.get(metric.unit, ""), digits=0, minimum=0.0)


def _values(
    results: Sequence[SlaResult], *, queue: Queue, starts: Sequence[date]
) -> list[float | None]:
    by_start = {row.starts_on: row.value for row in results if row.queue_id == queue.pk}
    return [by_start.get(day) for day in starts]


def _targets(results: Sequence[SlaResult], *, starts: Sequence[date]) -> list[float | None] | None:
    """Return the target per period where all queues share it, else None."""
    by_start: dict[date, set[float | None]] = {}
    for row in results:
        by_start.setdefault(row.starts_on, set()).add(row.target)
    if any(len(targets) > 1 for targets in by_start.values()):
        return None
    found = [next(iter(by_start[day])) for day in starts]
    return None if all(target is None for target in found) else found


def _label(results: Sequence[SlaResult], day: date) -> str:
    row = next(item for item in results if item.starts_on == day)
    last = date.fromordinal(row.ends_on.toordinal() - 1)
    return formats.day_span(day, last)
