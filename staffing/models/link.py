"""Linked queues: what one queue finishes arrives in the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staffing.core.linked import loop_through
from wfm.org.access import client_filter
from wfm.org.models import Queue
from wfm.org.models.base import DateRange, audited

MOST_ITEMS = 10
MOST_DELAY_MINUTES = 60 * 24 * 60


class QueueLinkQuerySet(models.QuerySet["QueueLink"]):
    """Links between queues."""

    def visible_to(self, principal: object) -> QueueLinkQuerySet:
        """Return those between queues in scope."""
        return self.filter(
            client_filter(principal, "source__client"), client_filter(principal, "target__client")
        )

    def touching(self, first_day: object, last_day: object) -> QueueLinkQuerySet:
        """Return those in force on one of these dates, both included."""
        return self.filter(starts_on__lte=last_day).filter(
            Q(ends_on=None) | Q(ends_on__gt=first_day)
        )


@audited()
class QueueLink(models.Model):
    """So many items arrive in `target` for each that `source` finishes, [starts_on, ends_on).

    The date that counts is the source's local date on which the item is finished.
    """

    source = models.ForeignKey(
        Queue, on_delete=models.CASCADE, related_name="links_out", verbose_name=_("from queue")
    )
    target = models.ForeignKey(
        Queue, on_delete=models.CASCADE, related_name="links_in", verbose_name=_("to queue")
    )
    share = models.FloatField(_("items per finished item"))
    delay_minutes = models.PositiveIntegerField(_("delay, minutes"), default=0)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    if TYPE_CHECKING:
        source_id: int
        target_id: int

    objects = QueueLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link between queues")
        verbose_name_plural = _("links between queues")
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0) & Q(share__lte=MOST_ITEMS),
                name="staffing_queuelink_share_in_range",
                violation_error_message=_("Items per finished item: above 0, at most 10."),
            ),
            models.CheckConstraint(
                condition=Q(delay_minutes__lte=MOST_DELAY_MINUTES),
                name="staffing_queuelink_delay_in_range",
                violation_error_message=_("A delay is at most 60 days."),
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")),
                name="staffing_queuelink_two_queues",
                violation_error_message=_("A queue cannot feed itself."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="staffing_queuelink_ends_after_start",
                violation_error_message=_("A link ends after it begins."),
            ),
            ExclusionConstraint(
                name="staffing_queuelink_one_at_a_time",
                expressions=[
                    ("source", RangeOperators.EQUAL),
                    ("target", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another link of these two queues covers these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def delay_seconds(self) -> int:
        """The delay, for those who reckon in seconds."""
        return self.delay_minutes * 60

    def clean(self) -> None:
        """Refuse links across clients and loops, with the sentence that names them."""
        if not self.source_id or not self.target_id or self.source_id == self.target_id:
            return
        if self.source.client_id != self.target.client_id:
            raise ValidationError(
                gettext(
                    "%(source)s and %(target)s belong to different clients; link queues of one."
                )
                % {"source": self.source, "target": self.target}
            )
        if loop := self._loop():
            names = Queue.objects.in_bulk(loop)
            raise ValidationError(
                gettext(
                    "This would feed a queue by itself: %(loop)s. Leave out one of these links."
                )
                % {"loop": " → ".join(str(names[pk]) for pk in loop)}
            )

    def _loop(self) -> list[int]:
        """Return the loop that this link would close with links that last as long as it begins."""
        others = QueueLink.objects.exclude(pk=self.pk)
        if self.starts_on is not None:
            others = others.filter(Q(ends_on=None) | Q(ends_on__gt=self.starts_on))
        edges = list(others.values_list("source_id", "target_id"))
        return loop_through([*edges, (self.source_id, self.target_id)])
