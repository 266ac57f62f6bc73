"""Which callbacks a queue offers when, and which come to it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from staffing.core.callbacks import CallbackOffers
from staffing.models import CallbackOffer
from wfm.org.models import Queue

DAY = timedelta(days=1)


def callback_offers(queue: Queue, dates: NDArray[np.datetime64]) -> CallbackOffers:
    """Return a queue's offer in each interval, by the interval's local date."""
    after, rate = np.zeros(dates.shape), np.zeros(dates.shape)
    for offer in CallbackOffer.objects.filter(queue=queue):
        holds = dates >= np.datetime64(offer.starts_on)
        if offer.ends_on is not None:
            holds &= dates < np.datetime64(offer.ends_on)
        after[holds], rate[holds] = offer.after_seconds, offer.acceptance_rate
    return CallbackOffers(after, rate)


def callbacks_into(queue: Queue, *, starts_at: datetime, ends_at: datetime) -> list[CallbackOffer]:
    """Return the offers whose callbacks a queue makes in [starts_at, ends_at)."""
    found = CallbackOffer.objects.filter(target=queue)
    found = found.touching((starts_at - DAY).date(), (ends_at + DAY).date())
    return list(found.select_related("queue__work_type").order_by("queue_id", "starts_on"))


def offers_of(queue: Queue, principal: object) -> list[CallbackOffer]:
    """Return a queue's offers and those whose callbacks it makes, latest first."""
    found = CallbackOffer.objects.visible_to(principal)
    found = found.filter(Q(queue=queue) | Q(target=queue))
    return list(found.select_related("queue", "target").order_by("-starts_on", "-pk"))
