"""Small histories as arrays."""

from datetime import date

import numpy as np

from forecasting.core import HistoryData, HorizonData

MONDAY = date(2026, 1, 5)


def poisson_history(*, queues=1, days=56, labels=48, mean=20.0, weekend=0.5, seed=1, **fields):
    """Poisson volumes around a flat profile, quieter at the weekend; from a Monday on."""
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(days) % 7 > 4, weekend, 1.0) * mean
    volumes = rng.poisson(level[None, :, None] * np.ones((queues, days, labels))).astype(float)
    return history(volumes, **fields)


def history(volumes, *, open_mask=None, first_date=MONDAY, **fields):
    volumes = np.asarray(volumes, dtype=float)
    if open_mask is None:
        open_mask = np.ones(volumes.shape, dtype=bool)
    return HistoryData(
        offered=volumes,
        open_mask=open_mask,
        first_date=first_date,
        interval_minutes=1440 // volumes.shape[2],
        **fields,
    )


def horizon(past, *, days=14, **fields):
    mask = np.ones((past.queues, days, past.labels), dtype=bool)
    return HorizonData(**{"open_mask": mask} | fields)
