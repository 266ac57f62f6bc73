"""Offers of callbacks: begun on a date, ended on one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from staffing.models import CallbackOffer
from wfm.org.models import Queue
from wfm.org.services.checks import refused_as


class UnableToOfferCallbacks(ValueError):  # noqa: N818 - domain errors are named for what failed
    """Callbacks cannot be offered like that; the sentence says why."""


@dataclass(frozen=True)
class CallbackTerms:
    """Whom a queue offers a callback, and how many take it."""

    after_seconds: int
    acceptance_rate: float


@transaction.atomic
def offer_callbacks(
    *, queue: Queue, target: Queue, terms: CallbackTerms, starts_on: date
) -> CallbackOffer:
    """Begin an offer on a date; the one in force then ends the day before."""
    offers = CallbackOffer.objects.select_for_update().filter(queue=queue)
    if later := offers.filter(starts_on__gte=starts_on).order_by("starts_on").first():
        raise UnableToOfferCallbacks(
            _("An offer begins on %(date)s already; choose a later date.")
            % {"date": later.starts_on}
        )
    offers.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on)).update(ends_on=starts_on)
    offer = CallbackOffer(queue=queue, target=target, starts_on=starts_on, **vars(terms))
    with refused_as(UnableToOfferCallbacks):
        offer.full_clean()
    offer.save(force_insert=True)
    return offer


@transaction.atomic
def end_callbacks(*, offer: CallbackOffer, ends_on: date) -> CallbackOffer:
    """Let an offer hold until the day before."""
    offer = CallbackOffer.objects.select_for_update().get(pk=offer.pk)
    if offer.ends_on is not None and offer.ends_on <= ends_on:
        raise UnableToOfferCallbacks(
            _("This offer ends on %(date)s already; choose an earlier date.")
            % {"date": offer.ends_on}
        )
    offer.ends_on = ends_on
    with refused_as(UnableToOfferCallbacks):
        offer.full_clean()
    offer.save(update_fields=["ends_on"])
    return offer
