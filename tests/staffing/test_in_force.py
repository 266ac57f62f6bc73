"""The requirement in force: a shorter one that is newer leaves the far end of a longer one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from scheduling.queries.board import coverage
from scheduling.queries.versions import requirement_for
from staffing import queries
from staffing.models import RequirementRun
from tests.factories.org import make_goal, make_queue
from tests.factories.scheduling import make_version
from tests.staffing.rows import MONDAY, compute, make_forecast, start_without_ringing
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
WEEK = {"from": "2026-03-02", "to": "2026-03-04"}


@pytest.fixture
def staffed(monkeypatch):
    """A forecast and its requirement, published at a moment."""

    def make(*queues, days, offered, at):
        with system_tenant():
            forecast = make_forecast(queues, days=days, offered=offered)
            type(forecast).objects.filter(pk=forecast.pk).update(published_at=at)
            forecast.refresh_from_db()
        run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
        compute(run)
        with system_tenant():
            RequirementRun.objects.filter(pk=run.pk).update(published_at=at)
            return RequirementRun.objects.select_related("forecast_run").get(pk=run.pk)

    return make


@pytest.fixture
def queue():
    with system_tenant():
        queue = make_queue()
        make_goal(queue)
    return queue


@pytest.fixture
def long(queue, staffed):
    return staffed(queue, days=3, offered=60, at=MONDAY)


@pytest.fixture
def short(queue, long, staffed):
    return staffed(queue, days=1, offered=300, at=MONDAY + timedelta(hours=1))


def test_the_board_joins_both(planner, queue, long, short):
    page = planner.get(reverse("staffing"), {"queue": queue.pk, "day": "2026-03-02", **WEEK})
    item = page.context["item"]
    assert item.series.offered.tolist() == [300.0] * 96 + [60.0] * 192
    assert [part.run_id for part in item.stretches] == [short.pk, long.pk]
    assert {row.run_id for row in page.context["rows"]} == {short.pk}
    later = planner.get(reverse("staffing"), {"queue": queue.pk, "day": "2026-03-04", **WEEK})
    assert {row.run_id for row in later.context["rows"]} == {long.pk}
    why = planner.get(
        reverse("requirement-why", args=[long.pk, queue.pk, later.context["rows"][0].epoch])
    )
    assert f"forecast #{long.forecast_run_id}" in why.content.decode()


def test_the_longer_one_is_not_stale_where_it_is_in_force(planner, queue, long, short):
    page = planner.get(reverse("staffing"), WEEK)
    assert page.context["stale"] == []
    assert "Forecast" in " ".join(planner_staleness(long))


def planner_staleness(run):
    with system_tenant():
        return queries.staleness(run)


def test_a_newer_forecast_makes_the_board_stale_only_where_it_reaches(planner, queue, long):
    with system_tenant():
        forecast = make_forecast([queue], days=1, offered=90)
        type(forecast).objects.filter(pk=forecast.pk).update(published_at=MONDAY + DAY)
    reaching = planner.get(reverse("staffing"), WEEK).context["stale"]
    beyond = planner.get(reverse("staffing"), WEEK | {"from": "2026-03-03"}).context["stale"]
    assert [item["run"] for item in reaching] == [long]
    assert beyond == []


def test_rest_lists_what_is_in_force(planner, queue, long, short):
    rows = planner.get(
        "/api/v1/staffing/requirements/",
        {"queue": queue.pk, "from": "2026-03-02", "to": "2026-03-03", "page_size": 300},
    ).json()["results"]
    assert [row["run"] for row in rows] == [short.pk] * 96 + [long.pk] * 96


def test_a_week_is_scheduled_for_the_requirement_that_holds_most_of_it(queue, long, short, staffed):
    with system_tenant():
        other = make_queue()
        make_goal(other)
        monday, thursday = MONDAY.date(), MONDAY.date() + 3 * DAY
        assert requirement_for(monday, thursday, "UTC") == long
    staffed(other, days=1, offered=10, at=MONDAY + timedelta(hours=2))
    with system_tenant():
        assert requirement_for(monday, thursday, "UTC") == long
        assert requirement_for(monday, monday + DAY, "UTC").pk != long.pk


def test_a_published_schedule_is_held_against_what_is_in_force(queue, long, short):
    with system_tenant():
        week = {"monday": MONDAY.date(), "days": 3, "requirement_run": long}
        draft = coverage(make_version(**week)).required[queue.pk]
        published = coverage(make_version(**week, status="PUBLISHED")).required[queue.pk]
    assert published[96:].tolist() == draft[96:].tolist()
    assert (published[:96] > 2 * draft[:96]).all()


def test_a_draft_takes_what_its_requirement_does_not_reach_from_those_in_force(queue, long, short):
    with system_tenant():
        draft = coverage(make_version(monday=MONDAY.date(), days=3, requirement_run=short))
    assert (draft.required[queue.pk] > 0).all()
    assert draft.required[queue.pk][0] > 2 * draft.required[queue.pk][200]
