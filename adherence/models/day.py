"""Adherence per agent and operational day, and exceptions to it."""

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from adherence.core.projections import FIGURES, project_all
from adherence.models.event import ByAgentQuerySet
from wfm.metrics import Ratio
from wfm.org.models import Agent
from wfm.org.models.base import audited


class AdherenceDay(models.Model):
    """Seconds of one agent's operational day. Rates are pooled from these, never averaged.

    The columns of seconds are `adherence.core.projections.FIGURES`; every published formula is
    made of them.
    """

    # The unique constraint's index begins with the agent.
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+", db_index=False)
    operational_date = models.DateField(_("operational day"))
    scheduled_seconds = models.PositiveIntegerField(default=0)
    in_seconds = models.PositiveIntegerField(default=0)
    out_seconds = models.PositiveIntegerField(default=0)
    unknown_seconds = models.PositiveIntegerField(default=0)
    excepted_seconds = models.PositiveIntegerField(default=0)
    scheduled_work_seconds = models.PositiveIntegerField(default=0)
    worked_seconds = models.PositiveIntegerField(default=0)
    handling_seconds = models.PositiveIntegerField(default=0)
    available_seconds = models.PositiveIntegerField(default=0)
    matched_seconds = models.PositiveIntegerField(default=0)
    tolerated_seconds = models.PositiveIntegerField(default=0)
    excess_seconds = models.PositiveIntegerField(default=0)
    unapproved_out_seconds = models.PositiveIntegerField(default=0)
    unseen_seconds = models.PositiveIntegerField(default=0)
    outside_seconds = models.PositiveIntegerField(default=0)
    neutral_seconds = models.PositiveIntegerField(default=0)
    neutral_in_seconds = models.PositiveIntegerField(default=0)
    clocked_in_shift_seconds = models.PositiveIntegerField(default=0)
    clocked_outside_seconds = models.PositiveIntegerField(default=0)
    present_in_shift_seconds = models.PositiveIntegerField(default=0)
    present_seconds = models.PositiveIntegerField(default=0)
    paid_scheduled_seconds = models.PositiveIntegerField(default=0)
    paid_unknown_seconds = models.PositiveIntegerField(default=0)
    paid_out_seconds = models.PositiveIntegerField(default=0)
    unseen_work_seconds = models.PositiveIntegerField(default=0)
    matrix = models.JSONField(_("seconds by plan and state"), default=dict, blank=True)
    exceptions = models.JSONField(_("stretches out of adherence"), default=list, blank=True)
    is_final = models.BooleanField(_("day is over"), default=False)
    computed_at = models.DateTimeField(null=True, blank=True)
    metric_version = models.PositiveIntegerField(default=1)
    figures_version = models.PositiveSmallIntegerField(default=0)
    content_digest = models.BigIntegerField(default=0)
    """Of matrix and exceptions, so that a row that comes out the same is known without them."""

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adherence of a day")
        verbose_name_plural = _("adherence by day")
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "operational_date"], name="adherence_adherenceday_once"
            )
        ]
        indexes = [models.Index(fields=["operational_date"], name="adherence_day_date")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}"

    @property
    def adherence_rate(self) -> float | None:
        """1 - out / scheduled, floor 0, unseen time left out; None without scheduled time."""
        observed = self.scheduled_seconds - self.unknown_seconds
        return max(0.0, 1 - self.out_seconds / observed) if observed else None

    @property
    def conformance_rate(self) -> float | None:
        """Worked on position / scheduled on position; None without scheduled time on position."""
        if not self.scheduled_work_seconds:
            return None
        return self.worked_seconds / self.scheduled_work_seconds

    @property
    def figures(self) -> dict[str, int]:
        """The seconds by name."""
        return {name: getattr(self, name) for name in FIGURES}

    @property
    def rates(self) -> dict[str, Ratio]:
        """Every formula's numerator, denominator and value, by key."""
        return project_all(self.figures)


