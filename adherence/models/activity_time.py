"""Seconds by activity of one agent's operational day, as arrays that PostgreSQL can sum up."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from adherence.models.event import ByAgentQuerySet
from wfm.org.models import Agent


class ActivityTime(models.Model):
    """What became of one operational day; written with its AdherenceDay, from the same sweep.

    `cells[n]` lasted `seconds[n]`; what a cell means is in `core.time_cells`. `hour_cells` are the
    paid planned time on queues by hour of the week. `digest` tells whether a computed row is the
    stored one; rows of another `version` are written anew.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    operational_date = models.DateField(_("operational day"))
    cells = ArrayField(models.BigIntegerField(), verbose_name=_("activities"))
    seconds = ArrayField(models.IntegerField(), verbose_name=_("seconds"))
    hour_cells = ArrayField(models.BigIntegerField(), verbose_name=_("hours and reasons"))
    hour_seconds = ArrayField(models.IntegerField(), verbose_name=_("seconds by hour"))
    paid_seconds = models.PositiveIntegerField(_("planned and paid"))
    off_seconds = models.PositiveIntegerField(_("of these inside time off"))
    is_final = models.BooleanField(_("day is over"))
    digest = models.BigIntegerField(_("digest of the row"))
    version = models.PositiveSmallIntegerField(default=1)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("time by activity of a day")
        verbose_name_plural = _("time by activity by day")
        constraints = [
            models.UniqueConstraint(
                fields=["operational_date", "agent"], name="adherence_activitytime_once"
            ),
            models.CheckConstraint(
                condition=models.Q(seconds__len=models.F("cells__len"))
                & models.Q(hour_seconds__len=models.F("hour_cells__len")),
                name="adherence_activitytime_each_cell_its_seconds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}"
