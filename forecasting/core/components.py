"""Split a forecast into the factors that a planner thinks in: level, weekday, profile, what is special."""

from __future__ import annotations

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK, HorizonData
from forecasting.core.day_factors import Components
from forecasting.core.wall_clock import FloatArray


def split_components(*, base: FloatArray, mean: FloatArray, horizon: HorizonData) -> Components:
    """Components whose product is the mean.

    Args:
        base: queue × day × label, the forecast of ordinary days.
        mean: the final forecast: base times special and driver factors and today's correction.
        horizon: where the factors come from.

    The level of a date is the mean daily volume of the open days in the week around it, so that
    the weekday's factor is free of growth; the profile is the share of each label.
    """
    totals = base.sum(axis=-1)
    level = week_levels(totals)
    with np.errstate(invalid="ignore", divide="ignore"):
        weekday = np.where(level > 0, totals / level, 0.0)
    profile = np.zeros(base.shape)
    with np.errstate(invalid="ignore"):
        is_open = (totals > 0)[..., None]
        np.divide(base, totals[..., None], out=profile, where=is_open)
    driver = np.ones(totals.shape) if horizon.day_factors is None else horizon.day_factors
    driver = driver if horizon.mean_factors is None else driver * horizon.mean_factors
    special = np.ones(base.shape) if horizon.special_factors is None else horizon.special_factors
    product = base
    factors = (horizon.special_factors, horizon.day_factors, horizon.mean_factors)
    if any(part is not None for part in factors):
        product = base * special
        product *= driver[..., None]
    today = np.ones(base.shape)
    with np.errstate(invalid="ignore"):
        np.divide(mean, product, out=today, where=product > 0)
    return Components(
        level=level, weekday=weekday, profile=profile, special=special, driver=driver, today=today
    )


def week_levels(totals: FloatArray) -> FloatArray:
    """Mean of the open days within the seven days around each date (queue × day).

    At the ends the nearest whole week counts; a horizon under a week uses all its days.
    """
    days = totals.shape[1]
    width = min(DAYS_PER_WEEK, days)
    starts = np.clip(np.arange(days) - width // 2, 0, days - width)
    sums = np.cumsum(np.pad(totals, ((0, 0), (1, 0))), axis=1)
    counts = np.cumsum(np.pad((totals > 0) * 1.0, ((0, 0), (1, 0))), axis=1)
    came = sums[:, starts + width] - sums[:, starts]
    open_days = counts[:, starts + width] - counts[:, starts]
    return np.asarray(came / np.maximum(open_days, 1.0))
