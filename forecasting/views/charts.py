"""Charts of a queue by interval: what came, the mean with its band, what people changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from django.utils.timezone import now
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.models import ForecastRun, Override
from wfm.org.in_force import Stretch
from wfm.org.models import Queue
from wfm.web.charts import Axis, Mark, Series, TimeChart
from wfm.web.scope import Scope


def interval_chart(
    queue: Queue,
    *,
    starts_at: Sequence[datetime],
    series: Sequence[Series],
    digits: int = 1,
    marks: Sequence[Mark] = (),
) -> dict[str, Any]:
    """Payload of a chart of contacts over a queue's intervals."""
    minutes = queue.interval_minutes
    title = _("Contacts per %(minutes)s min") % {"minutes": minutes}
    return TimeChart(
        starts_at=starts_at,
        step_minutes=minutes,
        tz=queue.timezone,
        y=Axis(title=title, digits=digits, minimum=0),
        series=series,
        now=now(),
        marks=marks,
    ).payload()


def forecast_chart(
    run: ForecastRun, queue: Queue, scope: Scope, overrides: list[Override]
) -> tuple[dict[str, Any], float | None, list[Stretch]]:
    """Payload of the chart, the contacts forecast in the scope's period, and what others fill.

    Where a published run has nothing, the runs in force do.
    """
    starts_at = queries.intervals_between(
        queue, first_date=scope.starts_on, last_date=scope.ends_on
    )
    actuals = queries.actual_series(queue, starts_at=scope.starts_at, ends_at=scope.ends_at)
    forecast, filled = queries.completed_series(
        run, queue, starts_at=scope.starts_at, ends_at=scope.ends_at
    )
    epochs = np.array([int(moment.timestamp()) for moment in starts_at])
    place = np.searchsorted(epochs, forecast.starts_at.astype(np.int64))

    def on_grid(values: Any) -> Any:
        placed = np.full(epochs.size, np.nan)
        placed[place] = np.where(forecast.is_open, values, np.nan)
        return placed

    series = [
        Series(
            key="actual",
            label=_("Offered"),
            values=[actuals.get(int(epoch)) for epoch in epochs],
        ),
        Series(
            key="forecast",
            label=_("Forecast"),
            values=on_grid(forecast.final_mean),
            low=on_grid(forecast.quantile_10),
            high=on_grid(forecast.quantile_90),
            band_label=_("80 % band of the system"),
        ),
    ]
    if (forecast.final_mean != forecast.mean).any():
        series.append(
            Series(
                key="baseline",
                label=_("System, without overrides"),
                values=on_grid(forecast.mean),
                dashed=True,
            )
        )
    marks = [
        Mark(at=override.starts_at, label=override.reason)
        for override in overrides
        if scope.starts_at <= override.starts_at < scope.ends_at
    ]
    payload = interval_chart(queue, starts_at=starts_at, series=series, marks=marks)
    total = float(forecast.final_mean.sum()) if forecast.final_mean.size else None
    return payload, total, filled
