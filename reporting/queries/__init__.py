"""Reads, one function per question."""

from reporting.queries.history import interval_rows, item_rows, queues_to_report
from reporting.queries.promises import DatedPromise, promise_for, promises_of
from reporting.queries.report import ReportLine, SlaReport, results_in, sla_report, visible_queues

__all__ = [
    "DatedPromise",
    "ReportLine",
    "SlaReport",
    "interval_rows",
    "item_rows",
    "promise_for",
    "promises_of",
    "queues_to_report",
    "results_in",
    "sla_report",
    "visible_queues",
]
