"""Which code costs how many people: kept with the run, on the page, over REST."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.models import RequirementInterval, ShrinkageProfile, ShrinkageRate
from tests.factories.org import (
    LONG_AGO,
    make_activity_code,
    make_client,
    make_goal,
    make_queue,
    make_user,
)
from tests.staffing.rows import compute, make_forecast, result_of, start_without_ringing
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def as_role(role, **fields):
    client = APIClient()
    with system_tenant():
        client.force_login(make_user(role, **fields))
    return client


@pytest.fixture
def run_of(monkeypatch):
    """Ten percent sick all day; a fifth at lunch from twelve to one, which the schedule places."""
    with system_tenant():
        queue = make_queue(opening=((480, 1080),), name="Voice")
        make_goal(queue)
        sick = make_activity_code(key="sick", name="Sickness")
        lunch = make_activity_code(key="lunch", name="Lunch")
        profile = ShrinkageProfile.objects.create(queue=queue, name="Usual", starts_on=LONG_AGO)
        ShrinkageRate.objects.create(profile=profile, activity_code=sick, rate=0.1)
        ShrinkageRate.objects.create(
            profile=profile,
            activity_code=lunch,
            rate=0.2,
            starts_minute=720,
            ends_minute=780,
            is_scheduled=True,
        )
        forecast = make_forecast([queue])
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    return run, queue


def test_each_interval_says_what_each_code_costs(run_of):
    run, queue = run_of
    address = reverse("api-requirement-paid", args=[run.pk, queue.pk])
    rows = as_role("planner").get(address).json()
    assert len(rows) == 40
    noon = [row for row in rows if "T12:" in row["starts_at"]]
    assert len(noon) == 4
    for row in rows:
        share = 0.3 if row in noon else 0.1
        assert row["paid_people"] == pytest.approx(row["required_agents"] / (1 - share))
        away = row["people_by_code"]
        assert away["sick"] == pytest.approx(0.1 * row["paid_people"])
        assert away["lunch"] == pytest.approx(0.2 * row["paid_people"] if row in noon else 0.0)
        assert row["required_agents"] + sum(away.values()) == pytest.approx(row["paid_people"])
    with system_tenant():
        paid_hours = result_of(run, queue).paid_hours
    assert sum(row["paid_people"] for row in rows) / 4 == pytest.approx(paid_hours)


def test_a_later_change_of_the_profile_does_not_rewrite_the_run(run_of):
    run, queue = run_of
    address = reverse("api-requirement-paid", args=[run.pk, queue.pk])
    client = as_role("planner")
    before = client.get(address).json()
    with system_tenant():
        ShrinkageRate.objects.update(rate=0.5)
    assert client.get(address).json() == before


def test_minimum_staff_and_rounding_come_before_shrinkage(monkeypatch):
    """Net is whole and at least the minimum; gross is what shrinkage makes of that, not rounded."""
    with system_tenant():
        queue = make_queue(opening=((480, 540),), min_agents=3)
        make_goal(queue)
        profile = ShrinkageProfile.objects.create(queue=queue, name="Usual", starts_on=LONG_AGO)
        ShrinkageRate.objects.create(profile=profile, activity_code=make_activity_code(), rate=0.2)
        forecast = make_forecast([queue], offered=0.1)
    run = start_without_ringing(forecast, monkeypatch)
    compute(run)
    with system_tenant():
        rows = list(RequirementInterval.objects.filter(run=run, is_open=True))
    assert {row.required_agents for row in rows} == {3.0}
    assert {row.required_fte for row in rows} == {3.0 / 0.8}


def test_the_queue_page_has_a_column_for_each_code(planner, run_of):
    _run, queue = run_of
    address = f"{reverse('staffing')}?queue={queue.pk}&from=2026-03-02&to=2026-03-02&day=2026-03-02"
    page = planner.get(address).content.decode()
    for words in ("Paid people by shrinkage code", "Sickness", "Lunch", "Hours of the day"):
        assert words in page


def test_a_profile_is_begun_and_read_over_rest(run_of):
    _run, queue = run_of
    client = as_role("planner")
    rates = [{"code": "sick", "rate": 0.12}, {"code": "lunch", "rate": 0.05, "weekday": 4}]
    asked = {"queue": queue.pk, "name": "Winter", "starts_on": "2026-12-01", "rates": rates}
    made = client.post(reverse("api-shrinkage-profiles"), asked, format="json")
    assert made.status_code == 201, made.content
    assert [(rate["code"], rate["rate"]) for rate in made.json()["rates"]] == [
        ("sick", 0.12),
        ("lunch", 0.05),
    ]
    listed = client.get(reverse("api-shrinkage-profiles")).json()["results"]
    assert [row["name"] for row in listed] == ["Winter", "Usual"]
    assert listed[1]["ends_on"] == "2026-12-01"
    again = client.post(reverse("api-shrinkage-profiles"), asked, format="json")
    assert again.status_code == 409
    too_much = asked | {"starts_on": "2027-01-01", "rates": [{"code": "sick", "rate": 1.0}]}
    assert client.post(reverse("api-shrinkage-profiles"), too_much, format="json").status_code in {
        400,
        409,
    }


def test_a_stranger_sees_neither_profile_nor_people(run_of):
    run, queue = run_of
    with system_tenant():
        other = make_client()
        profile = ShrinkageProfile.objects.get()
    stranger = as_role("planner", client=other)
    for name, ids in (
        ("api-requirement-paid", [run.pk, queue.pk]),
        ("api-shrinkage-profile", [profile.pk]),
    ):
        assert stranger.get(reverse(name, args=ids)).status_code == 404
    assert stranger.get(reverse("api-shrinkage-profiles")).json()["results"] == []
