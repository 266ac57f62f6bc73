"""What is forecast: panels of sets, series and origins, each with its history and its future."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from tests.benchmarks.forecasting.sets import OTHER_SETS, SOURCES, Series, read_set

QUANTILES = (0.1, 0.5, 0.9)
LEAST_FUTURE_DAYS = 7


@dataclass(frozen=True)
class Panel:
    """Sets forecast with the same length of history."""

    name: str
    title: str
    sets: tuple[str, ...]
    least_history_days: int
    most_history_days: int
    origins: int
    horizon_days: int = 56
    holidays_known: bool = False
    """Whether engine and peers are told the public holidays of the set's country."""


ALL_SETS = tuple(name for name in SOURCES if name not in ("israel_feb_types", *OTHER_SETS))
PANELS = {
    panel.name: panel
    for panel in (
        Panel("main", "Six weeks of history", ALL_SETS, 42, 42, 12),
        Panel(
            "long",
            "One to three years of history",
            ("ed_iowa", "nyc_ems", "ems_wales", "pedestrian", "bike"),
            365, 1096, 5, holidays_known=True,
        ),
        Panel(
            "holidays",
            "Six weeks of history, public holidays told to all that can use them",
            tuple(name for name in ALL_SETS if SOURCES[name].holidays),
            42, 42, 12, holidays_known=True,
        ),
        Panel("thin", "Two weeks of history", (*ALL_SETS, "israel_feb_types"), 14, 14, 3, 14),
        Panel("other", "Other public series, six weeks of history", OTHER_SETS, 42, 42, 8),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One forecast to make: dates × labels; slot 0 is the weekday of the history's first date."""

    panel: str
    set_name: str
    series: str
    first_date: date
    interval_minutes: int
    history: np.ndarray
    future: np.ndarray
    variant: str = ""
    """What was done to the history; empty = nothing."""
    slots_from: np.ndarray | None = None
    """The history that says what is open, where something was done to it."""

    @property
    def key(self) -> str:
        """Name of the case in caches and tables."""
        panel = f"{self.panel}+{self.variant}" if self.variant else self.panel
        return f"{panel}/{self.set_name}/{self.series}/{self.origin_date}"

    @property
    def twin_key(self) -> str | None:
        """Key of the same case in the panel that tells no holidays; None without such a panel."""
        if self.panel != "holidays":
            return None
        return f"main/{self.set_name}/{self.series}/{self.origin_date}"

    @property
    def origin_date(self) -> date:
        """First date to forecast."""
        return self.first_date + timedelta(days=len(self.history))

    @property
    def days(self) -> int:
        """Days to forecast."""
        return len(self.future)

    @property
    def labels(self) -> int:
        """Labels per date."""
        return self.history.shape[1]

    @property
    def zone(self) -> str:
        """Time zone of the set."""
        return SOURCES[self.set_name].zone

    @property
    def known_holidays(self) -> str | None:
        """Country and subdivision whose holidays may be used; None: nobody is told any."""
        return SOURCES[self.set_name].holidays if PANELS[self.panel].holidays_known else None

    @cached_property
    def slots(self) -> np.ndarray:
        """Slot × label is open if it has a row in at least half of the weeks."""
        seen = np.isfinite(self.history if self.slots_from is None else self.slots_from)
        return np.stack([seen[slot::7].mean(axis=0) >= 0.5 for slot in range(7)])

    @cached_property
    def past_mask(self) -> np.ndarray:
        """Open cells of the history."""
        return self.slots[np.arange(len(self.history)) % 7]

    @cached_property
    def future_mask(self) -> np.ndarray:
        """Open cells of the horizon."""
        return self.slots[(len(self.history) + np.arange(self.days)) % 7]

    @cached_property
    def past(self) -> np.ndarray:
        """The history with everything outside open slots as NaN."""
        return np.where(self.past_mask, self.history, np.nan)


def cases_of(panel: Panel, *, origins: int | None = None) -> Iterator[Case]:
    """Every case of a panel, origins spread evenly over each series."""
    for name in panel.sets:
        for series in read_set(name):
            yield from series_cases(panel, name, series, origins=origins or panel.origins)


def series_cases(panel: Panel, name: str, series: Series, *, origins: int) -> Iterator[Case]:
    """The cases of one series; short series get shorter horizons."""
    days = len(series.volumes)
    earliest = panel.least_history_days
    latest = days - panel.horizon_days
    if latest <= earliest:
        latest = max(earliest, days - LEAST_FUTURE_DAYS)
    for origin in np.unique(np.linspace(earliest, latest, origins).astype(int)):
        begin = max(0, int(origin) - panel.most_history_days)
        yield Case(
            panel=panel.name,
            set_name=name,
            series=series.name,
            first_date=series.first_date + timedelta(days=begin),
            interval_minutes=SOURCES[name].interval_minutes,
            history=series.volumes[begin : int(origin)],
            future=series.volumes[int(origin) : int(origin) + panel.horizon_days],
        )
