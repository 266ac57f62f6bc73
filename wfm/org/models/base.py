"""What the models of all rooms have in common."""

import zoneinfo
from typing import Any

import pghistory
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _


def audited(**kwargs: Any) -> Any:
    """Record each insert, update and delete by trigger, so that bulk updates are recorded too."""
    return pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), **kwargs
    )


def validate_time_zone(value: str) -> None:
    """Refuse what is no IANA zone."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("%(value)s is no IANA time zone; write it like Europe/London."),
            params={"value": value},
        )


class TimeZoneField(models.CharField):  # type: ignore[type-arg]
    """An IANA zone name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("validators", [validate_time_zone])
        super().__init__(*args, **kwargs)


class DateRange(Func):
    """daterange(starts_on, ends_on): half-open, an empty end is open."""

    function = "daterange"
    output_field = DateRangeField()
