"""New queues: forecast from their starting plan until their own history carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _

from forecasting import queries
from forecasting.computations.queue_forecast import (
    QUANTILES,
    QueueRefused,
    all_levels,
    forecast_queue,
    places_of,
)
from forecasting.core import HistoryData, HorizonData
from forecasting.core.components import split_components
from forecasting.core.new_queue import (
    StartForecast,
    blended,
    scaled_to_week,
    start_forecast,
    typed_expectation,
)
from forecasting.core.special_days import horizon_factors
from forecasting.core.wall_clock import BoolArray, FloatArray, WallClockGrid
from forecasting.models import ForecastQueueResult, ForecastRun, StartingPlan
from forecasting.services import ForecastDays, Outcome, QueueForecast
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

METHOD = "starting_plan"
PLAN_ALONE_DAYS = 14
OWN_ALONE_DAYS = 28
"""Between these ages of the history the plan gives way to the engine day by day."""
WEEKS_OF_LOOK_ALIKE = 4


@dataclass(frozen=True)
class _Start:
    """A new queue on its dates: own past days, and those ahead."""

    queue: Queue
    past: WallClockGrid | None
    ahead: WallClockGrid
    is_open: BoolArray
    """Date × label ahead."""

    @property
    def own_days(self) -> int:
        """Days since the first recorded one."""
        return 0 if self.past is None else self.past.days


def with_starting_plans(run: ForecastRun, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, new queues by their plan."""
    with system_tenant():
        plans = {
            plan.queue_id: plan
            for plan in StartingPlan.objects.filter(
                queue__in=[queue.pk for queue, _made in outcomes]
            ).select_related("look_alike__work_type")
        }
        return [
            (queue, _started(run, queue, made, plans[queue.pk]) if queue.pk in plans else made)
            for queue, made in outcomes
        ]


def _started(
    run: ForecastRun, queue: Queue, made: QueueForecast | str, plan: StartingPlan
) -> QueueForecast | str:
    """The plan's forecast, the engine's, or both mixed, by the age of the history."""
    start = _dates(queue, run.origin_at, run.parameters["days"])
    if start.own_days >= OWN_ALONE_DAYS and not isinstance(made, str):
        return made
    try:
        found = _from_plan(start, plan, run)
    except (QueueRefused, ValueError) as refusal:
        return made if not isinstance(made, str) else f"{made} {refusal}"
    planned = _as_forecast(start, found, plan, asked=run.asked_levels)
    return planned if isinstance(made, str) else _mixed(made, planned, start)


def _dates(queue: Queue, origin_at: datetime, days: int) -> _Start:
    zone = ZoneInfo(queue.timezone)
    today = origin_at.astimezone(zone).date()
    ahead = WallClockGrid(today, days, zone, queue.interval_minutes)
    bounds = queries.history_bounds(queue, before=origin_at)
    past = None
    if bounds is not None and bounds[0] < today:
        first = max(bounds[0], today - timedelta(days=OWN_ALONE_DAYS))
        past = WallClockGrid(first, (today - first).days, zone, queue.interval_minutes)
    return _Start(queue, past, ahead, queries.open_labels(queue, ahead))


def _from_plan(start: _Start, plan: StartingPlan, run: ForecastRun) -> StartForecast:
    origin_at = run.origin_at
    own: FloatArray = np.zeros((0, start.ahead.labels))
    if start.past is not None:
        own = _cells(start.queue, start.past, origin_at)
        own = np.where(queries.open_labels(start.queue, start.past), own, np.nan)
    past, ahead = (
        _like_another(start, plan, plan.look_alike, origin_at)
        if plan.look_alike is not None
        else _typed(start, plan)
    )
    return start_forecast(
        expected=ahead * start.is_open,
        expected_past=past,
        offered=own,
        quantiles=all_levels(run.asked_levels),
        level_is_planned=plan.weekly_contacts is not None,
    )


