"""Training, meetings and coaching that the solver places inside shifts."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.version import ScheduleVersion
from wfm.org.access import access_of, agent_filter
from wfm.org.models import ActivityCode, Agent, Site
from wfm.org.models.base import audited


class ActivityRequestQuerySet(models.QuerySet["ActivityRequest"]):
    """Requests."""

    def visible_to(self, principal: object) -> "ActivityRequestQuerySet":
        """Return those with an attendant in scope."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        if access.can("schedule.view") and access.team_ids is None:
            return self
        seen = Agent.objects.filter(agent_filter(principal, "schedule.view"))
        return self.filter(attendants__in=seen).distinct()

    def open(self) -> "ActivityRequestQuerySet":
        """Return those that are still to be placed."""
        return self.filter(is_active=True)


@audited()
class ActivityRequest(models.Model):
    """Something to be held once for its attendants, where it costs least service.

    Together at one time, or each alone at their own. On days [starts_on, ends_on), between two minutes of the
    schedule's wall clock.
    """

    if TYPE_CHECKING:
        activity_code_id: int
        room_site_id: int | None

    title = models.CharField(_("title"), max_length=120)
    activity_code = models.ForeignKey(
        ActivityCode, on_delete=models.PROTECT, related_name="+", verbose_name=_("activity")
    )
    attendants = models.ManyToManyField(
        Agent, related_name="activity_requests", verbose_name=_("attendants")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    is_together = models.BooleanField(
        _("all at the same time"),
        default=True,
        help_text=_("Off: each attendant alone, as in coaching or self-study."),
    )
    starts_on = models.DateField(_("from day"))
    ends_on = models.DateField(_("until before day"))
    earliest_minute = models.PositiveSmallIntegerField(_("earliest, minute of the day"), default=0)
    latest_minute = models.PositiveSmallIntegerField(_("over by, minute of the day"), default=1440)
    needs_office = models.BooleanField(_("in the office"), default=False)
    room_site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("takes a meeting room of"),
    )
    is_active = models.BooleanField(_("to be placed"), default=True)

    objects = ActivityRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity to place")
        verbose_name_plural = _("activities to place")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")),
                name="scheduling_activityrequest_days_ordered",
                violation_error_message=_("The last day comes after the first."),
            ),
            models.CheckConstraint(
                condition=Q(earliest_minute__lt=F("latest_minute")) & Q(latest_minute__lte=2880),
                name="scheduling_activityrequest_minutes_ordered",
                violation_error_message=_("The window ends after it begins."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=15) & Q(minutes__lte=480),
                name="scheduling_activityrequest_length",
                violation_error_message=_("An activity lasts 15 to 480 minutes."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ActivityPlacementQuerySet(models.QuerySet["ActivityPlacement"]):
    """Placements."""

    def visible_to(self, principal: object) -> "ActivityPlacementQuerySet":
        """Return those of requests in scope."""
        return self.filter(request__in=ActivityRequest.objects.visible_to(principal))


class ActivityPlacement(models.Model):
    """Where a version holds a requested activity; `agent` for those held with each alone.

    Without times it is held nowhere, and `reason` says why and what would help.
    """

    version = models.ForeignKey(
        ScheduleVersion, on_delete=models.CASCADE, related_name="placements"
    )
    request = models.ForeignKey(
        ActivityRequest, on_delete=models.CASCADE, related_name="placements"
    )
    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    cost = models.FloatField(_("cost of the service lost"), default=0.0)
    reason = models.TextField(_("why not"), blank=True)

    objects = ActivityPlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placed activity")
        verbose_name_plural = _("placed activities")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "request", "agent"],
                nulls_distinct=False,
                name="scheduling_activityplacement_once",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="scheduling_activityplacement_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} in {self.version_id}"
