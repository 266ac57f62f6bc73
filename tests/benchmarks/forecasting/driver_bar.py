"""Synthetic claims → calls with a known lag kernel: what the estimated driver is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.core import ForecastParams, HistoryData, HorizonData, forecast
from forecasting.core.drivers import DrivenFactors, driven_factors
from tests.benchmarks.forecasting.cases import QUANTILES
from tests.benchmarks.forecasting.scoring import geometric_mean

DAYS, HORIZON, LABELS = 182, 28, 24
FIRST_DATE = date(2025, 1, 6)
KERNEL = np.array([0.0, 0.02, 0.06, 0.12, 0.10, 0.05, 0.03, 0.02])
"""Calls per claim after 0, 1, 2 … days: each claim brings 0.4 calls, most after 3-4 days."""
SEEDS = 12
GAP_BAR, HARM_BAR = 0.70, 1.01


@dataclass(frozen=True)
class World:
    """One made-up queue: calls (date × label), their shares of the day, and two drivers."""

    calls: np.ndarray
    shares: np.ndarray
    claims: np.ndarray
    noise: np.ndarray


def world(seed: int) -> World:
    """Claims with surges and a slow walk; calls of their own with a slow walk, Poisson noise."""
    rng = np.random.default_rng(seed)
    length = DAYS + HORIZON
    claims = _driver(rng, length)
    moved = _moved(claims)
    weekday = np.array([1.15, 1.05, 1.0, 1.0, 0.95, 0.5, 0.4])[np.arange(length) % 7]
    own = 400 * np.exp(rng.normal(0, 0.01, length).cumsum()) * weekday
    own = own * np.exp(rng.normal(0, 0.03, length))
    bell = np.exp(-(((np.arange(LABELS) - 13) / 4.0) ** 2)) + 0.02
    shares = bell / bell.sum()
    calls = rng.poisson((own + moved)[:, None] * shares).astype(float)
    return World(calls, shares, claims, _driver(rng, length))


def _driver(rng: np.random.Generator, length: int) -> np.ndarray:
    """A daily series with weekdays, a persistent level and a few surges of several days."""
    level = np.zeros(length)
    shocks = rng.normal(0, 0.12, length)
    for day in range(1, length):
        level[day] = 0.85 * level[day - 1] + shocks[day]
    surges = np.ones(length)
    for begin in rng.choice(length - 6, 6, replace=False):
        surges[begin : begin + 4] *= rng.uniform(1.5, 2.5)
    weekday = np.array([1.1, 1.0, 1.0, 1.0, 1.0, 0.7, 0.6])[np.arange(length) % 7]
    return np.asarray(rng.poisson(400 * weekday * np.exp(level) * surges).astype(float))


@dataclass(frozen=True)
class DriverScores:
    """WAPE by what the engine is told, mean over all worlds, and what was kept."""

    wapes: dict[str, float]
    noise_harm: float
    kept: int
    kept_noise: int
    contacts_per_unit: float

    @property
    def gap_closed(self) -> float:
        """Share of the gap between no driver and the known kernel; claims known ahead."""
        gap = self.wapes["none"] - self.wapes["known kernel"]
        return (self.wapes["none"] - self.wapes["estimated"]) / gap


def driver_scores(seeds: int = SEEDS) -> DriverScores:
    """No driver, estimated driver, known kernel, and a driver that has nothing to do with calls."""
    errors: dict[str, list[float]] = {}
    kept, kept_noise, units = 0, 0, []
    for seed in range(seeds):
        one = world(seed)
        ahead = _claims_forecast(one)
        estimated, noise = _factors(one, one.claims), _factors(one, one.noise)
        hidden = np.concatenate([one.claims[:DAYS], np.full(HORIZON, np.nan)])
        kept += bool(estimated.links)
        kept_noise += bool(noise.links)
        units += [link.contacts_per_unit for link in estimated.links]
        for name, values in {
            "none": _with_factors(one, np.ones(DAYS + HORIZON)),
            "estimated": _with_factors(one, _joined(estimated)),
            "known kernel": _with_kernel(one, one.claims),
            "estimated, claims forecast": _with_factors(one, _joined(_factors(one, hidden))),
            "known kernel, claims forecast": _with_kernel(one, ahead),
            "noise": _with_factors(one, _joined(noise)),
        }.items():
            error = float(np.abs(values - one.calls[DAYS:]).sum() / one.calls[DAYS:].sum())
            errors.setdefault(name, []).append(error)
    return DriverScores(
        wapes={name: float(np.mean(values)) for name, values in errors.items()},
        noise_harm=geometric_mean(np.array(errors["noise"]) / np.array(errors["none"])),
        kept=kept,
        kept_noise=kept_noise,
        contacts_per_unit=float(np.mean(units)) if units else 0.0,
    )


def _moved(claims: np.ndarray) -> np.ndarray:
    """Calls that the claims of this and earlier days bring."""
    before = np.concatenate([np.full(len(KERNEL), claims[0]), claims])
    return np.convolve(before, KERNEL)[len(KERNEL) : len(before)]


def _claims_forecast(one: World) -> np.ndarray:
    """The claims with their future as the engine sees it from their own past."""
    result = forecast(
        history=HistoryData(
            offered=one.claims[None, :DAYS, None],
            open_mask=np.ones((1, DAYS, 1), dtype=bool),
            first_date=FIRST_DATE,
            interval_minutes=1440,
        ),
        horizon=HorizonData(open_mask=np.ones((1, HORIZON, 1), dtype=bool)),
    )
    return np.concatenate([one.claims[:DAYS], np.asarray(result.mean[0, :, 0])])


def _factors(one: World, values: np.ndarray) -> DrivenFactors:
    return driven_factors(totals=one.calls[:DAYS].sum(axis=1), drivers={"claims": values})


def _joined(found: DrivenFactors) -> np.ndarray:
    return np.concatenate([found.past, found.future])


def _with_factors(one: World, factors: np.ndarray) -> np.ndarray:
    """Median of the engine, told these multipliers of past and future days."""
    return _engine(one.calls[:DAYS], factors)


def _with_kernel(one: World, claims: np.ndarray) -> np.ndarray:
    """Median of the engine on the calls' own part, plus what the true kernel brings."""
    moved = _moved(claims)
    own = np.maximum(one.calls[:DAYS] - moved[:DAYS, None] * one.shares, 0.0)
    return _engine(own, np.ones(DAYS + HORIZON)) + moved[DAYS:, None] * one.shares


