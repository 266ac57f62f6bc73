"""A planner's changes on top of a forecast: add, scale or set, interval by interval, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from forecasting.core.wall_clock import FloatArray, InstantArray


class OverrideKind(Enum):
    """What an override does to the mean of an interval."""

    ADD = "ADD"
    SCALE = "SCALE"
    SET = "SET"


@dataclass(frozen=True)
class OverrideData:
    """One change over [starts_at, ends_at), in UTC."""

    kind: OverrideKind
    value: float
    starts_at: np.datetime64
    ends_at: np.datetime64

    def __post_init__(self) -> None:
        if self.kind is not OverrideKind.ADD and self.value < 0:
            raise ValueError(f"Expected a value >= 0 for {self.kind.value}, got {self.value}.")
        if not self.starts_at < self.ends_at:
            raise ValueError(f"Expected starts_at < ends_at, got {self.starts_at}.")


def apply_overrides(
    *, mean: FloatArray, starts_at: InstantArray, overrides: Sequence[OverrideData]
) -> FloatArray:
    """The mean after all overrides; later ones act on the result of earlier ones; never below 0.

    ADD and SET speak of contacts per interval. The input is left as it is, so that accuracy is
    always measured on the system's own numbers.
    """
    result = np.array(mean, dtype=np.float64)
    for item in overrides:
        inside = (starts_at >= item.starts_at) & (starts_at < item.ends_at)
        if item.kind is OverrideKind.ADD:
            result[inside] += item.value
        elif item.kind is OverrideKind.SCALE:
            result[inside] *= item.value
        else:
            result[inside] = item.value
    return np.maximum(result, 0.0)


def scale_bands(*, quantiles: FloatArray, mean: FloatArray, changed: FloatArray) -> FloatArray:
    """Bands moved with an overridden mean: same relative width; a new mean on 0 has no width."""
    safe = np.where(mean > 0, mean, 1.0)
    return np.where(mean > 0, quantiles * (changed / safe), changed)
