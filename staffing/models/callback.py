"""Callbacks: the offer of a live queue to be called back, and the queue that calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wfm.org.access import client_filter
from wfm.org.models import Queue
from wfm.org.models.base import DateRange, audited

MOST_AFTER_SECONDS = 3600


class CallbackOfferQuerySet(models.QuerySet["CallbackOffer"]):
    """Offers of callbacks."""

    def visible_to(self, principal: object) -> CallbackOfferQuerySet:
        """Return those of queues in scope; both queues are of one client."""
        return self.filter(client_filter(principal, "queue__client"))

    def touching(self, first_day: object, last_day: object) -> CallbackOfferQuerySet:
        """Return those in force on one of these dates, both included."""
        return self.filter(starts_on__lte=last_day).filter(
            Q(ends_on=None) | Q(ends_on__gt=first_day)
        )


@audited()
class CallbackOffer(models.Model):
    """Who would wait longer than `after_seconds` is offered a callback, [starts_on, ends_on).

    The callbacks arrive in `target`, whose goal says within what time they are made and whose AHT how
    long they take.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="callback_offers")
    target = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        related_name="callbacks_from",
        verbose_name=_("queue that calls back"),
    )
    after_seconds = models.PositiveIntegerField(_("offered beyond a wait of, seconds"))
    acceptance_rate = models.FloatField(_("share that accepts"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    share = 1.0
    """Callbacks in `target` for each one taken; as links between queues have it."""
    delay_minutes = 0

    if TYPE_CHECKING:
        queue_id: int
        target_id: int

    objects = CallbackOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of callbacks")
        verbose_name_plural = _("offers of callbacks")
        constraints = [
            models.CheckConstraint(
                condition=Q(acceptance_rate__gt=0) & Q(acceptance_rate__lt=1),
                name="staffing_callbackoffer_share",
                violation_error_message=_(
                    "Some accept and some wait on: the share lies above 0 and below 1."
                ),
            ),
            models.CheckConstraint(
                condition=Q(after_seconds__lte=MOST_AFTER_SECONDS),
                name="staffing_callbackoffer_after_in_range",
                violation_error_message=_("Callbacks are offered within an hour of waiting."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="staffing_callbackoffer_ends_after_start",
                violation_error_message=_("An offer ends after it begins."),
            ),
            ExclusionConstraint(
                name="staffing_callbackoffer_one_at_a_time",
                expressions=[
                    ("queue", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another offer of this queue covers these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue} ↩ {self.target}"

    @property
    def source(self) -> Queue:
        """The queue that offers them; as links between queues have it."""
        return self.queue

    @property
    def source_id(self) -> int:
        """Its id."""
        return self.queue_id

    def clean(self) -> None:
        """Refuse what cannot be called back, with the reason."""
        if not self.queue_id or not self.target_id:
            return
        if refusal := self._refusal():
            raise ValidationError(refusal % {"queue": self.queue, "target": self.target})

    def _refusal(self) -> str:
        if not self.queue.is_live:
            return gettext("%(queue)s is deferred work: nobody waits for whom it could call back.")
        if self.queue.work_type.concurrency > 1:
            return gettext(
                "%(queue)s is served several at once (chat): a chat that waits is not called back."
            )
        if self.target.is_live:
            return gettext(
                "%(target)s is a live queue; callbacks are deferred work with a due time."
            )
        if self.queue.client_id != self.target.client_id:
            return gettext(
                "%(queue)s and %(target)s belong to different clients; choose a queue of one."
            )
        return ""
