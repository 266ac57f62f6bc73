"""The SLA report: what was promised, what was kept, and what each number is made of."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reporting import jobs, queries
from reporting.models import SlaResult
from reporting.queries import ReportLine, SlaReport
from reporting.views.trend import trend_chart
from wfm.metrics import Metric, Unit, get
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models.client import SlaPeriod
from wfm.web import formats
from wfm.web.scope import Scope, page_scope

PERIODS = {"day": SlaPeriod.DAY, "week": SlaPeriod.WEEK, "month": SlaPeriod.MONTH}
MOST_FIGURES = 4
MOST_PERIOD_ROWS = 400


@require_GET
@require("sla.view")
def sla_report(request: HttpRequest) -> HttpResponse:
    """Show the report of a stretch of days: figures, trend, table, contract periods."""
    scope = page_scope(request, fields=("client", "queue", "period"), default_period="last_4_weeks")
    report = queries.sla_report(
        request.user,
        first=scope.starts_on,
        last=scope.ends_on,
        client=scope.client,
        queue=scope.queue,
    )
    judged_rows = _judged(request, scope)
    judged_keys = {row["metric"].key for row in judged_rows}
    metric = _chosen_metric(report, request.GET.get("metric", ""), judged_keys)
    by = request.GET.get("by", "day")
    by = by if by in PERIODS else "day"
    results = _results(request, scope, PERIODS[by])
    of_metric = [row for row in results if metric is not None and row.metric_key == metric.key]
    context = {
        "scope": scope,
        "report": report,
        "figures": [_figure(line) for line in _headlines(report, judged_keys)],
        "metric": metric,
        "metric_tabs": _metric_tabs(report, metric),
        "by_tabs": [
            {"key": key, "label": label, "is_current": key == by}
            for key, label in (("day", _("Days")), ("week", _("Weeks")), ("month", _("Months")))
        ],
        "metric_title": _(metric.title) if metric else "",
        "chart_note": _simulated_note(of_metric),
        "chart": trend_chart(of_metric, metric=metric) if metric and of_metric else None,
        "groups": _groups(report),
        "period_rows": [_period_row(row) for row in of_metric[-MOST_PERIOD_ROWS:]][::-1],
        "judged_rows": judged_rows,
        "is_simulated": any(line.is_simulated for line in report.lines),
        "completeness": _completeness(report),
        "may_run": access_of(request.user).can("sla.run"),
    }
    return render(request, "reporting/sla_report.html", context)


@require_POST
@require("sla.run")
def compute_again(request: HttpRequest) -> HttpResponse:
    """Start to compute the results of the days in scope again."""
    scope = page_scope(request, fields=("client", "period"), default_period="last_4_weeks")
    job = jobs.start_sla_results(
        first=scope.starts_on,
        last=scope.ends_on,
        as_of=now(),
        client=scope.client,
        created_by=jobs.person_of(request.user),
    )
    return redirect(reverse("job", args=[job.pk]))


def _results(request: HttpRequest, scope: Scope, period: SlaPeriod) -> list[SlaResult]:
    """Return the results of the periods that touch the scope's days, in order."""
    first = scope.starts_on
    if period == SlaPeriod.WEEK:
        first -= timedelta(days=first.weekday())
    elif period == SlaPeriod.MONTH:
        first = first.replace(day=1)
    rows = queries.results_in(request.user, first=first, last=scope.ends_on, period=period)
    if scope.client:
        rows = rows.filter(client=scope.client)
    if scope.queue:
        rows = rows.filter(queue=scope.queue)
    return list(
        rows.select_related("client", "queue", "clause").order_by(
            "starts_on", "client__name", "queue__name", "metric_key"
        )
    )


def _judged(request: HttpRequest, scope: Scope) -> list[dict[str, Any]]:
    """Return the periods that the contracts judge, latest first."""
    found = []
    for period in PERIODS.values():
        rows = _results(request, scope, period)
        found += [row for row in rows if row.clause and row.clause.period == period]
    found.sort(key=lambda row: (row.starts_on, row.period), reverse=True)
    return [_period_row(row) for row in found[:MOST_PERIOD_ROWS]]


