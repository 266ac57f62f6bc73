"""One maintained row per agent for the live pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from adherence.models.event import ByAgentQuerySet
from wfm.org.models import ActivityCode, Agent, StateGroup


class LiveFlag(models.TextChoices):
    """What matters about an agent now, worst last."""

    OFF = "OFF", _("off shift")
    IN = "IN", _("in adherence")
    EXTRA = "EXTRA", _("working outside the shift")
    UNKNOWN = "UNKNOWN", _("feed silent")
    BUSY_TOO_LONG = "BUSY_TOO_LONG", _("busy too long")
    OUT = "OUT", _("out of adherence")
    LATE = "LATE", _("late")
    NO_SHOW = "NO_SHOW", _("not clocked in")


class AgentLive(models.Model):
    """State, plan and flag of one agent now, kept by intake and tick.

    `version` grows with each change of the row; `next_check_at` is when the row may change without
    any event. Unknown state group: the agent's feed is silent.
    """

    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, primary_key=True, related_name="live"
    )
    activity_code = models.ForeignKey(
        ActivityCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state_group = models.CharField(
        _("state group"), max_length=12, choices=StateGroup, default=StateGroup.OFFLINE
    )
    state_since = models.DateTimeField(_("in this state since"), null=True, blank=True)
    planned_code = models.ForeignKey(
        ActivityCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    planned_queue = models.ForeignKey(
        "org.Queue", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    planned_since = models.DateTimeField(null=True, blank=True)
    planned_until = models.DateTimeField(_("planned until"), null=True, blank=True)
    next_code = models.ForeignKey(
        ActivityCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_starts_at = models.DateTimeField(null=True, blank=True)
    shift_place = models.CharField(max_length=8, blank=True)
    flag = models.CharField(_("flag"), max_length=14, choices=LiveFlag, default=LiveFlag.OFF)
    flag_since = models.DateTimeField(_("flag since"), null=True, blank=True)
    severity = models.IntegerField(_("severity"), default=0)
    next_check_at = models.DateTimeField(null=True, blank=True, db_index=True)
    version = models.BigIntegerField(default=0, db_index=True)
    updated_at = models.DateTimeField(null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent now")
        verbose_name_plural = _("agents now")

    def __str__(self) -> str:
        return f"{self.agent_id} {self.flag}"
