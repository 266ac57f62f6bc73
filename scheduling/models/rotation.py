"""Rotations: patterns of working days and days off that repeat."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, agent_filter
from wfm.org.models import Agent, Team
from wfm.org.models.base import DateRange, audited

WORK, OFF, FREE = "W", "O", "-"
MOST_DAYS = 364


class RotationQuerySet(models.QuerySet["Rotation"]):
    """Rotations."""

    def visible_to(self, principal: object) -> "RotationQuerySet":
        """Return the rotations for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class Rotation(models.Model):
    """Days that repeat: W is worked, O is off, - is the solver's choice. WWWWOO is 4-on-2-off.

    A pattern of n weeks has 7 x n letters and begins on a Monday.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    pattern = models.CharField(
        _("pattern of days"),
        max_length=MOST_DAYS,
        validators=[
            RegexValidator(
                r"^[WO-]+$", _("Write W for a day of work, O for a day off, - for either.")
            )
        ],
        help_text=_("W works, O is off, - is either; WWWWOO is four on, two off."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = RotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")
        constraints = [
            models.CheckConstraint(
                condition=Q(pattern__regex=r"^[WO-]+$"),
                name="scheduling_rotation_known_letters",
                violation_error_message=_(
                    "Write W for a day of work, O for a day off, - for either."
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.pattern})"


class RotationAssignmentQuerySet(models.QuerySet["RotationAssignment"]):
    """Who follows which rotation."""

    def visible_to(self, principal: object) -> "RotationAssignmentQuerySet":
        """Return those of agents and teams in scope."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        own = agent_filter(principal, "schedule.view", "agent")
        teams = Q(team__isnull=False)
        if access.team_ids is not None:
            teams &= Q(team__in=access.team_ids)
        if not access.can("schedule.view"):
            return self.filter(own)
        return self.filter(own | teams)


@audited()
class RotationAssignment(models.Model):
    """An agent, or a whole team, follows a rotation on [starts_on, ends_on).

    `starts_on` is the first day of the pattern. A row of the agent goes before one of the team.
    """

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="assignments")
    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="rotations"
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="rotations"
    )
    starts_on = models.DateField(_("first day of the pattern"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = RotationAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment to a rotation")
        verbose_name_plural = _("assignments to rotations")
        constraints = [
            models.CheckConstraint(
                condition=Q(agent=None, team__isnull=False) | Q(agent__isnull=False, team=None),
                name="scheduling_rotationassignment_agent_or_team",
                violation_error_message=_("A rotation is given to one agent or to one team."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="scheduling_rotationassignment_ends_after_start",
                violation_error_message=_("A rotation must end after it starts."),
            ),
            ExclusionConstraint(
                name="scheduling_rotationassignment_one_per_agent",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The agent follows another rotation on these dates."),
            ),
            ExclusionConstraint(
                name="scheduling_rotationassignment_one_per_team",
                expressions=[
                    ("team", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The team follows another rotation on these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent or self.team}: {self.rotation}"
