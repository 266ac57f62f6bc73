"""Schedule versions, shifts and what is done inside them."""

from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet
from staffing.models import RequirementRun
from wfm.org.access import agent_filter
from wfm.org.models import ActivityCode, Agent, Queue, Site
from wfm.org.runs import Run, RunQuerySet


class TstzRange(Func):
    """tstzrange(starts_at, ends_at): half-open."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class ScheduleStatus(models.TextChoices):
    """A draft may break rules (as findings); a published version may not overlap anything."""

    DRAFT = "DRAFT", _("draft")
    PUBLISHED = "PUBLISHED", _("published")
    SUPERSEDED = "SUPERSEDED", _("superseded")


class ScheduleVersionQuerySet(RunQuerySet["ScheduleVersion"]):
    """Schedule versions."""

    view_permission = "schedule.view"


class ScheduleVersion(Run):
    """One schedule of local dates [starts_on, ends_on) against one published requirement."""

    requirement_run = models.ForeignKey(
        RequirementRun, on_delete=models.PROTECT, null=True, blank=True, related_name="schedules"
    )
    based_on = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    timezone = models.CharField(_("time zone"), max_length=64)
    name = models.CharField(_("name"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=ScheduleStatus, default=ScheduleStatus.DRAFT
    )
    solver_status = models.CharField(_("solver's word"), max_length=20, blank=True)
    objective = models.FloatField(_("cost"), null=True, blank=True)
    lower_bound = models.FloatField(_("bound"), null=True, blank=True)
    understaffed_hours = models.FloatField(_("understaffed hours"), null=True, blank=True)
    overstaffed_hours = models.FloatField(_("overstaffed hours"), null=True, blank=True)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)

    objects = ScheduleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")),
                name="scheduling_scheduleversion_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.starts_on} – {self.ends_on}"

    @property
    def weeks(self) -> int:
        """Weeks of seven days; a last one may be shorter."""
        return -(-(self.ends_on - self.starts_on).days // 7)

    @property
    def last_date(self) -> date:
        """The last day."""
        return self.ends_on - timedelta(days=1)

    @property
    def gap(self) -> float | None:
        """Distance to perfect: (cost - bound) / cost; None while unknown, 0 at cost 0."""
        if self.objective is None or self.lower_bound is None:
            return None
        if self.objective <= 0:
            return 0.0
        return max(0.0, (self.objective - self.lower_bound) / self.objective)


class ShiftPlace(models.TextChoices):
    """Where the shift is worked."""

    OFFICE = "OFFICE", _("office")
    HOME = "HOME", _("home")


class Shift(models.Model):
    """Paid work of an agent on one operational day. Published shifts of an agent never overlap."""

    version = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="shifts")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="shifts")
    operational_date = models.DateField(_("operational day"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True)
    place = models.CharField(
        _("place"), max_length=8, choices=ShiftPlace, default=ShiftPlace.OFFICE
    )
    paid_minutes = models.PositiveSmallIntegerField(_("paid minutes"))
    is_locked = models.BooleanField(_("locked"), default=False)
    is_published = models.BooleanField(default=False, editable=False)
    revision = models.PositiveIntegerField(default=0)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="scheduling_shift_ends_after_start"
            ),
            ExclusionConstraint(
                name="scheduling_shift_published_no_overlap",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (TstzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_published=True),
                deferrable=Deferrable.DEFERRED,
                violation_error_message=_("The agent already has a published shift at that time."),
            ),
        ]
        indexes = [
            models.Index(fields=["version", "operational_date"], name="scheduling_shift_day"),
            models.Index(
                fields=["starts_at", "ends_at"],
                condition=Q(is_published=True),
                name="scheduling_shift_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.starts_at:%Y-%m-%d %H:%M}"


class ShiftActivityQuerySet(models.QuerySet["ShiftActivity"]):
    """Activities inside shifts."""

    def visible_to(self, principal: object) -> "ShiftActivityQuerySet":
        """Return those of agents in scope, and one's own."""
        return self.filter(agent_filter(principal, "schedule.view", "shift__agent"))


class ShiftActivity(models.Model):
    """A stretch of a shift: work on a queue, break, lunch, meeting. Together they fill the shift."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="activities")
    activity_code = models.ForeignKey(ActivityCode, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = ShiftActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift activity")
        verbose_name_plural = _("shift activities")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="scheduling_shiftactivity_ends_after_start",
            ),
            ExclusionConstraint(
                name="scheduling_shiftactivity_no_overlap",
                expressions=[
                    ("shift", RangeOperators.EQUAL),
                    (TstzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_code_id} {self.starts_at:%H:%M}"


class UnplacedAgent(models.Model):
    """An agent for whom the solver found no legal week, and why."""

    version = models.ForeignKey(ScheduleVersion, on_delete=models.CASCADE, related_name="unplaced")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    reason = models.TextField(_("reason"))

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("unplaced agent")
        verbose_name_plural = _("unplaced agents")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "agent"], name="scheduling_unplacedagent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent_id}: {self.reason}"
