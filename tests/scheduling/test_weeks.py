"""Versions of several weeks: asked for, read by the week, published, in part replaced."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from scheduling.models import ScheduleVersion, Shift
from scheduling.queries.board import coverage
from scheduling.queries.marks import marks_by_agent
from scheduling.queries.solve_input import CostParams, solve_input
from scheduling.services import publish_schedule
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.models import EmploymentContract
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


@pytest.fixture
def month(week):
    """Four weeks in which Ada works the first three days of each."""
    with system_tenant():
        version = make.make_version(requirement_run=week.requirement, days=28)
        for number in range(4):
            for day in range(3):
                make.make_shift(
                    version=version, agent=week.agents[0], queue=week.queue,
                    starts_at=make.at(7 * number + day, 8),
                    ends_at=make.at(7 * number + day, 16),
                )  # fmt: skip
    return version


def given(version, **costs):
    with system_tenant():
        return solve_input(version=version, costs=CostParams(**costs)).data


def rules_of(data, agent):
    return next(row for row in data.agents if row.key == str(agent.pk))


# -- asking ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "status"), [(28, 202), (56, 202), (10, 400), (63, 400), (0, 400)])
def test_rest_takes_one_to_eight_whole_weeks(planner, week, monkeypatch, days, status):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    body = {
        "starts_on": "2026-03-02",
        "ends_on": (make.MONDAY + timedelta(days=days)).isoformat(),
        "timezone": "UTC",
        "wish_worth": 7.5,
        "least_people": 2,
    }
    answer = planner.post("/api/v1/scheduling/solve/", body, content_type="application/json")
    assert answer.status_code == status
    if status == 202:
        with system_tenant():
            version = ScheduleVersion.objects.latest("pk")
        assert version.weeks == days // 7
        costs = CostParams.of(version.parameters)
        assert (costs.wish_worth, costs.least_people) == (7.5, 2)


def test_the_form_asks_for_weeks(planner, week, monkeypatch):
    monkeypatch.setattr("wfm.jobs.services._ring_after_commit", lambda message_id: None)
    body = {
        "week": "2026-03-04", "weeks": "4", "time_limit_seconds": "15", "seed": "1",
        "start_band_minutes": "120", "under_cost_ratio": "10", "wish_worth": "3",
    }  # fmt: skip
    answer = planner.post("/schedule/solve/", body)
    with system_tenant():
        version = ScheduleVersion.objects.latest("pk")
    assert (version.starts_on, version.ends_on) == (make.MONDAY, make.MONDAY + 4 * WEEK)
    assert version.parameters["wish_worth"] == 3
    assert b"\xe2\x80\x93" in planner.get(answer["Location"]).content


# -- what the solver is given ------------------------------------------------------------------------


def test_the_solver_is_given_all_weeks(week):
    with system_tenant():
        version = make.make_version(requirement_run=week.requirement, days=28)
        make.make_time_off(week.agents[0], day=8, days=2)
    data = given(version)
    assert (data.horizon.days, data.weeks, data.first_weekday) == (28, 4, 0)
    ada = rules_of(data, week.agents[0])
    assert ada.credited_days == (0, 2, 0, 0)
    assert ada.credited_minutes == (0, 960, 0, 0)
    assert len(ada.spans) == 28


@pytest.mark.parametrize(
    ("credit", "expected"),
    [
        ("GRANTED", ((0, 2), (0, 960))),
        ("DAY", ((0, 2), (0, 900))),
        ("NONE", ((0, 0), (0, 0))),
    ],
)
def test_time_off_counts_as_the_contract_says(week, credit, expected):
    with system_tenant():
        EmploymentContract.objects.filter(pk=week.contract.pk).update(
            time_off_credit=credit, time_off_day_minutes=450
        )
        version = make.make_version(requirement_run=week.requirement, days=14)
        make.make_time_off(week.agents[0], day=8, days=2)
    ada = rules_of(given(version), week.agents[0])
    assert (ada.credited_days, ada.credited_minutes) == expected


def test_weekends_and_runs_before_the_horizon_are_told(week):
    ada = week.agents[0]
    with system_tenant():
        EmploymentContract.objects.filter(pk=week.contract.pk).update(max_weekends_in_4_weeks=3)
        old = make.make_version(status="PUBLISHED", monday=make.MONDAY - 4 * WEEK, days=28)
        for day in (-27, -9, -8, -2, -1):  # -9, -8: the weekend before last; -2, -1: the last
            make.make_shift(
                version=old, agent=ada, queue=week.queue, starts_at=make.at(day, 8),
                ends_at=make.at(day, 16), published=True,
            )  # fmt: skip
    rules = rules_of(given(week.version), ada)
    assert rules.previous_weekends == (False, True, True)
    assert rules.previous_run_days == 2
    assert rules_of(given(week.version), week.agents[1]).previous_weekends == (False, False, False)


def test_a_period_leaves_what_is_not_yet_worked(week):
    """160 hours in four weeks, 96 of them worked in the first two: 64 are left for the last two."""
    ada, ben = week.agents[:2]
    with system_tenant():
        EmploymentContract.objects.filter(pk=week.contract.pk).update(
            period_weeks=4,
            period_starts_on=make.MONDAY - 2 * WEEK,
            period_minutes_min=9600,
            period_minutes_max=9600,
            weekly_minutes_min=1440,
            weekly_minutes_max=2880,
        )
        old = make.make_version(status="PUBLISHED", monday=make.MONDAY - 2 * WEEK, days=14)
        for day in (-14, -13, -12, -11, -10, -9, -7, -6, -5, -4, -3, -2):
            make.make_shift(
                version=old, agent=ada, queue=week.queue, starts_at=make.at(day, 8),
                ends_at=make.at(day, 16), published=True,
            )  # fmt: skip
        version = make.make_version(requirement_run=week.requirement, days=14)
    data = given(version)
    periods = {
        agent.pk: data.contracts[rules_of(data, agent).contract].paid_minutes_per_period
        for agent in (ada, ben)
    }
    assert periods == {ada.pk: (3840, 3840), ben.pk: (9600, 5760)}
    with system_tenant():
        make.make_shift(
            version=version, agent=ada, queue=week.queue, starts_at=make.at(0, 8),
            ends_at=make.at(0, 16),
        )  # fmt: skip
        codes = {mark.code for mark in marks_by_agent(version)[ada.pk]}
    assert "period_too_few" in codes


def test_weeks_of_the_period_that_are_still_to_come_keep_their_own_limits(week):
    with system_tenant():
        EmploymentContract.objects.filter(pk=week.contract.pk).update(
            period_weeks=4,
            period_starts_on=make.MONDAY,
            period_minutes_min=9600,
            period_minutes_max=9600,
            weekly_minutes_min=1440,
            weekly_minutes_max=2880,
        )
    data = given(week.version)
    contract = data.contracts[rules_of(data, week.agents[0]).contract]
    assert contract.paid_minutes_per_period == (9600 - 3 * 2880, 2880)


def test_who_leaves_within_the_weeks_works_until_then(week):
    ada = week.agents[0]
    with system_tenant():
        ada.assignments.update(ends_on=make.MONDAY + timedelta(days=9))
        version = make.make_version(requirement_run=week.requirement, days=21)
    rules = rules_of(given(version), ada)
    assert [day for day in range(21) if rules.spans[day]] == list(range(9))
    assert rules.credited_days == (0, 4, 5)
    assert rules.credited_minutes == (0, 1715, 2400)


def test_who_comes_within_the_weeks_is_there(week):
    with system_tenant():
        comer = org.make_agent(
            team=week.team, employment_contract=week.contract, skills=[week.skill]
        )
        comer.assignments.update(starts_on=make.MONDAY + WEEK)
        comer.agent_skills.update(starts_on=make.MONDAY + WEEK)
        version = make.make_version(requirement_run=week.requirement, days=14)
    rules = rules_of(given(version), comer)
    assert [day for day in range(14) if rules.spans[day]] == list(range(7, 14))
    assert rules.skills == (str(week.skill.pk),)


def test_wishes_seldom_kept_and_weekends_worked_beyond_the_team_weigh_more(week):
    """Ada's free Fridays were never kept and she worked two weekends more than the others' mean."""
    ada, ben = week.agents[:2]
    with system_tenant():
        old = make.make_version(status="PUBLISHED", monday=make.MONDAY - 4 * WEEK, days=28)
        for number in range(1, 5):
            for agent, days in ((ada, (4, 5)), (ben, (0,))):
                for day in days:
                    make.make_shift(
                        version=old, agent=agent, queue=week.queue, published=True,
                        starts_at=make.at(day - 7 * number, 8),
                        ends_at=make.at(day - 7 * number, 16),
                    )  # fmt: skip
        for agent in (ada, ben):
            agent.preferences.create(kind="DAY_OFF", weekday=4)
            agent.preferences.create(kind="DAY_OFF", date=make.MONDAY + timedelta(days=5))
    data = given(week.version, wish_worth=10.0)
    worths = {
        agent.pk: {wish.day: wish.worth for wish in rules_of(data, agent).wishes}
        for agent in (ada, ben)
    }
    assert worths[ben.pk] == {4: 10.0, 5: 10.0}
    # Never kept: twice; four weekends against the team's mean of 4/6, so three more: 1 + 3 x 0.25.
    assert worths[ada.pk] == {4: 20.0, 5: 35.0}


# -- reading by the week -------------------------------------------------------------------------------


def test_the_grid_shows_one_week_at_a_time(planner, week, month):
    for number in (1, 3):
        data = planner.get(f"/schedule/{month.pk}/grid.json?week={number}").json()
        first = make.MONDAY + WEEK * (number - 1)
        assert data["days"][0]["date"] == first.isoformat()
        assert (len(data["days"]), data["slots"], len(data["shifts"])) == (7, 672, 3)
        assert {shift["date"] for shift in data["shifts"]} == {
            (first + timedelta(days=n)).isoformat() for n in range(3)
        }
        assert sum(data["staffed"][str(week.queue.pk)]) == 3 * 32
        marks = next(a["marks"] for a in data["agents"] if a["id"] == week.agents[0].pk)
        assert any(first.isoformat() in text for text in marks)
        assert not any((first + WEEK).isoformat() in text for text in marks)


def test_an_edit_answers_with_the_marks_of_its_own_week(planner, week, month):
    with system_tenant():
        shift = Shift.objects.filter(version=month, operational_date=make.MONDAY + WEEK).get()
    marks = planner.get(f"/api/v1/scheduling/shifts/{shift.pk}/").json()["marks"]
    texts = " ".join(mark["text"] for mark in marks if mark["shift"] is None)
    assert (make.MONDAY + WEEK).isoformat() in texts
    assert make.MONDAY.isoformat() not in texts


def test_the_page_leads_through_the_weeks(planner, month):
    page = planner.get(f"/schedule/{month.pk}/?week=2").content.decode()
    assert page.count('href="?week=') == 4
    assert 'href="?week=2" aria-current="page"' in page
    assert "Week 11" in page
    assert f"/schedule/{month.pk}/grid.json?week=2" in page
    first = planner.get(f"/schedule/{month.pk}/").content.decode()
    assert f"/schedule/{month.pk}/grid.json?&amp;week=1" in first or "week=1" in first


def test_a_month_in_force_gives_way_to_a_newer_week(week, month):
    with system_tenant():
        publish_schedule(version=month, published_at=now(), published_by=None)
        newer = make.make_version(requirement_run=week.requirement, monday=make.MONDAY + WEEK)
        make.make_shift(
            version=newer, agent=week.agents[1], queue=week.queue, starts_at=make.at(7, 8),
            ends_at=make.at(7, 12),
        )  # fmt: skip
        publish_schedule(version=newer, published_at=now(), published_by=None)
        month.refresh_from_db()
        assert month.status == "PUBLISHED"
        published = Shift.objects.filter(is_published=True)
        assert published.filter(version=month).count() == 9
        assert published.filter(version=newer).count() == 1
        staffed = coverage(month).staffed[week.queue.pk]
    assert staffed[:672].sum() == 96
    assert staffed[672 : 2 * 672].sum() == 16  # the newer week's alone
