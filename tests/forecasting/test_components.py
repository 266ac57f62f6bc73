"""A forecast taken apart: factors per interval, one number in words, changes of one factor."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from forecasting import queries
from forecasting.core.day_factors import ForecastDays
from forecasting.core.override_score import JudgedForecast, override_effect
from forecasting.core.overrides import (
    OverrideComponent,
    OverrideData,
    OverrideKind,
    apply_overrides,
)
from forecasting.core.why import growth_per_week, number_parts
from forecasting.jobs import start_forecast
from forecasting.models import (
    DriverSeries,
    ForecastDay,
    ForecastInterval,
    ForecastQueueResult,
    Override,
)
from forecasting.services import (
    OverrideChange,
    UnableToOverride,
    create_override,
    revoke_override,
    set_special_day,
)
from tests.factories.org import make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, finish
from wfm.org.tenancy import system_tenant

HOUR = np.timedelta64(3600, "s")
MIDNIGHT = np.datetime64("2026-03-16T00:00:00", "s")


def two_days(**changes):
    """Two days of four labels: 100 contacts, half of them at the second label."""
    fields = {
        "first_date": ORIGIN.date(),
        "level": np.array([80.0, 80.0]),
        "weekday": np.array([1.25, 1.25]),
        "profile": np.tile([0.1, 0.5, 0.3, 0.1], (2, 1)),
        "special": np.ones((2, 4)),
        "driver": np.ones(2),
        "today": np.ones((2, 4)),
    }
    return ForecastDays(**fields | changes)


STARTS = MIDNIGHT + np.arange(8) * 6 * HOUR


def change(component, kind, value, first=0, last=4):
    ends = np.append(STARTS, STARTS[-1] + 6 * HOUR)
    return OverrideData(
        kind=OverrideKind[kind],
        value=value,
        starts_at=ends[first],
        ends_at=ends[last],
        component=OverrideComponent[component],
    )


@pytest.mark.parametrize(
    ("changes", "first_day"),
    [
        ([change("LEVEL", "SET", 160)], [20, 100, 60, 20]),
        ([change("LEVEL", "ADD", 8)], [11, 55, 33, 11]),
        ([change("LEVEL", "ADD", -100)], [0, 0, 0, 0]),
        ([change("WEEKDAY", "SET", 1)], [8, 40, 24, 8]),
        ([change("WEEKDAY", "SCALE", 2, 1, 2)], [10, 100, 30, 10]),
        ([change("SPECIAL", "SET", 0.6)], [6, 30, 18, 6]),
        ([change("DRIVER", "SCALE", 1.12)], [11.2, 56, 33.6, 11.2]),
        # Half of what the second label loses goes to the others, in their proportion.
        ([change("PROFILE", "SET", 0.25, 1, 2)], [15, 25, 45, 15]),
        ([change("PROFILE", "SCALE", 4, 1, 2)], [0, 100, 0, 0]),
        ([change("PROFILE", "SET", 0.9)], [25, 25, 25, 25]),
        # Factors first, contacts last, whatever came first in the log.
        ([change("VOLUME", "ADD", 5), change("LEVEL", "SET", 160)], [25, 105, 65, 25]),
    ],
)
def test_a_factor_is_changed_and_the_product_follows(changes, first_day):
    days = two_days()
    factors = days.at(np.arange(8))
    mean = factors.product()
    changed = apply_overrides(mean=mean, starts_at=STARTS, overrides=changes, factors=factors)
    assert changed[:4] == pytest.approx(first_day)
    assert changed[4:] == pytest.approx([10, 50, 30, 10])
    assert mean.tolist() == pytest.approx([10, 50, 30, 10] * 2)


def test_a_closed_special_day_can_be_opened_again():
    days = two_days(special=np.array([[0.0] * 4, [1.0] * 4]))
    factors = days.at(np.arange(8))
    changed = apply_overrides(
        mean=factors.product(),
        starts_at=STARTS,
        overrides=[change("SPECIAL", "SET", 1)],
        factors=factors,
    )
    assert changed[:4] == pytest.approx([10, 50, 30, 10])


def test_factors_cannot_be_added_to_nor_changed_without_them():
    with pytest.raises(ValueError, match="SCALE or SET for WEEKDAY"):
        change("WEEKDAY", "ADD", 1)
    with pytest.raises(ValueError, match="factors of a forecast"):
        apply_overrides(mean=np.ones(8), starts_at=STARTS, overrides=[change("LEVEL", "SET", 1)])


def test_an_effect_is_the_error_with_and_without_beside_the_others():
    factors = two_days().at(np.arange(8))
    actual = np.array([20.0, 100, 60, np.nan, 1, 1, 1, 1])
    judged = JudgedForecast(
        starts_at=STARTS,
        mean=factors.product(),
        is_open=np.ones(8, dtype=bool),
        actual=actual,
        factors=factors,
    )
    effect = override_effect(
        forecast=judged,
        override=change("LEVEL", "SET", 160),
        others=[change("VOLUME", "ADD", 2)],
    )
    assert effect.intervals == 3
    assert effect.actual == 180
    assert effect.error_with == pytest.approx(6)  # 22, 102, 62
    assert effect.error_without == pytest.approx(84)  # 12, 52, 32


def test_growth_is_told_against_the_week_before():
    level = 100 * 1.02 ** (np.arange(15) / 7)
    ones = np.ones(15)
    days = ForecastDays(
        first_date=ORIGIN.date(),
        level=level,
        weekday=ones,
        profile=np.full((15, 2), 0.5),
        special=np.ones((15, 2)),
        driver=ones,
        today=np.ones((15, 2)),
    )
    assert growth_per_week(days, 10) == pytest.approx(0.02)
    assert growth_per_week(days, 3) == pytest.approx(0.02)
    assert number_parts(days, day=10, label=1).mean == pytest.approx(level[10] / 2)
    with pytest.raises(ValueError, match="day from 0 to 14"):
        number_parts(days, day=15, label=0)


# -- with the database ------------------------------------------------------------------------


def made(queue, days=14):
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=days)
    finish(run.job)
    return run


@pytest.fixture
def queue(transactional_db):
    with system_tenant():
        queue = make_queue(name="Cards", interval_minutes=30, opening=((540, 1020),))
        add_history(queue)
    return queue


@pytest.fixture
def planner(client, transactional_db):
    with system_tenant():
        client.force_login(make_user("planner"))
    return client


def log_change(queue, *, component, kind, value, day=1, hours=(0, 24)):
    start = ORIGIN + timedelta(days=day)
    with system_tenant():
        return create_override(
            queue=queue,
            change=OverrideChange(component=component, kind=kind, value=value),
            starts_at=start + timedelta(hours=hours[0]),
            ends_at=start + timedelta(hours=hours[1]),
            reason="known campaign",
            created_by=None,
        )


def day_total(run, queue, day, field="final_mean"):
    start = ORIGIN + timedelta(days=day)
    with system_tenant():
        rows = ForecastInterval.objects.filter(
            run=run, queue=queue, starts_at__gte=start, starts_at__lt=start + timedelta(days=1)
        )
        return sum(rows.values_list(field, flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
def test_the_factors_of_every_interval_make_its_mean(zone):
    with system_tenant():
        queue = make_queue(interval_minutes=30, timezone=zone)
        add_history(queue)
        set_special_day(
            queue=queue,
            on_date=ORIGIN.date() + timedelta(days=2),
            kind="SCALED",
            name="Sale",
            factor=1.5,
        )
    run = made(queue)
    with system_tenant():
        rows = queries.explained_intervals(
            run=run,
            queue=queue,
            first_date=ORIGIN.date(),
            last_date=ORIGIN.date() + timedelta(days=13),
        )
    assert len(rows) == 14 * 48 - (2 if zone == "Europe/London" else 0)
    assert [row.parts.mean for row in rows] == pytest.approx([row.mean for row in rows], rel=1e-5)
    assert {row.parts.special for row in rows} == {1.0, 1.5}


def test_factors_are_kept_by_day_not_by_interval(queue):
    run = made(queue)
    with system_tenant():
        days = list(ForecastDay.objects.filter(run=run, queue=queue).order_by("date"))
    assert len(days) == 14
    assert all(sum(day.profile) == pytest.approx(1) for day in days)
    assert [day.special for day in days] == [None] * 14


def test_a_changed_level_moves_the_draft_and_undo_brings_it_back(queue):
    run = made(queue)
    before = day_total(run, queue, 1)
    with system_tenant():
        level = ForecastDay.objects.get(run=run, date=ORIGIN.date() + timedelta(days=1)).level
    override = log_change(queue, component="LEVEL", kind="SET", value=2 * level)
    assert day_total(run, queue, 1) == pytest.approx(2 * before, rel=1e-4)
    assert day_total(run, queue, 1, "mean") == pytest.approx(before)
    with system_tenant():
        revoke_override(override=override, revoked_at=ORIGIN, revoked_by=None)
    assert day_total(run, queue, 1) == pytest.approx(before)


def test_a_changed_share_keeps_the_contacts_of_the_day(queue):
    run = made(queue)
    before = day_total(run, queue, 1)
    log_change(queue, component="PROFILE", kind="SET", value=0.4, hours=(10, 10.5))
    assert day_total(run, queue, 1) == pytest.approx(before, rel=1e-4)
    with system_tenant():
        row = ForecastInterval.objects.get(
            run=run, queue=queue, starts_at=ORIGIN + timedelta(days=1, hours=10)
        )
    assert row.final_mean == pytest.approx(0.4 * before, rel=1e-4)


def test_the_next_forecast_takes_the_changed_factor_in(queue):
    before = day_total(made(queue), queue, 1)
    log_change(queue, component="DRIVER", kind="SET", value=1.5)
    assert day_total(made(queue), queue, 1) == pytest.approx(1.5 * before, rel=1e-4)


@pytest.mark.parametrize(
    ("component", "kind", "value", "words"),
    [
        ("WEEKDAY", "ADD", 1, "multiplied or set"),
        ("PROFILE", "ADD", 0.1, "multiplied or set"),
        ("PROFILE", "SET", 1.2, "at most 1"),
        ("SPECIAL", "SET", -1, "cannot be negative"),
        ("LEVEL", "SET", float("nan"), "Expected a number"),
        ("WEATHER", "SET", 1, "not a valid choice"),
    ],
)
def test_changes_without_sense_are_refused_with_a_sentence(queue, component, kind, value, words):
    with pytest.raises(UnableToOverride, match=words):
        log_change(queue, component=component, kind=kind, value=value)


def test_a_forecast_without_factors_says_so(queue):
    run = made(queue)
    with system_tenant():
        ForecastDay.objects.filter(run=run).delete()
    with pytest.raises(UnableToOverride, match="make a new forecast first"):
        log_change(queue, component="LEVEL", kind="SET", value=100)
    with system_tenant():
        assert not Override.objects.exists()


def test_the_page_takes_a_day_apart_and_says_why(planner, queue):
    with system_tenant():
        set_special_day(
            queue=queue,
            on_date=ORIGIN.date() + timedelta(days=8),
            kind="SCALED",
            name="Sale",
            factor=0.6,
        )
    run = made(queue)
    url = reverse("forecast-queue", args=[run.pk, queue.pk])
    period = {"from": "2026-03-16", "to": "2026-03-29"}
    context = planner.get(url, period | {"day": "2026-03-24", "at": "10:00"}).context
    chosen = context["day"]["chosen"]
    assert chosen.starts_at == ORIGIN + timedelta(days=8, hours=10)
    sentence = context["day"]["sentence"]
    assert "contacts a day" in sentence
    assert "Tuesday " in sentence
    assert "of the day at 10:00" in sentence
    assert "Sale 0.60" in sentence
    assert f"= {chosen.mean:.1f}; usual range " in sentence
    assert len(context["day"]["chart"]["x"]) == 48


def test_the_page_names_every_driver_of_a_number(planner, queue):
    """Other queues and named drivers alike."""
    run = made(queue)
    with system_tenant():
        claims = make_queue(name="Claims")
        mail = DriverSeries.objects.create(name="Spring mailing", unit="letter")
        result = ForecastQueueResult.objects.get(run=run, queue=queue)
        result.components["driver"] = {
            "words": "Both bring calls.",
            "queue_id": claims.pk,
            "series_id": None,
            "more": [{"words": "", "queue_id": None, "series_id": mail.pk}],
        }
        result.save(update_fields=["components"])
        ForecastDay.objects.filter(run=run).update(driver=1.2)
    page = planner.get(
        reverse("forecast-queue", args=[run.pk, queue.pk]),
        {"from": "2026-03-16", "to": "2026-03-22", "day": "2026-03-17"},
    )
    assert "Claims, Spring mailing +20 %" in page.context["day"]["sentence"]


def test_the_page_says_what_was_changed_by_hand(planner, queue):
    run = made(queue)
    log_change(queue, component="VOLUME", kind="SET", value=7)
    page = planner.get(
        reverse("forecast-queue", args=[run.pk, queue.pk]),
        {"from": "2026-03-16", "to": "2026-03-29", "day": "2026-03-17"},
    )
    assert "Changed by hand to 7.0." in page.context["day"]["sentence"]
    assert "contacts per interval: set to" in page.content.decode()


def test_a_planner_changes_a_factor_on_the_page(planner, queue):
    run = made(queue)
    before = day_total(run, queue, 1)
    planner.post(
        reverse("override-create", args=[run.pk, queue.pk]),
        {
            "starts_at": "2026-03-17T00:00",
            "ends_at": "2026-03-18T00:00",
            "component": "WEEKDAY",
            "kind": "SCALE",
            "value": "1.2",
            "reason": "market day",
        },
    )
    assert day_total(run, queue, 1) == pytest.approx(1.2 * before, rel=1e-4)


def test_factors_over_rest(planner, queue):
    run = made(queue)
    span = {"queue": queue.pk, "run": run.pk, "from": "2026-03-17", "to": "2026-03-17"}
    rows = planner.get("/api/v1/forecasting/components/", span).json()
    assert len(rows) == 48
    opened = [row for row in rows if row["is_open"]]
    assert len(opened) == 16
    for row in opened:
        product = 1.0
        for name in ("level", "weekday", "share", "special", "driver", "today"):
            product *= row[name]
        assert product == pytest.approx(row["mean"], rel=1e-5)
    too_long = planner.get("/api/v1/forecasting/components/", span | {"to": "2026-12-31"})
    assert too_long.status_code == 400


def test_rest_says_why_in_the_words_of_the_page(planner, queue, django_assert_max_num_queries):
    """One sentence per interval; more intervals ask for no more names."""
    with system_tenant():
        set_special_day(
            queue=queue, on_date=date(2026, 3, 17), kind="SCALED", name="Spring sale", factor=1.5
        )
    run = made(queue)
    address = reverse("forecast-queue", args=[run.pk, queue.pk])
    period = {"from": "2026-03-16", "to": "2026-03-22", "day": "2026-03-17", "at": "10:00"}
    shown = planner.get(address, period).context["day"]
    span = {"queue": queue.pk, "run": run.pk, "from": "2026-03-17", "to": "2026-03-17"}
    rows = planner.get("/api/v1/forecasting/components/", span).json()
    by_start = {row["starts_at"]: row["why"] for row in rows}
    said = by_start["2026-03-17T10:00:00Z"]
    assert said == shown["sentence"]
    assert "Spring sale 1.50" in said
    assert "closed, so nothing is expected" in by_start["2026-03-17T03:00:00Z"]
    with CaptureQueriesContext(connection) as one_day:
        planner.get("/api/v1/forecasting/components/", span)
    with django_assert_max_num_queries(len(one_day)):
        planner.get("/api/v1/forecasting/components/", span | {"to": "2026-03-20"})
