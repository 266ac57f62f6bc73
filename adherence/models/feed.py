"""Feeds of events, and when they were heard."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.models import Agent


class EventFeedQuerySet(models.QuerySet["EventFeed"]):
    """Feeds."""

    def visible_to(self, principal: object) -> "EventFeedQuerySet":
        """Return them for our own people."""
        return self if access_of(principal).is_internal else self.none()


class EventFeed(models.Model):
    """A source of events. With a limit it must be heard: silent for longer, its agents are unknown.

    It speaks for the agents with a key in the source (`AgentSourceKey`), and for those whose events
    it has delivered lately (`FeedAgent`), since it may call them by their employee number.
    """

    source = models.SlugField(_("source"), max_length=40, unique=True)
    silence_limit_seconds = models.PositiveIntegerField(
        _("silent after seconds"),
        null=True,
        blank=True,
        help_text=_(
            "Empty: this source speaks only when something changes, silence means nothing."
        ),
    )
    last_heard_at = models.DateTimeField(_("last heard"), null=True, blank=True)

    objects = EventFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event feed")
        verbose_name_plural = _("event feeds")
        constraints = [
            models.CheckConstraint(
                condition=Q(silence_limit_seconds=None) | Q(silence_limit_seconds__gte=30),
                name="adherence_eventfeed_limit_sensible",
                violation_error_message=_("A feed may be silent for at least 30 seconds."),
            )
        ]

    def __str__(self) -> str:
        return self.source


class FeedHeartbeat(models.Model):
    """A moment at which a feed with a limit was heard, one row per ten seconds at most."""

    feed = models.ForeignKey(EventFeed, on_delete=models.CASCADE, related_name="heartbeats")
    heard_at = models.DateTimeField(_("heard"))

    class Meta:
        verbose_name = _("heartbeat of a feed")
        verbose_name_plural = _("heartbeats of feeds")
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "heard_at"], name="adherence_feedheartbeat_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.heard_at:%Y-%m-%d %H:%M:%S}"


class FeedAgent(models.Model):
    """On which UTC days events of an agent came from a feed, the first and the last."""

    feed = models.ForeignKey(EventFeed, on_delete=models.CASCADE, related_name="agents")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    first_on = models.DateField(_("first event"))
    last_on = models.DateField(_("last event"))

    class Meta:
        verbose_name = _("agent of a feed")
        verbose_name_plural = _("agents of feeds")
        constraints = [
            models.UniqueConstraint(fields=["feed", "agent"], name="adherence_feedagent_once")
        ]

    def __str__(self) -> str:
        return f"{self.feed_id} {self.agent_id}"
