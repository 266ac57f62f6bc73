"""Scores of one queue's backtest, and the choice of method in plain words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core import accuracy
from forecasting.core.backtest import BLEND, METHODS, Backtest
from forecasting.core.data import (
    FULL_HISTORY_DAYS,
    LEAST_HISTORY_DAYS,
    HistoryData,
    MethodScore,
    QueueOutcome,
)
from forecasting.core.selection import BUCKET_NAMES, SWITCH_MARGIN, bucket_index
from forecasting.core.wall_clock import BoolArray, FloatArray

THIN_KNOWN_SHARE = 0.5
METHOD_WORDS = {
    "discounted_blend": "level at several speeds × weekday profile",
    "profile_smoothing": "daily totals with exponential smoothing × weekday profile",
    "weekday_mean": "mean of the last six same weekdays",
    "seasonal_naive": "same day of last week",
}


def flag_of(history: HistoryData, queue: int) -> str:
    """`ok`, `thin`, `constant` or `refused: sentence` for one queue."""
    known = history.open_mask[queue] & np.isfinite(history.offered[queue])
    days = np.flatnonzero(known.any(axis=-1))
    if days.size == 0:
        if not history.open_mask[queue].any():
            return "refused: No interval of the history is open."
        return "refused: No open interval of the history has a known volume."
    first = int(days[0])
    while first > 0 and not history.open_mask[queue, first - 1].any():
        first -= 1  # closed days before the first known one belong to the history
    span = history.days - first
    if span < LEAST_HISTORY_DAYS:
        return (
            f"refused: At least {LEAST_HISTORY_DAYS} days of history are needed, {span} were found."
        )
    values = history.offered[queue]
    one = values.reshape(-1)[known.argmax()]
    if ((values == one) | ~known).all():
        return "constant"
    open_cells = history.open_mask[queue, first:].sum()
    if span < FULL_HISTORY_DAYS or known.sum() < THIN_KNOWN_SHARE * open_cells:
        return "thin"
    return "ok"


@dataclass(frozen=True)
class BacktestSums:
    """What the scores of a chunk of queues are made of, per horizon."""

    horizons: tuple[str, ...]
    """`all` and the horizon buckets that the backtest reaches."""
    absolute: FloatArray
    """Method × queue × horizon: sum of absolute errors."""
    signed: FloatArray
    """The same shape: sum of forecast mean minus actual."""
    actual: FloatArray
    """Queue × horizon."""
    cells: FloatArray
    """Queue × horizon: intervals scored."""
    origins: FloatArray
    """Queue × horizon: origins with an interval scored."""


def sum_backtest(backtest: Backtest) -> BacktestSums:
    """Sum the errors of a backtest by horizon."""
    names, member = _horizons(backtest.days)
    shape = (len(backtest.predicted), backtest.actual.shape[1], len(names))
    absolute, signed = np.empty(shape), np.empty(shape)
    for method, predicted in enumerate(backtest.predicted):
        by_day, sizes = _errors_by_day(predicted, backtest.actual, backtest.weight)
        if METHODS[method] == BLEND:  # its median is judged by WAPE, its mean by bias
            lift = (backtest.mean_ratios - 1.0)[:, :, None]
            by_day += lift * np.einsum("oqdl,oqdl->oqd", predicted, backtest.weight)
        signed[method] = by_day.sum(axis=0) @ member
        absolute[method] = sizes.sum(axis=0) @ member
    scored = backtest.weight.sum(axis=-1)
    return BacktestSums(
        horizons=names,
        absolute=absolute,
        signed=signed,
        actual=np.einsum("oqdl,oqdl->qd", backtest.actual, backtest.weight) @ member,
        cells=scored.sum(axis=0) @ member,
        origins=((scored @ member) > 0).sum(axis=0) * 1.0,
    )


def _errors_by_day(
    predicted: FloatArray, actual: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sums of errors and of their sizes by origin × queue × day, one origin after the other."""
    signed, sizes = np.empty(actual.shape[:3]), np.empty(actual.shape[:3])
    errors = np.empty(actual.shape[1:])
    for origin in range(len(actual)):
        np.subtract(predicted[origin], actual[origin], out=errors)
        errors *= weight[origin]
        signed[origin] = errors.sum(axis=-1)
        sizes[origin] = np.abs(errors, out=errors).sum(axis=-1)
    return signed, sizes


