"""Day factors of a file's series by the drivers of a driver file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from forecasting.computations.driver_file import DriverFile
from forecasting.core import ForecastParams, HistoryData
from forecasting.core.backtest import origins_of
from forecasting.core.day_totals import daily_totals
from forecasting.core.driver_future import DriverDates
from forecasting.core.drivers import DrivenFactors, driven_factors, stacked
from forecasting.core.special_days import SpecialDate
from forecasting.core.wall_clock import FloatArray


@dataclass(frozen=True)
class FileDrivers:
    """Multipliers of past and future days by series; None where nothing drives any."""

    past: FloatArray | None = None
    future: FloatArray | None = None
    mean: FloatArray | None = None
    """Further multipliers of the means of future days."""
    told: FloatArray | None = None
    """Series × origin of the backtest × day from there on."""
    notes: tuple[str, ...] = ()


def file_drivers(
    history: HistoryData,
    names: Sequence[str],
    drivers: DriverFile | None,
    origin: datetime,
    horizon_days: int,
    special: Sequence[SpecialDate] = (),
) -> FileDrivers:
    """Which drivers move each series, as seen from the origin; special dates hold for them, too."""
    if drivers is None:
        return FileDrivers()
    totals = daily_totals(history.offered, history.open_mask)
    origins = origins_of(history.days, ForecastParams())
    found: list[DrivenFactors] = []
    notes: list[str] = []
    for row, name in enumerate(names):
        own = drivers.of_series(name)
        # Drivers of all series come first, so that a series' own rows of one name replace them.
        daily = {
            item.driver: item.by_day(
                first=history.first_date,
                days=history.days,
                origin=origin,
                horizon_days=horizon_days,
            )
            for item in sorted(own, key=lambda item: item.series is not None)
        }
        result = driven_factors(
            totals=totals[row],
            drivers=daily,
            learn_mask=None if history.learn_mask is None else history.learn_mask[row],
            origins=origins,
            dates=DriverDates(history.first_date, tuple(special)),
        )
        found.append(_with_length(result, history.days, horizon_days))
        notes.extend(_notes(name, origin, result))
    return FileDrivers(
        past=np.stack([item.past for item in found]),
        future=np.stack([item.future for item in found]),
        mean=stacked([item.mean_factors for item in found]),
        told=stacked([item.told for item in found]),
        notes=tuple(notes),
    )


def _with_length(result: DrivenFactors, days: int, horizon_days: int) -> DrivenFactors:
    """The factors, or ones where a series has no driver at all."""
    if result.future.size == horizon_days:
        return result
    return DrivenFactors(past=np.ones(days), future=np.ones(horizon_days))


def _notes(name: str, origin: datetime, result: DrivenFactors) -> list[str]:
    """One line per driver: what it brings, or why it is left out."""
    head = f"{origin:%Y-%m-%dT%H:%M} {name!r}"
    kept = [f"{head}: driver {link.driver!r} kept. {link.words}" for link in result.links]
    left = [f"{head}: driver {item.driver!r} left out. {item.reason}" for item in result.rejected]
    return kept + left
