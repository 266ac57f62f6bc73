"""What people would like, and what they agree to."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet
from scheduling.models.rule import ShiftTemplate
from wfm.org.models import Agent
from wfm.org.models.base import DateRange, audited
from wfm.org.weekdays import WEEKDAYS

LOWEST_RANK = 9


class PreferenceKind(models.TextChoices):
    """What is wished for."""

    DAY_OFF = "DAY_OFF", _("day off")
    START = "START", _("start between two times")
    TEMPLATE = "TEMPLATE", _("a shift of this template")


@audited()
class Preference(models.Model):
    """A wish or bid of an agent for a date, or for every such weekday of [starts_on, ends_on).

    Rank 1 is dearest. What keeping it is worth follows from the rank, from the planner's setting and
    from how seldom the agent's wishes were kept of late.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(_("wish"), max_length=8, choices=PreferenceKind)
    date = models.DateField(_("date"), null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(
        _("or every"), choices=WEEKDAYS, null=True, blank=True
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    earliest_start_minute = models.PositiveSmallIntegerField(
        _("starts from, minute of the day"), default=0
    )
    latest_start_minute = models.PositiveSmallIntegerField(
        _("starts until, minute of the day"), default=1440
    )
    template = models.ForeignKey(
        ShiftTemplate, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    rank = models.PositiveSmallIntegerField(_("rank, 1 is dearest"), default=1)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.CheckConstraint(
                condition=Q(date=None, weekday__isnull=False, weekday__lte=6)
                | Q(date__isnull=False, weekday=None),
                name="scheduling_preference_date_or_weekday",
                violation_error_message=_("A wish names a date or a weekday, one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(earliest_start_minute__lte=F("latest_start_minute"))
                & Q(latest_start_minute__lte=1440),
                name="scheduling_preference_starts_ordered",
                violation_error_message=_("The earliest start must not lie after the latest."),
            ),
            models.CheckConstraint(
                condition=Q(kind=PreferenceKind.TEMPLATE, template__isnull=False)
                | (~Q(kind=PreferenceKind.TEMPLATE) & Q(template=None)),
                name="scheduling_preference_template_named",
                violation_error_message=_(
                    "A wish for a template names one; other wishes name none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rank__gte=1, rank__lte=LOWEST_RANK),
                name="scheduling_preference_rank_known",
                violation_error_message=_("Ranks go from 1 to 9."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="scheduling_preference_ends_after_start",
                violation_error_message=_("A wish must end after it starts."),
            ),
        ]
        indexes = [models.Index(fields=["agent", "date"], name="scheduling_preference_agent")]

    def __str__(self) -> str:
        return f"{self.agent} {self.get_kind_display()} #{self.rank}"


@audited()
class SplitShiftConsent(models.Model):
    """An agent agrees to split shifts on [starts_on, ends_on); without a row none are given."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="split_shift_consents")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent to split shifts")
        verbose_name_plural = _("consents to split shifts")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="scheduling_splitshiftconsent_ends_after_start",
                violation_error_message=_("A consent must end after it starts."),
            ),
            ExclusionConstraint(
                name="scheduling_splitshiftconsent_one_at_a_time",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The agent has already agreed for these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.starts_on}"
