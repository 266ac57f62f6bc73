"""Work items and contacts that come late: their silence is judged as nothing, never as zero."""

from datetime import timedelta

import numpy as np
import pytest

from forecasting.jobs import start_forecast, start_scoring
from forecasting.models import (
    ForecastInterval,
    ForecastScore,
    OverrideScore,
    WorkItem,
)
from forecasting.services import OverrideChange, create_override
from tests.factories.org import make_deferred_queue, make_queue
from tests.forecasting.rows import ORIGIN, add_history, add_items, finish
from tests.forecasting.test_repeats import contacts_of, upload
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def desk():
    with system_tenant():
        desk = make_deferred_queue(name="Desk", interval_minutes=60)
        add_items(desk)
    return desk


def frozen(queue, *, origin_at=ORIGIN):
    with system_tenant():
        run = start_forecast(
            queues=[queue],
            origin_at=origin_at,
            created_by=None,
            days=9,
            publish_when_done=True,
            freeze=True,
        )
    finish(run.job)
    with system_tenant():
        type(run).objects.filter(pk=run.pk).update(published_at=origin_at)
    return run


def arrive(desk, *, hours, since=ORIGIN, per_hour=2):
    with system_tenant():
        WorkItem.objects.bulk_create(
            WorkItem(
                queue=desk,
                external_id=f"{since:%d}-{hour}-{number}",
                arrived_at=since + timedelta(hours=hour, minutes=number),
                due_at=since + 5 * DAY,
            )
            for hour in hours
            for number in range(per_hour)
        )


def scores_after(nights, queue):
    """What the scoring of a night says of each day after the origin."""
    at = ORIGIN + nights * DAY + timedelta(hours=3)
    with system_tenant():
        job = start_scoring(first=ORIGIN.date(), last=at.date(), at=at)
    finish(job)
    with system_tenant():
        rows = ForecastScore.objects.filter(queue=queue)
        return {(row.target_date - ORIGIN.date()).days: row.actual for row in rows}


def test_days_without_a_word_of_the_feed_are_not_judged(desk):
    frozen(desk)
    assert scores_after(4, desk) == {}


def test_a_day_is_judged_when_the_feed_has_passed_it(desk):
    frozen(desk)
    arrive(desk, hours=range(24, 34))  # ten hours of the next day, then silence
    assert scores_after(4, desk) == {}
    arrive(desk, hours=range(34, 72))
    assert scores_after(4, desk) == {1: 48}  # the third day is still open
    arrive(desk, hours=[72])
    assert scores_after(4, desk) == {1: 48, 2: 48}


def test_an_empty_day_that_the_feed_has_passed_is_judged_as_empty(desk):
    frozen(desk)
    arrive(desk, hours=[80])
    assert scores_after(5, desk) == {1: 0, 2: 0}


def test_days_of_a_file_of_contacts_wait_for_the_next_file():
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=60)
        add_history(queue)
    frozen(queue)
    before = contacts_of(days=1)
    shifted = [
        (at + 2 * DAY, customer) for at, customer in before if at + 2 * DAY < ORIGIN + 1.4 * DAY
    ]
    upload(shifted, queue)
    assert scores_after(4, queue) == {}
    upload([(at + 3 * DAY, customer) for at, customer in contacts_of(days=1, seed=3)], queue)
    assert set(scores_after(5, queue)) == {1}


def test_rows_that_came_since_by_another_way_tell_that_a_contact_day_is_over():
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=60)
        add_history(queue)
    frozen(queue)
    upload([(ORIGIN + timedelta(hours=30), "a")], queue)
    with system_tenant():
        add_history(queue, days=2, until=ORIGIN + 3 * DAY)
    assert set(scores_after(4, queue)) == {1, 2}


def test_an_override_of_late_work_is_judged_when_the_work_is_known(desk):
    frozen(desk)
    with system_tenant():
        override = create_override(
            queue=desk,
            change=OverrideChange(kind="SCALE", value=2),
            starts_at=ORIGIN + DAY,
            ends_at=ORIGIN + 2 * DAY,
            reason="campaign",
            created_by=None,
        )
        type(override).objects.filter(pk=override.pk).update(created_at=ORIGIN)
    arrive(desk, hours=[25])
    scores_after(4, desk)
    with system_tenant():
        assert not OverrideScore.objects.exists()
    arrive(desk, hours=range(26, 50))
    scores_after(4, desk)
    with system_tenant():
        score = OverrideScore.objects.get()
    assert (score.intervals, score.actual) == (24, 46)


def test_a_forecast_of_noon_takes_no_silent_morning_for_an_empty_one():
    """The feed of items stopped at six; the rest of the day is as it was expected."""
    noon = ORIGIN + timedelta(hours=12)
    with system_tenant():
        desk = make_deferred_queue(name="Busy desk", interval_minutes=60)
        add_items(desk, per_day=480)

    def rest():
        run = frozen(desk, origin_at=noon)
        with system_tenant():
            rows = ForecastInterval.objects.filter(run=run, starts_at__gte=noon)
            return np.sum([row.mean for row in rows if row.starts_at < ORIGIN + DAY])

    untouched = rest()
    arrive(desk, hours=range(6), per_hour=20)
    assert rest() == pytest.approx(untouched, rel=0.05)
