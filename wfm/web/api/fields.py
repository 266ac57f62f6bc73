"""Fields and parameters that all rooms write alike.

Instants are ISO 8601 with an offset, durations whole seconds, rates fractions between 0 and 1.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request


class InstantField(serializers.DateTimeField):
    """An instant; without an offset it is refused, because it could mean any of 38 moments."""

    default_error_messages = {
        "no_offset": _("Write the instant with its offset, for example 2026-03-29T01:30:00+01:00.")
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Parse; refuse instants without an offset."""
        parsed = value if isinstance(value, datetime) else _parsed(value)
        if parsed is not None and parsed.tzinfo is None:
            self.fail("no_offset")
        return super().to_internal_value(value).astimezone(UTC)


def _parsed(value: Any) -> datetime | None:
    try:
        return parse_datetime(str(value))
    except ValueError:
        return None


FROM_DATE = OpenApiParameter("from", OpenApiTypes.DATE, description="First day, YYYY-MM-DD.")
TO_DATE = OpenApiParameter(
    "to", OpenApiTypes.DATE, description="Last day, YYYY-MM-DD; the day itself is included."
)
QUEUE = OpenApiParameter("queue", int, required=True, description="Number of the queue.")
RUN = OpenApiParameter("run", int, description="A run; the latest published one when left out.")
QUEUE_DAYS = [QUEUE, RUN, FROM_DATE, TO_DATE]
"""Parameters of what a run says of one queue, on the queue's own days."""


LONGEST_NUMBER = 18
"""Digits of the largest row number that fits the database."""


def row_number(text: str) -> int | None:
    """Return the number that a request gives for a row; None where it is none."""
    is_number = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number else None


def date_span(request: Request, *, default_days: int, today: date) -> tuple[date, date]:
    """Return the days `from` and `to` of the query, both included.

    Without `to` the span ends today; without `from` it is `default_days` long.
    """
    last = _date(request, "to") or today
    first = _date(request, "from") or last - timedelta(days=default_days - 1)
    if first > last:
        raise ValidationError({"from": _("Expected a day not after 'to'.")})
    return first, last


def _date(request: Request, name: str) -> date | None:
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({name: _("Expected a date such as 2026-03-31.")}) from error
