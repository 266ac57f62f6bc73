"""What becomes of a birth-death chain after some time: one tridiagonal system per pole of exp.

All poles' systems are swept at once, so that the divisions of one fill the waiting times of the
others; that is a third of the time of one after the other. See `staffing.core.rational_exp`.
"""

from typing import NamedTuple

import numpy as np

from staffing.core.kernels import FloatArray
from staffing.core.rational_exp import ORDER, exp_poles
from wfm.compiled import compiled_sums

PAIRS = ORDER // 2


class Poles(NamedTuple):
    """A rational approximation of exp, and of (exp(x) - 1) / x, which has the same poles."""

    real: FloatArray
    imag: FloatArray
    weight_real: FloatArray
    weight_imag: FloatArray
    mean_real: FloatArray
    mean_imag: FloatArray


def exp_and_mean() -> Poles:
    """Return the poles and the weights of each of the two."""
    places, residues = exp_poles()
    mean = residues / places
    parts = (places, residues, mean)
    return Poles(*(np.ascontiguousarray(part) for it in parts for part in (it.real, it.imag)))


@compiled_sums
def by_poles(
    start: FloatArray, departures: FloatArray, births: FloatArray, seconds: float, poles: Poles
) -> tuple[FloatArray, FloatArray]:
    """Return the distribution after so many seconds and its mean over them, errors included.

    Elimination from the first state up, where the systems of all poles share their real entries, and
    substitution back. The last index is the pole's.
    """
    size = start.size
    end, mean = np.empty(size), np.empty(size)
    swept = np.empty((size, 4, PAIRS))  # pivot and value, real and imaginary part
    pivot, pivot_i = np.zeros(PAIRS), np.zeros(PAIRS)
    value, value_i = np.zeros(PAIRS), np.zeros(PAIRS)
    deaths, births_below = 0.0, 0.0
    for state in range(size):
        deaths_above = departures[state + 1] * seconds if state + 1 < size else 0.0
        births_above = births[state] * seconds if state + 1 < size else 0.0
        leaving = births_above + deaths
        for pole in range(PAIRS):
            real = -leaving - poles.real[pole] - births_below * pivot[pole]
            imag = -poles.imag[pole] - births_below * pivot_i[pole]
            scale = 1.0 / (real * real + imag * imag)
            inverse, inverse_i = real * scale, -imag * scale
            rest = start[state] - births_below * value[pole]
            rest_i = -births_below * value_i[pole]
            value[pole] = rest * inverse - rest_i * inverse_i
            value_i[pole] = rest * inverse_i + rest_i * inverse
            pivot[pole], pivot_i[pole] = deaths_above * inverse, deaths_above * inverse_i
            swept[state, 0, pole], swept[state, 1, pole] = pivot[pole], pivot_i[pole]
            swept[state, 2, pole], swept[state, 3, pole] = value[pole], value_i[pole]
        deaths, births_below = deaths_above, births_above
    value[:], value_i[:] = 0.0, 0.0
    for state in range(size - 1, -1, -1):
        at_end, over = 0.0, 0.0
        for pole in range(PAIRS):
            factor, factor_i = swept[state, 0, pole], swept[state, 1, pole]
            above, above_i = value[pole], value_i[pole]
            value[pole] = swept[state, 2, pole] - (factor * above - factor_i * above_i)
            value_i[pole] = swept[state, 3, pole] - (factor * above_i + factor_i * above)
            at_end += poles.weight_real[pole] * value[pole]
            at_end -= poles.weight_imag[pole] * value_i[pole]
            over += poles.mean_real[pole] * value[pole] - poles.mean_imag[pole] * value_i[pole]
        end[state], mean[state] = at_end, over
    return end, mean
