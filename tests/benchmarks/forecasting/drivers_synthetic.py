"""Claims that bring calls after a lag, with every truth varied, and drivers that bring nothing.

Tuning uses the families of TUNED; the bars are measured on JUDGED, whose claims and lags are made
in other ways.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

WEEK = 7
LONGEST_LAG = 90
WARM_UP_DAYS = 120
TUNED = ("waves", "storms")
JUDGED = ("shifts", "surges", "campaigns", "seasonal")
NOISE = ("independent", "wandering", "stormy", "rare")


@dataclass(frozen=True)
class Case:
    """One made world: days × labels of calls, and the claims of the same days."""

    claims: np.ndarray
    """History and horizon."""
    calls: np.ndarray
    """Day × label."""
    expected: np.ndarray
    """True mean per day."""
    base: np.ndarray
    """True mean per day without claims."""
    kernel: np.ndarray
    coefficient: float
    is_additive: bool
    mean_claims: float
    days: int
    """Days of history; the others are ahead."""

    def true_factors(self, claims: np.ndarray) -> np.ndarray:
        """Day factors of the known kernel, given claims of all days."""
        moved = self._moved(claims)
        if not self.is_additive:
            return moved
        usual = np.array([moved[slot::WEEK].mean() for slot in range(WEEK)])
        usual = usual[np.arange(moved.size) % WEEK]
        return (self.base + moved) / (self.base + usual)

    def _moved(self, claims: np.ndarray) -> np.ndarray:
        before = np.resize(claims[: 4 * WEEK], WARM_UP_DAYS // WEEK * WEEK)
        whole = np.concatenate([before, claims])
        lagged = np.convolve(whole, self.kernel)[before.size : before.size + claims.size]
        if self.is_additive:
            return self.coefficient * lagged
        return 1 + self.coefficient * (lagged / self.mean_claims - 1)


def make_case(
    seed: int,
    family: str,
    *,
    days: int = 182,
    horizon: int = 28,
    labels: int = 1,
    is_additive: bool | None = None,
) -> Case:
    """A world of this family; everything else is drawn from the seed."""
    rng = np.random.default_rng([seed, sum(map(ord, family))])
    length = WARM_UP_DAYS + days + horizon
    volume = float(np.exp(rng.uniform(np.log(30), np.log(400))))
    claims_mean = (
        volume * weekday_pattern(rng)[np.arange(length) % WEEK] * course(rng, family, length)
    )
    claims = rng.poisson(claims_mean).astype(float)
    kernel = lag_weights(rng, judged=family in JUDGED)
    share = float(rng.uniform(0.2, 0.9))
    additive = bool(rng.random() < 0.6) if is_additive is None else is_additive
    lagged = np.convolve(claims, kernel)[:length]
    pattern = weekday_pattern(rng)[np.arange(length) % WEEK]
    growth = np.exp(rng.normal(0, 0.15) * np.arange(length) / 365 + wander(rng, length, 0.01))
    if additive:
        coefficient = float(rng.uniform(0.1, 1.5))
        base = pattern * growth * coefficient * claims_mean.mean() * (1 - share) / share
        expected = base + coefficient * lagged
    else:
        coefficient = share
        base = pattern * growth * float(np.exp(rng.uniform(np.log(40), np.log(600))))
        expected = base * np.maximum(1 + coefficient * (lagged / claims.mean() - 1), 0.02)
    profile = day_profile(rng, labels)
    calls = rng.poisson(expected[:, None] * profile).astype(float)
    kept = slice(WARM_UP_DAYS, None)
    return Case(
        claims=claims[kept],
        calls=calls[kept],
        expected=expected[kept],
        base=base[kept],
        kernel=kernel,
        coefficient=coefficient,
        is_additive=additive,
        mean_claims=float(claims.mean()),
        days=days,
    )


def course(rng: np.random.Generator, family: str, length: int) -> np.ndarray:
    """How the claims' level moves, around 1."""
    if family == "waves":
        noise = rng.normal(0, 1, length)
        wave = np.zeros(length)
        hold = rng.uniform(0.6, 0.95)
        for day in range(1, length):
            wave[day] = hold * wave[day - 1] + noise[day]
        return np.exp(rng.uniform(0.15, 0.4) * wave / max(wave.std(), 1e-9))
    if family in {"storms", "surges"}:
        level = np.ones(length)
        gap = rng.uniform(15, 45) if family == "storms" else rng.uniform(25, 60)
        day = rng.exponential(gap)
        while day < length:
            size = rng.uniform(0.5, 4)
            ages = np.arange(length - int(day))
            if family == "storms":
                decay = 0.5 ** (ages / rng.uniform(1, 6))
            else:
                decay = (ages < rng.integers(1, 8)) * 1.0
            level[int(day) :] += size * decay
            day += rng.exponential(gap)
        return level / level.mean()
    if family == "shifts":
        steps = (rng.random(length) < 1 / 30) * rng.normal(0, 0.4, length)
        return np.exp(np.clip(np.cumsum(steps), -1, 1) + rng.normal(0, 0.1, length))
    if family == "campaigns":
        every = int(rng.integers(9, 30))
        level = np.full(length, 0.15)
        level[rng.integers(every) :: every] += rng.uniform(3, 12)
        return level / level.mean()
    if family == "seasonal":
        phase = rng.uniform(0, 2 * np.pi)
        swing = rng.uniform(0.2, 0.5) * np.sin(2 * np.pi * np.arange(length) / 365 + phase)
        return np.exp(swing + rng.normal(0, rng.uniform(0.1, 0.3), length))
    raise ValueError(f"Expected a known family, got {family!r}.")


