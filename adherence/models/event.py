"""Activity events: points in time at which an agent's state changes."""

from typing import Self, TypeVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, agent_filter
from wfm.org.models import ActivityCode, Agent

_Row = TypeVar("_Row", bound=models.Model)


class ByAgentQuerySet(models.QuerySet[_Row]):
    """Rows about one agent."""

    def visible_to(self, principal: object) -> Self:
        """Return the rows of agents in scope, and one's own."""
        return self.filter(agent_filter(principal, "adherence.view", "agent"))


class EventSource(models.TextChoices):
    """Sources that are always there; others are the name that a feed gives itself."""

    PORTAL = "portal", _("portal")
    SIMULATION = "simulation", _("simulated")
    RULE = "rule", _("closed by rule")


class EventKind(models.TextChoices):
    """What an event says."""

    STATE = "state", _("state")
    LOGIN = "login", _("clocked in")
    RESYNC = "resync", _("state confirmed")
    LOGOUT = "logout", _("clocked out")
    HEARTBEAT = "heartbeat", _("heartbeat")


class ActivityEvent(models.Model):
    """The agent's state from this moment on. `code` empty: clocked out.

    A state is a point; it lasts until the next one, at most `core.states.LASTS_SECONDS`, so two can
    never overlap. The order is (occurred_at, sequence, event_uid).

    The table is partitioned by the UTC day of `occurred_at` (services.partitions); its primary key
    is (id, occurred_at), and that an event is taken once is the business of `EventKey`.
    """

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField(_("at"))
    activity_code = models.ForeignKey(
        ActivityCode, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("source"), max_length=40)
    event_uid = models.CharField(_("event id"), max_length=80)
    sequence = models.BigIntegerField(_("sequence"), default=0)
    received_at = models.DateTimeField(_("received"))
    device_at = models.DateTimeField(_("device time"), null=True, blank=True)
    is_late = models.BooleanField(_("late"), default=False)
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=EventKind,
        default=EventKind.STATE,
        db_default=EventKind.STATE.value,
    )
    reason = models.CharField(_("reason"), max_length=80, default="", db_default="", blank=True)
    channel = models.CharField(_("channel"), max_length=40, default="", db_default="", blank=True)
    raw = models.JSONField(default=dict, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity event")
        verbose_name_plural = _("activity events")
        indexes = [
            models.Index(
                fields=["agent", "occurred_at", "sequence"], name="adherence_activityevent_order"
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(source="portal", is_late=True) | Q(source="rule"),
                name="adherence_activityevent_late",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class EventKey(models.Model):
    """That an event has been taken: half a SHA-256 of its source and uid.

    Apart from the events, because a unique key of a partitioned table must hold the day, and the
    same tap sent again may name another moment.
    """

    id = models.UUIDField(primary_key=True)
    taken_on = models.DateField(_("taken"))

    class Meta:
        verbose_name = _("key of an event")
        verbose_name_plural = _("keys of events")
        indexes = [BrinIndex(fields=["taken_on"], name="adherence_eventkey_taken")]

    def __str__(self) -> str:
        return str(self.pk)


class QuarantinedEventQuerySet(models.QuerySet["QuarantinedEvent"]):
    """Events that could not be taken."""

    def visible_to(self, principal: object) -> "QuarantinedEventQuerySet":
        """Return them for our own people who edit adherence."""
        access = access_of(principal)
        return self if access.is_internal and access.can("adherence.edit") else self.none()


class QuarantinedEvent(models.Model):
    """An event that could not be taken: kept whole, with the reason, until someone mends it."""

    source = models.CharField(_("source"), max_length=40)
    event_uid = models.CharField(_("event id"), max_length=80)
    reason_code = models.CharField(_("reason code"), max_length=40)
    reason = models.TextField(_("reason"))
    raw = models.JSONField(default=dict)
    received_at = models.DateTimeField(_("received"))
    times_seen = models.PositiveIntegerField(_("times seen"), default=1)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    dismissed_reason = models.CharField(
        _("dismissed because"), max_length=300, blank=True, default="", db_default=""
    )
    resolved_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolution = models.CharField(
        _("taken after all because"), max_length=300, default="", db_default="", blank=True
    )

    objects = QuarantinedEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("quarantined event")
        verbose_name_plural = _("quarantined events")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_uid"], name="adherence_quarantinedevent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.event_uid}: {self.reason}"
