"""Callbacks of one queue: offered from a date on, ended on one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from staffing.forms import CallbackForm, EndLinkForm
from staffing.models import CallbackOffer
from staffing.services import UnableToOfferCallbacks, end_callbacks
from staffing.services import offer_callbacks as begin_offer
from staffing.views.parameter_page import again, back, callback_targets, visible_queue
from wfm.org.access_views import require


@require_POST
@require("staffing.edit")
def offer_callbacks(request: HttpRequest, queue_pk: int) -> HttpResponse:
    """Offer callbacks to those who would wait long."""
    queue = visible_queue(request, queue_pk)
    form = CallbackForm(request.POST, targets=callback_targets(request, queue))
    if form.is_valid():
        try:
            begin_offer(
                queue=queue,
                target=form.cleaned_data["target"],
                terms=form.terms(),
                starts_on=form.cleaned_data["starts_on"],
            )
        except UnableToOfferCallbacks as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("Callbacks are offered; compute the requirement of both queues anew.")
            )
            return back(queue)
    return again(request, queue, callback_form=form)


@require_POST
@require("staffing.edit")
def finish_callbacks(request: HttpRequest, queue_pk: int, pk: int) -> HttpResponse:
    """Let an offer end on a date."""
    queue = visible_queue(request, queue_pk)
    offers = CallbackOffer.objects.visible_to(request.user).filter(queue=queue)
    offer = get_object_or_404(offers, pk=pk)
    form = EndLinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the date on which the offer ends."))
        return back(queue)
    try:
        end_callbacks(offer=offer, ends_on=form.cleaned_data["ends_on"])
    except UnableToOfferCallbacks as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The offer of callbacks ends then."))
    return back(queue)
