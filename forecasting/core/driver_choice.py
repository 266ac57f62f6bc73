"""Which drivers to keep: greedy by held-out gain, and only what no placebo can do as well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.core.data import DAYS_PER_WEEK
from forecasting.core.driver_fit import (
    Observed,
    Trial,
    Whitening,
    filtered,
    run_trial,
    slow_mean,
    whitenings_of,
)
from forecasting.core.driver_kernel import filled, kernel_family, smeared
from forecasting.core.wall_clock import FloatArray, IntArray

MOST_DRIVERS = 4
LEAST_EVIDENCE = 12.0
"""Fall of the held-out squared error, in variances of one day."""
LEAST_EVIDENCE_AGAINST = 40.0
"""The same for a driver that takes contacts away, which is rare."""
LEAST_GAIN = 0.01
"""Fall of the held-out absolute error as a share."""
LEAST_LONGEST_LAG_DAYS = 10.0
DAYS_PER_MEAN_LAG = 12.0
"""Days of history for each day of the longest mean lag that is tried."""
PLACEBOS = 20
PLACEBO_MARGIN = 1.2
"""A driver must show this many times the evidence of its best placebo."""
FEW_PLACEBOS = 12
FEW_PLACEBOS_MARGIN = 1.6
PLACEBO_GAP_WEEKS = 3
MOST_PLACEBO_LIKENESS = 0.7
"""A periodic driver moved by its period is no placebo."""
OUTLIER_SCORE = 5.0
OUTLIER_WEIGHT = 0.05


@dataclass(frozen=True)
class KeptDriver:
    """A driver in the model."""

    driver: str
    additive: FloatArray
    """Contacts by lag of one unit, on any day."""
    relative: FloatArray
    """Contacts by lag of one unit on an average day, in proportion to the day's usual ones."""
    relative_mean: float
    """What the relative effects bring on average; only what differs from it counts."""
    usual_value: float
    """Mean of the driver."""
    evidence: float
    errors: tuple[float, float]
    """Mean absolute error of held-out days without and with it."""

    @property
    def effects(self) -> FloatArray:
        """Contacts by lag that one unit brings on an average day."""
        return self.additive + self.relative

    def part(self, values: FloatArray, usual: FloatArray) -> FloatArray:
        """Contacts of each day that the driver's values bring.

        Args:
            values: of each day, unknown ones NaN.
            usual: of the same days, usual contacts over their mean.
        """
        additive, relative = smeared(filled(values), np.stack([self.additive, self.relative]))
        return np.asarray(additive + (relative - self.relative_mean) * usual)


@dataclass(frozen=True)
class Choice:
    """The kept drivers, why the others are not, and how the rest is whitened."""

    kept: list[KeptDriver]
    reasons: dict[str, str]
    whitening: Whitening


def observed_days(totals: FloatArray, days: IntArray, length: int) -> Observed:
    """The known days with their weights."""
    return Observed(totals, days, _weights(totals, days, length))


def _weights(totals: FloatArray, days: IntArray, length: int) -> FloatArray:
    """Inverse variances: Poisson noise plus what days scatter in proportion."""
    usual = slow_mean(totals, days, length)[days]
    usual = np.maximum(usual, 0.05 * usual.mean())
    ratios = filtered(totals / usual - 1.0, Whitening(0.1))
    spread = (1.4826 * np.median(np.abs(ratios))) ** 2
    beyond = max(spread - float((1.0 / usual).mean()), 0.0)
    weights = 1.0 / (usual + beyond * usual**2)
    return np.asarray(weights / weights.mean())


