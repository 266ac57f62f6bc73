"""Send what is due of notices outside: e-mail, one where several wait, and the webhook's change."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import ngettext

from wfm.integration.models import MailState, Notice
from wfm.integration.services.changes import record_change
from wfm.org.models import User
from wfm.org.tenancy import system_tenant

logger = logging.getLogger(__name__)
# A try that fails, or whose worker stops, is made again after so many seconds.
RETRY_SECONDS = (120, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
PEOPLE_PER_ROUND = 200
MOST_IN_ONE_MAIL = 50
MAIL_EVERY = timedelta(minutes=10)
"""Two hundred edits are no two hundred e-mails: what comes so soon after the last waits for the next."""


def send_due_notices(*, at: datetime) -> dict[str, int]:
    """Send what is due; return how many e-mails went and how many failed.

    Each person is claimed by moving the due time to the next try in a transaction of its own: a
    second worker finds nothing, and after a crash the next try comes by itself.
    """
    pushed = _push_to_webhooks(at)
    sent = failed = 0
    for user_id in _people_with_mail(at):
        claimed = _claim(user_id, at)
        if not claimed:
            continue
        try:
            _send(claimed)
        except Exception:
            logger.warning("Unable to send notices to person %s.", user_id, exc_info=True)
            _settle(claimed, MailState.FAILED)
            failed += 1
        else:
            _settle(claimed, MailState.SENT)
            sent += 1
    return {"sent": sent, "failed": failed, "pushed": pushed}


def _push_to_webhooks(at: datetime) -> int:
    """Record a change for each notice that its person wants by webhook, once."""
    with system_tenant():
        due = list(
            Notice.objects.filter(webhook_is_due=True, due_at__lte=at)
            .select_related("user")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")[:1000]
        )
        for notice in due:
            record_change(
                kind="notice.created", key=f"user:{notice.user_id}", payload=_payload(notice)
            )
        Notice.objects.filter(pk__in=[notice.pk for notice in due]).update(webhook_is_due=False)
    return len(due)


def _payload(notice: Notice) -> dict[str, object]:
    return {
        "notice": notice.pk,
        "user": notice.user_id,
        "email": notice.user.email,
        "kind": notice.kind,
        "subject": notice.subject,
        "body": notice.body,
        "url": settings.PUBLIC_URL + notice.url if notice.url else "",
        "created_at": notice.created_at,
    }


def _people_with_mail(at: datetime) -> list[int]:
    with system_tenant():
        due = Notice.objects.filter(mail_state=MailState.PENDING, due_at__lte=at)
        just_had = Notice.objects.filter(
            user=OuterRef("user"), mail_state=MailState.SENT, created_at__gt=at - MAIL_EVERY
        )
        return list(
            due.exclude(Exists(just_had))
            .order_by("user_id")
            .values_list("user_id", flat=True)
            .distinct()[:PEOPLE_PER_ROUND]
        )


def _claim(user_id: int, at: datetime) -> list[Notice]:
    with system_tenant():
        due = list(
            Notice.objects.filter(user=user_id, mail_state=MailState.PENDING, due_at__lte=at)
            .select_related("user")
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("pk")[:MOST_IN_ONE_MAIL]
        )
        for notice in due:
            wait = RETRY_SECONDS[min(notice.mail_attempts, len(RETRY_SECONDS) - 1)]
            notice.mail_attempts += 1
            notice.due_at = at + timedelta(seconds=wait)
        Notice.objects.bulk_update(due, ["mail_attempts", "due_at"])
    return due


def _settle(notices: list[Notice], state: MailState) -> None:
    """Mark them; what failed is tried again until the last of the tries."""
    rows = Q(pk__in=[notice.pk for notice in notices])
    if state == MailState.FAILED:
        rows &= Q(mail_attempts__gt=len(RETRY_SECONDS))
    with system_tenant():
        Notice.objects.filter(rows).update(mail_state=state)


def _send(notices: list[Notice]) -> None:
    user = notices[0].user
    with translation.override(user.language or settings.LANGUAGE_CODE), _zone_of(user):
        message = EmailMessage(
            subject=_subject(notices),
            body=render_to_string(
                "integration/notice_email.txt", {"notices": notices, "site": settings.PUBLIC_URL}
            ),
            to=[user.email],
            # Sent twice, a mail program shows it once.
            headers={"Message-ID": f"<notices-{notices[0].pk}-{notices[-1].pk}@{_domain()}>"},
        )
        message.send()


def _subject(notices: list[Notice]) -> str:
    first = " ".join(notices[0].subject.split())
    others = len(notices) - 1
    if not others:
        return first
    return ngettext(
        "%(first)s and %(count)d more notice", "%(first)s and %(count)d more notices", others
    ) % {"first": first, "count": others}


def _zone_of(user: User) -> timezone.override:
    return timezone.override(user.timezone or settings.TIME_ZONE)


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
