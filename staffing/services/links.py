"""Links between queues: made, ended, taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from staffing.models import QueueLink
from wfm.org.models import Queue
from wfm.org.services.checks import refused_as


class UnableToLink(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The queues cannot be linked like that; the sentence says why."""


@dataclass(frozen=True)
class LinkTerms:
    """What a link says besides its queues."""

    share: float
    starts_on: date
    ends_on: date | None = None
    delay_minutes: int = 0


@transaction.atomic
def link_queues(*, source: Queue, target: Queue, terms: LinkTerms) -> QueueLink:
    """Let what `source` finishes arrive in `target`."""
    _one_at_a_time()
    link = QueueLink(source=source, target=target, **vars(terms))
    with refused_as(UnableToLink):
        link.full_clean()
    link.save(force_insert=True)
    return link


@transaction.atomic
def end_link(*, link: QueueLink, ends_on: date) -> QueueLink:
    """Let a link hold until the day before; what it brought until then stays planned."""
    _one_at_a_time()
    link = QueueLink.objects.select_for_update().get(pk=link.pk)
    if link.ends_on is not None and link.ends_on <= ends_on:
        raise UnableToLink(
            _("This link ends on %(date)s already; choose an earlier date.")
            % {"date": link.ends_on}
        )
    link.ends_on = ends_on
    with refused_as(UnableToLink):
        link.full_clean()
    link.save(update_fields=["ends_on"])
    return link


@transaction.atomic
def delete_link(*, link: QueueLink) -> None:
    """Take a link away as if it had never been; the audit keeps what it said."""
    link.delete()


def _one_at_a_time() -> None:
    """Two links made at once could close a loop that neither sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('staffing.links'))")
