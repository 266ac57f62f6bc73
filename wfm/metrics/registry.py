"""The registry: look metrics up, compute them from counts, pool their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from wfm.metrics.definitions import DEFINITIONS
from wfm.metrics.model import Metric, MetricError, Pooling, Ratio, UnknownMetricError

DEFAULT_SERVICE_LEVEL = "service_level.answered_over_offered"


@cache
def _by_key() -> dict[str, dict[int, Metric]]:
    table: dict[str, dict[int, Metric]] = {}
    for metric in DEFINITIONS:
        versions = table.setdefault(metric.key, {})
        if metric.version in versions:
            raise MetricError(f"Metric {metric.key} version {metric.version} is defined twice.")
        versions[metric.version] = metric
    return table


def all_metrics() -> tuple[Metric, ...]:
    """The newest version of every metric, ordered by key."""
    return tuple(versions[max(versions)] for _, versions in sorted(_by_key().items()))


def versions_of(key: str) -> tuple[Metric, ...]:
    """All versions of one metric, oldest first."""
    if key not in _by_key():
        raise UnknownMetricError(f"There is no metric '{key}'.")
    return tuple(metric for _, metric in sorted(_by_key()[key].items()))


def get(key: str, version: int | None = None) -> Metric:
    """One metric; the newest version unless another is named."""
    versions = versions_of(key)
    if version is None:
        return versions[-1]
    for metric in versions:
        if metric.version == version:
            return metric
    raise UnknownMetricError(f"There is no version {version} of metric '{key}'.")


def evaluate(key: str, counts: Mapping[str, float], version: int | None = None) -> Ratio:
    """Compute a metric from counts, for example of a whole month summed up beforehand."""
    return get(key, version).of(counts)


def pool(ratios: Iterable[Ratio]) -> Ratio:
    """Pool parts of one metric: sums of numerators over sums of denominators.

    Refuses metrics whose parts do not add up, and parts of different keys or versions.
    """
    parts = list(ratios)
    if not parts:
        raise MetricError("Expected at least one part to pool.")
    first = parts[0]
    if any((part.key, part.version) != (first.key, first.version) for part in parts):
        raise MetricError(f"Cannot pool {first.key} with another metric or version.")
    metric = get(first.key, first.version)
    if metric.pooling not in {Pooling.POOLED, Pooling.SUM}:
        raise MetricError(f"{metric.key} is not pooled from its parts ({metric.pooling}).")
    under = [part.denominator for part in parts if part.denominator is not None]
    return Ratio.of(
        metric=metric,
        numerator=sum(part.numerator for part in parts),
        denominator=sum(under) if metric.denominator else None,
    )
