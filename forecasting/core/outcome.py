"""Scores of one queue's backtest, and the choice of method in plain words."""

from __future__ import annotations

import numpy as np

from forecasting.core import accuracy
from forecasting.core.backtest import METHODS, Backtest
from forecasting.core.data import MethodScore
from forecasting.core.selection import BUCKET_NAMES, bucket_index

METHOD_WORDS = {
    "discounted_blend": "level at several speeds × weekday profile",
    "profile_smoothing": "daily totals with exponential smoothing × weekday profile",
    "weekday_mean": "mean of the last six same weekdays",
    "seasonal_naive": "same day of last week",
}


def score_methods(backtest: Backtest, queue: int, naive_scale: float) -> list[MethodScore]:
    """WAPE, bias and MASE of every method, over all horizons and by horizon bucket."""
    buckets = bucket_index(backtest.days)
    horizons = {"all": np.ones(backtest.days, dtype=bool)}
    horizons |= {
        name: buckets == index for index, name in enumerate(BUCKET_NAMES) if index in buckets
    }
    scores = []
    for index, method in enumerate(METHODS):
        predicted = backtest.predicted[index, :, queue]
        actual, scored = backtest.actual[:, queue], backtest.weight[:, queue] > 0
        for name, days in horizons.items():
            part = scored & days[None, :, None]
            scores.append(
                MethodScore(
                    method=method,
                    horizon=name,
                    wape=accuracy.wape(predicted, actual, part),
                    bias=accuracy.bias(predicted, actual, part),
                    mase=accuracy.mase(predicted, actual, part, naive_scale),
                    origins=int(part.any(axis=(1, 2)).sum()),
                )
            )
    return scores


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
