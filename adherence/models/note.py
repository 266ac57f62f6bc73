"""Notes beside what happened: an agent's day or stretch, a queue's interval, a contact."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, agent_filter, client_filter
from wfm.org.models import Agent, Queue
from wfm.org.models.base import audited


def _none_or(name: str, allowed: Q) -> Q:
    """Rows without it, or with one that is allowed; an empty filter allows all."""
    return Q(**{name: None}) | allowed if allowed else Q()


class NoteQuerySet(models.QuerySet["Note"]):
    """Notes."""

    def visible_to(self, principal: object) -> "NoteQuerySet":
        """Return, for our own people who may read notes, those on agents and queues in scope."""
        access = access_of(principal)
        if not (access.is_internal and access.can("note.view")):
            return self.none()
        return self.filter(
            _none_or("agent", agent_filter(principal, "note.view", "agent")),
            _none_or("queue", client_filter(principal, "queue__client")),
        )

    def on_agents(self, agent_ids: Iterable[int], *, since: datetime) -> "NoteQuerySet":
        """Return the notes on these agents that were written or begin since then."""
        recent = Q(created_at__gte=since) | Q(starts_at__gte=since)
        return self.filter(recent, agent__in=agent_ids)


class NoteKind(models.TextChoices):
    """What a note is about."""

    AGENT_DAY = "AGENT_DAY", _("an agent's day")
    STRETCH = "STRETCH", _("a stretch of an agent's day")
    INTERVAL = "INTERVAL", _("an interval of a queue")
    CONTACT = "CONTACT", _("a contact")


_NO_STRETCH = Q(starts_at=None, ends_at=None)


@audited()
class Note(models.Model):
    """Text and tags by one author. Only the author edits it; the audit keeps what it was."""

    kind = models.CharField(_("about"), max_length=10, choices=NoteKind)
    agent = models.ForeignKey(
        Agent, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    operational_date = models.DateField(_("operational day"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    contact_id = models.CharField(_("contact"), max_length=120, blank=True)
    text = models.TextField(_("note"), blank=True, max_length=2000)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    author = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    _NO_STRETCH, kind=NoteKind.AGENT_DAY, agent__isnull=False,
                    operational_date__isnull=False, queue=None, contact_id="",
                )
                | Q(
                    kind=NoteKind.STRETCH, agent__isnull=False, operational_date__isnull=False,
                    starts_at__isnull=False, ends_at__isnull=False, queue=None, contact_id="",
                )
                | Q(
                    kind=NoteKind.INTERVAL, queue__isnull=False, starts_at__isnull=False,
                    ends_at__isnull=False, agent=None, operational_date=None, contact_id="",
                )
                | (Q(_NO_STRETCH, kind=NoteKind.CONTACT, operational_date=None) & ~Q(contact_id="")),
                name="adherence_note_has_its_target",
                violation_error_message=_(
                    "A note is about an agent's day, a stretch of it, an interval of a queue, or a "
                    "contact, and names just that."
                ),
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(starts_at__lt=F("ends_at")),
                name="adherence_note_ends_after_start",
                violation_error_message=_("The stretch must end after it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(text="") | Q(tags__len__gt=0),
                name="adherence_note_says_something",
                violation_error_message=_("Write a note or choose a tag."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["agent", "-created_at"], name="adherence_note_agent"),
            models.Index(fields=["queue", "starts_at"], name="adherence_note_queue"),
            models.Index(fields=["contact_id"], name="adherence_note_contact"),
            GinIndex(fields=["tags"], name="adherence_note_tags"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.text[:40] or ', '.join(self.tags)}"
