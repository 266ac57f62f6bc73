import numpy as np
import pytest

from adherence.core.rates import adherence_rate, conformance_rate


@pytest.mark.parametrize(
    ("out", "scheduled", "unknown", "expected"),
    [
        (0, 28_800, 0, 1.0),
        (1_800, 28_800, 0, 0.9375),  # 480 minutes, 30 of them out
        (900, 28_800, 14_400, 0.9375),  # half the day unseen: judged on the other half
        (50, 40, 0, 0.0),  # floor
    ],
)
def test_adherence_is_one_minus_out_over_observed(out, scheduled, unknown, expected):
    rate = adherence_rate(
        out_seconds=np.array([out]),
        scheduled_seconds=np.array([scheduled]),
        unknown_seconds=np.array([unknown]),
    )
    assert rate.tolist() == [expected]


@pytest.mark.parametrize(("scheduled", "unknown"), [(0, 0), (100, 100)])
def test_adherence_is_undefined_without_observed_plan(scheduled, unknown):
    rate = adherence_rate(
        out_seconds=np.array([0]),
        scheduled_seconds=np.array([scheduled]),
        unknown_seconds=np.array([unknown]),
    )
    assert np.isnan(rate).all()


def test_conformance_may_exceed_one_and_is_undefined_without_plan():
    rate = conformance_rate(
        worked_seconds=np.array([450, 100]), scheduled_seconds=np.array([400, 0])
    )
    assert rate[0] == 1.125
    assert np.isnan(rate[1])
