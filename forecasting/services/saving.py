"""Write what a forecast run says of its queues: many queues in one transaction, by COPY."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection, transaction
from django.utils.translation import gettext as _

from forecasting.core.day_factors import ForecastDays
from forecasting.core.overrides import OverrideData, apply_overrides
from forecasting.core.wall_clock import BoolArray, FloatArray, InstantArray, WallClockGrid
from forecasting.models import ForecastDay, ForecastInterval, ForecastQueueResult, ForecastRun
from forecasting.queries.runs import override_data_of
from forecasting.services.runs import UnableToForecast, lock_queues
from forecasting.services.staging import Staging
from wfm.jobs.publication import lock_run
from wfm.org.binary_copy import write_columns
from wfm.org.models import Queue
from wfm.timeline import day_bounds

INTERVAL_COLUMNS = {
    "queue_id": "bigint",
    "starts_at": "timestamptz",
    "mean": "float8",
    "quantile_10": "float8",
    "quantile_50": "float8",
    "quantile_90": "float8",
    "final_mean": "float8",
    "aht_seconds": "float8",
    "repeat_mean": "float8",
    "is_open": "boolean",
}
DAY_COLUMNS = {
    "queue_id": "bigint",
    "date": "date",
    "level": "double precision",
    "weekday": "double precision",
    "driver": "double precision",
    "profile": "double precision[]",
    "special": "double precision[]",
    "today": "double precision[]",
}


@dataclass(frozen=True)
class QueueForecast:
    """All that one run says about one queue, by instant in UTC."""

    starts_at: InstantArray
    mean: FloatArray
    quantiles: FloatArray
    """10 %, 50 % and 90 % × instant."""
    asked_quantiles: FloatArray
    """Those that the run asked for beside them × instant; may be none."""
    aht_seconds: FloatArray
    is_open: BoolArray
    flag: str
    method: str
    reason: str
    measures: dict[str, float | None]
    """Fields of ForecastQueueResult: wape, bias, mase, coverage, wape_seasonal_naive, …"""
    backtest: dict[str, Any]
    components: dict[str, Any]
    """Facts about how it was made."""
    days: ForecastDays
    """The factors of each local date."""
    repeat_mean: FloatArray | None = None
    """The part of the mean from customers who call again; None where customers are unknown."""


Outcome = tuple[Queue, "QueueForecast | str"]
"""A queue with its forecast, or with the sentence that refuses it."""


@transaction.atomic
def save_outcomes(*, run: ForecastRun, outcomes: Sequence[Outcome]) -> None:
    """Write queues of an unpublished run; what was written of them before is replaced."""
    lock_queues([queue.pk for queue, _made in outcomes])
    if lock_run(run):
        raise UnableToForecast(
            _("Forecast #%(pk)s is published and final; start a new one.") % {"pk": run.pk}
        )
    ids = [queue.pk for queue, _made in outcomes]
    for model in (ForecastInterval, ForecastDay, ForecastQueueResult):
        model.objects.filter(run=run, queue__in=ids).delete()
    made = [(queue, item) for queue, item in outcomes if isinstance(item, QueueForecast)]
    overrides = override_data_of(
        [queue for queue, _item in made], starts_at=run.starts_at, ends_at=run.ends_at
    )
    if made:
        _save_intervals(run, made, overrides)
        _save_days(run, made)
    ForecastQueueResult.objects.bulk_create(
        _refusal(run, queue, item)
        if isinstance(item, str)
        else _result(run, queue, item, len(_touching(item, queue, overrides[queue.pk])))
        for queue, item in outcomes
    )


def _refusal(run: ForecastRun, queue: Queue, reason: str) -> ForecastQueueResult:
    return ForecastQueueResult(
        run=run, queue=queue, flag=ForecastQueueResult.Flag.REFUSED, reason=reason
    )


def _result(
    run: ForecastRun, queue: Queue, item: QueueForecast, overrides: int
) -> ForecastQueueResult:
    last_date = item.days.first_date + timedelta(days=item.days.days - 1)
    return ForecastQueueResult(
        run=run,
        queue=queue,
        flag=item.flag,
        method=item.method,
        reason=item.reason,
        starts_at=day_bounds(item.days.first_date, queue.timezone).starts_at,
        ends_at=day_bounds(last_date, queue.timezone).ends_at,
        backtest=item.backtest,
        components=item.components | {"overrides": overrides},
        **item.measures,
    )


def _touching(
    item: QueueForecast, queue: Queue, overrides: Sequence[OverrideData]
) -> list[OverrideData]:
    """The overrides that reach into the forecast's own intervals."""
    first = item.starts_at[0]
    end = item.starts_at[-1] + np.timedelta64(queue.interval_minutes * 60, "s")
    return [change for change in overrides if change.starts_at < end and change.ends_at > first]


