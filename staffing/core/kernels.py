"""The two integrals behind Erlang B, C and A, for whole arrays of intervals at once.

Both integrands are log-concave: one peak, then a fall that lies between an exponential and a
Gaussian. So each is split at its peak, cut where it has fallen by `FALL` in the exponent and summed
by Gauss-Legendre. This costs the same for one erlang and for 100,000, never loops over agents, and
every quantity comes out of a sum of positive terms, so that tiny probabilities keep their digits.

Literature: D. L. Jagerman, "Some properties of the Erlang loss function", Bell Syst. Tech. J. 53
(1974), doi:10.1002/j.1538-7305.1974.tb02756.x, for the integral of Erlang B; F. Baccelli and
G. Hebuterne, "On queues with impatient customers" (1981), for the density of the virtual wait.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FourSums = tuple[FloatArray, FloatArray, FloatArray, FloatArray]

FALL = 40.0  # exp(-40) is below the last digit of a double
NODES = 32  # the error bound of an exponential fall by 40 is 1e-21
ROWS_AT_ONCE = 256  # a block of rows x nodes that stays in the processor's cache
LEAST_SHAPE = (
    4.0  # below it the tail is long against the peak; a recursion goes the rest of the way
)

_roots, _root_weights = np.polynomial.legendre.leggauss(NODES)
_UNIT_NODES: FloatArray = (_roots + 1.0) / 2.0
_UNIT_WEIGHTS: FloatArray = _root_weights / 2.0


def log_inverse_blocking(agents: FloatArray, erlangs: FloatArray) -> FloatArray:
    """Return ln(1 / B(n, A)) of Erlang B for n >= 0 (also fractions) and A > 0.

    1 / B(n, A) is the integral of A exp(-A t) (1 + t)^n over t from 0 to infinity.
    """
    result = np.empty(agents.shape)
    for rows in _blocks(agents.size):
        result[rows] = _log_inverse_blocking(agents[rows], erlangs[rows])
    return result


def _log_inverse_blocking(agents: FloatArray, erlangs: FloatArray) -> FloatArray:
    slope = np.maximum(erlangs - agents, 0.0)
    width = _fall_width(slope=slope, curvature=agents, rational=4.0 / 3.0)
    t = width[:, None] * _UNIT_NODES
    total = width * (
        np.exp(-slope[:, None] * t - agents[:, None] * (t - np.log1p(t))) @ _UNIT_WEIGHTS
    )
    log_peak = np.zeros(agents.shape)
    inside = agents > erlangs
    if inside.any():
        n, load = agents[inside], erlangs[inside]
        spare_share = (n - load) / n
        width = np.minimum(spare_share, np.sqrt(2.0 * FALL / n))
        t = width[:, None] * _UNIT_NODES
        total[inside] += width * (np.exp(n[:, None] * (np.log1p(-t) + t)) @ _UNIT_WEIGHTS)
        log_ratio = np.where(spare_share > 0.5, np.log(load / n), np.log1p(-spare_share))
        log_peak[inside] = -n * (spare_share + log_ratio)
    return np.asarray(log_peak + np.log(np.maximum(erlangs, agents) * total))


@dataclass(frozen=True)
class WaitIntegrals:
    """Integrals of exp(phi(x)) with phi(x) = y (1 - exp(-x)) - a x, all times exp(-log_scale).

    x is the virtual wait in units of the mean patience, a = agents x patience / AHT and
    y = erlangs x patience / AHT.

    Attributes:
        log_scale: Common factor taken out, as a logarithm.
        waits: Integral of exp(phi): weight of all who wait.
        abandons: Integral of (1 - exp(-x)) exp(phi): weight of those whose patience ends first.
        serves: Integral of exp(-x) exp(phi): weight of those who wait and are served.
        served_waits: Integral of x exp(-x) exp(phi): their waits.

    """

    log_scale: FloatArray
    waits: FloatArray
    abandons: FloatArray
    serves: FloatArray
    served_waits: FloatArray


def wait_integrals(*, capacity: FloatArray, spare: FloatArray, load: FloatArray) -> WaitIntegrals:
    """Return the integrals for a = capacity > 0, y = load >= 0; `spare` is a - y without rounding."""
    parts = [
        _wait_integrals(capacity[rows], spare[rows], load[rows]) for rows in _blocks(capacity.size)
    ]
    columns = zip(*parts, strict=True) if parts else [[np.empty(0)]] * 5
    return WaitIntegrals(*(np.concatenate(column) for column in columns))


def _wait_integrals(
    capacity: FloatArray, spare: FloatArray, load: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sum at a + k >= LEAST_SHAPE, then step down to a by the integrals' recursions."""
    steps = np.ceil(np.maximum(LEAST_SHAPE - capacity, 0.0))
    shape, gap = capacity + steps, spare + steps
    log_scale, waits, abandons, serves, served_waits = _summed(shape, gap, load)
    for _ in range(int(steps.max(initial=0.0))):
        low = steps > 0.0
        steps = steps - low
        a, y = shape[low], load[low]
        one = np.exp(-log_scale[low])
        shape[low] = below = a - 1.0
        serves[low] = waits[low]
        served_waits[low] = (waits[low] + y * served_waits[low]) / a
        abandons[low] = (waits[low] + y * abandons[low]) / below
        waits[low] = (one + y * serves[low]) / below
    return log_scale, waits, abandons, serves, served_waits


