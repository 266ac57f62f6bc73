"""Secret addresses under which agents subscribe to their own schedule."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scheduling.models.person import ByAgentQuerySet
from wfm.org.models import Agent


class CalendarFeed(models.Model):
    """A secret calendar address of an agent; only the hash of its token is kept."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="calendar_feeds")
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["agent"],
                condition=Q(revoked_at=None),
                name="scheduling_calendarfeed_one_alive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.created_at:%Y-%m-%d}"


class CalendarEntry(models.Model):
    """What a calendar was last told of a shift or time off, so that a change gets a new sequence."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(default=0)
    is_cancelled = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    objects = ByAgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        constraints = [
            models.UniqueConstraint(fields=["agent", "key"], name="scheduling_calendarentry_once")
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.key}"