def _typed(start: _Start, plan: StartingPlan) -> tuple[FloatArray, FloatArray]:
    """The typed week on the own past days and on those ahead."""
    if plan.weekly_contacts is None:
        raise QueueRefused(_("The starting plan has neither a look-alike nor contacts a week."))
    past_days = start.own_days
    is_open = start.is_open
    if start.past is not None:
        is_open = np.concatenate([queries.open_labels(start.queue, start.past), is_open])
    whole = typed_expectation(
        weekly_contacts=plan.weekly_contacts,
        open_mask=is_open,
        first_weekday=(start.ahead.first_date - timedelta(days=past_days)).weekday(),
        weekday_shares=tuple(plan.weekday_shares) if plan.weekday_shares else None,
        profile=tuple(plan.profile) if plan.profile else None,
    )
    return whole[:past_days], whole[past_days:] * _special(start)


def _special(start: _Start) -> FloatArray:
    """Closed and scaled special days ahead, date × label."""
    shape = (1, 7, start.ahead.labels)
    nothing = HistoryData(
        offered=np.full(shape, np.nan),
        open_mask=np.ones(shape, dtype=bool),
        first_date=start.ahead.first_date - timedelta(days=7),
        interval_minutes=start.queue.interval_minutes,
    )
    special = horizon_factors(
        history=nothing, special=[queries.special_dates(start.queue)], days=start.ahead.days
    )
    return np.asarray(special.factors[0])


