"""Reads of the requirement: rows in, arrays and dataclasses out."""

from staffing.queries.board import (
    BoardQueue,
    board_queues,
    queue_results,
    requirement_series,
)
from staffing.queries.inputs import (
    QueueInputs,
    backlog_by_due,
    measured_patience,
    queue_inputs,
)
from staffing.queries.live import (
    Patience,
    live_goal,
    live_queue,
    queue_kind,
    queue_model,
    queue_patience,
)
from staffing.queries.runs import latest_published_run, latest_run, published_runs, staleness
from staffing.queries.why import Reason, interval_reason

__all__ = [
    "BoardQueue",
    "Patience",
    "QueueInputs",
    "Reason",
    "backlog_by_due",
    "board_queues",
    "interval_reason",
    "latest_published_run",
    "latest_run",
    "live_goal",
    "live_queue",
    "measured_patience",
    "published_runs",
    "queue_inputs",
    "queue_kind",
    "queue_model",
    "queue_patience",
    "queue_results",
    "requirement_series",
    "staleness",
]
