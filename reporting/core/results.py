"""From counts to results: the value, its target, the verdict and how complete the data is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reporting.core.counting import PeriodCounts
from reporting.core.periods import Span
from wfm.metrics import Metric, Ratio
from wfm.metrics.sla import Period, Verdict, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a result is measured against: a client's clause, or a queue's own goal.

    `judged_period` is the period over which the contract judges; None for a goal, which judges
    nothing. Other periods are shown against the same target, without a verdict.
    """

    metric: Metric
    target: float | None
    threshold_seconds: int | None
    judged_period: Period | None = None
    minimum_sample: int = 0

    def verdict(self, *, ratio: Ratio, period: Period) -> Verdict | None:
        """Judge one period; None where the contract does not judge such periods."""
        if period is not self.judged_period or self.target is None:
            return None
        return judge(
            metric=self.metric,
            target=self.target,
            minimum_sample=self.minimum_sample,
            value=ratio.value,
            sample=ratio.numerator if ratio.denominator is None else ratio.denominator,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodResult:
    """One metric over one period.

    `expected_rows` counts the intervals that should have data by `as_of` and `present_rows` those
    that have it. Both are zero where nothing says how many there should be.
    """

    period: Period
    span: Span
    ratio: Ratio
    verdict: Verdict | None
    expected_rows: int
    present_rows: int
    is_simulated: bool
    is_final: bool


def results_of(
    *,
    promise: Promise,
    period: Period,
    counted: Sequence[PeriodCounts],
    expected_rows: Sequence[int],
    as_of: datetime,
) -> list[PeriodResult]:
    """Compute the metric of each period that has begun by `as_of`.

    A period in which nothing was expected and nothing is there, such as a closed day, has none.
    """
    found = []
    for part, expected in zip(counted, expected_rows, strict=True):
        if part.span.starts_at >= as_of:
            continue
        ratio = promise.metric.of(part.counts)
        if not expected and not ratio.denominator and not ratio.numerator:
            continue
        found.append(
            PeriodResult(
                period=period,
                span=part.span,
                ratio=ratio,
                verdict=promise.verdict(ratio=ratio, period=period),
                expected_rows=expected,
                present_rows=min(part.rows, expected),
                is_simulated=part.is_simulated,
                is_final=part.span.ends_at <= as_of,
            )
        )
    return found
