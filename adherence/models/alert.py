"""Alerts of the day: when they are raised, who answers for them, what was done."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from adherence.models.scope import Scoped, ScopedQuerySet, at_most_one_scope
from wfm.org.models import Skill
from wfm.org.models.base import TimeZoneField, audited

DAY_MINUTES = 1440


class AlertKind(models.TextChoices):
    """What can be wrong."""

    SERVICE_AT_RISK = "SERVICE_AT_RISK", _("service at risk")
    UNDERSTAFFED = "UNDERSTAFFED", _("fewer present than required")
    ABOVE_FORECAST = "ABOVE_FORECAST", _("volume above forecast")
    BELOW_FORECAST = "BELOW_FORECAST", _("volume below forecast")
    BACKLOG_BREACH = "BACKLOG_BREACH", _("backlog will breach")
    TEAM_ADHERENCE = "TEAM_ADHERENCE", _("adherence of a team low")
    SOLE_HOLDER_ABSENT = "SOLE_HOLDER_ABSENT", _("sole holder of a skill absent")
    FEED_SILENT = "FEED_SILENT", _("feed silent")


class AlertRuleQuerySet(ScopedQuerySet["AlertRule"]):
    """Limits."""


@audited()
class AlertRule(Scoped):
    """When an alert of a kind is raised here; the narrowest rule goes before the wider ones.

    Without any rule the limits that are built in hold.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind)
    threshold = models.FloatField(_("threshold"))
    hysteresis = models.FloatField(
        _("over only when better by"),
        default=0.0,
        help_text=_("In the same unit; so an alert does not flicker around its threshold."),
    )
    hold_minutes = models.PositiveSmallIntegerField(_("raised after minutes"), default=5)
    clear_minutes = models.PositiveSmallIntegerField(_("over after minutes"), default=10)
    escalate_minutes = models.PositiveSmallIntegerField(
        _("handed on without acknowledgement after minutes"), default=15
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = AlertRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit of an alert")
        verbose_name_plural = _("limits of alerts")
        constraints = [
            models.CheckConstraint(
                condition=at_most_one_scope(),
                name="adherence_alertrule_one_scope",
                violation_error_message=_("Choose one of queue, team, site and client, or none."),
            ),
            models.CheckConstraint(
                condition=Q(hysteresis__gte=0), name="adherence_alertrule_hysteresis_positive"
            ),
            models.UniqueConstraint(
                fields=["kind", "queue", "team", "site", "client"],
                name="adherence_alertrule_once",
                nulls_distinct=False,
                violation_error_message=_("There is a limit of this kind for this scope already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.scope_name}".strip()


class ResponsibilityQuerySet(ScopedQuerySet["Responsibility"]):
    """Who answers for what."""


@audited()
class Responsibility(Scoped):
    """A person or a role answers for a queue, team, site, client or everything, at these hours.

    Of several for the same scope the lower place comes first; the others, then those of wider
    scopes, are the fallback.
    """

    user = models.ForeignKey(
        "org.User",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    role = models.ForeignKey(
        "org.Role",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("role"),
    )
    kind = models.CharField(
        _("for alerts of this kind only"), max_length=20, choices=AlertKind, blank=True
    )
    place = models.PositiveSmallIntegerField(_("place in the chain"), default=1)
    weekdays = models.CharField(_("weekdays (0 = Monday)"), max_length=7, default="0123456")
    from_minute = models.PositiveSmallIntegerField(_("from minute of the day"), default=0)
    until_minute = models.PositiveSmallIntegerField(
        _("until minute of the day"),
        default=DAY_MINUTES,
        help_text=_("Before the first: over midnight."),
    )
    timezone = TimeZoneField(_("time zone"), default="UTC")

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints = [
            models.CheckConstraint(
                condition=at_most_one_scope(),
                name="adherence_responsibility_one_scope",
                violation_error_message=_("Choose one of queue, team, site and client, or none."),
            ),
            models.CheckConstraint(
                condition=Q(user=None, role__isnull=False) | Q(user__isnull=False, role=None),
                name="adherence_responsibility_person_or_role",
                violation_error_message=_("A person answers for it, or a role: choose one."),
            ),
            models.CheckConstraint(
                condition=Q(from_minute__lt=DAY_MINUTES)
                & Q(until_minute__lte=DAY_MINUTES)
                & ~Q(from_minute=F("until_minute")),
                name="adherence_responsibility_hours",
                violation_error_message=_("The hours begin and end at different minutes of a day."),
            ),
            models.CheckConstraint(
                condition=Q(weekdays__regex=r"^[0-6]{1,7}$"),
                name="adherence_responsibility_weekdays",
                violation_error_message=_("Write the weekdays as digits, 0 for Monday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.role}: {self.scope_name}"


class AlertStatus(models.TextChoices):
    """Where an alert stands. A pending one has not lasted long enough to be shown."""

    PENDING = "PENDING", _("noticed")
    OPEN = "OPEN", _("open")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("acknowledged")
    CLOSED = "CLOSED", _("over")


class AlertOutcome(models.TextChoices):
    """How it ended."""

    SOLVED = "SOLVED", _("solved by what was done")
    PASSED = "PASSED", _("passed by itself")
    MISSED = "MISSED", _("goal missed all the same")
    FALSE_ALARM = "FALSE_ALARM", _("false alarm")


class AlertQuerySet(ScopedQuerySet["Alert"]):
    """Alerts."""

    def shown(self) -> "AlertQuerySet":
        """Return those that lasted long enough."""
        return self.exclude(opened_at=None)

    def open(self) -> "AlertQuerySet":
        """Return those that are not over."""
        return self.shown().filter(closed_at=None)


class Alert(Scoped):
    """One thing that is wrong, from when it was noticed until it is over.

    Its own log tells who did what; the figures change every minute and are not audited.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind)
    scope_key = models.CharField(max_length=80)
    """queue:7, team:3, skill:5, feed:acd: what it is about, whatever else is known."""
    skill = models.ForeignKey(
        Skill, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("feed"), max_length=40, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=AlertStatus, default=AlertStatus.PENDING
    )
    value = models.FloatField(_("value"))
    worst_value = models.FloatField(_("worst value"))
    threshold = models.FloatField(_("threshold"))
    escalate_minutes = models.PositiveSmallIntegerField(default=15)
    detail = models.JSONField(_("figures"), default=dict, blank=True)
    began_at = models.DateTimeField(_("noticed"))
    opened_at = models.DateTimeField(_("raised"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("last seen"))
    calm_since = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(_("over since"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey(
        "org.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("responsible"),
    )
    owner_role = models.ForeignKey(
        "org.Role", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    level = models.PositiveSmallIntegerField(_("place in the chain"), default=0)
    handed_on_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=AlertOutcome, blank=True)
    outcome_note = models.CharField(_("what came of it"), max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope_key"],
                condition=Q(closed_at=None),
                name="adherence_alert_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status="CLOSED", closed_at__isnull=False)
                | (~Q(status="CLOSED") & Q(closed_at=None)),
                name="adherence_alert_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="PENDING", opened_at=None)
                | (~Q(status="PENDING") & Q(opened_at__isnull=False)),
                name="adherence_alert_open_has_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at"], name="adherence_alert_opened"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self) -> str:
        """What it is about."""
        if self.source:
            return self.source
        if self.scope_key.startswith("skill:") and self.skill is not None:
            return str(self.skill)
        return self.scope_name

    @property
    def is_open(self) -> bool:
        """It is not over."""
        return self.closed_at is None

    @property
    def owner_name(self) -> str:
        """The person, else the role; empty where nobody answers for it."""
        return str(self.owner or self.owner_role or "")


class AlertStep(models.TextChoices):
    """What happened to an alert."""

    OPENED = "OPENED", _("raised")
    ASSIGNED = "ASSIGNED", _("given to")
    HANDED_ON = "HANDED_ON", _("handed on to")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("acknowledged")
    TAKEN_OVER = "TAKEN_OVER", _("taken over")
    ACTION = "ACTION", _("action")
    OUTCOME = "OUTCOME", _("outcome")
    CLOSED = "CLOSED", _("over")


class AlertLogQuerySet(models.QuerySet["AlertLog"]):
    """Entries."""

    def visible_to(self, principal: object) -> "AlertLogQuerySet":
        """Return those of alerts in scope."""
        return self.filter(alert__in=Alert.objects.visible_to(principal))


class AlertLog(models.Model):
    """What was done about an alert, when and by whom; never changed."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="log")
    step = models.CharField(_("step"), max_length=12, choices=AlertStep)
    text = models.CharField(_("text"), max_length=500, blank=True)
    by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    objects = AlertLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of an alert")
        verbose_name_plural = _("entries of alerts")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_step_display()} {self.text}".strip()
