"""How published forecasts did once the day had come, by horizon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wfm.org.models import Queue

# The system's own mean is judged, never the mean with overrides. Each interval is judged once per
# run; its horizon is the distance from the run's origin. The naive value is the same interval of
# seven days before. The band is judged where at least five contacts were expected.
REALIZED_SQL = """
SELECT bucket, count(*), sum(actual), sum(abs(mean - actual)), sum(mean - actual),
       avg(CASE WHEN actual > low AND actual < high THEN 1.0
                WHEN actual = low OR actual = high THEN 0.5 ELSE 0.0 END)
           FILTER (WHERE mean >= 5),
       sum(abs(naive - actual)) FILTER (WHERE naive IS NOT NULL),
       sum(actual) FILTER (WHERE naive IS NOT NULL)
FROM (
    SELECT width_bucket(
               extract(epoch FROM forecast.starts_at - run.origin_at) / 86400.0,
               ARRAY[1, 3, 7, 14, 28]::float8[]) AS bucket,
           actual.offered::float8 AS actual, forecast.mean, forecast.quantile_10 AS low,
           forecast.quantile_90 AS high, before.offered::float8 AS naive
    FROM forecasting_forecastinterval forecast
    JOIN forecasting_forecastrun run ON run.id = forecast.run_id
    JOIN forecasting_intervalactual actual
      ON actual.queue_id = forecast.queue_id AND actual.starts_at = forecast.starts_at
    LEFT JOIN forecasting_intervalactual before
      ON before.queue_id = forecast.queue_id
     AND before.starts_at = forecast.starts_at - interval '7 days'
    WHERE forecast.queue_id = %s AND forecast.is_open AND run.published_at IS NOT NULL
      AND forecast.starts_at >= run.origin_at AND forecast.starts_at < %s
) judged
GROUP BY bucket ORDER BY bucket
"""


@dataclass(frozen=True)
class RealizedAccuracy:
    """Accuracy of one horizon bucket (index into selection.BUCKET_NAMES)."""

    bucket: int
    intervals: int
    wape: float | None
    bias: float | None
    coverage: float | None
    wape_seasonal_naive: float | None


def realized_accuracy(queue: Queue, *, before: datetime) -> list[RealizedAccuracy]:
    """Accuracy of published forecasts against what came before an instant."""
    with connection.cursor() as cursor:
        cursor.execute(REALIZED_SQL, [queue.pk, before])
        rows = cursor.fetchall()
    return [
        RealizedAccuracy(
            bucket=bucket,
            intervals=count,
            wape=_ratio(absolute, actual),
            bias=_ratio(error, actual),
            coverage=None if covered is None else float(covered),
            wape_seasonal_naive=_ratio(naive, naive_actual),
        )
        for bucket, count, actual, absolute, error, covered, naive, naive_actual in rows
    ]


def _ratio(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or not denominator:
        return None
    return float(numerator) / float(denominator)
