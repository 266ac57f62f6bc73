"""What a person reads, has read, and wants to hear of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from wfm.integration.families import FAMILIES, OTHER, NoticeFamily
from wfm.integration.models import Notice, NoticeChoice, QuietHours
from wfm.integration.models.notice import MINUTES_PER_DAY
from wfm.org.models import User


class UnableToSaveChoices(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The choices cannot be kept."""


@dataclass(frozen=True)
class Channels:
    """Where a person wants to hear of one family."""

    on_page: bool
    by_email: bool
    by_webhook: bool


@dataclass(frozen=True)
class FamilyChoice:
    """A family of notices with the channels that are in force for a person."""

    family: NoticeFamily
    channels: Channels


def mark_read(*, user: User, notice_ids: list[int] | None, at: datetime) -> int:
    """Mark some of one's notices as read, or all; return how many were unread."""
    unread = Notice.objects.visible_to(user).unread()
    if notice_ids is not None:
        unread = unread.filter(pk__in=notice_ids)
    return unread.update(read_at=at)


def choices_of(user: User) -> list[FamilyChoice]:
    """Return each family with the person's channels, or the defaults."""
    rows = {row.family: row for row in NoticeChoice.objects.filter(user=user)}
    return [
        FamilyChoice(
            family,
            Channels(row.on_page, row.by_email, row.by_webhook)
            if (row := rows.get(family.key))
            else Channels(on_page=True, by_email=family.by_email, by_webhook=False),
        )
        for family in (*FAMILIES, OTHER)
    ]


@transaction.atomic
def save_choices(
    *, user: User, channels: Mapping[str, Channels], quiet_minutes: tuple[int, int] | None
) -> None:
    """Keep a person's channels by family, and the quiet hours as minutes of the day."""
    known = {family.key for family in (*FAMILIES, OTHER)}
    unknown = sorted(set(channels) - known)
    if unknown:
        raise UnableToSaveChoices(
            _("Unknown kind of notice: %(names)s.") % {"names": ", ".join(unknown)}
        )
    if quiet_minutes is not None and not all(0 <= item < MINUTES_PER_DAY for item in quiet_minutes):
        raise UnableToSaveChoices(_("Write quiet hours as times of the day, such as 22:00."))
    if quiet_minutes is not None and quiet_minutes[0] == quiet_minutes[1]:
        raise UnableToSaveChoices(_("Quiet hours begin and end at different times."))
    NoticeChoice.objects.bulk_create(
        [
            NoticeChoice(
                user=user,
                family=family,
                on_page=item.on_page,
                by_email=item.by_email,
                by_webhook=item.by_webhook,
            )
            for family, item in channels.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "family"],
        update_fields=["on_page", "by_email", "by_webhook"],
    )
    if quiet_minutes is None:
        QuietHours.objects.filter(user=user).delete()
        return
    QuietHours.objects.update_or_create(
        user=user, defaults={"from_minute": quiet_minutes[0], "until_minute": quiet_minutes[1]}
    )
