"""The feed of changes: what other systems are told, in an order that loses nothing.

A counter or a time stamp is taken before the commit, so a reader who goes by it passes over rows
of transactions that end later. Here each row carries a position in PostgreSQL's own sequence of
transactions, and readers stop below the oldest one that still runs. See docs/adr/0020.
"""

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of


class FeedPosition(Func):
    """The position of a row written now.

    Never below the row's own transaction, so that it is final once all transactions up to it have
    ended; and never below one that has ended before this statement, so that of two changes of one
    thing, made one after the other under its lock, the later one comes later, also when its
    transaction began first. (xid8 has no arithmetic; bigint holds every value it will ever have.)
    """

    template = (
        "GREATEST(pg_current_xact_id()::text::bigint,"
        " pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)"
    )
    output_field = models.BigIntegerField()


class ChangeQuerySet(models.QuerySet["Change"]):
    """Changes."""

    def visible_to(self, principal: object) -> "ChangeQuerySet":
        """Return those of clients in scope; changes of no client are for our own people."""
        access = access_of(principal)
        if not access.can("webhook.view"):
            return self.none()
        if access.client_ids is None:
            return self if access.is_internal else self.none()
        of_clients = Q(client__in=access.client_ids)
        return self.filter(of_clients | Q(client=None) if access.is_internal else of_clients)

    def of_kinds(self, kinds: list[str]) -> "ChangeQuerySet":
        """Return those of these kinds; `schedule.*` names a family, an empty list all."""
        wanted = Q()
        for kind in kinds:
            family = kind.removesuffix("*")
            wanted |= Q(kind__startswith=family) if family != kind else Q(kind=kind)
        return self.filter(wanted)


class Change(models.Model):
    """One change, as it is told to others. Rows are written by `services.record_change` only."""

    position = models.BigIntegerField(db_default=FeedPosition())
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("thing"), max_length=120)
    payload = models.JSONField(_("content"))
    client = models.ForeignKey(
        "org.Client", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(_("recorded"), db_default=Now())

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes = [models.Index(fields=["position", "id"], name="integration_change_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ChangeFeedState(models.Model):
    """Up to where the feed has been cleared. One row."""

    cleared_position = models.BigIntegerField(default=0)
    cleared_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("state of the feed of changes")
        verbose_name_plural = _("state of the feed of changes")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="integration_changefeedstate_one_row")
        ]

    def __str__(self) -> str:
        return f"cleared up to {self.cleared_position}.{self.cleared_id}"