def _horizons(days: int) -> tuple[tuple[str, ...], FloatArray]:
    """Names of the horizons, and 1 where a day belongs to one (day × horizon)."""
    buckets = bucket_index(days)
    reached = [index for index in range(len(BUCKET_NAMES)) if index in buckets]
    member = [np.ones(days), *((buckets == index) * 1.0 for index in reached)]
    return ("all", *(BUCKET_NAMES[index] for index in reached)), np.stack(member, axis=1)


def score_methods(sums: BacktestSums, queue: int, naive_scale: float) -> list[MethodScore]:
    """WAPE, bias and MASE of every method, over all horizons and by horizon bucket."""
    scores = []
    scaled = np.isfinite(naive_scale) and naive_scale > 0
    for index, method in enumerate(METHODS):
        for column, name in enumerate(sums.horizons):
            actual, cells = sums.actual[queue, column], sums.cells[queue, column]
            absolute, signed = (part[index, queue, column] for part in (sums.absolute, sums.signed))
            scores.append(
                MethodScore(
                    method=method,
                    horizon=name,
                    wape=float(absolute / actual) if actual > 0 else None,
                    bias=float(signed / actual) if actual > 0 else None,
                    mase=float(absolute / cells / naive_scale) if scaled and cells > 0 else None,
                    origins=int(sums.origins[queue, column]),
                )
            )
    return scores


def improvable_share(error: float | None, floor: float | None) -> float | None:
    """Share of an error that lies above the noise floor; None where either is unknown."""
    if error is None or floor is None or error <= 0:
        return None
    return max(0.0, 1.0 - floor / error)


def explain(flag: str, method: str, scores: list[MethodScore]) -> str:
    """Why this method, in a sentence or two."""
    if flag == "constant":
        return "The history never varies, so the forecast repeats it."
    overall = {score.method: score for score in scores if score.horizon == "all"}
    chosen = overall[method]
    if chosen.wape is None:
        return f"Too little volume to compare methods; used: {METHOD_WORDS[method]}."
    others = [
        f"{METHOD_WORDS[name]} {score.wape:.1%}"
        for name, score in overall.items()
        if name != method and score.wape is not None
    ]
    sentence = (
        f"{METHOD_WORDS[method][0].upper()}{METHOD_WORDS[method][1:]} missed by "
        f"{chosen.wape:.1%} of volume per interval over {chosen.origins} backtests; "
        f"{', '.join(others)}."
    )
    if flag == "thin":
        sentence += " The history is thin: expect more change than the band says."
    return sentence


def pick_method(scores: list[MethodScore]) -> int:
    """Index of the method to use: the blend, unless another one is clearly better (SWITCH_MARGIN)."""
    overall = {score.method: score.wape for score in scores if score.horizon == "all"}
    blend = overall[METHODS[0]]
    if blend is None:
        return 0
    best, margin = 0, SWITCH_MARGIN * blend
    for index, method in enumerate(METHODS):
        value = overall[method]
        if index and value is not None and value < margin:
            best, margin = index, value
    return best


def refusal(flag: str) -> QueueOutcome:
    """The outcome of a queue without numbers."""
    return QueueOutcome(flag=flag, method=None, reason=flag.removeprefix("refused: "))


def queue_outcome(
    flag: str,
    scores: list[MethodScore],
    method: str,
    mean: FloatArray,
    *,
    coverage: float,
    dispersion: float,
) -> QueueOutcome:
    """What to say of a queue, from its scores and its forecast (day × label)."""
    if flag.startswith("refused"):
        return refusal(flag)
    open_cells: BoolArray = mean > 0
    floor = accuracy.noise_floor(mean, open_cells)
    error = next(s.wape for s in scores if s.method == method and s.horizon == "all")
    return QueueOutcome(
        flag=flag,
        method=method,
        reason=explain(flag, method, scores),
        scores=tuple(scores),
        noise_floor=floor,
        coverage=float(coverage) if np.isfinite(coverage) else None,
        dispersion=float(dispersion),
        improvable=improvable_share(error, floor),
    )
