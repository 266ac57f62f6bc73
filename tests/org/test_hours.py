"""Hours of live queues begin and end with their intervals; deferred work keeps every minute."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from tests.factories.org import make_deferred_queue, make_queue
from wfm.org.models import Holiday, OpeningHours
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


def hours(queue, opens, closes):
    OpeningHours.objects.filter(queue=queue, weekday=6).delete()
    return OpeningHours(queue=queue, weekday=6, opens_minute=opens, closes_minute=closes)


def holiday(queue, opens, closes):
    return Holiday(
        queue=queue, date=date(2026, 12, 24), name="Eve", opens_minute=opens, closes_minute=closes
    )


@pytest.mark.parametrize("make", [hours, holiday])
def test_live_hours_inside_an_interval_are_refused_with_both_ways_out(make):
    with system_tenant():
        queue = make_queue(interval_minutes=30)
        with pytest.raises(ValidationError) as refusal:
            make(queue, 490, 1030).full_clean()
        assert refusal.value.message_dict == {
            "opens_minute": [f"{queue} is staffed by intervals of 30 minutes; choose 480 or 510."],
            "closes_minute": [
                f"{queue} is staffed by intervals of 30 minutes; choose 1020 or 1050."
            ],
        }
        make(queue, 480, 1020).full_clean()


@pytest.mark.parametrize("make", [hours, holiday])
def test_deferred_hours_may_begin_at_any_minute(make):
    with system_tenant():
        make(make_deferred_queue(), 490, 1030).full_clean()


def test_a_closed_holiday_has_no_minutes_to_check():
    with system_tenant():
        holiday(make_queue(), None, None).full_clean()
