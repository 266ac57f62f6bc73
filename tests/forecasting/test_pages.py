"""The history and forecast rooms as a planner meets them."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from forecasting.jobs import start_forecast, start_scoring
from forecasting.models import ForecastRun, IntervalActual, Override, SpecialDay
from tests.factories.org import make_client, make_deferred_queue, make_queue, make_user
from tests.forecasting.rows import ORIGIN, add_history, add_items, finish
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = {"from": "2026-03-02", "to": "2026-03-22"}


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue(
            name="Cards", interval_minutes=30, opening=((540, 1020),), weekdays=range(5)
        )
        add_history(queue)
    return queue


@pytest.fixture
def run(queue):
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=ORIGIN, created_by=None, days=7)
    finish(run.job)
    return run


def messages_of(answer):
    return [str(message) for message in answer.context["messages"]]


def test_history_lists_every_queue_with_what_is_recorded(planner, queue):
    with system_tenant():
        empty = make_queue(name="Empty")
        items = make_deferred_queue(name="Claims")
        add_items(items, days=3)
    rows = {row.queue: row for row in planner.get(reverse("history")).context["rows"]}
    assert rows[queue].rows == 30 * 16
    assert (rows[empty].rows, rows[empty].mean_per_day) == (0, None)
    assert rows[items].rows == rows[items].offered > 90


def test_history_tells_missing_partial_and_closed_apart(planner, queue):
    page = planner.get(reverse("history"), {"queue": queue.pk, **MARCH}).context
    states = [day.state.value for day in page["days"]]
    assert states[:7] == ["recorded"] * 5 + ["closed"] * 2
    assert states[14] == "missing"  # after the last recorded day, open
    assert (page["recorded_days"], page["closed_days"]) == (10, 6)
    with system_tenant():
        IntervalActual.objects.filter(queue=queue, starts_at=ORIGIN - timedelta(hours=62)).delete()
    page = planner.get(reverse("history"), {"queue": queue.pk, **MARCH}).context
    assert [(d.state.value, d.missing_intervals) for d in page["days"]][11] == ("partial", 1)


def test_a_long_period_is_shown_by_day_and_a_very_long_one_is_not(planner, queue):
    page = planner.get(
        reverse("history"), {"queue": queue.pk, "from": "2026-01-01", "to": "2026-03-15"}
    )
    assert page.context["chart"]["kind"] == "category"
    page = planner.get(
        reverse("history"), {"queue": queue.pk, "from": "2024-01-01", "to": "2026-03-15"}
    )
    assert "This period is too long to show" in page.content.decode()


def test_a_special_day_is_set_changed_and_made_ordinary(planner, queue):
    address = reverse("special-day-set", args=[queue.pk])
    planner.post(address, {"date": "2026-04-03", "name": "Good Friday", "kind": "CLOSED"})
    planner.post(
        address, {"date": "2026-04-03", "name": "Good Friday", "kind": "SCALED", "factor": "0.4"}
    )
    with system_tenant():
        day = SpecialDay.objects.get()
    assert (day.kind, day.factor) == ("SCALED", 0.4)
    assert "Good Friday" in planner.get(reverse("history"), {"queue": queue.pk}).content.decode()
    planner.post(reverse("special-day-delete", args=[day.pk]))
    with system_tenant():
        assert not SpecialDay.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"date": "2026-04-03", "name": "Sale", "kind": "SCALED"}, "A scaled day needs its share"),
        ({"date": "soon", "name": "Sale", "kind": "CLOSED"}, "Enter a valid date."),
    ],
)
def test_a_wrong_special_day_is_refused_with_a_sentence(planner, queue, data, words):
    answer = planner.post(reverse("special-day-set", args=[queue.pk]), data, follow=True)
    assert words in messages_of(answer)[0]
    with system_tenant():
        assert not SpecialDay.objects.exists()


def test_the_sample_file_downloads(planner):
    answer = planner.get(reverse("history-sample"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"queue,date,time,offered")


def test_a_forecast_is_started_followed_and_published(planner, queue):
    answer = planner.post(reverse("forecast-start"), {"queue": queue.pk, "days": 14})
    with system_tenant():
        run = ForecastRun.objects.select_related("job").get()
    assert answer.url == reverse("forecast-run", args=[run.pk])
    assert run.parameters["queue_ids"] == [queue.pk]
    assert f'id="job-{run.job.pk}"' in planner.get(answer.url).content.decode()
    finish(run.job)
    page = planner.get(answer.url)
    assert [row["result"].queue for row in page.context["results"]] == [queue]
    assert page.context["may_publish"]
    planner.post(reverse("forecast-publish", args=[run.pk]))
    again = planner.post(reverse("forecast-publish", args=[run.pk]), follow=True)
    assert messages_of(again)[-1] == f"Forecast #{run.pk} is already published."
    index = planner.get(reverse("forecast"))
    assert index.context["current"] == run


def test_all_queues_are_forecast_when_none_is_chosen(planner, queue):
    with system_tenant():
        other, retired = make_queue(), make_queue(is_active=False)
    planner.post(reverse("forecast-start"), {"queue": "", "days": 7})
    with system_tenant():
        asked = ForecastRun.objects.get().parameters["queue_ids"]
    assert retired.pk not in asked
    assert asked == [queue.pk, other.pk]


def test_a_wrong_start_is_refused_with_a_sentence(planner, queue):
    answer = planner.post(reverse("forecast-start"), {"queue": "", "days": 0}, follow=True)
    assert messages_of(answer) == ["Days ahead: Ensure this value is greater than or equal to 1."]


def test_the_queue_page_opens_around_the_origin(planner, queue, run):
    address = reverse("forecast-queue", args=[run.pk, queue.pk])
    answer = planner.get(address)
    assert answer.url == f"{address}?from=2026-03-09&to=2026-03-22"
    page = planner.get(answer.url)
    series = {item["key"]: item for item in page.context["chart"]["series"]}
    assert set(series) == {"actual", "forecast"}
    past, ahead = slice(0, 5 * 48), slice(7 * 48, 12 * 48)
    assert sum(value is not None for value in series["actual"]["values"][past]) == 5 * 16
    assert sum(value is not None for value in series["forecast"]["values"][ahead]) == 5 * 16
    assert all(
        low <= high
        for low, high in zip(series["forecast"]["low"], series["forecast"]["high"], strict=True)
        if low is not None
    )
    assert [row["is_chosen"] for row in page.context["scores"]].count(True) == 1
    assert page.context["total"] == pytest.approx(5 * 16 * 20, rel=0.1)


def post_override(page, run, queue, **changes):
    data = {
        "starts_at": "2026-03-17T10:00", "ends_at": "2026-03-17T12:00",
        "kind": "SCALE", "value": "1.5", "reason": "Newsletter",
    }  # fmt: skip
    address = reverse("override-create", args=[run.pk, queue.pk])
    return page.post(address, data | changes, follow=True)


def test_an_override_is_marked_and_undone(planner, queue, run):
    post_override(planner, run, queue)
    page = planner.get(reverse("forecast-queue", args=[run.pk, queue.pk]), MARCH)
    assert [mark["label"] for mark in page.context["chart"]["marks"]] == ["Newsletter"]
    assert {item["key"] for item in page.context["chart"]["series"]} == {
        "actual",
        "forecast",
        "baseline",
    }
    with system_tenant():
        override = Override.objects.get()
    assert override.starts_at == ORIGIN + timedelta(days=1, hours=10)
    address = reverse("override-revoke", args=[run.pk, override.pk])
    planner.post(address)
    page = planner.get(reverse("forecast-queue", args=[run.pk, queue.pk]), MARCH)
    assert page.context["chart"]["marks"] == []
    assert "Newsletter" in page.content.decode()
    assert messages_of(planner.post(address, follow=True)) == ["This override was already undone."]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "Reason: This field is required."),
        ({"ends_at": "2026-03-17T09:00"}, "Until: The override must end after it starts."),
        ({"value": "-1"}, "A factor or a volume cannot be negative."),
        ({"value": "nan"}, "Value: Enter a number."),
        ({"starts_at": "tomorrow"}, "From: Enter a valid date/time."),
    ],
)
def test_a_wrong_override_is_refused_with_a_sentence(planner, queue, run, changes, words):
    assert words in messages_of(post_override(planner, run, queue, **changes))
    with system_tenant():
        assert not Override.objects.exists()


def test_nightly_forecasts_are_judged_once_the_day_has_come(planner, queue):
    with system_tenant():
        run = start_forecast(
            queues=[queue],
            origin_at=ORIGIN,
            created_by=None,
            days=7,
            publish_when_done=True,
            freeze=True,
        )
    finish(run.job)
    night = ORIGIN + timedelta(days=3, hours=3)
    with system_tenant():
        add_history(queue, days=3, until=ORIGIN + timedelta(days=3), seed=9)
        job = start_scoring(first=ORIGIN.date(), last=night.date(), at=night)
    finish(job)
    with time_machine.travel(night, tick=False):
        page = planner.get(reverse("forecast-queue", args=[run.pk, queue.pk]), MARCH)
    first, second, both = page.context["realized"]
    assert [str(item["horizon"]) for item in (first, second)] == ["next day", "days 2–7"]
    assert both["score"].intervals == first["score"].intervals + second["score"].intervals
    assert first["score"].intervals == 16
    assert 0 < first["score"].wape < 0.5
    assert first["score"].wape_naive > 0
    with time_machine.travel(night + timedelta(weeks=9), tick=False):
        later = planner.get(reverse("forecast-queue", args=[run.pk, queue.pk]), MARCH)
    assert later.context["realized"] == []


@pytest.mark.parametrize(
    ("name", "role"),
    [("history", "team_lead"), ("forecast", "team_lead"), ("forecast-start", "finance")],
)
def test_a_role_without_the_permission_gets_403(client, name, role):
    with system_tenant():
        client.force_login(make_user(role))
    address = reverse(name)
    answer = client.post(address) if name == "forecast-start" else client.get(address)
    assert answer.status_code == 403


def test_a_planner_of_one_client_sees_no_other_queue(client, queue, run):
    with system_tenant():
        stranger = make_user("planner", client=make_client())
        client.force_login(stranger)
    assert client.get(reverse("history"), {"queue": queue.pk}).status_code == 404
    address = reverse("forecast-queue", args=[run.pk, queue.pk])
    assert client.get(address, MARCH).status_code == 404
    assert client.post(reverse("special-day-set", args=[queue.pk]), {}).status_code == 404


def test_the_page_opens_on_a_day_that_is_open(planner, queue):
    """A forecast made on a Friday of a queue that rests at weekends shows Monday, not Saturday."""
    friday = ORIGIN + timedelta(days=4)
    with system_tenant():
        run = start_forecast(queues=[queue], origin_at=friday, created_by=None, days=7)
    finish(run.job)
    address = reverse("forecast-queue", args=[run.pk, queue.pk])
    page = planner.get(address, {"from": "2026-03-16", "to": "2026-03-29"})
    assert page.context["day"]["day"] == (friday + timedelta(days=3)).date()
    asked = planner.get(address, {"from": "2026-03-16", "to": "2026-03-29", "day": "2026-03-21"})
    assert asked.context["day"]["day"] == date(2026, 3, 21)
