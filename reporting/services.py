"""Writes: fill the SLA results of a queue again from what is known now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from reporting import queries
from reporting.core.counting import (
    IntervalRows,
    PeriodCounts,
    count_intervals,
    count_items,
    ended_open_intervals,
    expected_intervals,
    usable_intervals,
)
from reporting.core.periods import Span, spans_between
from reporting.core.results import PeriodResult, Promise, results_of
from reporting.models import SlaResult
from wfm.integration.services import record_change
from wfm.metrics.sla import Period, Verdict
from wfm.org.calendars import business_calendar
from wfm.org.models import Queue, SlaClause
from wfm.timeline import BusinessCalendar

REPORTED_PERIODS = (Period.DAY, Period.WEEK, Period.MONTH)


@dataclass(frozen=True, kw_only=True)
class Refill:
    """What filling a queue's results came to."""

    written: int
    findings: tuple[str, ...] = ()


def refill_queue(*, queue: Queue, first: date, last: date, as_of: datetime) -> Refill:
    """Compute every period that holds a day of first…last again, in the client's zone.

    Deletes and refills its own rows, so that running it twice changes nothing.
    """
    with transaction.atomic():
        written, findings = 0, []
        for period in REPORTED_PERIODS:
            spans = spans_between(period=period, first=first, last=last, tz=queue.client.timezone)
            rows, faults = _period_rows(queue=queue, period=period, spans=spans, as_of=as_of)
            SlaResult.objects.filter(
                queue=queue,
                period=period.upper(),
                starts_on__gte=spans[0].starts_on,
                starts_on__lt=spans[-1].ends_on,
            ).delete()
            written += len(SlaResult.objects.bulk_create(rows))
            findings += [fault for fault in faults if fault not in findings]
        record_change(
            kind="sla.computed",
            key=f"queue:{queue.pk}",
            payload={
                "queue": queue.pk,
                "first_date": first,
                "last_date": last,
                "results": written,
                "as_of": as_of,
            },
            client_id=queue.client_id,
        )
    return Refill(written=written, findings=tuple(findings))


def _period_rows(
    *, queue: Queue, period: Period, spans: list[Span], as_of: datetime
) -> tuple[list[SlaResult], list[str]]:
    counter = _counter_of(queue=queue, spans=spans, as_of=as_of)
    rows: list[SlaResult] = []
    faults: list[str] = []
    for dated in queries.promises_of(queue=queue).values():
        for item in dated:
            chosen = {span for span in spans if queries.promise_for(span, dated) is item}
            if not chosen:
                continue
            missing = counter.missing_counts(item.promise)
            if missing:
                faults.append(_cannot_count(queue, item.promise, missing))
                continue
            results = results_of(
                promise=item.promise,
                period=period,
                counted=counter.counted(item.promise),
                expected_rows=counter.expected,
                as_of=as_of,
            )
            rows += [
                _row(
                    queue=queue,
                    promise=item.promise,
                    clause=item.clause,
                    result=result,
                    as_of=as_of,
                )
                for result in results
                if result.span in chosen
            ]
    return rows, faults


@dataclass(frozen=True, kw_only=True)
class _LiveCounter:
    """Counts the intervals of a live queue."""

    rows: IntervalRows
    spans: list[Span]
    expected: list[int]
    calendar: BusinessCalendar | None
    minutes: int
    as_of: datetime

    def missing_counts(self, promise: Promise) -> list[str]:
        """Return the counts of the formula that interval history does not hold."""
        return [name for name in promise.metric.counts_used if name not in self.rows.counts]

    def counted(self, promise: Promise) -> list[PeriodCounts]:
        """Return the counts per span for the promise's metric and threshold."""
        mask = usable_intervals(
            self.rows, metric=promise.metric, threshold_seconds=promise.threshold_seconds
        )
        mask &= ended_open_intervals(
            self.rows, calendar=self.calendar, minutes=self.minutes, as_of=self.as_of
        )
        return count_intervals(self.rows, spans=self.spans, mask=mask)


@dataclass(frozen=True, kw_only=True)
class _DeferredCounter:
    """Counts the items of a deferred queue."""

    counts: list[PeriodCounts]
    expected: list[int]

    def missing_counts(self, promise: Promise) -> list[str]:
        """Return the counts of the formula that work items do not give."""
        known = self.counts[0].counts if self.counts else {}
        return [name for name in promise.metric.counts_used if name not in known]

    def counted(self, promise: Promise) -> list[PeriodCounts]:
        """Return the counts per span; they are the same for every promise."""
        return self.counts


def _counter_of(
    *, queue: Queue, spans: list[Span], as_of: datetime
) -> _LiveCounter | _DeferredCounter:
    starts_at, ends_at = spans[0].starts_at, spans[-1].ends_at
    if not queue.is_live:
        items = queries.item_rows(queue=queue, starts_at=starts_at, ends_at=ends_at)
        return _DeferredCounter(
            counts=count_items(items, spans=spans, as_of=as_of), expected=[0] * len(spans)
        )
    calendar = _known_calendar(queue)
    return _LiveCounter(
        rows=queries.interval_rows(queue=queue, starts_at=starts_at, ends_at=ends_at),
        spans=spans,
        expected=expected_intervals(
            calendar=calendar, spans=spans, minutes=queue.interval_minutes, as_of=as_of
        ),
        calendar=calendar,
        minutes=queue.interval_minutes,
        as_of=as_of,
    )


def _known_calendar(queue: Queue) -> BusinessCalendar | None:
    calendar = business_calendar(queue)
    return calendar if any(calendar.weekly.values()) or calendar.special_dates else None


def _cannot_count(queue: Queue, promise: Promise, missing: Sequence[str]) -> str:
    names = ", ".join(missing)
    return f"{queue}: {promise.metric.key} cannot be computed, the history has no {names}."


def _row(
    *,
    queue: Queue,
    promise: Promise,
    clause: SlaClause | None,
    result: PeriodResult,
    as_of: datetime,
) -> SlaResult:
    met = {Verdict.MET: True, Verdict.MISSED: False}
    ratio = result.ratio
    return SlaResult(
        client_id=queue.client_id,
        queue=queue,
        clause=clause,
        metric_key=ratio.key,
        metric_version=ratio.version,
        period=result.period.upper(),
        starts_on=result.span.starts_on,
        ends_on=result.span.ends_on,
        threshold_seconds=promise.threshold_seconds,
        numerator=ratio.numerator,
        denominator=0.0 if ratio.denominator is None else ratio.denominator,
        value=ratio.value,
        target=promise.target,
        is_met=None if result.verdict is None else met.get(result.verdict),
        expected_intervals=result.expected_rows,
        present_intervals=result.present_rows,
        is_simulated=result.is_simulated,
        is_final=result.is_final,
        as_of=as_of,
    )
