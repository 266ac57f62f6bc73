"""Generated volumes: chat, e-mail, claims, and the 24 x 7 line that follows the claims. Pure.

Each number depends on the seed and its own date alone, so that a history loaded in pieces equals one
loaded at once. Sizes are chosen for 120 agents; shapes are plain: weekday level x profile of the day
x a random level of the day, Poisson in each quarter hour. Claims come in surges (storms), and the
line's calls of a day follow the claims of the five days before it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from wfm.demo.queueing import Counts, Floats

STORM_CHANCE = 0.03
STORM_LEVELS = (1.5, 1.9, 1.5, 1.2)
LINE_BASE_CALLS = 240.0
LINE_KERNEL = (0.3, 0.9, 1.2, 0.8, 0.4)  # calls today per claim of 1, 2, … 5 days ago

STREAM_VOLUME = 11
STREAM_LEVEL = 12
STREAM_STORM = 13


@dataclass(frozen=True)
class VolumeParams:
    """Size and shape of a generated queue.

    Attributes:
        key: number that separates this queue's random stream from the others'.
        mean_per_day: contacts on a day of level 1.
        weekday_levels: seven factors, Monday first.
        peak_hours: (hour, width in hours, height) of each hump of the day.
        floor: height of the flat part under the humps.
        level_sd: standard deviation of the day's random level.

    """

    key: int
    mean_per_day: float
    weekday_levels: tuple[float, ...]
    peak_hours: tuple[tuple[float, float, float], ...]
    floor: float
    level_sd: float = 0.05

    def __post_init__(self) -> None:
        if len(self.weekday_levels) != 7:
            msg = f"Expected seven weekday levels, got {len(self.weekday_levels)}."
            raise ValueError(msg)


CHAT = VolumeParams(
    key=2,
    mean_per_day=430.0,
    weekday_levels=(1.12, 1.04, 1.0, 0.98, 0.96, 0.62, 0.0),
    peak_hours=((11.0, 2.5, 1.0), (16.5, 2.5, 0.9)),
    floor=0.15,
)
EMAIL = VolumeParams(
    key=3,
    mean_per_day=310.0,
    weekday_levels=(1.25, 1.1, 1.02, 0.98, 0.9, 0.35, 0.3),
    peak_hours=((10.0, 2.5, 1.0), (15.0, 3.0, 0.8), (21.0, 1.5, 0.25)),
    floor=0.04,
)
CLAIMS = VolumeParams(
    key=4,
    mean_per_day=205.0,
    weekday_levels=(1.3, 1.12, 1.04, 1.0, 0.98, 0.6, 0.5),
    peak_hours=((10.5, 2.5, 1.0), (15.5, 3.0, 0.9), (20.0, 2.0, 0.3)),
    floor=0.03,
    level_sd=0.08,
)
CLAIMS_LINE = VolumeParams(
    key=5,
    mean_per_day=1.0,  # the level is the number of calls itself, see line_calls
    weekday_levels=(1.08, 1.03, 1.0, 1.0, 1.0, 0.92, 0.88),
    peak_hours=((10.5, 2.2, 1.0), (15.0, 3.0, 0.85), (19.5, 2.0, 0.4)),
    floor=0.12,
    level_sd=0.04,
)


def day_profile(params: VolumeParams, minutes: Counts) -> Floats:
    """Return the share of the day's contacts in each quarter hour that starts at these minutes."""
    hours = (minutes + 7.5) / 60
    height = np.full(len(minutes), params.floor)
    for peak, width, scale in params.peak_hours:
        height += scale * np.exp(-(((hours - peak) / width) ** 2))
    shares: Floats = height / height.sum()
    return shares


def expected_contacts(params: VolumeParams, day: date, minutes: Counts, *, level: float) -> Floats:
    """Return the mean contacts of each quarter hour at a level of the day (1 = usual)."""
    total = params.mean_per_day * params.weekday_levels[day.weekday()] * level
    return total * day_profile(params, minutes)


def offered_contacts(
    params: VolumeParams, day: date, minutes: Counts, *, level: float, seed: int
) -> Counts:
    """Return the contacts of each quarter hour: Poisson around the mean with a random day level."""
    rng = np.random.default_rng([seed, params.key, day.toordinal(), STREAM_VOLUME])
    mean = expected_contacts(params, day, minutes, level=level)
    return rng.poisson(mean * max(rng.normal(1.0, params.level_sd), 0.2)).astype(np.int64)


@lru_cache(maxsize=4096)
def storm_level(day: date, *, seed: int) -> float:
    """Return the factor on the day's claims: above 1 in the four days from a storm on."""
    level = 1.0
    for age, height in enumerate(STORM_LEVELS):
        started = day - timedelta(days=age)
        rng = np.random.default_rng([seed, CLAIMS.key, started.toordinal(), STREAM_STORM])
        if rng.random() < STORM_CHANCE:
            level = max(level, height)
    return level


@lru_cache(maxsize=4096)
def claims_of_day(day: date, *, seed: int) -> int:
    """Return how many claims arrive on a day."""
    minutes = np.arange(0, 1440, 15)
    level = storm_level(day, seed=seed)
    return int(offered_contacts(CLAIMS, day, minutes, level=level, seed=seed).sum())


def line_calls(day: date, *, seed: int) -> float:
    """Return the mean calls of the 24 x 7 line on a day: a base and the claims of days before."""
    return LINE_BASE_CALLS + sum(
        weight * claims_of_day(day - timedelta(days=lag), seed=seed)
        for lag, weight in enumerate(LINE_KERNEL, start=1)
    )
