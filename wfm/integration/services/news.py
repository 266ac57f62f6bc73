"""Write news and policies, acknowledge them, tell people of them and remind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wfm.integration.models import (
    Audience,
    NewsAcknowledgement,
    NewsEntry,
    NewsKind,
    NewsVersion,
)
from wfm.integration.queries.news import audience_of, news_for, readers_of, shown_version
from wfm.integration.services.changes import record_change
from wfm.integration.services.notify import notify
from wfm.org.access import access_of
from wfm.org.models import Queue, Site, Team, User

REMIND_EVERY = timedelta(hours=1)


class UnableToSaveNews(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The entry would be wrong; `field` names the input at fault."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class UnableToAcknowledge(ValueError):  # noqa: N818 - domain errors are named for what failed
    """There is nothing to acknowledge."""


class UnableToRemind(ValueError):  # noqa: N818 - domain errors are named for what failed
    """Nobody can be reminded now."""


@dataclass(frozen=True, kw_only=True)
class NewsInput:
    """What a person decides of an entry: its words, for whom, and how long."""

    title: str
    body: str
    starts_at: datetime
    ends_at: datetime | None = None
    kind: str = NewsKind.NEWS
    audience: str = Audience.EVERYONE
    site: Site | None = None
    team: Team | None = None
    queue: Queue | None = None
    needs_acknowledgement: bool = False
    link_title: str = ""
    link_url: str = ""

    @property
    def words(self) -> tuple[str, str, str, str]:
        """What a version holds."""
        return self.title.strip(), self.body.strip(), self.link_title.strip(), self.link_url.strip()


@transaction.atomic
def publish_news(*, wanted: NewsInput, by: User, at: datetime) -> NewsEntry:
    """Write an entry; people are told when it begins to be shown."""
    _check(wanted, by)
    entry = NewsEntry(created_at=at, created_by=by)
    _fill(entry, wanted)
    _save(entry)
    _add_version(entry, wanted, by=by, at=at)
    return entry


@transaction.atomic
def change_news(
    *, entry: NewsEntry, wanted: NewsInput, asks_again: bool, by: User, at: datetime
) -> NewsEntry:
    """Change an entry; new words are a new version, which asks everybody again if told to."""
    _check(wanted, by)
    entry = NewsEntry.objects.select_for_update().get(pk=entry.pk)
    shown = shown_version(entry)
    before = (shown.title, shown.body, shown.link_title, shown.link_url)
    _fill(entry, wanted)
    if before != wanted.words:
        entry.number += 1
        if asks_again:
            entry.asks_from_number = entry.number
        _add_version(entry, wanted, by=by, at=at)
    _save(entry)
    return entry


@transaction.atomic
def withdraw_news(*, entry: NewsEntry, at: datetime) -> None:
    """Stop showing an entry; what was acknowledged stays on record. One not shown yet goes."""
    if entry.starts_at >= at:
        entry.delete()
        return
    NewsEntry.objects.filter(pk=entry.pk).update(ends_at=at)


@transaction.atomic
def acknowledge_news(*, entry_id: int, number: int, user: User, at: datetime) -> datetime:
    """Record that the person has read the version shown; a second time changes nothing.

    `number` is the version on the person's screen: one that was changed meanwhile is refused, so
    that nobody acknowledges words they have not seen.
    """
    item = next((item for item in news_for(user, at=at) if item.entry.pk == entry_id), None)
    if item is None:
        raise UnableToAcknowledge(_("This is no longer shown to you; there is nothing to do."))
    if not item.entry.needs_acknowledgement:
        raise UnableToAcknowledge(_("This asks for no acknowledgement."))
    if item.acknowledged_at is not None:
        return item.acknowledged_at
    if item.version.number != number:
        raise UnableToAcknowledge(
            _("This was changed while you read it. Read the new words first.")
        )
    NewsAcknowledgement.objects.bulk_create(
        [NewsAcknowledgement(version=item.version, user=user, at=at)], ignore_conflicts=True
    )
    return NewsAcknowledgement.objects.get(version=item.version, user=user).at


@transaction.atomic
def remind_readers(*, entry: NewsEntry, at: datetime) -> int:
    """Tell those again who have not acknowledged; return how many. At most once an hour."""
    entry = NewsEntry.objects.select_for_update().get(pk=entry.pk)
    if not entry.needs_acknowledgement:
        raise UnableToRemind(_("This asks for no acknowledgement."))
    if not NewsEntry.objects.current(at=at).filter(pk=entry.pk).exists():
        raise UnableToRemind(_("This is not shown now, so nobody could acknowledge it."))
    if entry.reminded_at is not None and entry.reminded_at > at - REMIND_EVERY:
        raise UnableToRemind(_("They were reminded within the last hour."))
    missing = [reader.user.pk for reader in readers_of(entry, at=at) if not reader.acknowledged_at]
    title = shown_version(entry).title
    notify(
        user_ids=missing,
        kind="news.reminder",
        subject=format_lazy("{}: {}", gettext_lazy("Please acknowledge"), title),
        body=gettext_lazy("Your acknowledgement is still missing."),
        url=_page_of(entry),
        at=at,
    )
    entry.reminded_at = at
    entry.save(update_fields=["reminded_at"])
    return len(missing)


@transaction.atomic
def announce_news(*, at: datetime) -> int:
    """Tell the audience of what has begun to be shown or asks again; return how many entries.

    Each version is announced once, also when two workers look at the same time.
    """
    announced = 0
    waiting = NewsEntry.objects.current(at=at).filter(announced_number__lt=F("number"))
    for entry in waiting.select_for_update(skip_locked=True).order_by("pk"):
        asks = entry.asks_from_number > entry.announced_number
        entry.announced_number = entry.number
        entry.save(update_fields=["announced_number"])
        if not asks:
            continue
        _announce(entry, at)
        announced += 1
    return announced


def _announce(entry: NewsEntry, at: datetime) -> None:
    version = shown_version(entry)
    word = gettext_lazy("Policy") if entry.kind == NewsKind.POLICY else gettext_lazy("News")
    notify(
        user_ids=audience_of(entry, at=at).values_list("pk", flat=True),
        kind="news.published",
        subject=format_lazy("{}: {}", word, version.title),
        body=gettext_lazy("Please read and acknowledge it.") if entry.needs_acknowledgement else "",
        url=_page_of(entry),
        at=at,
    )
    record_change(
        kind="news.published",
        key=f"news:{entry.pk}",
        payload={
            "news": entry.pk,
            "kind": entry.kind,
            "version": version.number,
            "title": version.title,
            "needs_acknowledgement": entry.needs_acknowledgement,
        },
    )


def _page_of(entry: NewsEntry) -> str:
    return f"{reverse('news')}#news-{entry.pk}"


def _check(wanted: NewsInput, by: User) -> None:
    title, _body, link_title, link_url = wanted.words
    if not title:
        raise UnableToSaveNews(_("Give it a title; people see it first."), field="title")
    if link_title and not link_url:
        raise UnableToSaveNews(_("The link has a title but no address."), field="link_url")
    access = access_of(by)
    if access.team_ids is not None and (
        wanted.team is None or wanted.team.pk not in access.team_ids
    ):
        raise UnableToSaveNews(_("You can only write for the teams in your scope."), field="team")
    if access.client_ids is not None and (
        wanted.queue is None or wanted.queue.client_id not in access.client_ids
    ):
        raise UnableToSaveNews(
            _("You can only write for the queues of clients in your scope."), field="queue"
        )


def _fill(entry: NewsEntry, wanted: NewsInput) -> None:
    named = {"SITE": "site", "TEAM": "team", "QUEUE": "queue"}.get(wanted.audience, "")
    for field in ("site", "team", "queue"):
        setattr(entry, field, getattr(wanted, field) if field == named else None)
    if named and getattr(entry, named) is None:
        raise UnableToSaveNews(_("Choose for whom it is."), field=named)
    entry.kind, entry.audience = wanted.kind, wanted.audience
    entry.starts_at, entry.ends_at = wanted.starts_at, wanted.ends_at
    entry.needs_acknowledgement = wanted.needs_acknowledgement


def _save(entry: NewsEntry) -> None:
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        if "ends_after_start" not in str(error):
            raise
        raise UnableToSaveNews(
            _("It must be shown from a time before its end."), field="ends_at"
        ) from error


def _add_version(entry: NewsEntry, wanted: NewsInput, *, by: User, at: datetime) -> None:
    title, body, link_title, link_url = wanted.words
    NewsVersion.objects.create(
        entry=entry,
        number=entry.number,
        title=title,
        body=body,
        link_title=link_title,
        link_url=link_url,
        written_at=at,
        written_by=by,
    )
