"""One maintained row per agent for the live pages, and the marks by which the keeper keeps it."""

from django.contrib.postgres.fields import ArrayField
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
    """State, plan and flag of one agent now, written by the keeper alone.

    `version` grows with each change of the row; `next_check_at` is when the row may change without
    any event. Unknown state group: the agent's feed is silent. `row_json` is the row as pages and
    streams send it, so that nobody else has to write it out. No column that changes is indexed:
    an update then stays on its page.
    """

    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, primary_key=True, related_name="live"
    )
    activity_code = models.ForeignKey(
        ActivityCode,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    state_group = models.CharField(
        _("state group"), max_length=12, choices=StateGroup, default=StateGroup.OFFLINE
    )
    state_since = models.DateTimeField(_("in this state since"), null=True, blank=True)
    planned_code = models.ForeignKey(
        ActivityCode,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    planned_queue = models.ForeignKey(
        "org.Queue",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    planned_since = models.DateTimeField(null=True, blank=True)
    planned_until = models.DateTimeField(_("planned until"), null=True, blank=True)
    next_code = models.ForeignKey(
        ActivityCode,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    next_starts_at = models.DateTimeField(null=True, blank=True)
    shift_place = models.CharField(max_length=8, blank=True)
    flag = models.CharField(_("flag"), max_length=14, choices=LiveFlag, default=LiveFlag.OFF)
    flag_since = models.DateTimeField(_("flag since"), null=True, blank=True)
    severity = models.IntegerField(_("severity"), default=0)
    next_check_at = models.DateTimeField(null=True, blank=True)
    version = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(null=True, blank=True)
    team = models.ForeignKey(
        "org.Team",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    site = models.ForeignKey(
        "org.Site",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    row_json = models.TextField(default="", db_default="", blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent now")
        verbose_name_plural = _("agents now")

    def __str__(self) -> str:
        return f"{self.agent_id} {self.flag}"


class LiveMark(models.Model):
    """That something has changed which the keeper must look at: one row per batch.

    Rows are only added and taken away, and have no unique key, so that intake never waits.
    `agent_ids[i]` has events since `since_seconds[i]` (since 1970); an agent may stand there more
    than once. `heard_seconds` are moments at which the source was heard, thinned out (see
    services.marks). `is_whole`: something else about these agents has changed, and whoever changed
    it marks their days.
    """

    source = models.CharField(max_length=40, blank=True)
    agent_ids = ArrayField(models.BigIntegerField(), default=list)
    since_seconds = ArrayField(models.BigIntegerField(), default=list)
    heard_seconds = ArrayField(models.BigIntegerField(), default=list)
    events = models.PositiveIntegerField(default=0)
    is_whole = models.BooleanField(default=False)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mark for the keeper")
        verbose_name_plural = _("marks for the keeper")

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M:%S}"


class PendingSpan(models.Model):
    """Agents whose days from a moment on must be computed again; expanded to days in one go."""

    agent_ids = ArrayField(models.BigIntegerField(), default=list)
    since_seconds = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("span to be computed again")
        verbose_name_plural = _("spans to be computed again")

    def __str__(self) -> str:
        return f"{len(self.agent_ids)} agents"


class FollowedPlan(models.Model):
    """The revision of a published schedule that adherence has taken into account."""

    version_id = models.BigIntegerField(primary_key=True)
    revision = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("followed schedule")
        verbose_name_plural = _("followed schedules")

    def __str__(self) -> str:
        return f"#{self.version_id} r{self.revision}"
