"""Special days: dates left out of the history, closed, a share of a usual day, and holidays."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from forecasting.models import SpecialDay, SpecialDayKind
from wfm.org.models import Queue
from wfm.org.national import split_codes
from wfm.org.services.checks import refused_as


class UnableToSetSpecialDay(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The special day is refused; the sentence says why."""


@transaction.atomic
def set_special_day(
    *, queue: Queue, on_date: date, kind: str, name: str, factor: float | None = None
) -> SpecialDay:
    """Declare a date special; a date that already is gets the new meaning."""
    day = SpecialDay.objects.filter(queue=queue, date=on_date).first()
    day = day or SpecialDay(queue=queue, date=on_date)
    day.kind, day.name = kind, name.strip()
    day.factor = factor if kind == SpecialDayKind.SCALED else None
    if kind == SpecialDayKind.SCALED and factor is None:
        raise UnableToSetSpecialDay(_("A scaled day needs its share: 1 is a usual day."))
    with refused_as(UnableToSetSpecialDay):
        day.full_clean()
    day.save()
    return day


@transaction.atomic
def set_holiday_codes(*, queue: Queue, codes: str) -> tuple[str, ...]:
    """Say which countries' holidays move a queue's volume; nothing means none."""
    try:
        found = split_codes(codes) if codes.strip() else ()
    except ValueError as error:
        raise UnableToSetSpecialDay(str(error)) from error
    queue.holiday_codes = ",".join(found)
    with refused_as(UnableToSetSpecialDay):
        queue.clean_fields(
            exclude={field.name for field in queue._meta.fields} - {"holiday_codes"}  # noqa: SLF001 - Django's own name
        )
    queue.save(update_fields=["holiday_codes"])
    return found
