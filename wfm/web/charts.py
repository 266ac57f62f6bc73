"""Chart payloads: what static/js/ui/chart.js draws, and the table that says the same.

chart = TimeChart(
    starts_at=grid, step_minutes=15, tz="America/Toronto", y=Axis(title=_("Agents")),
    series=[
        Series(key="required", label=_("Required"), shape="step", values=required),
        Series(key="staffed", label=_("Staffed"), shape="area", values=staffed),
    ],
    difference=("staffed", "required"),
)
context["chart"] = chart.payload()      # template: {{ chart|json_script:"staffed-chart" }}
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from numpy.typing import NDArray

SeriesKey = Literal[
    "required", "staffed", "forecast", "actual", "baseline", "backlog",
    "1", "2", "3", "4", "5", "6", "7", "8",
]  # fmt: skip
Shape = Literal["line", "step", "area", "bar", "points"]
Values = Sequence[float | None] | Sequence[float] | Sequence[int] | NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """Title with unit, and how many digits its numbers have. `unit="%"` takes fractions 0-1."""

    title: str
    unit: str = ""
    digits: int = 0
    minimum: float | None = None
    maximum: float | None = None

    def payload(self) -> dict[str, Any]:
        """Return what the script reads."""
        return {
            "title": str(self.title),
            "unit": str(self.unit),
            "digits": self.digits,
            "min": self.minimum,
            "max": self.maximum,
        }


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series. `key` decides the colour: the same thing has the same colour everywhere.

    `low` and `high` draw a band of uncertainty around a line. `right=True` uses the second axis.
    """

    key: SeriesKey
    label: str
    values: Values
    shape: Shape = "line"
    low: Values | None = None
    high: Values | None = None
    band_label: str = ""
    dashed: bool = False
    right: bool = False

    def payload(self, *, digits: int) -> dict[str, Any]:
        """Return what the script reads; NaN and infinity become gaps."""
        found = {
            "key": self.key,
            "label": str(self.label),
            "shape": self.shape,
            "values": _numbers(self.values, digits),
            "dashed": self.dashed,
            "right": self.right,
        }
        if self.low is not None and self.high is not None:
            found |= {
                "low": _numbers(self.low, digits),
                "high": _numbers(self.high, digits),
                "bandLabel": str(self.band_label),
            }
        return found


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A moment worth a line: a publication, an alert, the start of a campaign."""

    at: datetime
    label: str


@dataclass(frozen=True, kw_only=True)
class TimeChart:
    """Series over time. `starts_at` are the starts of the intervals, in UTC; gaps stay gaps."""

    starts_at: Sequence[datetime]
    step_minutes: int
    tz: str
    y: Axis
    series: Sequence[Series]
    y_right: Axis | None = None
    difference: tuple[SeriesKey, SeriesKey] | None = None
    now: datetime | None = None
    marks: Sequence[Mark] = ()

    def payload(self) -> dict[str, Any]:
        """Return what the script reads."""
        _check_lengths(self.series, len(self.starts_at))
        return {
            "kind": "time",
            "tz": self.tz,
            "stepSeconds": self.step_minutes * 60,
            "x": [int(moment.timestamp()) for moment in self.starts_at],
            "y": self.y.payload(),
            "yRight": self.y_right.payload() if self.y_right else None,
            "series": [_of(item, self.y, self.y_right) for item in self.series],
            "difference": list(self.difference) if self.difference else None,
            "now": int(self.now.timestamp()) if self.now else None,
            "marks": [
                {"at": int(mark.at.timestamp()), "label": str(mark.label)} for mark in self.marks
            ],
        }


@dataclass(frozen=True, kw_only=True)
class CategoryChart:
    """Series over named things: queues, teams, weekdays. `horizontal` for long names."""

    categories: Sequence[str]
    x_title: str
    y: Axis
    series: Sequence[Series]
    y_right: Axis | None = None
    horizontal: bool = False
    stacked: bool = False

    def payload(self) -> dict[str, Any]:
        """Return what the script reads."""
        _check_lengths(self.series, len(self.categories))
        return {
            "kind": "category",
            "x": [str(name) for name in self.categories],
            "xTitle": str(self.x_title),
            "y": self.y.payload(),
            "yRight": self.y_right.payload() if self.y_right else None,
            "series": [_of(item, self.y, self.y_right) for item in self.series],
            "horizontal": self.horizontal,
            "stacked": self.stacked,
        }


@dataclass(frozen=True, kw_only=True)
class CurveChart:
    """Series over a number: service level by agents, cost by level."""

    xs: Sequence[float]
    x: Axis
    y: Axis
    series: Sequence[Series]
    y_right: Axis | None = None
    here: float | None = None
    here_label: str = ""

    def payload(self) -> dict[str, Any]:
        """Return what the script reads."""
        _check_lengths(self.series, len(self.xs))
        return {
            "kind": "curve",
            "x": [float(value) for value in self.xs],
            "xAxis": self.x.payload(),
            "y": self.y.payload(),
            "yRight": self.y_right.payload() if self.y_right else None,
            "series": [_of(item, self.y, self.y_right) for item in self.series],
            "here": self.here,
            "hereLabel": str(self.here_label),
        }


def _of(item: Series, y: Axis, y_right: Axis | None) -> dict[str, Any]:
    axis = y_right if item.right and y_right else y
    return item.payload(digits=axis.digits + (2 if axis.unit == "%" else 0))


def _numbers(values: Values, digits: int) -> list[float | None]:
    found: list[float | None] = []
    for value in values:
        known = value is not None and math.isfinite(value)
        found.append(round(float(value), digits + 2) if known and value is not None else None)
    return found


def _check_lengths(series: Sequence[Series], expected: int) -> None:
    for item in series:
        for name, values in (("values", item.values), ("low", item.low), ("high", item.high)):
            if values is None:
                continue
            length = len(values)
            if length != expected:
                msg = f"Series {item.key!r} has {length} {name}; expected {expected}, one per x."
                raise ValueError(msg)
