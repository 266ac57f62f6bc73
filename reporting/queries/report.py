"""Reads: stored results, and the report of any stretch of days pooled from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, F, Max, Min, QuerySet, Sum

from reporting.models import SlaResult
from wfm.metrics import Metric, Pooling, Ratio, get
from wfm.org.models import Client, Queue
from wfm.org.models.client import SlaPeriod

_Value = TypeVar("_Value", int, float)
_ADDING_UP = frozenset({Pooling.POOLED, Pooling.SUM})


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """One metric of one queue, or of all queues of a client (`queue` is None), over the days.

    `ratio` is None where parts of the metric do not add up. `target` and `threshold_seconds` are
    None where they changed within the days or differ between the queues.
    """

    client: Client
    queue: Queue | None
    metric: Metric
    ratio: Ratio | None
    target: float | None
    threshold_seconds: int | None
    expected_intervals: int
    present_intervals: int
    days: int
    is_simulated: bool
    as_of: datetime

    @property
    def value(self) -> float | None:
        """The pooled value; None when undefined."""
        return None if self.ratio is None else self.ratio.value

    @property
    def completeness_share(self) -> float | None:
        """Share of the expected intervals that have data; None when nothing says how many."""
        if not self.expected_intervals:
            return None
        return self.present_intervals / self.expected_intervals

    @property
    def is_on_target(self) -> bool | None:
        """Whether the value is on the good side of the target; no contract's verdict."""
        if self.value is None or self.target is None:
            return None
        lower = self.metric.better == "lower"
        return self.value <= self.target if lower else self.value >= self.target


@dataclass(frozen=True, kw_only=True)
class SlaReport:
    """Lines by client, metric and queue; each metric's total follows its queues."""

    first: date
    last: date
    lines: tuple[ReportLine, ...]

    @property
    def as_of(self) -> datetime | None:
        """The oldest as-of time of any line."""
        return min((line.as_of for line in self.lines), default=None)


def results_in(
    principal: object, *, first: date, last: date, period: SlaPeriod
) -> QuerySet[SlaResult]:
    """Return the visible results of periods that begin on the days first…last."""
    return SlaResult.objects.visible_to(principal).filter(
        period=period, starts_on__gte=first, starts_on__lte=last
    )


def visible_queues(principal: object) -> QuerySet[Queue]:
    """Return the active queues that the principal sees, by client and name."""
    visible: QuerySet[Queue] = (
        Queue.objects.visible_to(principal)
        .filter(is_active=True)
        .select_related("client", "work_type")
        .order_by("client__name", "name")
    )
    return visible


def sla_report(
    principal: object,
    *,
    first: date,
    last: date,
    client: Client | None = None,
    queue: Queue | None = None,
) -> SlaReport:
    """Return the days first…last pooled per queue and metric, with a total per client and metric.

    Pooled from the daily results: sums of numerators over sums of denominators.
    """
    daily = results_in(principal, first=first, last=last, period=SlaPeriod.DAY)
    if client is not None:
        daily = daily.filter(client=client)
    if queue is not None:
        daily = daily.filter(queue=queue)
    lines = _lines(daily)
    if queue is None:
        lines = _with_totals(lines)
    return SlaReport(first=first, last=last, lines=tuple(lines))


def _lines(daily: QuerySet[SlaResult]) -> list[ReportLine]:
    groups = (
        daily.values("client_id", "queue_id", "metric_key", "metric_version")
        .annotate(
            numerators=Sum("numerator"),
            denominators=Sum("denominator"),
            least_target=Min("target"),
            most_target=Max("target"),
            with_target=Count("target"),
            least_threshold=Min("threshold_seconds"),
            most_threshold=Max("threshold_seconds"),
            expected=Sum("expected_intervals"),
            present=Sum("present_intervals"),
            simulated=BoolOr("is_simulated"),
            oldest=Min("as_of"),
            days=Count("pk"),
        )
        .order_by("client__name", "metric_key", "metric_version", F("queue__name"))
    )
    rows: list[dict[str, Any]] = [dict(row) for row in groups]
    queues = Queue.objects.select_related("client").in_bulk([row["queue_id"] for row in rows])
    return [_line(row, queues[row["queue_id"]]) for row in rows]


def _line(row: dict[str, Any], queue: Queue) -> ReportLine:
    metric = get(row["metric_key"], row["metric_version"])
    ratio = None
    if metric.pooling in _ADDING_UP:
        ratio = Ratio.of(
            metric=metric,
            numerator=row["numerators"],
            denominator=row["denominators"] if metric.denominator else None,
        )
    had_target_always = row["with_target"] == row["days"]
    return ReportLine(
        client=queue.client,
        queue=queue,
        metric=metric,
        ratio=ratio,
        target=_same([row["least_target"], row["most_target"]]) if had_target_always else None,
        threshold_seconds=_same([row["least_threshold"], row["most_threshold"]]),
        expected_intervals=row["expected"],
        present_intervals=row["present"],
        days=row["days"],
        is_simulated=row["simulated"],
        as_of=row["oldest"],
    )


def _with_totals(lines: list[ReportLine]) -> list[ReportLine]:
    groups: dict[tuple[int, str, int], list[ReportLine]] = {}
    for line in lines:
        key = (line.client.pk, line.metric.key, line.metric.version)
        groups.setdefault(key, []).append(line)
    found = []
    for members in groups.values():
        found += members
        if len(members) > 1:
            found.append(_total(members))
    return found


def _total(lines: list[ReportLine]) -> ReportLine:
    first = lines[0]
    ratios = [line.ratio for line in lines if line.ratio is not None]
    ratio = None
    if len(ratios) == len(lines):
        ratio = Ratio.of(
            metric=first.metric,
            numerator=sum(part.numerator for part in ratios),
            denominator=sum(part.denominator or 0.0 for part in ratios)
            if first.metric.denominator
            else None,
        )
    return replace(
        first,
        queue=None,
        ratio=ratio,
        target=_same([line.target for line in lines]),
        threshold_seconds=_same([line.threshold_seconds for line in lines]),
        expected_intervals=sum(line.expected_intervals for line in lines),
        present_intervals=sum(line.present_intervals for line in lines),
        days=max(line.days for line in lines),
        is_simulated=any(line.is_simulated for line in lines),
        as_of=min(line.as_of for line in lines),
    )


def _same(values: Iterable[_Value | None]) -> _Value | None:
    """Return the one value that all have, None where they differ or one has none."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else None
