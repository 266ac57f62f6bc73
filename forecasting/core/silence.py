"""Stretches in which nothing is recorded although much is due: when silence is too long for chance."""

from __future__ import annotations

import numpy as np

from forecasting.core.wall_clock import BoolArray, FloatArray

SILENT_CONTACTS = 14.0
"""Contacts that were due in a stretch of zeros before it is taken for an outage."""


def least_silence(spread: FloatArray) -> FloatArray:
    """Contacts due before silence says that lines are down; more where a queue scatters more.

    `spread` is the variance of intervals beyond Poisson as a fraction of mean².
    """
    return np.asarray(SILENT_CONTACTS * (1.0 + 4.0 * spread))


def too_silent(due: FloatArray, silent: BoolArray, least: FloatArray) -> BoolArray:
    """Labels within a stretch of silence in which at least so much was due (day × label).

    Args:
        due: contacts due; 0 where closed or not recorded.
        silent: nothing was recorded; True where closed or not recorded, so that stretches go on.
        least: of each day.
    """
    return np.asarray(silent & (_stretch_totals(due, silent) >= least[:, None]))


def silenced(*, due: FloatArray, came: FloatArray, spread: FloatArray) -> BoolArray:
    """Recorded labels in which silence is too long for chance: lines down, feed cut off.

    Args:
        due: day × label, contacts due; 0 where closed.
        came: contacts recorded; NaN where not known.
        spread: of each day, variance beyond Poisson as a fraction of mean².
    """
    seen = np.isfinite(came) & (due > 0.0)
    silent = ~seen | (np.nan_to_num(came) == 0.0)
    return too_silent(np.where(seen, due, 0.0), silent, least_silence(spread)) & seen


def _stretch_totals(due: FloatArray, silent: BoolArray) -> FloatArray:
    """What was due in the whole stretch of silent labels that each label belongs to."""
    ahead = _since_last_sound(due, silent)
    back = _since_last_sound(due[..., ::-1], silent[..., ::-1])[..., ::-1]
    return np.asarray(ahead + back - due)


def _since_last_sound(due: FloatArray, silent: BoolArray) -> FloatArray:
    total = np.cumsum(due, axis=-1)
    before = np.maximum.accumulate(np.where(silent, 0.0, total), axis=-1)
    return np.asarray(total - before)
