"""Drivers and starting plans on their page and over REST."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import DatabaseError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from forecasting.models import DriverLink, DriverSeries, DriverValue, StartingPlan
from tests.factories.org import make_client, make_queue, make_user
from tests.forecasting.rows import ORIGIN
from wfm.jobs.models import Job
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1/forecasting/"
TODAY = ORIGIN.date()


@pytest.fixture
def queues():
    with system_tenant():
        return make_queue(name="Line"), make_queue(name="Claims")


@pytest.fixture
def page(client):
    with system_tenant():
        client.force_login(make_user("planner"))
    return client


def api_of(role, **limits):
    with system_tenant():
        user = make_user(role, **limits)
    client = APIClient()
    client.force_login(user)
    return client


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_a_queue_is_linked_and_removed_on_the_page(page, queues):
    line, claims = queues
    answer = page.post(reverse("driver-link", args=[line.pk]), {"driver": f"queue-{claims.pk}"})
    assert "The next forecast keeps it" in said(answer)
    shown = page.get(reverse("forecast-inputs"), {"queue": line.pk})
    (link,) = shown.context["links"]
    assert link.driver_queue == claims
    assert "The latest forecast kept no driver" in shown.content.decode()
    page.post(reverse("driver-unlink", args=[link.pk]))
    with system_tenant():
        assert not DriverLink.objects.exists()


def test_a_named_driver_gets_pasted_values(page, queues):
    line, _claims = queues
    page.post(
        reverse("driver-series-create", args=[line.pk]), {"name": "Mailing", "unit": "letter"}
    )
    with system_tenant():
        series = DriverSeries.objects.get()
    values = {"driver": f"series-{series.pk}", "values": "2026-03-15\t100\n2026-03-17\t4000"}
    with time_machine.travel(ORIGIN, tick=False):
        answer = page.post(reverse("driver-values", args=[line.pk]), values)
        assert "2 days are recorded" in said(answer)
        shown = page.get(reverse("forecast-inputs"), {"queue": line.pk})
    assert [row["value"].value for row in shown.context["values"]] == [4000]
    with system_tenant():
        known = dict(DriverValue.objects.values_list("date", "known_ahead"))
    assert known == {TODAY - timedelta(days=1): False, TODAY + timedelta(days=1): True}
    answer = page.post(reverse("driver-values", args=[line.pk]), {**values, "values": "tomorrow 5"})
    assert "Not read: 1: tomorrow 5" in said(answer)


def test_a_starting_plan_is_kept_and_removed(page, queues):
    line, claims = queues
    url = reverse("starting-plan", args=[line.pk])
    page.post(url, {"look_alike": claims.pk, "weekly_contacts": "700"})
    with system_tenant():
        plan = StartingPlan.objects.get()
    assert (plan.look_alike_id, plan.weekly_contacts) == (claims.pk, 700)
    page.post(url, {"weekly_contacts": "70", "weekday_shares": "1 1 1 1 1 0 0", "profile": "2, 3"})
    shown = page.get(reverse("forecast-inputs"), {"queue": line.pk})
    assert shown.context["plan_form"].initial["weekday_shares"] == "1 1 1 1 1 0 0"
    assert "Choose a look-alike queue" in said(page.post(url, {}))
    assert "Write numbers" in said(page.post(url, {"weekly_contacts": "7", "profile": "a b"}))
    page.post(url, {"clear": "1"})
    with system_tenant():
        assert not StartingPlan.objects.exists()


@pytest.mark.parametrize(
    "name", ["driver-link", "driver-series-create", "driver-values", "starting-plan"]
)
def test_who_may_not_forecast_changes_nothing(client, queues, name):
    with system_tenant():
        client.force_login(make_user("team_lead"))
    assert client.post(reverse(name, args=[queues[0].pk])).status_code == 403


def test_drivers_over_rest(queues):
    line, claims = queues
    api = api_of("planner")
    series = api.post(API + "driver-series/", {"name": "Mailing", "unit": "letter"}).json()
    link = api.post(API + "driver-links/", {"queue": line.pk, "series": series["id"]})
    assert link.status_code == 201
    other = api.post(API + "driver-links/", {"queue": line.pk, "driver_queue": claims.pk}).json()
    refused = api.post(API + "driver-links/", {"queue": line.pk})
    assert refused.status_code == 400
    with time_machine.travel(ORIGIN, tick=False):
        tomorrow = (TODAY + timedelta(days=1)).isoformat()
        for owner in ({"series": series["id"]}, {"queue": claims.pk}):
            rows = [{"date": tomorrow, "value": 90}]
            answer = api.post(API + "driver-values/", {**owner, "values": rows}, format="json")
            assert answer.json() == {"recorded": 1}
            found = api.get(API + "driver-values/", {**owner, "to": tomorrow}).json()
            assert found == [{"date": tomorrow, "value": 90.0, "known_ahead": True}]
        twice = {"series": series["id"], "values": rows * 2}
        assert api.post(API + "driver-values/", twice, format="json").status_code == 400
    assert api.get(API + "driver-values/", {"series": "x"}).status_code == 400
    assert api.get(API + "driver-values/", {"series": "999"}).status_code == 404
    assert api.delete(API + f"driver-links/{other['id']}/").status_code == 204
    left = api.get(API + "driver-links/", {"queue": line.pk}).json()["results"]
    assert [row["series"] for row in left] == [series["id"]]


def test_starting_plans_over_rest(queues):
    line, claims = queues
    api = api_of("planner")
    made = api.post(
        API + "starting-plans/", {"queue": line.pk, "look_alike": claims.pk}, format="json"
    )
    assert made.status_code == 201
    again = api.post(
        API + "starting-plans/", {"queue": line.pk, "weekly_contacts": 90, "profile": [1, 2]},
        format="json",
    )  # fmt: skip
    assert again.json()["id"] == made.json()["id"]
    assert again.json()["look_alike"] is None
    assert api.post(API + "starting-plans/", {"queue": line.pk}).status_code == 400
    assert api.delete(API + f"starting-plans/{made.json()['id']}/").status_code == 204


def test_the_day_under_way_over_rest(queues):
    line, _claims = queues
    api = api_of("planner")
    answer = api.post(API + "intraday/refresh/")
    assert answer.status_code == 202
    with system_tenant():
        assert Job.objects.get(pk=answer.json()["job_id"]).kind == "forecasting.refresh_today"
    assert api.get(API + "intraday/", {"queue": line.pk}).json() == []


def test_another_clients_rows_do_not_exist(queues):
    line, claims = queues
    with system_tenant():
        DriverLink.objects.create(queue=line, driver_queue=claims)
        StartingPlan.objects.create(queue=line, weekly_contacts=5)
        stranger = make_client()
    api = api_of("planner", client=stranger)
    for path in ("driver-links/", "starting-plans/"):
        answer = api.get(API + path)
        assert answer.json()["results"] == []
    assert api.get(API + "intraday/", {"queue": line.pk}).status_code == 404


def test_values_of_no_other_driver_stand_in_for_a_hidden_one(client, queues):
    line, claims = queues
    with system_tenant():
        mail = DriverSeries.objects.create(name="Mail", unit="letter")
        for owner in ({"series": mail}, {"queue": claims}):
            DriverValue.objects.create(date=TODAY + timedelta(days=1), value=7, **owner)
        DriverLink.objects.create(queue=line, driver_queue=claims)
        client.force_login(make_user("planner", client=line.client))
    with time_machine.travel(ORIGIN, tick=False):
        shown = client.get(reverse("forecast-inputs"), {"queue": line.pk})
    assert claims.client_id != line.client_id
    assert len(shown.context["links"]) == 1
    assert shown.context["values"] == []


def test_the_database_hides_the_typed_plans_of_queues_out_of_sight(queues):
    """The second wall: even without any filter a planner of one client reads no other's plans."""
    line, claims = queues
    tomorrow = TODAY + timedelta(days=1)
    with system_tenant():
        mail = DriverSeries.objects.create(name="Mail", unit="letter")
        for owner in ({"series": mail}, {"queue": claims}, {"queue": line}):
            DriverValue.objects.create(date=tomorrow, value=7, **owner)
        planner = make_user("planner", client=line.client)
        everyone = make_user("planner")
        client = make_user("client", client=line.client)
    with tenant(planner.access):
        seen = set(DriverValue.objects.values_list("series", "queue"))
        assert DriverValue.objects.filter(queue=claims).update(value=0) == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            DriverValue.objects.create(date=TODAY + timedelta(days=2), value=1, queue=claims)
    assert seen == {(mail.pk, None), (None, line.pk)}
    with tenant(everyone.access):
        assert DriverValue.objects.count() == 3
    with tenant(client.access):
        assert not DriverValue.objects.exists()
