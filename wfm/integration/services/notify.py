"""Tell people something: on the page at once, by e-mail and webhook when they may be disturbed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise, lazy

from wfm.integration.families import NoticeFamily, family_of
from wfm.integration.models import MailState, Notice, NoticeChoice, QuietHours
from wfm.integration.quiet import end_of_quiet
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

# What comes within this time goes out in one e-mail.
GATHERED_FOR = timedelta(seconds=30)
MAX_SUBJECT, MAX_URL = 200, 300


@dataclass(frozen=True, kw_only=True)
class Words:
    """What one person reads; texts that are lazy are written in that person's language."""

    subject: str | Promise
    body: str | Promise = ""
    url: str = ""


def _filled(text: str | Promise, values: Mapping[str, object]) -> str:
    return str(text) % values


_lazily_filled = lazy(_filled, str)


def lazy_words(text: str | Promise, **values: object) -> str | Promise:
    """Fill `%(name)s` only when the sentence is read; values may be lazy themselves."""
    return _lazily_filled(text, values)


def notify(
    *,
    user_ids: Iterable[int],
    kind: str,
    subject: str | Promise,
    body: str | Promise,
    url: str = "",
    at: datetime,
) -> list[Notice]:
    """Write one notice per person in the caller's transaction; it goes out after the commit.

    `kind` is `<family>.<what>`, see `families`. Texts that are lazy (`gettext_lazy`,
    `format_lazy`) are written in each person's own language and zone. `url` is a page of ours and
    begins with a slash. People whose account is closed get none, nor do those who want none.
    """
    words = Words(subject=subject, body=body, url=url)
    return notify_each(words=dict.fromkeys(user_ids, words), kind=kind, at=at)


def notify_each(*, words: Mapping[int, Words], kind: str, at: datetime) -> list[Notice]:
    """Write one notice per person as `notify` does, each with words of their own.

    The number of queries does not grow with the people, but for the rows going in by the thousand.
    """
    if not words:
        return []
    for url in {item.url for item in words.values()}:
        _check_page(url)
    family = family_of(kind)
    with system_tenant():
        users = list(User.objects.filter(pk__in=list(words), is_active=True).order_by("pk"))
        choices = NoticeChoice.objects.filter(user__in=users, family=family.key)
        chosen = {choice.user_id: choice for choice in choices}
        quiet = {hours.user_id: hours for hours in QuietHours.objects.filter(user__in=users)}
        notices = []
        for user in users:
            choice = chosen.get(user.pk) or _default_choice(user, family)
            if not (choice.on_page or choice.by_email or choice.by_webhook):
                continue
            notice = _written(user, words[user.pk])
            notice.kind, notice.created_at = kind, at
            notice.on_page = choice.on_page
            notice.mail_state = MailState.PENDING if choice.by_email else MailState.NONE
            notice.webhook_is_due = choice.by_webhook
            notice.due_at = _due_at(user, quiet.get(user.pk), at)
            notices.append(notice)
        return Notice.objects.bulk_create(notices, batch_size=1000)


def _check_page(url: str) -> None:
    if url and (not url.startswith("/") or url.startswith("//") or len(url) > MAX_URL):
        msg = f"Expected a page of ours such as '/schedule/', got {url!r}."
        raise ValueError(msg)


def _written(user: User, words: Words) -> Notice:
    """The words in the person's language and zone."""
    with translation.override(user.language or settings.LANGUAGE_CODE), _zone_of(user):
        subject = str(words.subject)[:MAX_SUBJECT]
        return Notice(user=user, subject=subject, body=str(words.body), url=words.url)


def _default_choice(user: User, family: NoticeFamily) -> NoticeChoice:
    return NoticeChoice(
        user=user, family=family.key, on_page=True, by_email=family.by_email, by_webhook=False
    )


def _zone_of(user: User) -> timezone.override:
    return timezone.override(user.timezone or settings.TIME_ZONE)


def _due_at(user: User, quiet: QuietHours | None, at: datetime) -> datetime:
    gathered = at + GATHERED_FOR
    if quiet is None:
        return gathered
    return end_of_quiet(
        gathered,
        from_minute=quiet.from_minute,
        until_minute=quiet.until_minute,
        timezone=user.timezone,
    )