def _engine(offered: np.ndarray, factors: np.ndarray) -> np.ndarray:
    result = forecast(
        history=HistoryData(
            offered=offered[None],
            open_mask=np.ones((1, DAYS, LABELS), dtype=bool),
            first_date=FIRST_DATE,
            interval_minutes=1440 // LABELS,
            day_factors=factors[None, :DAYS],
        ),
        horizon=HorizonData(
            open_mask=np.ones((1, HORIZON, LABELS), dtype=bool), day_factors=factors[None, DAYS:]
        ),
        params=ForecastParams(quantiles=QUANTILES),
    )
    return np.asarray(result.quantiles[1, 0])


def driver_table(found: DriverScores) -> str:
    """The driver's bar as Markdown."""
    rows = [f"| WAPE, {name} | {value:.1%} | |" for name, value in found.wapes.items()]
    return "\n".join(
        [
            "| driver (claims known ahead unless said) | result | bar |",
            "|---|---|---|",
            *rows,
            f"| gap to the known kernel closed | {found.gap_closed:.0%} | ≥ {GAP_BAR:.0%} |",
            f"| noise driver over none | {found.noise_harm:.3f} | ≤ {HARM_BAR} |",
            f"| kept with claims / noise, of {SEEDS} | {found.kept} / {found.kept_noise} | |",
            f"| calls per claim, true {KERNEL.sum():.2f} | {found.contacts_per_unit:.2f} | |",
        ]
    )
