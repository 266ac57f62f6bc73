"""Average handle time per weekday × label, shrunk towards the queue's own mean where data is thin."""

from __future__ import annotations

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.fitting import whole_weeks
from forecasting.core.wall_clock import FloatArray

HALF_LIFE_WEEKS = 6.0
SHRINK_CONTACTS = 60.0


def aht_forecast(
    *, aht_seconds: FloatArray, handled: FloatArray, trust: FloatArray, days: int
) -> FloatArray:
    """AHT of the days after the history (queue × day × label), weighted by contacts handled.

    Args:
        aht_seconds: queue × past day × label; NaN is unknown.
        handled: contacts behind each value (0 where unknown).
        trust: queue × past day, 0 for days that must not be learnt from.
        days: length of the horizon.

    Each weekday × label rests on its label, each label on the queue's mean; a queue without any
    handle time gets NaN.
    """
    origin = aht_seconds.shape[1]
    weight = np.where(np.isfinite(aht_seconds), handled, 0.0) * trust[:, :, None]
    contacts = whole_weeks(weight, origin)
    seconds = whole_weeks(np.nan_to_num(aht_seconds) * weight, origin)
    ages = np.arange(contacts.shape[1])[::-1]
    discount = 0.5 ** (ages / HALF_LIFE_WEEKS)
    contacts = np.einsum("qnil,n->qil", contacts, discount)
    seconds = np.einsum("qnil,n->qil", seconds, discount)
    total = contacts.sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        of_queue = np.where(total > 0, seconds.sum(axis=(1, 2)) / total, np.nan)[:, None]
    of_label = (seconds.sum(axis=1) + SHRINK_CONTACTS * of_queue) / (
        contacts.sum(axis=1) + SHRINK_CONTACTS
    )
    of_slot = (seconds + SHRINK_CONTACTS * of_label[:, None, :]) / (contacts + SHRINK_CONTACTS)
    return np.asarray(of_slot[:, np.arange(days) % DAYS_PER_WEEK])
