"""Overrides."""

import numpy as np
import pytest

from forecasting.core.overrides import OverrideData, OverrideKind, apply_overrides

STARTS = np.datetime64("2026-03-02T09:00:00", "s") + np.arange(4) * np.timedelta64(1800, "s")


def change(kind, value, first=1, last=3):
    ends = np.append(STARTS, STARTS[-1] + np.timedelta64(1800, "s"))
    return OverrideData(OverrideKind[kind], value, ends[first], ends[last])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("ADD", 5)], [10, 15, 15, 10]),
        ([change("ADD", -15)], [10, 0, 0, 10]),
        ([change("SCALE", 1.5)], [10, 15, 15, 10]),
        ([change("SET", 3)], [10, 3, 3, 10]),
        ([change("SET", 3), change("ADD", 1, 2, 4)], [10, 3, 4, 11]),
        ([], [10, 10, 10, 10]),
    ],
)
def test_overrides_act_in_order_and_leave_the_system_alone(changes, expected):
    mean = np.full(4, 10.0)
    assert apply_overrides(mean=mean, starts_at=STARTS, overrides=changes).tolist() == expected
    assert mean.tolist() == [10] * 4


@pytest.mark.parametrize(("kind", "value"), [("SCALE", -1), ("SET", -0.1)])
def test_negative_factors_and_volumes_are_refused(kind, value):
    with pytest.raises(ValueError, match=">= 0"):
        change(kind, value)


def test_an_override_must_end_after_it_starts():
    with pytest.raises(ValueError, match="starts_at < ends_at"):
        change("ADD", 1, 2, 2)
