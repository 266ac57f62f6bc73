"""The history room: what is recorded, what is missing, which days are special."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from forecasting import queries
from forecasting.forms import HolidayCodesForm, SpecialDayForm
from forecasting.models import SpecialDay
from forecasting.queries import DayState
from forecasting.services.import_files import sample_file
from forecasting.views.charts import interval_chart
from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.models import Queue
from wfm.web.charts import Axis, CategoryChart, Series
from wfm.web.scope import Scope, page_scope

INTERVAL_CHART_DAYS = 31
LONGEST_TABLE_DAYS = 400


@require_GET
@require("history.view")
def history(request: HttpRequest) -> HttpResponse:
    """All queues at a glance, or one queue day by day."""
    scope = page_scope(request, fields=("client", "queue", "period"), default_period="last_4_weeks")
    if scope.queue is None:
        return render(request, "forecasting/history.html", _overview_context(request, scope))
    return render(request, "forecasting/history_queue.html", _queue_context(request, scope))


def _overview_context(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    queues = Queue.objects.visible_to(request.user).active().select_related("client", "work_type")
    if scope.client is not None:
        queues = queues.filter(client=scope.client)
    rows = queries.queue_overviews(list(queues.order_by("client__name", "name")))
    return {
        "scope": scope,
        "rows": rows,
        "recorded": sum(row.first_at is not None for row in rows),
        "may_import": access_of(request.user).can("history.import"),
    }


def _queue_context(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    queue = scope.queue
    assert queue is not None
    days = []
    if scope.days <= LONGEST_TABLE_DAYS:
        days = queries.history_days(
            queue, first_date=scope.starts_on, last_date=scope.ends_on, at=now()
        )
    counts = {state: sum(day.state is state for day in days) for state in DayState}
    offered = [day.offered for day in days if day.offered is not None]
    access = access_of(request.user)
    return {
        "scope": scope,
        "queue": queue,
        "days": days,
        "is_too_long": scope.days > LONGEST_TABLE_DAYS,
        "recorded_days": counts[DayState.RECORDED] + counts[DayState.PARTIAL],
        "missing_days": counts[DayState.MISSING],
        "partial_days": counts[DayState.PARTIAL],
        "closed_days": counts[DayState.CLOSED],
        "offered": sum(offered) if offered else None,
        "is_simulated": any(day.is_simulated for day in days),
        "overview": queries.queue_overviews([queue])[0],
        "chart": _chart(scope, queue, days),
        "special_days": SpecialDay.objects.filter(queue=queue).order_by("-date"),
        "special_form": SpecialDayForm(),
        "holiday_form": HolidayCodesForm(initial={"codes": queue.holiday_codes}),
        "next_holidays": queries.next_holidays(queue, after=now()),
        "may_edit": access.can("history.edit"),
        "may_import": access.can("history.import"),
    }


def _chart(scope: Scope, queue: Queue, days: list[queries.HistoryDay]) -> dict[str, Any]:
    """Intervals of a month at most, else days; what is missing or closed stays a gap."""
    if scope.days > INTERVAL_CHART_DAYS:
        return CategoryChart(
            categories=[day.on_date.isoformat() for day in days],
            x_title=_("Day"),
            y=Axis(title=_("Contacts a day"), minimum=0),
            series=[
                Series(
                    key="actual",
                    label=_("Offered"),
                    shape="bar",
                    values=[None if day.offered is None else float(day.offered) for day in days],
                )
            ],
        ).payload()
    starts_at = queries.intervals_between(
        queue, first_date=scope.starts_on, last_date=scope.ends_on
    )
    found = queries.actual_series(queue, starts_at=scope.starts_at, ends_at=scope.ends_at)
    offered = Series(
        key="actual",
        label=_("Offered"),
        values=[found.get(int(moment.timestamp())) for moment in starts_at],
    )
    return interval_chart(queue, starts_at=starts_at, series=[offered], digits=0)


@require_GET
@require("history.view")
def sample(request: HttpRequest) -> HttpResponse:
    """A small file that imports as it stands."""
    response = HttpResponse(sample_file(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="history-sample.csv"'
    return response
