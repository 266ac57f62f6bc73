"""Today: what matters now, and the next step of each room. It may look into every app."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from wfm.jobs.models import Job
from wfm.org.access import access_of


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show the briefing; people who only work shifts go to their portal, clients to reports."""
    access = access_of(request.user)
    if access.can("portal.use") and access.agent_id and not access.can("schedule.view"):
        return redirect("/portal/")
    if not access.is_internal and access.can("sla.view"):
        return redirect("/reports/")
    running = Job.objects.visible_to(request.user).unfinished().order_by("pk")[:5]
    return render(request, "web/today.html", {"running": running})