class ChangeKind(models.TextChoices):
    """Why a day is computed again."""

    EVENTS = "EVENTS", _("events that came late")
    EXCEPTION = "EXCEPTION", _("exception approved or withdrawn")
    SCHEDULE = "SCHEDULE", _("schedule changed afterwards")
    CODES = "CODES", _("activity code changed")
    OLD_EVENT = "OLD_EVENT", _("event older than 30 days accepted")
    MANUAL = "MANUAL", _("computed again on request")


class PendingDay(models.Model):
    """A day to be computed again, and why. Rows are only added and taken away: intake never waits."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    operational_date = models.DateField(_("operational day"))
    kind = models.CharField(
        _("cause"),
        max_length=10,
        choices=ChangeKind,
        default=ChangeKind.EVENTS,
        db_default=ChangeKind.EVENTS,
    )
    by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    why = models.CharField(_("why"), max_length=300, blank=True, db_default="")
    marked_at = models.DateTimeField(_("marked"), db_default=Now())

    class Meta:
        verbose_name = _("day to be computed again")
        verbose_name_plural = _("days to be computed again")

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}"


class DayCorrection(models.Model):
    """The figures of a finished day before and after they changed, with every cause that was known.

    `before` and `after` follow the order of FIGURES. Rows are only ever added.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    operational_date = models.DateField(_("operational day"))
    corrected_at = models.DateTimeField(_("corrected"))
    kinds = ArrayField(
        models.CharField(max_length=10, choices=ChangeKind), verbose_name=_("causes")
    )
    causes = models.JSONField(_("who and why"))
    """One object per cause: kind, by_id, by (the name at that time), why, at."""
    before = ArrayField(models.IntegerField(), verbose_name=_("before"))
    after = ArrayField(models.IntegerField(), verbose_name=_("after"))

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of a day")
        verbose_name_plural = _("corrections of days")
        constraints = [
            models.CheckConstraint(
                condition=~Q(before=F("after")), name="adherence_daycorrection_changes_something"
            )
        ]
        indexes = [
            models.Index(fields=["agent", "operational_date"], name="adherence_correction_day"),
            models.Index(fields=["operational_date"], name="adherence_correction_date"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.operational_date}: {', '.join(self.kinds)}"

    @property
    def figures_before(self) -> dict[str, int]:
        """What was told until then."""
        return _named(self.before)

    @property
    def figures_after(self) -> dict[str, int]:
        """What is told since."""
        return _named(self.after)

    @property
    def rates_before(self) -> dict[str, Ratio]:
        """Every formula as it was told until then."""
        return project_all(self.figures_before)

    @property
    def rates_after(self) -> dict[str, Ratio]:
        """Every formula as it is told since."""
        return project_all(self.figures_after)


def _named(seconds: Sequence[int]) -> dict[str, int]:
    """Figures by name; those that were not yet kept at the time are 0."""
    return dict.fromkeys(FIGURES, 0) | dict(zip(FIGURES, seconds, strict=False))


class ExceptionStatus(models.TextChoices):
    """Where an exception stands."""

    REQUESTED = "REQUESTED", _("requested")
    APPROVED = "APPROVED", _("approved")
    DECLINED = "DECLINED", _("declined")


@audited()
class AdherenceException(models.Model):
    """A stretch that counts as in adherence once approved, with who and why."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    status = models.CharField(
        _("status"), max_length=10, choices=ExceptionStatus, default=ExceptionStatus.REQUESTED
    )
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    group = models.ForeignKey(
        "adherence.GroupException",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="rows",
        db_index=False,
        verbose_name=_("exception for many"),
    )
    """The one that was approved for many at once; empty: for this agent alone."""

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("adherence exception")
        verbose_name_plural = _("adherence exceptions")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="adherence_exception_ends_after_start",
            )
        ]
        indexes = [
            models.Index(
                fields=["group"],
                condition=Q(group__isnull=False),
                name="adherence_exception_group",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.starts_at:%Y-%m-%d %H:%M}: {self.reason}"
