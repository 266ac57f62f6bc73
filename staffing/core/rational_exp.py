"""Poles and residues of the best rational approximation to exp on the negative real axis.

exp(x) ~ sum of c_k / (x - z_k) for every x <= 0, however large, so that the state of a Markov chain
after any stretch of time costs a handful of linear systems. The near-best approximation of
Caratheodory and Fejer, computed and not typed in: L. N. Trefethen, J. A. C. Weideman and T. Schmelzer,
"Talbot quadratures and rational approximations", BIT 46 (2006), doi:10.1007/s10543-006-0077-9.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import hankel

ComplexArray = NDArray[np.complex128]

ORDER = 12  # error 3e-12; each further pair of poles gains a factor of 86
COEFFICIENTS = 75
SAMPLES = 1024
SCALE = 9.0  # maps the unit circle to the half line so that the coefficients fall fastest


@lru_cache(maxsize=4)
def exp_poles(order: int = ORDER) -> tuple[ComplexArray, ComplexArray]:
    """Return the poles in the upper half plane and twice their residues, `order` / 2 of each.

    For a real x <= 0, exp(x) is the real part of the sum of residue / (x - pole).
    """
    if order < 2 or order % 2:
        msg = f"Expected an even order >= 2, got {order}."
        raise ValueError(msg)
    circle = np.exp(2j * np.pi * np.arange(SAMPLES) / SAMPLES)
    cosine = circle.real
    values = np.exp(SCALE * (cosine - 1.0) / (cosine + 1.0 + 1e-16))
    chebyshev = np.fft.fft(values).real / SAMPLES
    smooth = np.polyval(chebyshev[COEFFICIENTS::-1], circle)
    left, singular, right = np.linalg.svd(hankel(chebyshev[1 : COEFFICIENTS + 1]))
    padding = np.zeros(SAMPLES - COEFFICIENTS)
    blaschke = np.fft.fft(np.concatenate([left[::-1, order], padding])) / np.fft.fft(
        np.concatenate([right[order], padding])
    )
    rational = smooth - singular[order] * circle**COEFFICIENTS * blaschke
    outside = np.roots(right[order])
    outside = outside[np.abs(outside) > 1.0]
    numerator = np.fft.fft(rational * np.polyval(np.poly(outside), circle)).real / SAMPLES
    residues = np.array(
        [
            np.polyval(numerator[order::-1], pole)
            / np.polyval(np.poly(np.delete(outside, index)), pole)
            for index, pole in enumerate(outside)
        ]
    )
    poles = SCALE * (outside - 1.0) ** 2 / (outside + 1.0) ** 2
    residues = 4.0 * residues * poles / (outside**2 - 1.0)
    upper = poles.imag > 0.0
    return np.ascontiguousarray(poles[upper]), np.ascontiguousarray(2.0 * residues[upper])
