"""Due times of goals: chosen on the page or over REST, and what the requirement makes of them."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from rest_framework.test import APIClient

from forecasting.models import IntervalActual, WorkItem
from staffing.models import RequirementInterval
from staffing.services import GoalChange, UnableToChangeGoal, change_service_goal
from tests.factories.org import make_deferred_queue, make_goal, make_queue, make_user
from tests.staffing.rows import (
    MONDAY,
    add_forecast_queue,
    compute,
    make_forecast,
    result_of,
    start_without_ringing,
)
from wfm.org.due_words import due_words, rule_of
from wfm.org.models import ServiceGoal
from wfm.org.tenancy import system_tenant
from wfm.timeline import DueRule, DueUnit

pytestmark = pytest.mark.django_db(transaction=True)
OFFICE = {"opening": ((480, 1020),), "weekdays": range(5)}
TUESDAY = datetime(2026, 11, 17, 12, tzinfo=UTC)


@pytest.fixture
def mail():
    with system_tenant():
        queue = make_deferred_queue(name="Mail", **OFFICE)
        make_goal(queue)
        return queue


def text(response):
    """The page with every run of white space, no-break ones too, as one space."""
    return " ".join(response.content.decode().split())


# The page.


def test_the_page_says_in_sentences_what_the_goal_means(planner, mail):
    with time_machine.travel(TUESDAY, tick=False):
        page = text(planner.get(reverse("staffing-parameters"), {"queue": mail.pk}))
    assert "Done within 8 business hours:" in page
    assert "what arrives Fri 20 Nov 2026 16:00 is due Mon 23 Nov 2026 15:00" in page
    assert "what arrives Sat 21 Nov 2026 12:00 is due Mon 23 Nov 2026 16:00" in page
    assert '<option value="business_hours" selected>' in page


@pytest.mark.parametrize(
    ("amount", "unit", "cutoff", "words", "friday"),
    [
        ("2", "business_days", "", "2 business days", "Tue 24 Nov 2026 17:00"),
        (
            "1",
            "business_days",
            "15:30",
            "1 business day; from 15:30 on counts as the next day",
            "Tue 24 Nov 2026 17:00",
        ),
        ("24", "hours", "", "24 hours round the clock", "Sat 21 Nov 2026 16:00"),
        ("0", "calendar_days", "", "midnight of the same day", "Fri 20 Nov 2026 24:00"),
        ("90", "business_minutes", "", "90 business minutes", "Mon 23 Nov 2026 08:30"),
    ],
)
def test_a_planner_tries_a_due_time_before_choosing_it(
    planner, mail, amount, unit, cutoff, words, friday
):
    asked = {"due_amount": amount, "due_in": unit, "due_cutoff": cutoff}
    with time_machine.travel(TUESDAY, tick=False):
        shown = text(planner.get(reverse("staffing-due-example", args=[mail.pk]), asked))
    assert f"Done within {words}:" in shown
    assert f"what arrives Fri 20 Nov 2026 16:00 is due {friday}" in shown
    assert "<html" not in shown


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due_amount": "0", "due_in": "hours"}, "Due within 0 hours is due at once"),
        ({"due_amount": "400", "due_in": "calendar_days"}, "366 at most here"),
        ({"due_amount": "9000", "due_in": "business_hours"}, "8760 at most here"),
        ({"due_cutoff": "00:00"}, "A cut-off at midnight is the end of the day"),
    ],
)
def test_due_times_that_mean_nothing_are_refused_with_a_sentence(planner, mail, change, sentence):
    due = {"due_amount": "8", "due_in": "business_hours", "due_cutoff": ""} | change
    assert sentence in text(planner.get(reverse("staffing-due-example", args=[mail.pk]), due))
    sent = due | {
        "starts_on": "2026-04-01",
        "metric_key": "service_level.deferred",
        "level": "95",
    }
    response = planner.post(reverse("staffing-goal", args=[mail.pk]), sent)
    assert response.status_code == 422
    assert sentence in text(response)


def test_a_calendar_without_hours_is_said_where_the_due_time_is_chosen(planner):
    with system_tenant():
        closed = make_deferred_queue(weekdays=())
        make_goal(closed)
    page = text(planner.get(reverse("staffing-parameters"), {"queue": closed.pk}))
    assert "too few opening hours for such a due time" in page


def test_a_chosen_due_time_is_kept_and_shown_again(planner, mail):
    sent = {
        "starts_on": "2026-04-01",
        "metric_key": "service_level.deferred",
        "level": "95",
        "due_amount": "36",
        "due_in": "hours",
        "due_cutoff": "16:30",
    }
    assert planner.post(reverse("staffing-goal", args=[mail.pk]), sent).status_code == 302
    with system_tenant():
        goal = ServiceGoal.objects.filter(queue=mail).latest("version")
    assert goal.due_rule == DueRule(DueUnit.CALENDAR_MINUTES, 36 * 60, 16 * 60 + 30)
    page = text(planner.get(reverse("staffing-parameters"), {"queue": mail.pk}))
    assert "36 hours round the clock; from 16:30 on counts as the next day" in page
    assert 'value="36"' in page
    assert 'value="16:30"' in page
    assert '<option value="hours" selected>' in page


# REST.


@pytest.fixture
def api():
    client = APIClient()
    with system_tenant():
        client.force_login(make_user("planner"))
    return client


def test_a_goal_is_changed_over_rest(api, mail):
    body = {
        "queue": mail.pk,
        "starts_on": "2026-04-01",
        "metric_key": "service_level.deferred",
        "level": 0.9,
        "due_unit": "business_days",
        "due_amount": 2,
        "due_cutoff_minute": 960,
    }
    answer = api.post(reverse("api-staffing-goals"), body, format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["version"], told["due_unit"], told["due_amount"]) == (2, "business_days", 2)
    assert told["due_cutoff_minute"] == 960
    again = api.post(reverse("api-staffing-goals"), body, format="json")
    assert again.status_code == 409
    assert "begins on 2026-04-01 already" in str(again.json())


def test_a_goal_is_not_changed_without_the_right(mail):
    client = APIClient()
    with system_tenant():
        client.force_login(make_user("finance"))
    body = {"queue": mail.pk, "starts_on": "2026-04-01", "level": 0.9}
    assert client.post(reverse("api-staffing-goals"), body, format="json").status_code == 403


@pytest.mark.parametrize(
    ("rule", "arrived", "due"),
    [
        (
            {"due_unit": "business_minutes", "due_amount": 240},
            "2026-11-17T15:00:00Z",
            "2026-11-18T10:00:00Z",
        ),
        (
            {"due_unit": "calendar_days", "due_amount": 1, "due_cutoff_minute": 900},
            "2026-11-17T15:00:00Z",
            "2026-11-20T00:00:00Z",
        ),
    ],
)
def test_due_times_are_tried_over_rest(api, mail, rule, arrived, due):
    body = {"queue": mail.pk, "arrived_at": [arrived]} | rule
    answer = api.post(reverse("api-staffing-due-times"), body, format="json").json()
    assert answer["due"] == [{"arrived_at": arrived, "due_at": due}]


@pytest.fixture
def weekend_mail(mail):
    """60 items came on a Wednesday, 40 on a Saturday when nobody works."""
    with system_tenant():
        for day, items in ((11, 60), (14, 40)):
            IntervalActual.objects.create(
                queue=mail, starts_at=datetime(2026, 11, day, 10, tzinfo=UTC), offered=items
            )
    return mail


def test_the_ceiling_of_a_due_time_is_shown_before_it_is_chosen(planner, weekend_mail):
    address = reverse("staffing-due-example", args=[weekend_mail.pk])
    with time_machine.travel(TUESDAY, tick=False):
        tried = text(planner.get(address, {"due_amount": "24", "due_in": "hours"}))
        roomy = text(planner.get(address, {"due_amount": "2", "due_in": "business_days"}))
    assert "Ceiling 60.0 %: of the 100 items of the last four weeks" in tried
    assert "Ceiling 100.0 %: of the 100 items" in roomy


def test_a_goal_beyond_its_ceiling_is_said_to_be_out_of_reach(planner, weekend_mail):
    with system_tenant():
        ServiceGoal.objects.filter(queue=weekend_mail).update(
            due_unit="calendar_minutes", due_amount=1440, level=0.95
        )
    with time_machine.travel(TUESDAY, tick=False):
        page = text(planner.get(reverse("staffing-parameters"), {"queue": weekend_mail.pk}))
    assert "Ceiling 60.0 %" in page
    assert "The goal of 95.0 % is out of reach; allow more time" in page


def test_the_ceiling_comes_with_due_times_over_rest(api, weekend_mail):
    body = {
        "queue": weekend_mail.pk,
        "arrived_at": ["2026-11-17T15:00:00Z"],
        "due_unit": "calendar_minutes",
        "due_amount": 1440,
    }
    with time_machine.travel(TUESDAY, tick=False):
        answer = api.post(reverse("api-staffing-due-times"), body, format="json").json()
    assert answer["ceiling_level"] == pytest.approx(0.6, abs=1e-9)


def test_single_items_are_counted_where_there_are_no_intervals(api, mail):
    """Six came on a Wednesday, four on a Saturday when nobody works."""
    with system_tenant():
        WorkItem.objects.bulk_create(
            WorkItem(
                queue=mail,
                external_id=str(number),
                arrived_at=datetime(2026, 11, 11 if number < 6 else 14, 10, number, tzinfo=UTC),
                due_at=datetime(2026, 11, 16, tzinfo=UTC),
            )
            for number in range(10)
        )
    body = {
        "queue": mail.pk,
        "arrived_at": ["2026-11-17T15:00:00Z"],
        "due_unit": "calendar_minutes",
        "due_amount": 1440,
    }
    with time_machine.travel(TUESDAY, tick=False):
        answer = api.post(reverse("api-staffing-due-times"), body, format="json").json()
    assert answer["ceiling_level"] == pytest.approx(0.6, abs=1e-9)


def test_without_history_there_is_no_ceiling(api, mail):
    body = {
        "queue": mail.pk,
        "arrived_at": ["2026-11-17T15:00:00Z"],
        "due_unit": "calendar_minutes",
        "due_amount": 1440,
    }
    answer = api.post(reverse("api-staffing-due-times"), body, format="json").json()
    assert answer["ceiling_level"] is None


def test_a_rule_that_means_nothing_is_refused_over_rest(api, mail):
    body = {
        "queue": mail.pk,
        "arrived_at": ["2026-11-17T15:00:00Z"],
        "due_unit": "business_minutes",
        "due_amount": 0,
    }
    answer = api.post(reverse("api-staffing-due-times"), body, format="json")
    assert answer.status_code == 400
    assert "at least 1 business minutes, got 0" in str(answer.json())


# The service, the table and the words.


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due_unit": "", "due_amount": None}, "needs a due time"),
        ({"threshold_seconds": 20}, "is deferred: its goal is service_level.deferred"),
        ({"metric_key": "service_level.answered_over_offered"}, "is deferred"),
        ({"due_unit": ""}, "A due time needs a number and what it counts"),
        ({"due_amount": 0}, "1 to 525,600 minutes"),
        ({"due_unit": "business_days", "due_amount": 400}, "366 days at most"),
        ({"due_cutoff_minute": 1440}, "A cut-off is a time after midnight"),
    ],
)
def test_impossible_goals_are_refused_by_the_service(mail, change, sentence):
    usual = {
        "metric_key": "service_level.deferred",
        "level": 0.9,
        "due_unit": "business_minutes",
        "due_amount": 480,
    }
    with system_tenant(), pytest.raises((UnableToChangeGoal, ValidationError), match=sentence):
        change_service_goal(
            queue=mail, change=GoalChange(**usual | change), starts_on=date(2026, 4, 1)
        )


def test_a_live_queue_has_no_due_time():
    with system_tenant():
        voice = make_queue(name="Voice")
        change = GoalChange(
            metric_key="service_level.answered_over_offered",
            level=0.8,
            threshold_seconds=20,
            due_unit="business_days",
            due_amount=1,
        )
        with pytest.raises(UnableToChangeGoal, match="Voice is live"):
            change_service_goal(queue=voice, change=change, starts_on=date(2026, 4, 1))


def test_results_from_before_there_were_units_are_read_as_business_minutes():
    kept = {"level": 0.9, "within_business_minutes": 480, "threshold_seconds": None}
    assert due_words(rule_of(kept)) == "8 business hours"
    assert rule_of({"threshold_seconds": 20, "within_business_minutes": None}) is None


# The requirement.


def staffed(monkeypatch, queue, *, offered, days=7):
    with system_tenant():
        forecast = make_forecast([], days=days)
        add_forecast_queue(forecast, queue, offered=offered, aht_seconds=600.0)
    run = start_without_ringing(forecast, monkeypatch)
    compute(run)
    return run


def on_day(day, hour):
    """Twelve items in the quarter hour that begins then, none else."""
    at = MONDAY + timedelta(days=day, hours=hour)
    return lambda moment: 12.0 if moment == at else 0.0


def last_work(run, queue):
    """When the plan has finished nine items of ten; chance makes a few come later."""
    with system_tenant():
        rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        found = list(rows.values_list("starts_at", "finished"))
    done = np.cumsum([finished for _, finished in found])
    assert done[-1] == pytest.approx(12, rel=0.05)
    return found[int(np.searchsorted(done, 0.9 * done[-1]))][0] + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("rule", "arrives", "due"),
    [
        # Office 08-17, Monday to Friday; day 4 is a Friday.
        (("business_minutes", 240, None), (0, 15), (1, 10)),
        (("business_minutes", 240, None), (4, 15), (7, 10)),
        (("business_days", 1, None), (0, 15), (1, 17)),
        (("business_days", 1, 840), (0, 15), (2, 17)),
        (("calendar_minutes", 1440, None), (0, 15), (1, 15)),
        (("calendar_days", 1, None), (0, 15), (1, 24)),
    ],
)
def test_the_plan_uses_the_time_that_the_rule_gives_and_no_more(monkeypatch, rule, arrives, due):
    unit, amount, cutoff = rule
    with system_tenant():
        queue = make_deferred_queue(**OFFICE)
        make_goal(queue, level=1.0, due_unit=unit, due_amount=amount, due_cutoff_minute=cutoff)
    run = staffed(monkeypatch, queue, offered=on_day(*arrives), days=9)
    limit = MONDAY + timedelta(days=due[0], hours=due[1])
    assert result_of(run, queue).service_level == pytest.approx(1.0)
    assert last_work(run, queue) <= limit
    assert last_work(run, queue) > MONDAY + timedelta(days=arrives[0], hours=arrives[1])


def test_a_day_round_the_clock_over_a_closed_weekend_has_a_ceiling(monkeypatch):
    """What comes on Friday evening or Saturday is due before anybody works on it."""
    with system_tenant():
        queue = make_deferred_queue(**OFFICE)
        make_goal(queue, level=0.95, due_unit="calendar_minutes", due_amount=1440)
    result = result_of(staffed(monkeypatch, queue, offered=1.0, days=14), queue)
    # 39 of the week's 168 hours: from Friday 17:00 to Sunday 08:00 nothing is open within a day.
    assert result.ceiling_level == pytest.approx(1 - 39 / 168, abs=0.01)
    assert result.detail["goal_level"] == 0.95


def test_each_arrival_has_the_rule_of_its_own_day(monkeypatch):
    with system_tenant():
        queue = make_deferred_queue(**OFFICE)
        make_goal(queue, level=1.0, ends_on=date(2026, 3, 3), due_amount=60)
        make_goal(
            queue,
            level=1.0,
            version=2,
            starts_on=date(2026, 3, 3),
            due_unit="business_days",
            due_amount=2,
        )
    run = staffed(monkeypatch, queue, offered=on_day(0, 10), days=7)
    assert last_work(run, queue) <= MONDAY + timedelta(hours=11)
    later = staffed(monkeypatch, queue, offered=on_day(1, 10), days=7)
    assert last_work(later, queue) > MONDAY + timedelta(days=1, hours=12)
