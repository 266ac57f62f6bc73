"""Small histories written by hand."""

from datetime import UTC, datetime

import numpy as np

from reporting.core.counting import (
    IntervalRows,
    ItemRows,
    count_intervals,
    count_items,
    ended_open_intervals,
    expected_intervals,
    usable_intervals,
)
from reporting.core.periods import spans_between
from reporting.core.results import Promise, results_of
from wfm.metrics import get
from wfm.metrics.sla import Period

LATER = datetime(2030, 1, 1, tzinfo=UTC)
NAN = float("nan")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def calls(*rows, threshold=20, simulated=False):
    """Rows (start in UTC, answered, of them in time, abandoned, of them in time, of them short)."""
    starts, answered, within, abandoned, abandoned_within, short = zip(*rows, strict=True)
    columns = {
        "answered": answered,
        "handled": answered,
        "answered_within_threshold": within,
        "abandoned": abandoned,
        "abandoned_within_threshold": abandoned_within,
        "abandoned_within_short": short,
    }
    counts = {name: np.array(values, dtype=float) for name, values in columns.items()}
    counts["offered"] = np.nan_to_num(counts["answered"]) + np.nan_to_num(counts["abandoned"])
    counts["answered_wait_seconds"] = counts["answered"] * 15.0
    return IntervalRows(
        starts_at=np.array(starts, dtype="datetime64[s]"),
        counts=counts,
        threshold_seconds=np.full(len(starts), float(threshold)),
        is_simulated=np.full(len(starts), simulated),
    )


def items(*rows):
    """Rows (arrived, due, completed or None), in UTC."""
    arrived, due, completed = zip(*rows, strict=True)
    return ItemRows(
        arrived_at=np.array(arrived, dtype="datetime64[us]"),
        due_at=np.array(due, dtype="datetime64[us]"),
        completed_at=np.array(
            ["NaT" if at is None else at for at in completed], dtype="datetime64[us]"
        ),
        handle_seconds=np.full(len(arrived), 300.0),
        is_simulated=np.zeros(len(arrived), dtype=bool),
    )


def promise(key="service_level.answered_over_offered", target=0.8, **fields):
    defaults = {"threshold_seconds": 20, "judged_period": Period.DAY}
    return Promise(metric=get(key), target=target, **defaults | fields)


def live_results(
    rows,
    *,
    first,
    last,
    period="day",
    tz="UTC",
    promised=None,
    calendar=None,
    as_of=LATER,
    minutes=15,
):
    promised = promised or promise()
    spans = spans_between(period=Period(period), first=first, last=last, tz=tz)
    mask = usable_intervals(
        rows, metric=promised.metric, threshold_seconds=promised.threshold_seconds
    )
    mask &= ended_open_intervals(rows, calendar=calendar, minutes=minutes, as_of=as_of)
    return results_of(
        promise=promised,
        period=Period(period),
        counted=count_intervals(rows, spans=spans, mask=mask),
        expected_rows=expected_intervals(
            calendar=calendar, spans=spans, minutes=minutes, as_of=as_of
        ),
        as_of=as_of,
    )


def deferred_results(rows, *, first, last, period="day", tz="UTC", promised=None, as_of=LATER):
    promised = promised or promise("service_level.deferred", 0.9, threshold_seconds=None)
    spans = spans_between(period=Period(period), first=first, last=last, tz=tz)
    return results_of(
        promise=promised,
        period=Period(period),
        counted=count_items(rows, spans=spans, as_of=as_of),
        expected_rows=[0] * len(spans),
        as_of=as_of,
    )


def fractions(results):
    """{first day: (numerator, denominator)}."""
    return {
        result.span.starts_on.isoformat(): (result.ratio.numerator, result.ratio.denominator)
        for result in results
    }
