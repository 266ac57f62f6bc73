"""What a row of the day in hand is about: a queue, a team, a site, a client, or everything."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of

_Row = TypeVar("_Row", bound=models.Model)
SCOPES = ("queue", "team", "site", "client")
"""The narrowest first."""


def at_most_one_scope() -> Q:
    """Return the condition that a row names one of the scopes, or none."""
    found = Q()
    for name in (None, *SCOPES):
        found |= Q(**{f"{other}__isnull": other != name for other in SCOPES})
    return found


class ScopedQuerySet(models.QuerySet[_Row]):
    """Rows about a part of the operation."""

    def visible_to(self, principal: object) -> Self:
        """Return the rows of clients and teams in scope, for our own people who see the day."""
        access = access_of(principal)
        if not access.is_internal or not access.can("intraday.view"):
            return self.none()
        rows = self
        if access.client_ids is not None:
            rows = rows.filter(
                Q(client=None) | Q(client__in=access.client_ids),
                Q(queue=None) | Q(queue__client__in=access.client_ids),
            )
        if access.team_ids is not None:
            rows = rows.filter(Q(team=None) | Q(team__in=access.team_ids))
        return rows


class Scoped(models.Model):
    """A row about a queue, a team, a site, a client, or everything."""

    queue = models.ForeignKey(
        "org.Queue",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("queue"),
    )
    team = models.ForeignKey(
        "org.Team",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("team"),
    )
    site = models.ForeignKey(
        "org.Site",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("site"),
    )
    client = models.ForeignKey(
        "org.Client",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("client"),
    )

    class Meta:
        abstract = True

    @property
    def scope_ids(self) -> dict[str, int | None]:
        """The ids by name of the scope."""
        return {name: getattr(self, f"{name}_id") for name in SCOPES}

    @property
    def scope_name(self) -> str:
        """The narrowest part it is about; empty for everything."""
        part = next((found for name in SCOPES if (found := getattr(self, name)) is not None), None)
        return "" if part is None else str(part)
