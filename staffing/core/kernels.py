"""The two integrals behind Erlang B, C and A, for whole arrays of intervals at once.

Both integrands are log-concave: one peak, then a fall that lies between an exponential and a
Gaussian. So each is split at its peak, cut where it has fallen far enough and summed by
Gauss-Legendre. This costs the same for one erlang and for 100,000, never loops over agents, and
every quantity comes out of a sum of positive terms, so that tiny probabilities keep their digits.

Literature: D. L. Jagerman, "Some properties of the Erlang loss function", Bell Syst. Tech. J. 53
(1974), doi:10.1002/j.1538-7305.1974.tb02756.x, for the integral of Erlang B; F. Baccelli and
G. Hebuterne, "On queues with impatient customers" (1981), for the density of the virtual wait.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
RowIndex = NDArray[np.intp]
FourSums = tuple[FloatArray, FloatArray, FloatArray, FloatArray]

CELLS_AT_ONCE = 32_768  # a block of rows x nodes that stays in the processor's cache
LEAST_SHAPE = (
    4.0  # below it the tail is long against the peak; a recursion goes the rest of the way
)


@dataclass(frozen=True)
class Quadrature:
    """Gauss-Legendre on the stretch in which an integrand falls from its peak by exp(-fall).

    Attributes:
        fall: Where the stretch ends, as an exponent.
        nodes: Places in the stretch, from 0 to 1, one below the other.
        weights: Their weights; they add up to 1.

    """

    fall: float
    nodes: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, *, fall: float, nodes: int) -> "Quadrature":
        """Return the rule with so many nodes."""
        roots, weights = np.polynomial.legendre.leggauss(nodes)
        return cls(fall, (roots[:, None] + 1.0) / 2.0, weights / 2.0)

    def blocks(self, rows: int) -> list[slice]:
        """Cut the rows into blocks that fit the cache."""
        size = CELLS_AT_ONCE // self.nodes.size
        return [slice(start, start + size) for start in range(0, rows, size)]


# exp(-40) is below the last digit of a double, and the sum's error bound there is 1e-21.
EXACT = Quadrature.of(fall=40.0, nodes=32)
# For a search: at most QUICK_ERROR of each integral is missed, at a third of the cost.
QUICK = Quadrature.of(fall=14.0, nodes=10)
QUICK_ERROR = 5e-5


def log_inverse_blocking(
    agents: FloatArray, erlangs: FloatArray, rule: Quadrature = EXACT
) -> FloatArray:
    """Return ln(1 / B(n, A)) of Erlang B for n >= 0 (also fractions) and A > 0.

    1 / B(n, A) is the integral of A exp(-A t) (1 + t)^n over t from 0 to infinity.
    """
    result = np.empty(agents.shape)
    for rows in rule.blocks(agents.size):
        result[rows] = _log_inverse_blocking(agents[rows], erlangs[rows], rule)
    return result


def _log_inverse_blocking(agents: FloatArray, erlangs: FloatArray, rule: Quadrature) -> FloatArray:
    slope = np.maximum(erlangs - agents, 0.0)
    width = _fall_width(fall=rule.fall, slope=slope, curvature=agents, rational=4.0 / 3.0)
    t = rule.nodes * width
    exponent = _bend(t, agents)
    if slope.any():
        exponent -= slope * t
    total = width * (rule.weights @ np.exp(exponent, out=exponent))
    log_peak = np.zeros(agents.shape)
    inside = np.flatnonzero(agents > erlangs)
    if inside.size:
        n, load = agents[inside], erlangs[inside]
        spare_share = (n - load) / n
        width = np.minimum(spare_share, np.sqrt(2.0 * rule.fall / n))
        exponent = _bend(rule.nodes * -width, n)
        total[inside] += width * (rule.weights @ np.exp(exponent, out=exponent))
        near = np.log1p(-np.minimum(spare_share, 0.5))
        log_ratio = np.where(spare_share > 0.5, np.log(load / n), near)
        log_peak[inside] = -n * (spare_share + log_ratio)
    return np.asarray(log_peak + np.log(np.maximum(erlangs, agents) * total))


def _bend(t: FloatArray, curvature: FloatArray) -> FloatArray:
    """Return curvature (ln(1 + t) - t) in an array of its own; few passes, for the speed."""
    exponent = np.log1p(t)
    exponent -= t
    exponent *= curvature
    return exponent


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

    def take(self, rows: RowIndex) -> "WaitIntegrals":
        """Return the chosen rows."""
        return WaitIntegrals(*(getattr(self, field.name)[rows] for field in fields(self)))

    def put(self, rows: RowIndex | slice, part: "WaitIntegrals") -> None:
        """Write `part` into the chosen rows."""
        for field in fields(self):
            getattr(self, field.name)[rows] = getattr(part, field.name)


def wait_integrals(
    *, capacity: FloatArray, spare: FloatArray, load: FloatArray, rule: Quadrature = EXACT
) -> WaitIntegrals:
    """Return the integrals for a = capacity > 0, y = load >= 0; `spare` is a - y without rounding.

    They are summed at a + k >= LEAST_SHAPE, then stepped down to a by their recursions.
    """
    steps = np.ceil(np.maximum(LEAST_SHAPE - capacity, 0.0))
    shape, gap = capacity + steps, spare + steps
    found = WaitIntegrals(*np.empty((5, capacity.size)))
    for rows in rule.blocks(capacity.size):
        found.put(rows, _summed(shape[rows], gap[rows], load[rows], rule))
    for step in range(int(steps.max(initial=0.0))):
        low = np.flatnonzero(steps > step)
        found.put(low, _stepped_down(found.take(low), shape[low] - step, load[low]))
    return found


def _stepped_down(at: WaitIntegrals, shape: FloatArray, load: FloatArray) -> WaitIntegrals:
    """Return the integrals for shape - 1 from those for shape > 1."""
    abandons = (at.waits + load * at.abandons) / (shape - 1.0)
    served_waits = (at.waits + load * at.served_waits) / shape
    waits = (np.exp(-at.log_scale) + load * at.waits) / (shape - 1.0)
    return WaitIntegrals(at.log_scale, waits, abandons, at.waits, served_waits)


def _summed(
    shape: FloatArray, gap: FloatArray, load: FloatArray, rule: Quadrature
) -> WaitIntegrals:
    """Sum both sides of the peak, which lies at 0 or, with more load than capacity, beyond."""
    log_peak, peak_at = np.zeros(shape.shape), np.zeros(shape.shape)
    inside = np.flatnonzero(gap < 0.0)
    ratio = gap[inside] / shape[inside]
    peak_at[inside] = np.log1p(-ratio)
    log_peak[inside] = -shape[inside] * (ratio + peak_at[inside])
    slope, curvature = np.maximum(gap, 0.0), np.minimum(shape, load)
    width = _fall_width(fall=rule.fall, slope=slope, curvature=curvature, rational=1.0)
    z = rule.nodes * width
    grown = np.expm1(-z)
    density = np.exp(-slope * z - curvature * (z + grown))
    total, grown_total, served, served_z = _moments(z, grown, density, width, rule)
    if inside.size:
        left = _left_of_peak(shape[inside], peak_at[inside], rule)
        total[inside] += left[0]
        grown_total[inside] += left[1]
        served[inside] += left[2]
        served_z[inside] -= left[3]
    at_peak = np.exp(-peak_at)
    return WaitIntegrals(
        log_scale=log_peak,
        waits=total,
        abandons=-np.expm1(-peak_at) * total - at_peak * grown_total,
        serves=at_peak * served,
        served_waits=at_peak * (peak_at * served + served_z),
    )


def _left_of_peak(shape: FloatArray, peak_at: FloatArray, rule: Quadrature) -> FourSums:
    width = np.sqrt(2.0 * rule.fall / shape)
    for _ in range(4):  # Newton from above on the convex shape x (exp(z) - 1 - z) = fall
        grown = np.expm1(width)
        width = width - (grown - width - rule.fall / shape) / grown
    width = np.minimum(width, peak_at)
    z = rule.nodes * width
    grown = np.expm1(z)
    return _moments(z, grown, np.exp(-shape * (grown - z)), width, rule)


def _moments(
    z: FloatArray, grown: FloatArray, density: FloatArray, width: FloatArray, rule: Quadrature
) -> FourSums:
    """Sum density, density x grown, density x (1 + grown), density x (1 + grown) x z."""
    kept = (1.0 + grown) * density
    return (
        width * (rule.weights @ density),
        width * (rule.weights @ (grown * density)),
        width * (rule.weights @ kept),
        width * (rule.weights @ (z * kept)),
    )


def _fall_width(
    *, fall: float, slope: FloatArray, curvature: FloatArray, rational: float
) -> FloatArray:
    """Return an x beyond which slope x + curvature x^2 / (2 + rational x) exceeds fall.

    Both falls lie above that bound: x - 1 + exp(-x) with rational = 1 (Pade), x - ln(1 + x) with 4/3.
    """
    linear = rational * fall - 2.0 * slope
    steepness = rational * slope + curvature
    root = np.sqrt(linear * linear + 8.0 * fall * steepness)
    # Two forms of one root, each without a difference where it is used.
    flat = linear > 0.0
    above = np.where(flat, root + linear, 4.0 * fall)
    return np.asarray(above / np.where(flat, 2.0 * steepness, root - linear))


def log_share(log_ratio: FloatArray) -> FloatArray:
    """Return ln(r / (1 + r)) from ln r without overflow."""
    return np.asarray(np.minimum(log_ratio, 0.0) - np.log1p(np.exp(-np.abs(log_ratio))))