def _summed(
    shape: FloatArray, gap: FloatArray, load: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    log_peak, peak_at = np.zeros(shape.shape), np.zeros(shape.shape)
    inside = gap < 0.0
    ratio = gap[inside] / shape[inside]
    peak_at[inside] = np.log1p(-ratio)
    log_peak[inside] = -shape[inside] * (ratio + peak_at[inside])
    slope, curvature = np.maximum(gap, 0.0), np.minimum(shape, load)
    width = _fall_width(slope=slope, curvature=curvature, rational=1.0)
    z = width[:, None] * _UNIT_NODES
    gone = -np.expm1(-z)
    density = np.exp(-slope[:, None] * z - curvature[:, None] * (z - gone)) * width[:, None]
    at_peak = np.exp(-peak_at)[:, None]
    sums = _weighted(
        x=peak_at[:, None] + z,
        gone=-np.expm1(-peak_at)[:, None] + at_peak * gone,
        served=at_peak * (1.0 - gone),
        density=density,
    )
    if inside.any():
        left = _left_of_peak(shape[inside], peak_at[inside])
        for total, part in zip(sums, left, strict=True):
            total[inside] += part
    return (log_peak, *sums)


def _left_of_peak(shape: FloatArray, peak_at: FloatArray) -> FourSums:
    width = np.sqrt(2.0 * FALL / shape)
    for _ in range(4):  # Newton from above on the convex shape x (exp(z) - 1 - z) = FALL
        grown = np.expm1(width)
        width = width - (grown - width - FALL / shape) / grown
    width = np.minimum(width, peak_at)
    z = width[:, None] * _UNIT_NODES
    grown = np.expm1(z)
    served = np.exp(-peak_at)[:, None] * (1.0 + grown)
    return _weighted(
        x=peak_at[:, None] - z,
        gone=1.0 - served,
        served=served,
        density=np.exp(-shape[:, None] * (grown - z)) * width[:, None],
    )


def _weighted(
    *, x: FloatArray, gone: FloatArray, served: FloatArray, density: FloatArray
) -> FourSums:
    """Sum at the nodes x, where 1 - exp(-x) and exp(-x) are known already."""
    served = served * density
    return (
        density @ _UNIT_WEIGHTS,
        (gone * density) @ _UNIT_WEIGHTS,
        served @ _UNIT_WEIGHTS,
        (x * served) @ _UNIT_WEIGHTS,
    )


def _fall_width(*, slope: FloatArray, curvature: FloatArray, rational: float) -> FloatArray:
    """Return an x beyond which slope x + curvature x^2 / (2 + rational x) exceeds FALL.

    Both falls lie above that bound: x - 1 + exp(-x) with rational = 1 (Pade), x - ln(1 + x) with 4/3.
    """
    linear = rational * FALL - 2.0 * slope
    root = np.sqrt(linear * linear + 8.0 * FALL * (rational * slope + curvature))
    return np.asarray(4.0 * FALL / (root - linear))


def log_share(log_ratio: FloatArray) -> FloatArray:
    """Return ln(r / (1 + r)) from ln r without overflow."""
    return np.asarray(np.minimum(log_ratio, 0.0) - np.log1p(np.exp(-np.abs(log_ratio))))


def _blocks(size: int) -> list[slice]:
    return [slice(start, start + ROWS_AT_ONCE) for start in range(0, size, ROWS_AT_ONCE)]