def choose_drivers(
    observed: Observed, drivers: Mapping[str, FloatArray], usual: FloatArray
) -> tuple[Observed, Choice]:
    """Greedy forward choice: the driver of most held-out evidence first.

    Args:
        observed: the contacts.
        drivers: values of every past and future day.
        usual: usual contacts of every past and future day.

    Returns the observed days, too: those that no driver explains count little.
    """
    fixed = observed.weekdays
    family = _family(observed)
    columns = {name: _columns(values, usual, family) for name, values in drivers.items()}
    observed, filters, base, trials = _first_trials(observed, columns)
    kept: list[KeptDriver] = []
    while True:
        evidence = {name: _evidence(base, trial) for name, trial in trials.items()}
        reasons = {name: _shortfall(observed, base, trial) for name, trial in trials.items()}
        best = max(evidence, key=lambda name: evidence[name])
        if not reasons[best]:
            reasons[best] = _placebo_doubt(
                observed, fixed, base, trials[best], drivers[best], usual
            )
        if reasons[best]:
            break
        trial = trials[best]
        part = columns.pop(best) @ trial.coefficients
        kept.append(
            _kept_driver(
                best,
                filled(drivers[best]),
                family=family,
                trial=trial,
                observed=observed,
                evidence=evidence[best],
                errors=_errors(observed, base, trial),
            )
        )
        reasons.pop(best)
        base = trial
        fixed = np.column_stack([fixed, part[observed.days]])
        if not columns or len(kept) == MOST_DRIVERS:
            reasons = dict.fromkeys(columns, f"{MOST_DRIVERS} drivers are kept already.")
            break
        trials = _trials(observed, fixed, columns, filters)[1]
    return observed, Choice(kept, reasons, base.whitening)


def _kept_driver(
    name: str,
    values: FloatArray,
    *,
    family: FloatArray,
    trial: Trial,
    observed: Observed,
    evidence: float,
    errors: tuple[float, float],
) -> KeptDriver:
    """The driver with the kernels that its trial chose."""
    additive, relative = (part @ family for part in np.split(trial.coefficients, 2))
    return KeptDriver(
        driver=name,
        additive=additive,
        relative=relative,
        relative_mean=float(smeared(values, relative[None]).mean()),
        usual_value=float(values[observed.days].mean()),
        evidence=evidence,
        errors=errors,
    )


def _first_trials(
    observed: Observed, columns: Mapping[str, FloatArray]
) -> tuple[Observed, tuple[Whitening, ...], Trial, dict[str, Trial]]:
    """Every driver alone; once more without the days that none comes near, where there are any."""
    filters = whitenings_of(observed, observed.weekdays)
    base, trials = _trials(observed, observed.weekdays, columns, filters)
    damped = _without_outliers(observed, [base, *trials.values()])
    if damped is observed:
        return observed, filters, base, trials
    filters = whitenings_of(damped, damped.weekdays)
    return damped, filters, *_trials(damped, damped.weekdays, columns, filters)


def _trials(
    observed: Observed,
    fixed: FloatArray,
    columns: Mapping[str, FloatArray],
    filters: tuple[Whitening, ...],
) -> tuple[Trial, dict[str, Trial]]:
    """How the fixed columns do alone, and with each driver."""
    nothing = np.empty((observed.totals.size, 0))
    return run_trial(observed, fixed, nothing, filters), {
        name: run_trial(observed, fixed, x[observed.days], filters) for name, x in columns.items()
    }


def _without_outliers(observed: Observed, trials: list[Trial]) -> Observed:
    """Damp the days that neither the base nor any driver comes near."""
    outlying = np.ones(observed.totals.size, dtype=bool)
    for trial in trials:
        size = np.abs(trial.held_out_errors)
        outlying &= size > OUTLIER_SCORE * 1.4826 * max(float(np.median(size)), 1e-9)
    if not outlying.any():
        return observed
    return replace(observed, weights=observed.weights * np.where(outlying, OUTLIER_WEIGHT, 1.0))


def _family(observed: Observed, *, is_coarse: bool = False) -> FloatArray:
    """The kernels that a history of this length can tell from a drift."""
    span = int(observed.days[-1] - observed.days[0]) + 1
    longest = max(LEAST_LONGEST_LAG_DAYS, span / DAYS_PER_MEAN_LAG)
    return kernel_family(round(longest, 1), is_coarse=is_coarse)


def _columns(values: FloatArray, usual: FloatArray, kernels: FloatArray) -> FloatArray:
    """Candidate columns of a driver (day × form and kernel): additive, then in proportion."""
    lagged = smeared(filled(values), kernels).T
    relative = (lagged - lagged.mean(axis=0)) * (usual / max(usual.mean(), 1e-9))[:, None]
    return np.concatenate([lagged, relative], axis=1)


