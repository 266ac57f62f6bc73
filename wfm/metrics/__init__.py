"""Metrics: one definition each, with the formula that is computed. Pure; no Django.

>>> from wfm.metrics import evaluate
>>> evaluate("answer_rate", {"answered": 90, "offered": 100}).value
0.9
"""

from wfm.metrics.counts import COUNTS, Count
from wfm.metrics.model import (
    Direction,
    Metric,
    MetricError,
    Pooling,
    Ratio,
    Unit,
    UnknownMetricError,
    parse_form,
)
from wfm.metrics.registry import (
    DEFAULT_SERVICE_LEVEL,
    all_metrics,
    evaluate,
    get,
    pool,
    versions_of,
)

__all__ = [
    "COUNTS",
    "DEFAULT_SERVICE_LEVEL",
    "Count",
    "Direction",
    "Metric",
    "MetricError",
    "Pooling",
    "Ratio",
    "Unit",
    "UnknownMetricError",
    "all_metrics",
    "evaluate",
    "get",
    "parse_form",
    "pool",
    "versions_of",
]