def lag_weights(rng: np.random.Generator, *, judged: bool) -> np.ndarray:
    """A lag law with mean 1 to 10 days, cut into days: gamma when tuning, others when judged."""
    mean, shape = rng.uniform(1, 10), float(np.exp(rng.uniform(0, np.log(8))))
    kind = rng.integers(4) if judged else 0
    edges = np.arange(LONGEST_LAG + 1)
    if kind == 0:
        reached = stats.gamma.cdf(edges, shape, scale=mean / shape)
    elif kind == 1:
        spread = np.sqrt(np.log(1 + 1 / shape))
        reached = stats.lognorm.cdf(edges, spread, scale=mean * np.exp(-(spread**2) / 2))
    elif kind == 2:
        reached = stats.nbinom.cdf(edges - 1, shape, shape / (shape + mean))
    else:
        half = mean * min(1.0, np.sqrt(3 / shape))
        reached = np.clip((edges - (mean - half)) / (2 * half), 0, 1)
    weights = np.diff(reached)
    return weights / weights.sum()


def noise_driver(seed: int, kind: str, length: int) -> np.ndarray:
    """A series that has nothing to do with the calls."""
    rng = np.random.default_rng([seed, 99, sum(map(ord, kind))])
    pattern = weekday_pattern(rng)[np.arange(length) % WEEK]
    if kind == "independent":
        return rng.poisson(80 * pattern * np.exp(rng.normal(0, 0.2, length))).astype(float)
    if kind == "wandering":
        return rng.poisson(80 * pattern * np.exp(wander(rng, length, 0.05))).astype(float)
    if kind == "stormy":
        return rng.poisson(80 * pattern * course(rng, "storms", length)).astype(float)
    if kind == "rare":
        return (rng.random(length) < 0.04) * rng.poisson(5_000, length).astype(float)
    raise ValueError(f"Expected a known kind of noise, got {kind!r}.")


def weekday_pattern(rng: np.random.Generator) -> np.ndarray:
    """Seven factors around 1, the weekend lower."""
    pattern = np.exp(rng.normal(0, 0.12, WEEK))
    pattern[5:] *= rng.uniform(0.2, 1.0)
    return pattern / pattern.mean()


def wander(rng: np.random.Generator, length: int, step: float) -> np.ndarray:
    """A random walk from 0."""
    return np.cumsum(rng.normal(0, step, length))


def day_profile(rng: np.random.Generator, labels: int) -> np.ndarray:
    """Shares of the day with two humps."""
    hours = np.linspace(0, 1, labels, endpoint=False)
    shape = np.exp(-(((hours - 0.45) / 0.15) ** 2)) + 0.7 * np.exp(-(((hours - 0.65) / 0.1) ** 2))
    shape = shape + rng.uniform(0.02, 0.1)
    return shape / shape.sum()
