"""What cover of a queue is worth, and the people below whom it must not fall."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, client_filter
from wfm.org.models import Queue
from wfm.org.models.base import audited


class QueueValueQuerySet(models.QuerySet["QueueValue"]):
    """Values of queues."""

    def visible_to(self, principal: object) -> "QueueValueQuerySet":
        """Return those of queues in scope, for our own people."""
        if not access_of(principal).is_internal:
            return self.none()
        return self.filter(client_filter(principal, "queue__client"))


@audited()
class QueueValue(models.Model):
    """Money that a person-hour on a queue is worth, and its hard minimum of people.

    What is empty follows the planner's settings of the solve.
    """

    queue = models.OneToOneField(Queue, on_delete=models.CASCADE, related_name="schedule_value")
    hour_value = models.DecimalField(
        _("a missing person-hour costs"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("In the money of wages. Empty: so many idle hours as the solve says."),
    )
    least_people = models.PositiveSmallIntegerField(
        _("hard minimum of people while open"),
        null=True,
        blank=True,
        help_text=_("Empty: the queue's minimum staff, else the solve's setting."),
    )

    objects = QueueValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("value of a queue")
        verbose_name_plural = _("values of queues")
        constraints = [
            models.CheckConstraint(
                condition=Q(hour_value=None) | Q(hour_value__gt=0),
                name="scheduling_queuevalue_positive",
                violation_error_message=_(
                    "A missing hour must cost something; leave it empty else."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue}: {self.hour_value}"