def _like_another(
    start: _Start, plan: StartingPlan, other: Queue, origin_at: datetime
) -> tuple[FloatArray, FloatArray]:
    """What the look-alike counted on the own past days, and its forecast; scaled if a week is typed."""
    made = forecast_queue(other, origin_at=origin_at, days=start.ahead.days)
    ahead = _on_grid(start.ahead, made.starts_at, made.mean, other.interval_minutes)
    past: FloatArray = np.zeros((0, start.ahead.labels))
    if start.past is not None:
        grid = WallClockGrid(
            start.past.first_date, start.past.days, ZoneInfo(other.timezone), other.interval_minutes
        )
        cells = _cells(other, grid, origin_at)
        past = _on_grid(
            start.past, grid.starts_at, np.nan_to_num(grid.pick(cells)), other.interval_minutes
        )
    if plan.weekly_contacts is None:
        return past, ahead
    first = ahead[: 7 * WEEKS_OF_LOOK_ALIKE]
    whole = first[: max(len(first) // 7 * 7, min(len(first), 7))]
    scale = scaled_to_week(whole, plan.weekly_contacts).sum() / max(whole.sum(), 1e-12)
    return past * scale, ahead * scale


def _cells(queue: Queue, grid: WallClockGrid, before: datetime) -> FloatArray:
    """Contacts by date × label before an instant."""
    return queries.queue_cells(
        queue, first_date=grid.first_date, days=grid.days, before=before
    ).offered


def _on_grid(
    grid: WallClockGrid, starts_at: np.ndarray, values: FloatArray, minutes: int
) -> FloatArray:
    """Contacts by instant of another interval as date × label: summed, or spread evenly."""
    parts = max(minutes // grid.interval_minutes, 1)
    step = np.timedelta64(minutes * 60 // parts, "s")
    moments = (starts_at.astype("datetime64[s]")[:, None] + step * np.arange(parts)).ravel()
    pieces = np.repeat(values / parts, parts)
    place = np.searchsorted(grid.starts_at, moments, side="right") - 1
    end = grid.starts_at[-1] + np.timedelta64(grid.interval_minutes * 60, "s")
    inside = (place >= 0) & (moments < end)
    sums = np.bincount(place[inside], pieces[inside], grid.starts_at.size).astype(np.float64)
    return np.asarray(grid.fold(sums) / np.maximum(grid.repeats, 1))


def _as_forecast(
    start: _Start, found: StartForecast, plan: StartingPlan, *, asked: Sequence[float]
) -> QueueForecast:
    """The start forecast by instant."""
    grid, queue = start.ahead, start.queue
    is_open = grid.pick(start.is_open * 1.0) > 0
    bands, levels = np.where(is_open, grid.pick(found.quantiles), 0.0), all_levels(asked)
    return QueueForecast(
        starts_at=grid.starts_at,
        mean=np.where(is_open, grid.pick(found.mean), 0.0),
        quantiles=bands[places_of(QUANTILES, levels)],
        asked_quantiles=bands[places_of(asked, levels)],
        aht_seconds=np.where(is_open, queue.default_aht_seconds, np.nan),
        is_open=is_open,
        flag=ForecastQueueResult.Flag.THIN,
        method=METHOD,
        reason=_reason(plan, found, start),
        measures={},
        backtest={"scores": []},
        components={
            "start": {"own_share": found.own_share, "ratio": found.ratio, "days": start.own_days},
            "driver": None,
            "aht": "default",
            "outlier_days": [],
        },
        days=_factors(grid.first_date, found.mean, start.is_open),
    )


def _factors(first_date: date, mean: FloatArray, is_open: BoolArray) -> ForecastDays:
    parts = split_components(
        base=mean[None], mean=mean[None], horizon=HorizonData(open_mask=is_open[None])
    )
    return parts.days_of(0, first_date=first_date)


def _reason(plan: StartingPlan, found: StartForecast, start: _Start) -> str:
    """Where the numbers come from, in sentences."""
    if plan.look_alike is None:
        words = _("Forecast from a typed week of %(contacts)s contacts.") % {
            "contacts": f"{plan.weekly_contacts:g}"
        }
    elif plan.weekly_contacts is None:
        words = _("Forecast like %(queue)s, at the ratio of its own days.") % {
            "queue": plan.look_alike
        }
    else:
        words = _("Forecast like %(queue)s, scaled to %(contacts)s contacts a week.") % {
            "queue": plan.look_alike,
            "contacts": f"{plan.weekly_contacts:g}",
        }
    if not start.own_days:
        return words + " " + _("There is no own day yet.")
    return (
        words
        + " "
        + _("%(days)s own days brought %(ratio)s of that and make up %(share)s of the level.")
        % {
            "days": start.own_days,
            "ratio": f"{found.ratio:.0%}",
            "share": f"{found.own_share:.0%}",
        }
    )


def _mixed(made: QueueForecast, planned: QueueForecast, start: _Start) -> QueueForecast:
    """The engine's forecast with what is left of the plan."""
    ages = {
        "own_days": start.own_days,
        "from_days": PLAN_ALONE_DAYS,
        "until_days": OWN_ALONE_DAYS,
    }
    if not np.array_equal(made.starts_at, planned.starts_at):
        return made
    labels = start.ahead.fold(blended(start=planned.mean, own=made.mean, **ages))
    label_mean = labels / np.maximum(start.ahead.repeats, 1)
    mean = np.where(made.is_open, start.ahead.pick(label_mean), 0.0)
    return replace(
        made,
        mean=mean,
        repeat_mean=_same_share(made, mean),
        quantiles=_blended(planned.quantiles, made.quantiles, ages),
        asked_quantiles=_blended(planned.asked_quantiles, made.asked_quantiles, ages),
        reason=f"{planned.reason} {made.reason}",
        components=made.components | {"start": planned.components["start"]},
        days=_factors(start.ahead.first_date, label_mean, start.is_open),
    )


def _blended(planned: FloatArray, own: FloatArray, ages: dict[str, int]) -> FloatArray:
    """Quantile × instant of both, mixed by the age of the history."""
    rows = zip(planned, own, strict=True)
    return np.array([blended(start=low, own=high, **ages) for low, high in rows]).reshape(own.shape)


def _same_share(made: QueueForecast, mean: FloatArray) -> FloatArray | None:
    """Repeated contacts as the same part of another mean."""
    if made.repeat_mean is None:
        return None
    share = np.divide(made.repeat_mean, made.mean, out=np.zeros_like(mean), where=made.mean > 0)
    return mean * share