def _save_intervals(
    run: ForecastRun,
    made: Sequence[tuple[Queue, QueueForecast]],
    overrides: dict[int, list[OverrideData]],
) -> None:
    finals = [final_mean(queue, item, overrides[queue.pk]) for queue, item in made]
    sizes = [item.mean.size for _queue, item in made]
    items = [item for _queue, item in made]
    quantiles = np.concatenate([item.quantiles for item in items], axis=1).round(6)
    arrays = [
        np.repeat([queue.pk for queue, _item in made], sizes),
        np.concatenate([item.starts_at for item in items]),
        np.concatenate([item.mean for item in items]).round(6),
        *quantiles,
        np.concatenate(finals).round(6),
        np.concatenate([item.aht_seconds for item in items]).round(3),
        np.concatenate([_repeat_mean(item) for item in items]).round(6),
        np.concatenate([item.is_open for item in items]),
    ]
    asked = np.concatenate([item.asked_quantiles for item in items], axis=1).round(6)
    extra = {f"asked_{index}": "float8" for index in range(len(asked))}
    columns = INTERVAL_COLUMNS | extra
    staging = Staging("staged_forecast", columns)
    pairs = zip(columns.items(), [*arrays, *asked], strict=True)
    write_columns(staging.name, {name: (kind, values) for (name, kind), values in pairs})
    names = ", ".join(INTERVAL_COLUMNS)
    values = names
    for name in ("aht_seconds", "repeat_mean"):
        values = values.replace(name, f"nullif({name}, 'NaN')")
    together = f"ARRAY[{', '.join(extra)}]" if extra else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO forecasting_forecastinterval (run_id, {names}, asked_quantiles) "  # noqa: S608 - our own names
            f"SELECT %s, {values}, {together} FROM staged_forecast",
            [run.pk],
        )


def _repeat_mean(item: QueueForecast) -> FloatArray:
    return np.full(item.mean.size, np.nan) if item.repeat_mean is None else item.repeat_mean


def final_mean(queue: Queue, item: QueueForecast, overrides: Sequence[OverrideData]) -> FloatArray:
    """The mean with the planners' changes; closed intervals stay 0."""
    if not overrides:
        return item.mean
    grid = WallClockGrid(
        item.days.first_date, item.days.days, ZoneInfo(queue.timezone), queue.interval_minutes
    )
    final = apply_overrides(
        mean=item.mean,
        starts_at=item.starts_at,
        overrides=overrides,
        factors=item.days.at(grid.positions),
    )
    return np.where(item.is_open, final, 0.0)


def _save_days(run: ForecastRun, made: Sequence[tuple[Queue, QueueForecast]]) -> None:
    staging = Staging("staged_days", DAY_COLUMNS)
    staging.copy(row for queue, item in made for row in _day_rows(queue, item.days))
    names = ", ".join(DAY_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO forecasting_forecastday (run_id, {names}) "  # noqa: S608 - our own names
            f"SELECT %s, {names} FROM staged_days",
            [run.pk],
        )


def _day_rows(queue: Queue, days: ForecastDays) -> Sequence[tuple[Any, ...]]:
    rows = []
    for index in range(days.days):
        on_date: date = days.first_date + timedelta(days=index)
        rows.append(
            (
                queue.pk,
                on_date,
                round(float(days.level[index]), 6),
                round(float(days.weekday[index]), 9),
                round(float(days.driver[index]), 9),
                _array(days.profile[index]),
                _factor_array(days.special[index]),
                _factor_array(days.today[index]),
            )
        )
    return rows


def _array(values: FloatArray) -> str:
    return "{" + ",".join(map(repr, values.round(10).tolist())) + "}"


def _factor_array(values: FloatArray) -> str | None:
    """NULL for 1 all day, one value where it is the same all day, else one per label."""
    if (values == values[0]).all():
        return None if values[0] == 1 else _array(values[:1])
    return _array(values)
