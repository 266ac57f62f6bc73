"""Queues without history, in the database: a typed week, a look-alike, and own days."""

import numpy as np
import pytest

from forecasting.jobs import start_forecast
from forecasting.models import (
    ForecastDay,
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
    StartingPlan,
)
from forecasting.services import (
    UnableToPlanStart,
    clear_starting_plan,
    set_special_day,
    set_starting_plan,
)
from tests.factories.org import make_queue
from tests.forecasting.rows import ORIGIN, add_history, finish
from tests.forecasting.test_repeats import contacts_of, upload
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def forecast_of(queue, *, days=14):
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=days)
    assert finish(run.job).status == "SUCCEEDED"
    with system_tenant():
        rows = ForecastInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        means = np.array([row.mean for row in rows]).reshape(days, -1) if rows else None
        return means, ForecastQueueResult.objects.get(run=run, queue=queue)


def test_a_typed_week_is_forecast_without_any_history():
    with system_tenant():
        queue = make_queue(name="New", interval_minutes=30)
        set_starting_plan(queue=queue, weekly_contacts=700)
        set_special_day(queue=queue, on_date=ORIGIN.date(), kind="CLOSED", name="Move")
    means, result = forecast_of(queue)
    assert means[7:].sum() == pytest.approx(700)
    assert means[0].sum() == 0
    assert result.flag == "THIN"
    assert result.reason == "Forecast from a typed week of 700 contacts. There is no own day yet."
    with system_tenant():
        days = ForecastDay.objects.filter(queue=queue).order_by("date")
        products = [day.level * day.weekday * sum(day.profile) for day in days]
    assert products == pytest.approx(means.sum(axis=1).tolist(), abs=0.01)


def test_without_a_plan_the_queue_is_refused_as_before():
    with system_tenant():
        queue = make_queue(name="New")
        set_starting_plan(queue=queue, weekly_contacts=700)
        clear_starting_plan(queue=queue)
    means, result = forecast_of(queue)
    assert means is None
    assert result.flag == "REFUSED"


def test_a_look_alike_lends_weekdays_and_profile_at_the_typed_volume():
    with system_tenant():
        old, new = (
            make_queue(name="Old", interval_minutes=15),
            make_queue(name="New", interval_minutes=30),
        )
        add_history(old, days=56, per_interval=10)
        set_starting_plan(queue=new, look_alike=old, weekly_contacts=1_400)
    model, _result = forecast_of(old)
    means, result = forecast_of(new)
    assert means[:7].sum() == pytest.approx(1_400, rel=0.02)
    same = model.reshape(14, 48, 2).sum(axis=2)
    assert means / means.sum() == pytest.approx(same / same.sum(), abs=1e-5)
    assert "Forecast like" in result.reason
    assert "1400 contacts a week" in result.reason


def test_own_days_set_the_ratio_to_the_look_alike():
    with system_tenant():
        old, new = (
            make_queue(name="Old", interval_minutes=30),
            make_queue(name="New", interval_minutes=30),
        )
        add_history(old, days=56, per_interval=20)
        add_history(new, days=4, per_interval=5, seed=8)
        set_starting_plan(queue=new, look_alike=old)
    model, _result = forecast_of(old)
    means, result = forecast_of(new)
    assert means.sum() == pytest.approx(0.25 * model.sum(), rel=0.1)
    assert result.components["start"]["own_share"] > 0.9
    assert "4 own days" in result.reason


def test_between_two_and_four_weeks_plan_and_history_are_mixed():
    with system_tenant():
        queue = make_queue(name="New", interval_minutes=60)
        add_history(queue, days=21, per_interval=10)
    own, _result = forecast_of(queue)
    with system_tenant():
        set_starting_plan(queue=queue, weekly_contacts=10_000)
    means, result = forecast_of(queue)
    assert result.method != "starting_plan"
    assert result.components["start"]["days"] == 21
    assert means.sum() == pytest.approx(own.sum(), rel=0.15)
    assert means.sum() != pytest.approx(own.sum(), rel=1e-4)


def test_repeats_keep_their_part_of_the_mixed_forecast():
    """Nine hundred planned contacts a day do not leave the repeats of a hundred."""
    with system_tenant():
        queue = make_queue(name="New", interval_minutes=60)
    upload(contacts_of(days=21), queue)
    parts = [part_of_repeats(queue)]
    with system_tenant():
        set_starting_plan(queue=queue, weekly_contacts=200, weekday_shares=[1, 1, 1, 1, 1, 9, 9])
    parts.append(part_of_repeats(queue))
    assert 0.1 < parts[0] == pytest.approx(parts[1], abs=0.01)


def part_of_repeats(queue):
    forecast_of(queue)
    with system_tenant():
        run = ForecastRun.objects.latest("pk")
        rows = list(ForecastInterval.objects.filter(run=run))
    assert all(0 <= row.repeat_mean <= row.mean + 1e-6 for row in rows)
    weekend = [row for row in rows if row.starts_at.weekday() > 4]
    return sum(row.repeat_mean for row in weekend) / sum(row.mean for row in weekend)


def test_an_old_queue_ignores_its_plan():
    with system_tenant():
        queue = make_queue(name="Old", interval_minutes=60)
        add_history(queue, days=42)
    own, _result = forecast_of(queue)
    with system_tenant():
        set_starting_plan(queue=queue, weekly_contacts=10_000)
    means, _result = forecast_of(queue)
    assert means == pytest.approx(own)


def test_a_look_alike_without_history_is_said():
    with system_tenant():
        old, new = make_queue(name="Old"), make_queue(name="New")
        set_starting_plan(queue=new, look_alike=old)
    means, result = forecast_of(new)
    assert means is None
    assert result.reason.count("There is no history of") == 2


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({}, "Choose a look-alike queue or type contacts a week"),
        ({"weekly_contacts": -5}, "above 0"),
        ({"weekly_contacts": 5, "weekday_shares": [1]}, "seven shares"),
        ({"weekly_contacts": 5, "profile": [0, 0]}, "not all 0"),
        ({"weekly_contacts": 5, "profile": [1]}, "2 to 96 parts"),
    ],
)
def test_plans_that_say_nothing_are_refused(plan, words):
    with system_tenant():
        queue = make_queue(name="New")
        with pytest.raises(UnableToPlanStart, match=words):
            set_starting_plan(queue=queue, **plan)
        assert not StartingPlan.objects.exists()
