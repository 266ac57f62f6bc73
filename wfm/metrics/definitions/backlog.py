"""Deferred work: backlog and turnaround."""

from __future__ import annotations

from wfm.metrics.marking import gettext_noop as _
from wfm.metrics.model import Direction, Metric, Pooling, Unit

_ITEMS = _("Work items of the queue with arrival, due and completion time.")
_TURNAROUND_REFERENCE = "Little 1961, doi:10.1287/opre.9.3.383"
_NOTHING_COMPLETED = _("Nothing completed: undefined.")
_OPEN_ITEMS = _("Open items are not in it; read it beside the backlog.")

BACKLOG = (
    Metric(
        key="backlog_items",
        title=_("Backlog"),
        definition=_("Items open at the end of the period."),
        unit=Unit.COUNT,
        pooling=Pooling.LAST,
        better=Direction.LOWER,
        numerator="opening_backlog_items + arrived_items - completed_items",
        edge_cases=(_("Plans use the backlog by due time, not this total."),),
        source=_ITEMS,
        reference=_TURNAROUND_REFERENCE,
    ),
    Metric(
        key="tat_seconds",
        title=_("Turnaround, mean"),
        definition=_("Mean time from arrival to completion of the items completed in the period."),
        unit=Unit.SECONDS,
        pooling=Pooling.POOLED,
        better=Direction.LOWER,
        numerator="turnaround_seconds",
        denominator="completed_items",
        edge_cases=(
            _NOTHING_COMPLETED,
            _OPEN_ITEMS,
            _("Calendar time unless business time is named."),
        ),
        source=_ITEMS,
        reference=_TURNAROUND_REFERENCE,
    ),
    Metric(
        key="tat_seconds.p90",
        title=_("Turnaround, 90th percentile"),
        definition=_("Time within which nine of ten completed items were completed."),
        unit=Unit.SECONDS,
        pooling=Pooling.FROM_RECORDS,
        better=Direction.LOWER,
        edge_cases=(_NOTHING_COMPLETED, _OPEN_ITEMS),
        source=_ITEMS,
        reference="Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566",
    ),
    Metric(
        key="tat_within_sla_rate",
        title=_("Turnaround within the SLA"),
        definition=_(
            "Share of the items completed in the period that were completed by their due time."
        ),
        unit=Unit.RATE,
        pooling=Pooling.POOLED,
        better=Direction.HIGHER,
        numerator="completed_within_sla_items",
        denominator="completed_items",
        edge_cases=(
            _NOTHING_COMPLETED,
            _(
                "Rises when overdue items stay open: contracts use the service level of deferred work."
            ),
        ),
        source=_ITEMS,
        reference="Cleveland, Call Center Management on Fast Forward, 2012",
    ),
)
