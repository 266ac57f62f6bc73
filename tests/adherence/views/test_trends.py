"""The pages of trends and of measured shrinkage, as people use them."""

import json
import re

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from staffing.models import ShrinkageProfile
from tests.adherence import week as w
from tests.adherence.week import make_week
from tests.factories.org import make_user
from tests.factories.scheduling import make_requirement
from wfm.org.models import Queue
from wfm.org.tenancy import system_tenant

SPAN = f"from={w.MONDAY}&to={w.LAST}"
TRENDS = f"/adherence/trends/?{SPAN}"


@pytest.fixture
def week(db, redis_client):
    with time_machine.travel(w.AFTER, tick=False):
        with system_tenant():
            found = make_week()
        yield found


def page_of(user, url, status=200):
    client = Client()
    client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def chart(page, name):
    found = re.search(
        rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL
    )
    return json.loads(found.group(1))


def test_the_page_tells_the_waterfall_and_its_losses(week):
    page = page_of(week.planner, TRENDS)
    left, lost = chart(page, "trend-waterfall")["series"]
    hours = [w.PAID, w.PRESENT, w.AVAILABLE, w.HANDLING]
    assert left["values"] == pytest.approx([value / 3600 for value in hours], abs=0.01)
    assert lost["values"][1] == pytest.approx((w.PAID - w.PRESENT) / 3600, abs=0.01)
    for words in (
        "paid time off",
        "absent",
        "late",
        "Trouble",
        "Vacation",
        "Alpha",
        "Beta",
        "Total",
    ):
        assert words in page
    assert "From 12 agent-days" in page
    assert 'data-metric="unrecorded_rate"' in page


def test_rows_and_steps_live_in_the_address(week):
    page = page_of(week.planner, f"{TRENDS}&by=agent&step=week")
    assert f'href="/adherence/agents/{week.late.pk}/' in page
    assert chart(page, "trend-activities")["x"] == ["November 2"]
    for by, words in (
        ("site", week.team.site.name),
        ("queue", "Voice"),
        ("client", ""),
        ("all", "All together"),
    ):
        assert escape(words) in page_of(week.planner, f"{TRENDS}&by={by}&step=month")


def test_the_rest_of_the_activities_is_told_together(week):
    page = page_of(week.planner, TRENDS)
    labels = [item["label"] for item in chart(page, "trend-activities")["series"]]
    assert labels == ["Work", "Claims", "Trouble", "Break", "Un-recorded"]


def test_nonsense_in_the_address_is_not_found(week):
    page_of(week.planner, f"{TRENDS}&by=moon", 404)
    page_of(week.planner, "/adherence/trends/?from=2020-01-01&to=2026-01-01", 404)
    page_of(week.planner, f"/adherence/trends/shrinkage/?{SPAN}&band_hours=5", 404)
    page_of(week.planner, "/adherence/trends/shrinkage/?from=2020-01-01&to=2026-01-01", 404)


def test_an_empty_period_says_what_would_be_here(week):
    assert "No time for this period" in page_of(
        week.planner, "/adherence/trends/?from=2020-01-01&to=2020-01-07"
    )
    empty = page_of(week.planner, "/adherence/trends/shrinkage/?from=2020-01-01&to=2020-01-07")
    assert "Nothing was measured on this queue" in empty


def test_without_queues_the_page_points_to_the_settings(db, redis_client):
    with system_tenant():
        planner = make_user("planner")
        assert not Queue.objects.exists()
    assert "There are no queues yet" in page_of(planner, "/adherence/trends/shrinkage/")


def test_an_agent_may_not_look(week):
    with system_tenant():
        agent = make_user("agent", agent=week.late)
    page_of(agent, TRENDS, 403)


# -- shrinkage ------------------------------------------------------------------------------------


def address(week, more=""):
    return f"/adherence/trends/shrinkage/?{SPAN}&queue={week.queue.pk}{more}"


def form_of(week, **changes):
    """The page's form as it is proposed, sickness for what has no code."""
    codes = week.codes
    rows = {
        "absent-0": codes["sick"],
        "late-0": codes["sick"],
        f"other-{codes['trouble'].pk}": codes["trouble"],
        f"planned-{codes['break'].pk}": codes["break"],
        f"planned_off-{codes['vacation'].pk}": codes["vacation"],
    }
    data = {"name": "As measured", "starts_on": "2026-11-10", "act": "take"}
    for prefix, code in rows.items():
        data |= {f"{prefix}-is_chosen": "on", f"{prefix}-activity_code": code.pk}
        if prefix.startswith("planned"):
            data[f"{prefix}-is_scheduled"] = "on"
    return {key: value for key, value in (data | changes).items() if value is not None}


def post(user, week, **changes):
    client = Client()
    client.force_login(user)
    return client.post(address(week), form_of(week, **changes))


def test_measured_stands_beside_in_force_with_the_effect(week):
    with system_tenant():
        profile = ShrinkageProfile.objects.create(
            queue=week.queue, name="Usual", starts_on="2026-01-01"
        )
        profile.rates.create(activity_code=week.codes["trouble"], rate=0.05)
        make_requirement(queue=week.queue, people=10, monday=w.AFTER.date())
    page = page_of(week.planner, address(week))
    names = chart(page, "shrinkage-causes")["x"]
    assert names == [
        "Absent",
        "Vacation, paid time off",
        "Trouble, instead of work",
        "Break, as planned",
        "Late",
    ]
    in_force = chart(page, "shrinkage-causes")["series"][1]["values"]
    assert in_force == [None, None, 0.05, None, None]
    assert "Hours to schedule" in page
    assert "Usual" in page
    assert "Take over from this date" in page


def test_showing_the_effect_writes_nothing(week):
    answer = post(week.planner, week, act="preview")
    assert answer.status_code == 200
    assert "No published requirement covers" in answer.content.decode()
    with system_tenant():
        assert not ShrinkageProfile.objects.exists()


def test_taking_over_begins_a_profile_and_says_so(week):
    answer = post(week.planner, week)
    assert answer.status_code == 302
    with system_tenant():
        profile = ShrinkageProfile.objects.get()
        rates = {rate.activity_code.key: rate.is_scheduled for rate in profile.rates.all()}
    assert (profile.name, str(profile.starts_on)) == ("As measured", "2026-11-10")
    assert rates == {"sick": False, "trouble": False, "break": True, "vacation": True}


def test_left_out_causes_stay_out(week):
    post(week.planner, week, **{"absent-0-is_chosen": None, "late-0-is_chosen": None})
    with system_tenant():
        rates = ShrinkageProfile.objects.get().rates.values_list("activity_code__key", flat=True)
        assert set(rates) == {"trouble", "break", "vacation"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "2026-11-09"}, "begins after today"),
        ({"absent-0-activity_code": None}, "Choose the activity"),
        ({"name": None}, "required"),
    ],
)
def test_mistakes_stand_beside_their_cause(week, changes, words):
    answer = post(week.planner, week, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with system_tenant():
        assert not ShrinkageProfile.objects.exists()


def test_a_lead_looks_but_does_not_plan(week):
    page = page_of(week.lead, address(week, "&band_hours=6&by_weekday=1"))
    assert "You see only some of the people" in page
    assert "Take over from this date" not in page
    assert "take the share of the whole week" in page
    assert post(week.lead, week).status_code == 403
