"""Links of one queue: which others feed it, and which it feeds."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staffing.forms import EndLinkForm, LinkForm
from staffing.models import QueueLink
from staffing.services import UnableToLink, delete_link, end_link, link_queues
from staffing.views.parameter_page import again, back, possible_sources, visible_queue
from wfm.org.access_views import require
from wfm.org.models import Queue


@require_POST
@require("staffing.edit")
def add_link(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Let another queue feed this one."""
    queue = visible_queue(request, queue_pk)
    form = LinkForm(request.POST, sources=possible_sources(request, queue))
    if form.is_valid():
        try:
            link = link_queues(source=form.cleaned_data["source"], target=queue, terms=form.terms())
        except UnableToLink as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _(
                    "What %(source)s finishes now arrives in %(target)s; compute the requirement anew."
                )
                % {"source": link.source, "target": link.target},
            )
            return back(queue)
    return again(request, queue, link_form=form)


def _link(request: HttpRequest, queue: Queue, pk: int) -> QueueLink:
    found = QueueLink.objects.visible_to(request.user).filter(Q(source=queue) | Q(target=queue))
    return get_object_or_404(found.select_related("source", "target"), pk=pk)


@require_POST
@require("staffing.edit")
def finish_link(request: HttpRequest, queue_pk: int, pk: int) -> HttpResponse:
    """Let a link end on a date."""
    queue = visible_queue(request, queue_pk)
    link = _link(request, queue, pk)
    form = EndLinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the date on which the link ends."))
        return back(queue)
    try:
        link = end_link(link=link, ends_on=form.cleaned_data["ends_on"])
    except UnableToLink as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("%(link)s ends on %(date)s.") % {"link": link, "date": link.ends_on}
        )
    return back(queue)


@require_POST
@require("staffing.edit")
def remove_link(request: HttpRequest, queue_pk: int, pk: int) -> HttpResponse:
    """Take a link away as if it had never been."""
    queue = visible_queue(request, queue_pk)
    link = _link(request, queue, pk)
    words = _("%(link)s is taken away.") % {"link": link}
    delete_link(link=link)
    messages.success(request, words)
    return back(queue)
