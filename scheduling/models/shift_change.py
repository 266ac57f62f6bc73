"""What changed about published shifts: who, which days, why."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet
from scheduling.models.version import ScheduleVersion
from wfm.org.access import agent_filter
from wfm.org.models import Agent


class ShiftChangeKind(models.TextChoices):
    """Why published shifts changed in place."""

    SWAP = "SWAP", _("swap")
    CLAIM = "CLAIM", _("open shift taken")
    OVERTIME = "OVERTIME", _("overtime")
    VOLUNTARY_TIME_OFF = "VTO", _("voluntary time off")
    TIME_OFF = "TIME_OFF", _("time off")
    BREAKS = "BREAKS", _("breaks moved")
    INTRADAY = "INTRADAY", _("change of the day")


class ShiftChangeQuerySet(models.QuerySet["ShiftChange"]):
    """Changes of published shifts."""

    def visible_to(self, principal: object) -> Self:
        """Return those about agents in scope, and about oneself."""
        days = ShiftChangeDay.objects.filter(agent_filter(principal, "schedule.view", "agent"))
        return self.filter(pk__in=days.values("change"))


class ShiftChange(models.Model):
    """One change of published shifts, whole: written in the transaction that made it."""

    version = models.ForeignKey(
        ScheduleVersion, on_delete=models.CASCADE, related_name="shift_changes"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=ShiftChangeKind)
    changed_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    why = models.CharField(_("why"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("when"))
    before = models.JSONField(_("before"), default=list)
    after = models.JSONField(_("after"), default=list)

    objects = ShiftChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of published shifts")
        verbose_name_plural = _("changes of published shifts")
        indexes = [models.Index(fields=["-changed_at"], name="scheduling_shiftchange_when")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class ShiftChangeDay(models.Model):
    """An operational day of an agent that a change touched.

    `version_revision` counts up without a gap per version, in the order of the commits: a reader that
    knows a revision finds every day that has changed since.
    """

    change = models.ForeignKey(ShiftChange, on_delete=models.CASCADE, related_name="days")
    version = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="+")
    version_revision = models.PositiveIntegerField(_("revision"))
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    operational_date = models.DateField(_("operational day"))

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("changed day")
        verbose_name_plural = _("changed days")
        constraints = [
            models.UniqueConstraint(
                fields=["change", "version", "agent", "operational_date"],
                name="scheduling_shiftchangeday_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["version", "version_revision"], name="scheduling_shiftchangeday_rev"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}"
