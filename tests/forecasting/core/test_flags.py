"""What the engine says of queues that it cannot forecast."""

from datetime import date

import numpy as np
import pytest

from forecasting.core import HistoryData
from forecasting.core.outcome import flag_of


def history(offered, open_mask=True):
    shape = (1, 28, 24)
    return HistoryData(
        offered=np.broadcast_to(np.asarray(offered, dtype=float), shape),
        open_mask=np.broadcast_to(open_mask, shape),
        first_date=date(2026, 1, 5),
        interval_minutes=60,
    )


@pytest.mark.parametrize(
    ("given", "flag"),
    [
        (history(5.0, False), "refused: No interval of the history is open."),
        (history(np.nan), "refused: No open interval of the history has a known volume."),
        (history(5.0), "constant"),
        (history(np.where(np.arange(24) < 3, np.nan, 0.0)), "constant"),
        (history(np.where(np.arange(24) < 3, 1.0, 0.0)), "ok"),
        (history(np.where(np.arange(24) < 3, 1.0, 0.0), np.arange(24) < 3), "constant"),
        (history(np.where(np.arange(24) < 9, np.arange(24), np.nan)), "thin"),
    ],
)
def test_flags(given, flag):
    assert flag_of(given, 0) == flag
