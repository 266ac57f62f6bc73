"""Busy for too long: who helps, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from adherence.models.event import ByAgentQuerySet
from wfm.org.access import access_of
from wfm.org.models import ActivityCode, Agent, StateGroup, Team
from wfm.org.models.base import audited


class BusyRouteQuerySet(models.QuerySet["BusyRoute"]):
    """Routes of long busy states."""

    def visible_to(self, principal: object) -> "BusyRouteQuerySet":
        """Return them for our own people who see adherence."""
        access = access_of(principal)
        return self if access.is_internal and access.can("adherence.view") else self.none()


@audited()
class BusyRoute(models.Model):
    """Who is sent when a busy code lasts too long. Empty code: any; empty team: all.

    Of several that fit the most exact one decides: the code before the team.
    """

    activity_code = models.ForeignKey(
        ActivityCode,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"state_group": StateGroup.BUSY},
        verbose_name=_("activity code"),
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
    )
    troubleshooter = models.ForeignKey(
        "org.User", on_delete=models.CASCADE, related_name="+", verbose_name=_("troubleshooter")
    )

    objects = BusyRouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("route of long busy states")
        verbose_name_plural = _("routes of long busy states")
        constraints = [
            models.UniqueConstraint(
                fields=["activity_code", "team"],
                nulls_distinct=False,
                name="adherence_busyroute_once",
                violation_error_message=_("There is a route for this code and team already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_code or '*'} / {self.team or '*'}: {self.troubleshooter}"


class BusyOutcome(models.TextChoices):
    """What came of a long busy state."""

    HELPED = "HELPED", _("helped, back to work")
    TECHNICAL = "TECHNICAL", _("technical fault, passed on")
    JUSTIFIED = "JUSTIFIED", _("the work needed it")
    FORGOTTEN = "FORGOTTEN", _("forgot to change the code")
    COACHING = "COACHING", _("to be coached")
    OTHER = "OTHER", _("other, see the comment")


@audited()
class BusyCase(models.Model):
    """One stretch in one busy code beyond its limit, from the rule that saw it to its outcome.

    `ended_at` is when the agent left the code; the case stays open until someone names the outcome.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    activity_code = models.ForeignKey(ActivityCode, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField(_("busy since"))
    limit_seconds = models.PositiveIntegerField(_("limit in seconds"))
    opened_at = models.DateTimeField(_("opened"))
    ended_at = models.DateTimeField(_("busy until"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=BusyOutcome, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("long busy state")
        verbose_name_plural = _("long busy states")
        constraints = [
            models.UniqueConstraint(fields=["agent", "began_at"], name="adherence_busycase_once"),
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(ended_at=None),
                name="adherence_busycase_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="adherence_busycase_closed_with_outcome",
                violation_error_message=_("A case is closed with an outcome."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")),
                name="adherence_busycase_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=BusyOutcome.OTHER) | ~Q(comment=""),
                name="adherence_busycase_other_is_explained",
                violation_error_message=_("Say in the comment what the outcome was."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(closed_at=None), name="adherence_busycase_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Nobody has named the outcome yet."""
        return self.closed_at is None

    @property
    def minutes(self) -> int | None:
        """Whole minutes it lasted; None while it goes on."""
        if self.ended_at is None:
            return None
        return int((self.ended_at - self.began_at).total_seconds()) // 60
