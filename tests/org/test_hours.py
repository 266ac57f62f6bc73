"""Hours of live queues begin and end with their intervals; deferred work keeps every minute."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.urls import reverse

from tests.factories.org import make_deferred_queue, make_queue, make_user, make_work_type
from wfm.org.models import Handling, Holiday, OpeningHours, Queue
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


INSIDE = "opens or closes at minute 490, 1030, inside intervals of 30 minutes; change its"


@pytest.mark.parametrize("make", [hours, holiday])
class TestChangesOfTheQueue:
    """The hours are there first; then the queue is changed so that they no longer fit."""

    def test_longer_intervals_are_refused(self, make):
        with system_tenant():
            queue = make_queue(interval_minutes=15)
            make(queue, 495, 1035).save()
            queue.interval_minutes = 30
            with pytest.raises(ValidationError, match="at minute 495, 1035, inside intervals"):
                queue.full_clean()
            OpeningHours.objects.filter(queue=queue, opens_minute=495).delete()
            Holiday.objects.filter(queue=queue).delete()
            queue.full_clean()

    def test_work_that_becomes_live_is_refused(self, make):
        with system_tenant():
            queue = make_deferred_queue(interval_minutes=30)
            make(queue, 490, 1030).save()
            queue.full_clean()
            queue.work_type = make_work_type()
            with pytest.raises(ValidationError, match=INSIDE):
                queue.full_clean()

    def test_a_work_type_that_becomes_live_is_refused(self, make):
        with system_tenant():
            queue = make_deferred_queue(interval_minutes=30)
            make(queue, 490, 1030).save()
            queue.work_type.handling = Handling.LIVE
            with pytest.raises(ValidationError, match=INSIDE):
                queue.work_type.full_clean()

    def test_odd_hours_of_old_do_not_keep_other_changes_back(self, make):
        with system_tenant():
            queue = make_queue(interval_minutes=30)
            make(queue, 490, 1030).save()
            queue.name = "New name"
            queue.full_clean()


def test_hours_are_judged_by_the_interval_in_the_same_form():
    """A new queue of half hours with its hours: nothing of it is saved yet."""
    with system_tenant():
        saved = make_queue(interval_minutes=15)
        typed = Queue.objects.get(pk=saved.pk)
        typed.interval_minutes = 30
        with pytest.raises(ValidationError, match="by intervals of 30 minutes"):
            OpeningHours(queue=typed, weekday=0, opens_minute=495, closes_minute=600).clean()


def test_the_admin_says_why_longer_intervals_are_refused(client):
    with system_tenant():
        queue = make_queue(interval_minutes=15, opening=((495, 1035),), weekdays=[0])
        (kept,) = queue.opening_hours.all()
        client.force_login(make_user("admin"))
        url = reverse("admin:org_queue_change", args=[queue.pk])
        fields = {key: value for key, value in model_to_dict(queue).items() if value is not None}
        sent = fields | {
            "interval_minutes": 30,
            "opening_hours-TOTAL_FORMS": 1,
            "opening_hours-INITIAL_FORMS": 1,
            "opening_hours-0-id": kept.pk,
            "opening_hours-0-queue": queue.pk,
            "opening_hours-0-weekday": 0,
            "opening_hours-0-opens_minute": 495,
            "opening_hours-0-closes_minute": 1035,
            "service_goals-TOTAL_FORMS": 0,
            "service_goals-INITIAL_FORMS": 0,
        }
        page = client.post(url, sent)
        assert page.status_code == 200
        assert "at minute 495, 1035, inside intervals of 30 minutes" in page.content.decode()
        assert (
            client.post(url, sent | {"interval_minutes": 15, "name": "Renamed"}).status_code == 302
        )
        queue.refresh_from_db()
    assert (queue.interval_minutes, queue.name) == (15, "Renamed")
