"""A planner's changes on top of a forecast: of one of its factors, or of the contacts themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from forecasting.core.day_factors import InstantFactors
from forecasting.core.wall_clock import BoolArray, FloatArray, InstantArray


class OverrideKind(Enum):
    """How an override changes a number."""

    ADD = "ADD"
    SCALE = "SCALE"
    SET = "SET"


class OverrideComponent(Enum):
    """Which number an override changes."""

    VOLUME = "VOLUME"
    LEVEL = "LEVEL"
    WEEKDAY = "WEEKDAY"
    PROFILE = "PROFILE"
    SPECIAL = "SPECIAL"
    DRIVER = "DRIVER"


ADDABLE = frozenset({OverrideComponent.VOLUME, OverrideComponent.LEVEL})


@dataclass(frozen=True)
class OverrideData:
    """One change over [starts_at, ends_at), in UTC."""

    kind: OverrideKind
    value: float
    starts_at: np.datetime64
    ends_at: np.datetime64
    component: OverrideComponent = OverrideComponent.VOLUME

    def __post_init__(self) -> None:
        if self.kind is not OverrideKind.ADD and self.value < 0:
            raise ValueError(f"Expected a value >= 0 for {self.kind.value}, got {self.value}.")
        if self.kind is OverrideKind.ADD and self.component not in ADDABLE:
            raise ValueError(f"Expected SCALE or SET for {self.component.value}, got ADD.")
        if not self.starts_at < self.ends_at:
            raise ValueError(f"Expected starts_at < ends_at, got {self.starts_at}.")

    def covers(self, starts_at: InstantArray) -> BoolArray:
        """Which instants it changes."""
        return (starts_at >= self.starts_at) & (starts_at < self.ends_at)

    def applied(self, values: FloatArray, inside: BoolArray) -> FloatArray:
        """The values after this change."""
        result = np.array(values, dtype=np.float64)
        if self.kind is OverrideKind.ADD:
            result[inside] += self.value
        elif self.kind is OverrideKind.SCALE:
            result[inside] *= self.value
        else:
            result[inside] = self.value
        return result


def apply_overrides(
    *,
    mean: FloatArray,
    starts_at: InstantArray,
    overrides: Sequence[OverrideData],
    factors: InstantFactors | None = None,
) -> FloatArray:
    """The mean after all overrides: first those of factors, then those of contacts, each in order.

    ADD and SET of the volume speak of contacts per interval, those of the level of contacts a day.
    A changed share of the day is taken from (or given to) the day's other intervals, so that the
    day keeps its contacts. The input is left as it is, so that accuracy is always measured on the
    system's own numbers.

    Raises ValueError when a factor is overridden and `factors` are not given.
    """
    result: FloatArray = np.array(mean, dtype=np.float64)
    of_factors = [item for item in overrides if item.component is not OverrideComponent.VOLUME]
    if of_factors:
        if factors is None:
            raise ValueError("Expected the factors of a forecast whose factors are overridden.")
        changed = _change_factors(factors, starts_at, of_factors)
        touched = changed.product() != factors.product()
        result[touched] = changed.product()[touched]
    for item in overrides:
        if item.component is OverrideComponent.VOLUME:
            result = item.applied(result, item.covers(starts_at))
    return np.maximum(result, 0.0)


def _change_factors(
    factors: InstantFactors, starts_at: InstantArray, overrides: Sequence[OverrideData]
) -> InstantFactors:
    for item in overrides:
        name = item.component.value.lower()
        inside = item.covers(starts_at)
        values = np.maximum(item.applied(getattr(factors, name), inside), 0.0)
        if item.component is OverrideComponent.PROFILE:
            values = _keep_day_totals(factors, values, inside)
        factors = replace(factors, **{name: values})
    return factors


def _keep_day_totals(factors: InstantFactors, profile: FloatArray, inside: BoolArray) -> FloatArray:
    """Scale the shares outside so that each touched day's shares sum to what they did before.

    Shares inside that alone exceed the day are scaled down to it.
    """
    days = int(factors.day.max()) + 1 if factors.day.size else 0
    before = np.bincount(factors.day, factors.profile, days)
    chosen = np.bincount(factors.day, np.where(inside, profile, 0.0), days)
    others = np.bincount(factors.day, np.where(inside, 0.0, profile), days)
    room = np.maximum(before - chosen, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        outside_scale = np.where(others > 0, room / others, 1.0)
        whole = chosen + np.where(others > 0, room, 0.0)
        inside_scale = np.where((whole > 0) & (before > 0), before / whole, 1.0)
    touched = np.bincount(factors.day, inside, days) > 0
    scale = np.where(inside, inside_scale[factors.day], outside_scale[factors.day])
    return np.where(touched[factors.day], profile * scale, profile)
