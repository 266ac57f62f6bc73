"""Clients with their queues, goals and contracts."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from wfm.org.access_views import require
from wfm.org.models import Client, ClientContract, Queue, ServiceGoal
from wfm.org.tabs import settings_tabs


@require("org.view")
def clients(request: HttpRequest) -> HttpResponse:
    """List each client's queues with the goal in force, and its contract."""
    today = localdate()
    goals = ServiceGoal.objects.effective_on(today)
    queues = (
        Queue.objects.active()
        .select_related("work_type", "skill", "site")
        .prefetch_related(Prefetch("service_goals", goals, to_attr="current_goals"))
        .order_by("name")
    )
    found = (
        Client.objects.visible_to(request.user)
        .filter(is_active=True)
        .prefetch_related(
            Prefetch("queues", queues, to_attr="active_queues"),
            Prefetch(
                "contracts",
                ClientContract.objects.effective_on(today).prefetch_related("clauses__queue"),
                to_attr="current_contracts",
            ),
        )
        .order_by("name")
    )
    context = settings_tabs(request, "clients") | {"clients": found}
    return render(request, "org/clients.html", context)
