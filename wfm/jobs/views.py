"""Pages of jobs: the list, one job with its progress, and the sign in the top bar."""

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from wfm.jobs.models import Job, JobStatus
from wfm.jobs.progress import may_cancel, readable
from wfm.jobs.services import UnableToCancel, cancel_job
from wfm.org.access import access_of

ROWS_PER_PAGE = 50
_STOP_POLLING = 286  # HTMX's own status: swap and ask no more


@require_GET
@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    """List the jobs, the running ones first on the first page."""
    found = Job.objects.visible_to(request.user).select_related("created_by")
    status = request.GET.get("status", "")
    if status in JobStatus.values:
        found = found.filter(status=status)
    page = Paginator(found.order_by("-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    running = Job.objects.visible_to(request.user).unfinished().order_by("pk")
    context = {
        "page": page,
        "running": running if page.number == 1 and not status else [],
        "status": status,
        "statuses": JobStatus.choices,
    }
    return render(request, "jobs/jobs.html", context)


def _job(request: HttpRequest, pk: int) -> Job:
    queryset = Job.objects.visible_to(request.user).select_related("created_by")
    return get_object_or_404(queryset, pk=pk)


@require_GET
@login_required
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: progress while it runs, then what came out and what it cost."""
    found = _job(request, pk)
    context = {
        "job": found,
        "result_items": _in_words(found.result),
        "param_items": _in_words(found.params),
    }
    return render(request, "jobs/job.html", context)


def _in_words(values: dict[str, Any]) -> list[tuple[str, str]]:
    return [(key, readable(value)) for key, value in sorted(values.items())]


@require_GET
@login_required
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone; the page asks each second until the answer is 286 (the job has ended)."""
    found = _job(request, pk)
    answer = render(request, "jobs/_progress_body.html", {"job": found})
    if not found.is_open:
        answer.status_code = _STOP_POLLING
        answer["HX-Trigger"] = json.dumps({"job:ended": {"id": found.pk, "status": found.status}})
    return answer


@require_GET
@login_required
def button(request: HttpRequest) -> HttpResponse:
    """The sign in the top bar alone; says when a job of this person has ended since the last look."""
    if not access_of(request.user).can("job.view"):
        raise Http404
    answer = render(request, "components/_jobs_button.html")
    ended = _ended_since(request)
    if ended:
        text = " ".join(f"{found.title}: {found.get_status_display()}." for found in ended)
        answer["HX-Trigger"] = json.dumps({"toast": {"message": text}})
    return answer


def _ended_since(request: HttpRequest) -> list[Job]:
    since = request.GET.get("since", "")
    if not since.isdigit() or len(since) > 12:
        return []
    own = Job.objects.visible_to(request.user).filter(created_by=request.user.pk)
    ended = own.filter(finished_at__gt=datetime.fromtimestamp(int(since), tz=UTC))
    return list(ended.order_by("finished_at")[:3])


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the job to stop: one's own, or any with the permission."""
    found = _job(request, pk)
    if found.is_open and not may_cancel(found, principal=request.user):
        raise PermissionDenied
    refusal = ""
    try:
        cancel_job(job=found, at=now())
    except UnableToCancel as error:
        refusal = str(error)
    if request.headers.get("HX-Request"):
        context = {"job": _job(request, pk), "refusal": refusal}
        return render(request, "jobs/_progress_body.html", context)
    if refusal:
        messages.error(request, refusal)
    return redirect("job", pk)
