"""How much the rest of real days gains by what came so far, against doing nothing and scaling.

Each day of a stretch is forecast at its midnight; the memory is learnt on the four weeks before and
judged at several hours of the day. Full scaling multiplies the rest by the ratio so far.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.intraday import learn_memory, moved_bands, rest_of_day
from tests.benchmarks.forecasting.sets import Series

HISTORY_DAYS, JUDGED_DAYS, LEARNT_DAYS = 84, 56, 28
HOURS = (9, 12, 15)
LEVELS = (0.1, 0.5, 0.9)
LEAST_MEAN = 5.0


@dataclass
class RestScores:
    """Absolute errors of the rest of the days, and the band of the update."""

    unchanged: float = 0.0
    scaled: float = 0.0
    updated: float = 0.0
    came: float = 0.0
    inside: float = 0.0
    cells: float = 0.0

    @property
    def against_unchanged(self) -> float:
        """Error of the update over the error of the morning's forecast."""
        return self.updated / self.unchanged

    @property
    def against_scaling(self) -> float:
        """Error of the update over the error of full scaling."""
        return self.updated / self.scaled

    @property
    def coverage(self) -> float:
        """Share of intervals of five contacts and more inside the 80 % band."""
        return self.inside / max(self.cells, 1.0)


@dataclass(frozen=True)
class Days:
    """Day-ahead forecasts of consecutive days: day × label, quantiles first."""

    mean: np.ndarray
    bands: np.ndarray
    actual: np.ndarray
    weight: np.ndarray


def day_ahead(series: Series) -> Days:
    """Forecast each of the last days at its midnight, from twelve weeks before it."""
    days = JUDGED_DAYS + LEARNT_DAYS
    values = series.volumes[-(HISTORY_DAYS + days) :]
    labels = values.shape[1]
    past = np.stack([values[start : start + HISTORY_DAYS] for start in range(days)])
    # Every window is a queue of its own; slot 0 is the weekday of its first day.
    weekly = np.stack(
        [np.isfinite(past[:, slot::7]).mean(axis=1) >= 0.5 for slot in range(7)], axis=1
    )
    result = forecast(
        history=HistoryData(
            offered=past,
            open_mask=weekly[:, np.arange(HISTORY_DAYS) % 7],
            first_date=series.first_date,
            interval_minutes=1440 // labels,
        ),
        horizon=HorizonData(open_mask=weekly[:, [HISTORY_DAYS % 7]]),
        params=ForecastParams(quantiles=LEVELS),
    )
    actual = values[HISTORY_DAYS:]
    is_open = weekly[:, HISTORY_DAYS % 7] & np.isfinite(actual)
    return Days(
        mean=np.nan_to_num(result.mean[:, 0]) * is_open,
        bands=np.nan_to_num(result.quantiles[:, :, 0]),
        actual=np.nan_to_num(actual),
        weight=is_open * 1.0,
    )


def rest_scores(series: Series) -> RestScores:
    """Judge the days after the first four weeks at every hour of HOURS."""
    days, scores = day_ahead(series), RestScores()
    for day, label in _moments(days):
        _judge(scores, days, day, label)
    return scores


def _moments(days: Days) -> Iterator[tuple[int, int]]:
    for day in range(LEARNT_DAYS, len(days.mean)):
        if days.weight[day].any():
            yield from ((day, hour * days.mean.shape[1] // 24) for hour in HOURS)


def _judge(scores: RestScores, days: Days, day: int, label: int) -> None:
    learnt = slice(day - LEARNT_DAYS, day)
    memory = learn_memory(
        predicted=days.mean[learnt, None],
        actual=days.actual[learnt, None],
        weight=days.weight[learnt, None],
    )
    mean, actual = days.mean[day], days.actual[day]
    over = np.arange(mean.size) < label
    today = np.where(over & (days.weight[day] > 0), actual, np.nan)
    rest = rest_of_day(mean=mean[None], today=today[None], memory=memory)
    ahead = ~over & (days.weight[day] > 0)
    expected = mean[np.isfinite(today)].sum()
    ratio = np.nansum(today) / expected if expected > 0 else 1.0
    updated = mean * rest.factor[0]
    scores.unchanged += np.abs(mean - actual)[ahead].sum()
    scores.scaled += np.abs(mean * ratio - actual)[ahead].sum()
    scores.updated += np.abs(updated - actual)[ahead].sum()
    scores.came += actual[ahead].sum()
    bands = moved_bands(quantiles=days.bands[:, [day]], levels=LEVELS, mean=mean[None], rest=rest)
    low, high = bands[0, 0], bands[2, 0]
    judged = ahead & (updated >= LEAST_MEAN)
    scores.inside += ((actual > low) & (actual < high) & judged).sum()
    scores.inside += 0.5 * (((actual == low) | (actual == high)) & judged).sum()
    scores.cells += judged.sum()