def _chosen_metric(report: SlaReport, wanted: str, judged_keys: set[str]) -> Metric | None:
    """Return the metric asked for, else the contracts' first, else the first service level."""
    metrics = [line.metric for line in report.lines]
    for metric in metrics:
        if metric.key == wanted:
            return metric
    judged = [metric for metric in metrics if metric.key in judged_keys]
    live = [metric for metric in judged if metric.key != "service_level.deferred"]
    levels = [metric for metric in metrics if metric.family == "service_level"]
    return next(iter(live or judged or levels or metrics), None)


def _metric_tabs(report: SlaReport, chosen: Metric | None) -> list[dict[str, Any]]:
    metrics = {line.metric.key: line.metric for line in report.lines}
    return [
        {
            "key": key,
            "label": _(metric.title),
            "is_current": chosen is not None and key == chosen.key,
        }
        for key, metric in sorted(metrics.items())
    ]


def _headlines(report: SlaReport, judged_keys: set[str]) -> list[ReportLine]:
    """Return the widest line of each client and metric: the total, or the only queue.

    What a contract judges comes first.
    """
    found = []
    lines = sorted(report.lines, key=lambda line: (line.client.name, line.metric.key))
    for _key, members in groupby(lines, key=lambda line: (line.client.pk, line.metric.key)):
        group = list(members)
        found.append(next((line for line in group if line.queue is None), group[0]))
    found.sort(
        key=lambda line: (
            line.metric.key not in judged_keys,
            line.metric.family != "service_level",
        )
    )
    return found[:MOST_FIGURES]


def _figure(line: ReportLine) -> dict[str, Any]:
    tones = {True: "goal", False: "under", None: ""}
    parts = [str(line.client)]
    if line.queue is not None:
        parts.append(str(line.queue))
    if line.target is not None:
        goal = value_text(line.metric, line.target)
        parts.append(_("target %(value)s") % {"value": goal})
    if line.is_simulated:
        parts.append(_("simulated"))
    return {
        "label": _(line.metric.title),
        "value": value_text(line.metric, line.value),
        "metric_key": line.metric.key,
        "tone": tones[line.is_on_target],
        "note": " · ".join(parts),
    }


def _groups(report: SlaReport) -> list[dict[str, Any]]:
    """Return the table's parts: one per client, its lines with texts."""
    lines = sorted(report.lines, key=lambda line: line.client.name)
    return [
        {"client": client, "rows": [_line_row(line) for line in members]}
        for client, members in groupby(lines, key=lambda line: line.client)
    ]


def _line_row(line: ReportLine) -> dict[str, Any]:
    return {
        "line": line,
        "title": _(line.metric.title),
        "value": value_text(line.metric, line.value),
        "target": value_text(line.metric, line.target),
        "tone": {True: "goal", False: "under", None: ""}[line.is_on_target],
    }


def _period_row(result: SlaResult) -> dict[str, Any]:

    metric = get(result.metric_key, result.metric_version)
    judged = result.clause is not None and result.clause.period == result.period
    return {
        "result": result,
        "metric": metric,
        "title": _(metric.title),
        "days": formats.day_span(result.starts_on, result.ends_on - timedelta(days=1)),
        "value": value_text(metric, result.value),
        "target": value_text(metric, result.target),
        "is_sum": not metric.denominator,
        "is_judged": judged,
        "completeness": result.present_intervals / result.expected_intervals
        if result.expected_intervals
        else None,
    }


def _simulated_note(results: list[SlaResult]) -> str:
    """Name the queues of the chart whose counts come from a simulation."""
    names = sorted({str(row.queue) for row in results if row.is_simulated})
    return _("Simulated: %(names)s") % {"names": ", ".join(names)} if names else ""


def _completeness(report: SlaReport) -> float | None:
    lines = [line for line in report.lines if line.queue is not None]
    expected = sum(line.expected_intervals for line in lines)
    present = sum(line.present_intervals for line in lines)
    return present / expected if expected else None


def value_text(metric: Metric, value: float | None) -> str:
    """Return a value in its metric's unit."""
    if metric.unit is Unit.RATE:
        return formats.percent(value, 1)
    if metric.unit is Unit.SECONDS:
        return formats.duration(value)
    digits = 0 if metric.unit is Unit.COUNT else 1
    return formats.number(value, digits)
