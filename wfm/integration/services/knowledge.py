"""Links to knowledge: kept by those who write news."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from wfm.integration.models import KnowledgeLink
from wfm.org.access import access_of
from wfm.org.models import ActivityCode, Queue, User


class UnableToSaveLink(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The link would be wrong; `field` names the input at fault."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class LinkInput:
    """What a person decides of a link."""

    title: str
    url: str
    activity_code: ActivityCode | None = None
    queue: Queue | None = None
    place: int = 1


@transaction.atomic
def save_link(*, link: KnowledgeLink | None, wanted: LinkInput, by: User) -> KnowledgeLink:
    """Make a link or change one; it must belong to an activity, a queue or both."""
    if not wanted.title.strip():
        raise UnableToSaveLink(_("Give the link a title; people see it instead."), field="title")
    if not wanted.url.lower().startswith(("https://", "http://")):
        raise UnableToSaveLink(
            _("Write the address with https:// or http:// in front."), field="url"
        )
    if wanted.activity_code is None and wanted.queue is None:
        raise UnableToSaveLink(_("Choose an activity, a queue or both."), field="activity_code")
    access = access_of(by)
    if access.client_ids is not None and (
        wanted.queue is None or wanted.queue.client_id not in access.client_ids
    ):
        raise UnableToSaveLink(
            _("You can only keep links of queues of clients in your scope."), field="queue"
        )
    link = link or KnowledgeLink()
    link.title, link.url = wanted.title.strip(), wanted.url.strip()
    link.activity_code, link.queue, link.place = wanted.activity_code, wanted.queue, wanted.place
    link.save()
    return link


@transaction.atomic
def delete_link(*, link: KnowledgeLink) -> None:
    """Delete a link."""
    link.delete()
