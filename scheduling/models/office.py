"""Office and home: hours and rooms of sites, ratios of people, days of teams."""

from typing import Self, TypeVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, agent_filter
from wfm.org.models import Agent, EmploymentContract, Site, Team
from wfm.org.models.base import audited

_Row = TypeVar("_Row", bound=models.Model)


class InternalQuerySet(models.QuerySet[_Row]):
    """Rows that only our own people see."""

    def visible_to(self, principal: object) -> Self:
        """Return all for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class SiteOffice(models.Model):
    """What a site's office is like for people who may also work from home."""

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="office")
    productive_rate = models.FloatField(
        _("an hour in the office gets done, of one at home"),
        default=1.0,
        help_text=_("1 is as much; 0.95 is five percent less. Holds for hybrid people."),
    )

    objects = InternalQuerySet.as_manager()

    class Meta:
        verbose_name = _("office of a site")
        verbose_name_plural = _("offices of sites")
        constraints = [
            models.CheckConstraint(
                condition=Q(productive_rate__gt=0) & Q(productive_rate__lte=1),
                name="scheduling_siteoffice_rate_in_range",
                violation_error_message=_("Write a rate above 0, 1 at most."),
            )
        ]

    def __str__(self) -> str:
        return str(self.site)


@audited()
class OfficeHours(models.Model):
    """When the office of a site is open on a weekday, minutes of its wall clock.

    No row at all: always. With rows, weekdays without one are closed, and shifts that reach outside are
    worked from home.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="office_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens_minute = models.PositiveSmallIntegerField(_("opens, minute"))
    closes_minute = models.PositiveSmallIntegerField(_("closes, minute"))

    objects = InternalQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of an office")
        verbose_name_plural = _("hours of offices")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "weekday"], name="scheduling_officehours_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(opens_minute__lt=F("closes_minute"))
                & Q(weekday__lte=6)
                & Q(closes_minute__lte=2880),
                name="scheduling_officehours_ordered",
                violation_error_message=_("The office opens before it closes."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site} {self.weekday}"


@audited()
class MeetingRoom(models.Model):
    """A room of a site that one activity at a time can take, in force [starts_on, ends_on)."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="meeting_rooms")
    name = models.CharField(_("name"), max_length=80)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = InternalQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting room")
        verbose_name_plural = _("meeting rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name", "starts_on"], name="scheduling_meetingroom_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="scheduling_meetingroom_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}: {self.name}"


class HybridRatioQuerySet(models.QuerySet["HybridRatio"]):
    """Ratios."""

    def visible_to(self, principal: object) -> "HybridRatioQuerySet":
        """Return those of contracts, and of agents in scope."""
        if not access_of(principal).is_internal:
            return self.none()
        own = agent_filter(principal, "people.view", "agent")
        return self.filter(own | Q(agent=None))


@audited()
class HybridRatio(models.Model):
    """Days a week in the office of hybrid people: of a contract, or of one agent, which goes first.

    3:2 is three days at least and at most. Without a row the assignment's number of days holds.
    """

    employment_contract = models.OneToOneField(
        EmploymentContract,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="hybrid_ratio",
    )
    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="hybrid_ratio"
    )
    office_days_min = models.PositiveSmallIntegerField(_("days in the office a week, least"))
    office_days_max = models.PositiveSmallIntegerField(_("days in the office a week, most"))

    objects = HybridRatioQuerySet.as_manager()

    class Meta:
        verbose_name = _("office and home ratio")
        verbose_name_plural = _("office and home ratios")
        constraints = [
            models.CheckConstraint(
                condition=Q(employment_contract=None, agent__isnull=False)
                | Q(employment_contract__isnull=False, agent=None),
                name="scheduling_hybridratio_of_one",
                violation_error_message=_("A ratio is of a contract or of an agent, not of both."),
            ),
            models.CheckConstraint(
                condition=Q(office_days_min__lte=F("office_days_max")) & Q(office_days_max__lte=7),
                name="scheduling_hybridratio_ordered",
                violation_error_message=_("Days in the office are 0 to 7, the least first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent or self.employment_contract}: {self.office_days_min}–{self.office_days_max}"


class TeamPlace(models.TextChoices):
    """Where a team's days are spent."""

    OFFICE = "OFFICE", _("in the office")
    HOME = "HOME", _("at home")


class TeamOfficeRuleQuerySet(models.QuerySet["TeamOfficeRule"]):
    """Rules of teams."""

    def visible_to(self, principal: object) -> "TeamOfficeRuleQuerySet":
        """Return those of teams in scope."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        return self if access.team_ids is None else self.filter(team__in=access.team_ids)


@audited()
class TeamOfficeRule(models.Model):
    """Days that the hybrid people of a team spend together in the office, or at home.

    Named weekdays, or a number of common days a week that the solver chooses; every week, or one week of
    a cycle: office weeks by turns are two rules of two teams a week apart.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="office_rules")
    place = models.CharField(_("place"), max_length=8, choices=TeamPlace, default=TeamPlace.OFFICE)
    weekdays = models.CharField(
        _("weekdays (0 = Monday)"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^[0-6]*$", _("Write digits 0 to 6; 0 is Monday."))],
    )
    common_days = models.PositiveSmallIntegerField(
        _("common days a week that the solver chooses"), default=0
    )
    cycle_weeks = models.PositiveSmallIntegerField(
        _("one week of so many"), default=1, help_text=_("1: every week; 2: every other week.")
    )
    cycle_starts_on = models.DateField(
        _("a week in which it holds begins on"), null=True, blank=True
    )

    objects = TeamOfficeRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("office days of a team")
        verbose_name_plural = _("office days of teams")
        constraints = [
            models.CheckConstraint(
                condition=(~Q(weekdays="") & Q(common_days=0))
                | (Q(weekdays="", common_days__gte=1, common_days__lte=7) & Q(place="OFFICE")),
                name="scheduling_teamofficerule_days_or_number",
                violation_error_message=_(
                    "Name weekdays, or a number of common days in the office; not both."
                ),
            ),
            models.CheckConstraint(
                condition=Q(cycle_weeks=1)
                | Q(cycle_weeks__gte=2, cycle_weeks__lte=8, cycle_starts_on__isnull=False),
                name="scheduling_teamofficerule_cycle_has_start",
                violation_error_message=_("A cycle of weeks needs a day on which one begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.weekdays or self.common_days}"