def _evidence(base: Trial, trial: Trial) -> float:
    """Fall of the held-out squared error, in variances of one day."""
    before, after = base.held_out_errors**2, trial.held_out_errors**2
    return float((before - after).sum() / max(after.mean(), 1e-12))


def _errors(observed: Observed, base: Trial, trial: Trial) -> tuple[float, float]:
    """Mean absolute held-out error without and with the driver, in contacts."""
    root = np.sqrt(observed.weights)
    return (
        float(np.abs(base.held_out_errors / root).mean()),
        float(np.abs(trial.held_out_errors / root).mean()),
    )


def _shortfall(observed: Observed, base: Trial, trial: Trial) -> str:
    """Why the driver is not kept; empty when it is."""
    without, with_driver = _errors(observed, base, trial)
    gain = 1.0 - with_driver / max(without, 1e-12)
    if gain < LEAST_GAIN:
        return f"The error of held-out days does not fall ({-gain:+.1%})."
    least = LEAST_EVIDENCE if trial.coefficients.sum() > 0 else LEAST_EVIDENCE_AGAINST
    if _evidence(base, trial) < least:
        return f"The error of held-out days falls by {gain:.1%}, which may be chance."
    return ""


def _placebo_doubt(
    observed: Observed,
    fixed: FloatArray,
    base: Trial,
    trial: Trial,
    values: FloatArray,
    usual: FloatArray,
) -> str:
    """Why the driver may be a coincidence: shifted or reversed in time it does as well."""
    length = int(observed.days[-1]) + 1
    filters = tuple({base.whitening: None, trial.whitening: None})

    def evidence(series: FloatArray) -> float:
        columns = _columns(series, usual[:length], _family(observed, is_coarse=True))[observed.days]
        return _evidence(base, run_trial(observed, fixed, columns, filters))

    own = evidence(filled(values)[:length])
    rivals = [evidence(series) for series in placebos(filled(values)[:length])]
    margin = PLACEBO_MARGIN if len(rivals) >= FEW_PLACEBOS else FEW_PLACEBOS_MARGIN
    if rivals and own < margin * max(rivals):
        return "The same driver moved in time to where it can say nothing does about as well."
    return ""


def placebos(values: FloatArray) -> list[FloatArray]:
    """The driver moved by whole weeks, forward in time and reversed: alike, but unrelated."""
    weeks = values.size // DAYS_PER_WEEK
    whole = values[values.size - weeks * DAYS_PER_WEEK :]
    head = values[: values.size - whole.size]
    reverse = whole.reshape(weeks, DAYS_PER_WEEK)[::-1].ravel()
    each = max(PLACEBOS // 2, 1)
    forward = np.arange(PLACEBO_GAP_WEEKS, weeks - PLACEBO_GAP_WEEKS + 1)
    picks = [
        (whole, forward[np.linspace(0, forward.size - 1, min(each, forward.size)).astype(int)]),
        (reverse, np.linspace(0, weeks - 1, min(each, weeks)).astype(int)),
    ]
    moved = [
        np.concatenate([head, np.roll(series, int(week) * DAYS_PER_WEEK)])
        for series, shifts in picks
        for week in shifts
    ]
    return [series for series in moved if _likeness(values, series) < MOST_PLACEBO_LIKENESS]


def _likeness(values: FloatArray, other: FloatArray) -> float:
    """Highest correlation of two series, one moved by up to a few weeks: periodic ones are alike."""
    reach = min(PLACEBO_GAP_WEEKS * DAYS_PER_WEEK, values.size // 3)
    windows = np.lib.stride_tricks.sliding_window_view(values, values.size - 2 * reach)
    inner = other[reach : other.size - reach]
    centered = windows - windows.mean(axis=1, keepdims=True)
    rest = inner - inner.mean()
    scale = np.sqrt((centered**2).sum(axis=1) * (rest**2).sum())
    return float((centered @ rest / np.maximum(scale, 1e-12)).max())
