"""Today: what matters now, and the next step of each room."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate, now

from wfm.briefing.alerts import alerts_now
from wfm.briefing.cover import day_cover
from wfm.briefing.people import people_now
from wfm.briefing.steps import next_steps
from wfm.jobs.models import Job
from wfm.org.access import access_of

MOST_JOBS = 5


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show the briefing; people who only work shifts go to their portal, clients to reports."""
    access = access_of(request.user)
    if access.can("portal.use") and access.agent_id and not access.can("schedule.view"):
        return redirect("portal")
    if not access.is_internal and access.can("sla.view"):
        return redirect("sla-report")
    at, day = now(), localdate()
    principal = request.user
    cover = day_cover(principal=principal, day=day, at=at) if access.can("schedule.view") else None
    context = {
        "at": at,
        "day": day,
        "steps": next_steps(principal=principal, at=at, today=day),
        "cover": cover,
        "cover_chart": cover.chart(at=at) if cover else None,
        "people": people_now(principal=principal) if access.can("adherence.view") else None,
        "alerts": alerts_now(principal=principal, person=request.user)
        if access.can("intraday.view")
        else None,
        "running": Job.objects.visible_to(principal).unfinished().order_by("pk")[:MOST_JOBS],
    }
    return render(request, "web/today.html", context)
