"""Examples of the OpenAPI document."""

from drf_spectacular.utils import OpenApiExample

_CLIENT = {"id": 1, "key": "northern-bank", "name": "Northern Bank"}
_QUEUE = {"id": 4, "key": "calls", "name": "Bank calls"}
_SERVICE_LEVEL = "service_level.answered_over_offered"

SLA_RESULT = OpenApiExample(
    "A month that met its target",
    response_only=True,
    value={
        "id": 731,
        "client": _CLIENT,
        "queue": _QUEUE,
        "metric": {
            "key": _SERVICE_LEVEL,
            "version": 1,
            "unit": "rate",
            "url": f"/api/v1/metrics/{_SERVICE_LEVEL}/?version=1",
        },
        "period": "month",
        "timezone": "America/New_York",
        "starts_on": "2026-10-01",
        "ends_on": "2026-11-01",
        "starts_at": "2026-10-01T04:00:00Z",
        "ends_at": "2026-11-01T04:00:00Z",
        "threshold_seconds": 20,
        "numerator": 41236.0,
        "denominator": 50822.0,
        "value": 0.8113808980362834,
        "target": 0.8,
        "verdict": "met",
        "is_final": True,
        "is_simulated": False,
        "completeness": {"expected_intervals": 1204, "present_intervals": 1204, "share": 1.0},
        "as_of": "2026-11-02T03:10:00Z",
    },
)
SLA_INTERVAL = OpenApiExample(
    "A quarter of an hour",
    response_only=True,
    value={
        "id": 90211,
        "client": _CLIENT,
        "queue": _QUEUE,
        "starts_at": "2026-10-01T13:00:00Z",
        "ends_at": "2026-10-01T13:15:00Z",
        "offered": 106,
        "answered": 100,
        "abandoned": 6,
        "threshold_seconds": 20,
        "answered_within_threshold": 86,
        "abandoned_within_threshold": 2,
        "abandoned_within_short": 1,
        "answered_wait_seconds": 1460,
        "handle_seconds": 23900,
        "service_level": {
            "metric_key": _SERVICE_LEVEL,
            "metric_version": 1,
            "numerator": 86.0,
            "denominator": 106.0,
            "value": 0.8113207547169812,
        },
        "is_volume_simulated": False,
        "is_service_simulated": True,
    },
)
METRIC = OpenApiExample(
    "A definition",
    response_only=True,
    value={
        "key": "answer_rate",
        "version": 1,
        "valid_from": "2026-01-01",
        "title": "Answer rate",
        "definition": "Share of offered contacts that were answered.",
        "unit": "rate",
        "better": "higher",
        "pooling": "pooled",
        "formula": "answered / offered",
        "numerator": "answered",
        "denominator": "offered",
        "counts": ["answered", "offered"],
        "edge_cases": ["Nothing offered: undefined."],
        "source": "Interval history of the queue, by interval of arrival.",
        "reference": "Koole, Call Center Optimization, 2013",
        "versions": [1],
    },
)
