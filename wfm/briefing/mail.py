"""The briefing by e-mail: once per person and local day, however often the task runs."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone as django_timezone
from django.utils import translation
from django.utils.translation import gettext as _

from adherence.models import BriefingSent, BriefingSubscription
from wfm.briefing.daily import briefing
from wfm.briefing.due import Wish, due_on
from wfm.org.access import access_of
from wfm.org.models import User
from wfm.org.tenancy import system_tenant, tenant
from wfm.web import formats

logger = logging.getLogger(__name__)
GIVEN_UP_AFTER = timedelta(minutes=15)
"""Whoever claimed a briefing and has not sent it by then was killed: another sends it."""


def send_due(*, at: datetime) -> int:
    """Send every briefing that is due and not sent; return how many."""
    with system_tenant():
        subscriptions = list(
            BriefingSubscription.objects.filter(is_active=True, user__is_active=True)
            .select_related("user")
            .order_by("pk")
        )
    sent = 0
    for subscription in subscriptions:
        try:
            sent += _send_if_due(subscription, at)
        except Exception:  # one person's trouble must not keep the others' mail
            logger.exception("Unable to send the briefing to person %s.", subscription.user_id)
    return sent


def _send_if_due(subscription: BriefingSubscription, at: datetime) -> bool:
    wish = Wish(
        at_minute=subscription.at_minute,
        timezone=subscription.timezone,
        weekdays=subscription.weekdays,
        starts_on=subscription.starts_on,
    )
    day = due_on(wish, at=at)
    if day is None:
        return False
    with system_tenant():
        if not may_read(subscription.user):
            return False
    if not _claim(subscription.user, day, at):
        return False
    _send(subscription, day, at)
    return True


def may_read(user: User) -> bool:
    """Tell whether the person may see the briefing."""
    access = access_of(user)
    return access.is_internal and access.can("intraday.view")


def _claim(user: User, day: date, at: datetime) -> bool:
    """Make the sending of this day's briefing one's own; False where another has it."""
    with system_tenant():
        row, is_new = BriefingSent.objects.get_or_create(
            user=user, local_date=day, defaults={"claimed_at": at}
        )
        if is_new:
            return True
        stale = Q(sent_at=None, claimed_at__lte=at - GIVEN_UP_AFTER)
        return bool(BriefingSent.objects.filter(stale, pk=row.pk).update(claimed_at=at))


def _send(subscription: BriefingSubscription, day: date, at: datetime) -> None:
    user = subscription.user
    language = user.language or settings.LANGUAGE_CODE
    with (
        translation.override(language),
        django_timezone.override(subscription.timezone),
        tenant(access_of(user)),
    ):
        found = briefing(principal=user, timezone=subscription.timezone, at=at)
        subject = _("Briefing of %(day)s") % {"day": formats.local_day(day)}
        text = render_to_string(
            "briefing/briefing_email.txt",
            {"briefing": found, "person": user, "site_url": settings.PUBLIC_URL},
        )
    send_mail(
        subject=subject,
        message=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        recipient_list=[user.email],
    )
    with system_tenant():
        BriefingSent.objects.filter(user=user, local_date=day).update(sent_at=at)


@transaction.atomic
def subscribe(
    *, user: User, at_minute: int, timezone: str, weekdays: str, is_active: bool, at: datetime
) -> BriefingSubscription:
    """Write a person's wish; the first briefing is the next one whose time is still ahead."""
    before = BriefingSubscription.objects.filter(user=user, is_active=True).first()
    wish = Wish(at_minute=at_minute, timezone=timezone, weekdays=weekdays, starts_on=date.min)
    starts_on = _first_day(wish, at) if before is None else before.starts_on
    row, _made = BriefingSubscription.objects.update_or_create(
        user=user,
        defaults={
            "at_minute": at_minute,
            "timezone": timezone,
            "weekdays": weekdays,
            "is_active": is_active,
            "starts_on": starts_on,
        },
    )
    return row


def _first_day(wish: Wish, at: datetime) -> date:
    """Return today, or tomorrow where today's time has come."""
    local = at.astimezone(formats.zone_of(wish.timezone))
    is_past = local.hour * 60 + local.minute >= wish.at_minute
    return local.date() + timedelta(days=1) if is_past else local.date()
