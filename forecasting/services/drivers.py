"""Drivers: linked to a queue, with values that are recorded, typed or pasted."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from forecasting.models import DriverLink, DriverSeries, DriverValue
from wfm.org.models import Queue, User
from wfm.org.services.checks import refused_as

MOST_VALUES = 2_000
SEPARATORS = re.compile(r"[\t;,]|\s+")
FIRST_ERRORS = 5


class UnableToSetDriver(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The driver is refused; the sentence says why."""


@transaction.atomic
def link_driver(
    *, queue: Queue, driver_queue: Queue | None = None, series: DriverSeries | None = None
) -> DriverLink:
    """Let a queue's forecast try a driver; linked before, it becomes active again."""
    link = DriverLink.objects.filter(
        queue=queue, driver_queue=driver_queue, series=series
    ).first() or DriverLink(queue=queue, driver_queue=driver_queue, series=series)
    link.is_active = True
    with refused_as(UnableToSetDriver):
        link.full_clean()
    link.save()
    return link


@transaction.atomic
def unlink_driver(*, link: DriverLink) -> None:
    """Try the driver no longer; its values stay."""
    link.delete()


@transaction.atomic
def create_series(*, name: str, unit: str) -> DriverSeries:
    """A named driver without values."""
    series = DriverSeries(name=name.strip(), unit=unit.strip())
    with refused_as(UnableToSetDriver):
        series.full_clean()
    series.save()
    return series


@transaction.atomic
def set_driver_values(
    *,
    values: Mapping[date, float],
    today: date,
    recorded_by: User | None,
    series: DriverSeries | None = None,
    queue: Queue | None = None,
) -> int:
    """Record days of a driver; a day that has a value gets the new one. Returns how many.

    A value of a day after `today` is known ahead and stays so. Of a queue only today and days
    ahead can be typed: its past is what was counted.
    """
    if (series is None) == (queue is None):
        raise UnableToSetDriver(_("Values belong to a named driver or to a queue."))
    if len(values) > MOST_VALUES:
        raise UnableToSetDriver(
            _("At most %(most)s days at once, got %(count)s.")
            % {"most": MOST_VALUES, "count": len(values)}
        )
    for on_date, value in values.items():
        if not math.isfinite(value):
            raise UnableToSetDriver(_("The value of %(date)s is no number.") % {"date": on_date})
        if queue is not None and (on_date < today or value < 0):
            raise UnableToSetDriver(
                _("%(date)s: of a queue, only days ahead can be typed, as 0 or more contacts.")
                % {"date": on_date}
            )
    first_ahead = today if queue is not None else today + timedelta(days=1)
    DriverValue.objects.bulk_create(
        [
            DriverValue(
                series=series,
                queue=queue,
                date=on_date,
                value=value,
                known_ahead=True,
                created_by=recorded_by,
            )
            for on_date, value in values.items()
            if on_date >= first_ahead
        ],
        update_conflicts=True,
        unique_fields=["queue", "date"] if series is None else ["series", "date"],
        update_fields=["value", "known_ahead", "created_by", "updated_at"],
    )
    _record_past(values, first_ahead, recorded_by, series)
    return len(values)


def _record_past(
    values: Mapping[date, float],
    first_ahead: date,
    recorded_by: User | None,
    series: DriverSeries | None,
) -> None:
    """What turned out replaces what was planned, which was still known ahead."""
    DriverValue.objects.bulk_create(
        [
            DriverValue(series=series, date=on_date, value=value, created_by=recorded_by)
            for on_date, value in values.items()
            if on_date < first_ahead
        ],
        update_conflicts=True,
        unique_fields=["series", "date"],
        update_fields=["value", "created_by", "updated_at"],
    )


@transaction.atomic
def clear_driver_values(
    *, first: date, last: date, series: DriverSeries | None = None, queue: Queue | None = None
) -> int:
    """Forget the values of a stretch of days, both ends included; returns how many there were."""
    found = DriverValue.objects.filter(
        series=series, queue=queue, date__gte=first, date__lte=last
    ).delete()
    return found[0]


def parse_values(text: str) -> dict[date, float]:
    """Lines of `2026-04-01 1200` (tab, comma, semicolon or blanks between) as values by day."""
    values: dict[date, float] = {}
    errors = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _value_of(line)
        if found is None or found[0] in values:
            errors.append(f"{number}: {line.strip()[:40]}")
        else:
            values[found[0]] = found[1]
    if errors:
        raise UnableToSetDriver(
            _(
                "Write one day per line, such as 2026-04-01 1200, each day once. Not read: %(lines)s."
            )
            % {"lines": "; ".join(errors[:FIRST_ERRORS])}
        )
    if not values:
        raise UnableToSetDriver(_("There is no line to read."))
    return values


def _value_of(line: str) -> tuple[date, float] | None:
    """Date and value of a line, or None."""
    parts = [part for part in SEPARATORS.split(line.strip()) if part]
    if len(parts) != 2:
        return None
    try:
        return date.fromisoformat(parts[0]), float(parts[1])
    except ValueError:
        return None
