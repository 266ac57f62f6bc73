"""Which callbacks a queue offers when, and which come to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from django.db.models import Q
from numpy.typing import NDArray

from staffing.core.callbacks import CallbackOffers
from staffing.models import CallbackOffer
from wfm.org.models import Queue


def callback_offers(queue: Queue, dates: NDArray[np.datetime64]) -> CallbackOffers:
    """Return a queue's offer in each interval, by the interval's local date."""
    return offers_on(offers_by_queue([queue.pk]).get(queue.pk, []), dates)


def offers_by_queue(queue_ids: Sequence[int]) -> dict[int, list[CallbackOffer]]:
    """Return the offers of many queues, of all times; queues without any are absent."""
    found: dict[int, list[CallbackOffer]] = defaultdict(list)
    for offer in CallbackOffer.objects.filter(queue__in=queue_ids).order_by("pk"):
        found[offer.queue_id].append(offer)
    return found


def offers_on(offers: Iterable[CallbackOffer], dates: NDArray[np.datetime64]) -> CallbackOffers:
    """Return what one queue's offers are in each interval, by the interval's local date."""
    after, rate = np.zeros(dates.shape), np.zeros(dates.shape)
    for offer in offers:
        holds = dates >= np.datetime64(offer.starts_on)
        if offer.ends_on is not None:
            holds &= dates < np.datetime64(offer.ends_on)
        after[holds], rate[holds] = offer.after_seconds, offer.acceptance_rate
    return CallbackOffers(after, rate)


def callbacks_into(queue_ids: Sequence[int]) -> list[CallbackOffer]:
    """Return the offers whose callbacks these queues make, of all times."""
    found = CallbackOffer.objects.filter(target__in=queue_ids).select_related("queue__work_type")
    return list(found.order_by("queue_id", "starts_on"))


def offers_of(queue: Queue, principal: object) -> list[CallbackOffer]:
    """Return a queue's offers and those whose callbacks it makes, latest first."""
    found = CallbackOffer.objects.visible_to(principal)
    found = found.filter(Q(queue=queue) | Q(target=queue))
    return list(found.select_related("queue", "target").order_by("-starts_on", "-pk"))
