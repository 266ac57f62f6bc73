"""Reads of the requirement: rows in, arrays and dataclasses out."""

from staffing.queries.board import (
    BoardQueue,
    board_queues,
    queue_results,
    series_in_force,
    series_of_run,
)
from staffing.queries.in_force import (
    in_force,
    in_force_at,
    in_force_on,
    people_in_force,
)
from staffing.queries.inputs import (
    QueueInputs,
    backlog_by_due,
    inputs_of_series,
    measured_patience,
    measured_patience_of,
)
from staffing.queries.links import links_of, sources_of
from staffing.queries.live import (
    Patience,
    live_goal,
    live_queue,
    patience_in_use,
    queue_kind,
    queue_model,
    queue_patience,
)
from staffing.queries.pools import is_pooled, pool_results, pools_of_queues, pools_with_queues
from staffing.queries.queue_settings import QueueSettings, settings_of
from staffing.queries.runs import staleness
from staffing.queries.why import Reason, interval_reason

__all__ = [
    "BoardQueue",
    "Patience",
    "QueueInputs",
    "QueueSettings",
    "Reason",
    "backlog_by_due",
    "board_queues",
    "in_force",
    "in_force_at",
    "in_force_on",
    "inputs_of_series",
    "interval_reason",
    "is_pooled",
    "links_of",
    "live_goal",
    "live_queue",
    "measured_patience",
    "measured_patience_of",
    "patience_in_use",
    "people_in_force",
    "pool_results",
    "pools_of_queues",
    "pools_with_queues",
    "queue_kind",
    "queue_model",
    "queue_patience",
    "queue_results",
    "series_in_force",
    "series_of_run",
    "settings_of",
    "sources_of",
    "staleness",
]
