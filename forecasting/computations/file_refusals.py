"""Why a series of a file cannot be forecast, said of its rows rather than of the engine's arrays."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from forecasting.computations.history_file import SeriesHistory
from forecasting.core import HistoryData, QueueOutcome
from forecasting.core.data import LEAST_HISTORY_DAYS


def refused_flag(
    outcome: QueueOutcome, series: SeriesHistory, history: HistoryData, row: int
) -> str:
    """The flag of a refused series.

    The engine only sees that nothing is open, and counts closed days before the first row.

    Args:
        outcome: what the engine says.
        series: the series in the file.
        history: the dates that count for the origin.
        row: the series' position in the history.
    """
    end = history.first_date + timedelta(days=history.days)
    dates = _dates_before(series, end)
    if history.known()[row].any():
        days = (end - next(at for at in dates if at >= history.first_date)).days
        return (
            f"refused: At least {LEAST_HISTORY_DAYS} days of history are needed, "
            f"{days} {'was' if days == 1 else 'were'} found."
        )
    if history.open_mask[row].any():
        return outcome.flag
    if not dates:
        return f"refused: No row lies on a date before {end}."
    used = [at for at in dates if at >= history.first_date]
    if not used:
        return (
            f"refused: No row lies in the {history.days} days before {end}; the last one before "
            f"them is of {dates[-1]}."
        )
    return (
        f"refused: From {used[0]} to {end} no time of any weekday has a row in at least half of "
        f"the weeks, so none counts as open; the last row is of {used[-1]}."
    )


def _dates_before(series: SeriesHistory, end: date) -> list[date]:
    """Dates with rows before the end."""
    days = np.flatnonzero(series.has_row.any(axis=1))
    dates = [series.first_date + timedelta(days=int(day)) for day in days]
    return [at for at in dates if at < end]
