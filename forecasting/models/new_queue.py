"""How a queue without history is forecast until it has its own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from forecasting.models.history import ByQueueQuerySet
from wfm.org.models import Queue
from wfm.org.models.base import audited


@audited()
class StartingPlan(models.Model):
    """What is expected of a new queue: like another one, or a typed week; own contacts take over.

    With a look-alike, `weekly_contacts` scales its forecast; without that number the ratio that the
    new queue's own days show does. Without a look-alike the typed week is spread by
    `weekday_shares` (Monday first) and `profile` (equal parts of the opening hours).
    """

    queue = models.OneToOneField(
        Queue, on_delete=models.CASCADE, related_name="starting_plan", verbose_name=_("queue")
    )
    look_alike = models.ForeignKey(
        Queue,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("look-alike queue"),
    )
    weekly_contacts = models.FloatField(_("contacts a week"), null=True, blank=True)
    weekday_shares = ArrayField(models.FloatField(), size=7, null=True, blank=True)
    profile = ArrayField(models.FloatField(), null=True, blank=True)

    objects = ByQueueQuerySet.as_manager()

    class Meta:
        verbose_name = _("starting plan")
        verbose_name_plural = _("starting plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(look_alike=None) | ~Q(look_alike=F("queue")),
                name="forecasting_startingplan_not_itself",
                violation_error_message=_("A queue cannot be its own look-alike."),
            ),
            models.CheckConstraint(
                condition=Q(look_alike__isnull=False) | Q(weekly_contacts__isnull=False),
                name="forecasting_startingplan_has_source",
                violation_error_message=_("Choose a look-alike queue or type contacts a week."),
            ),
            models.CheckConstraint(
                condition=Q(weekly_contacts=None) | Q(weekly_contacts__gt=0),
                name="forecasting_startingplan_contacts_positive",
                violation_error_message=_("Contacts a week must be above 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue}: {self.look_alike or self.weekly_contacts}"
