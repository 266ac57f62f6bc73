"""One exception for many people at once: a fire drill, an outage."""

from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from adherence.models.day import AdherenceException, ExceptionStatus
from wfm.org.access import access_of
from wfm.org.models import Queue, Site, Team
from wfm.org.models.base import TimeZoneField, audited


class GroupScope(models.TextChoices):
    """Who was meant."""

    TEAM = "TEAM", _("team")
    SITE = "SITE", _("site")
    QUEUE = "QUEUE", _("queue")
    AGENTS = "AGENTS", _("chosen agents")


class GroupExceptionQuerySet(models.QuerySet["GroupException"]):
    """Exceptions for many."""

    def visible_to(self, principal: object) -> Self:
        """Return those with somebody in scope; of a queue, those who may see the queue."""
        if not access_of(principal).can("adherence.view"):
            return self.none()
        people = AdherenceException.objects.visible_to(principal).filter(group=OuterRef("pk"))
        queues = Queue.objects.visible_to(principal)
        return self.filter(Exists(people)).filter(Q(queue=None) | Q(queue__in=queues.values("pk")))

    def with_counts(self, principal: object) -> Self:
        """Add `people` and `excused` (not withdrawn), of those whom the principal may see."""
        people = AdherenceException.objects.visible_to(principal)
        return self.annotate(
            people=_count(people), excused=_count(people.filter(status=ExceptionStatus.APPROVED))
        )


def _count(rows: QuerySet[AdherenceException]) -> Coalesce:
    found = rows.filter(group=OuterRef("pk")).order_by().values("group")
    return Coalesce(
        Subquery(found.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0
    )


@audited()
class GroupException(models.Model):
    """One stretch and one reason for many people; each has a row of their own (`rows`).

    Who withdraws it withdraws those rows; whether it counts is told by them alone.
    """

    scope = models.CharField(_("for"), max_length=6, choices=GroupScope)
    scope_name = models.CharField(_("name"), max_length=120, blank=True)
    """As it was called then; empty for chosen agents."""
    team = models.ForeignKey(
        Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey(
        Site, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    queue = models.ForeignKey(
        Queue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    timezone = TimeZoneField(_("time zone"))
    """Whose clock the times are told in."""
    reason = models.CharField(_("reason"), max_length=300)
    includes_absent = models.BooleanField(_("also who was not at work"), default=False)
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("approved"))

    objects = GroupExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("exception for many")
        verbose_name_plural = _("exceptions for many")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="adherence_groupexception_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(team=None, site=None)
                | Q(team=None, queue=None)
                | Q(site=None, queue=None),
                name="adherence_groupexception_one_scope",
            ),
        ]
        indexes = [models.Index(fields=["-starts_at"], name="adherence_group_starts")]

    def __str__(self) -> str:
        return f"{self.scope_name or self.get_scope_display()}: {self.reason}"
