"""The gamma-shaped law of a cell: where a value lies in it, and back (Wilson & Hilferty 1931)."""

from __future__ import annotations

import numpy as np

from forecasting.core.wall_clock import FloatArray

LARGEST_SKEW = 1.0
LARGEST_ROOT_DISPERSION = 1.5


def gamma_means(centre: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Mean of the gamma-shaped law whose median, but for counting noise, is the centre.

    The median of a gamma variable lies about a third of its dispersion below its mean.
    """
    return np.asarray(centre * (1.0 + np.minimum(dispersion, LARGEST_SKEW) / 3.0))


def ninth_of(mean: FloatArray, dispersion: FloatArray) -> FloatArray:
    """A ninth of the relative variance; beyond LARGEST_ROOT_DISPERSION the cube root says nothing."""
    spread = np.minimum(dispersion, LARGEST_ROOT_DISPERSION)
    return np.asarray((1.0 / np.maximum(mean, 1e-9) + spread) / 9.0)


def normal_scores(values: FloatArray, centre: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Where a value lies in its gamma-shaped distribution, on the normal scale.

    Wilson & Hilferty (1931): the cube root of a gamma variable is nearly normal.
    """
    mean = gamma_means(centre, dispersion)
    ninth = ninth_of(mean, dispersion)
    root = np.cbrt(np.maximum(values, 0.0) / np.maximum(mean, 1e-9))
    return np.asarray((root - 1.0 + ninth) / np.sqrt(ninth))


def from_scores(scores: FloatArray, centre: FloatArray, dispersion: FloatArray) -> FloatArray:
    """Inverse of normal_scores."""
    mean = gamma_means(centre, dispersion)
    ninth = ninth_of(mean, dispersion)
    return from_roots(np.asarray(scores * np.sqrt(ninth)), ninth, mean)


def from_roots(roots: FloatArray, ninth: FloatArray, mean: FloatArray) -> FloatArray:
    """Values whose cube roots lie so far above the usual one (in place)."""
    roots += 1.0 - ninth
    np.maximum(roots, 0.0, out=roots)
    cubes = roots * roots
    cubes *= mean
    roots *= cubes
    return roots
