"""Offices, ratios, team days, activities and deferred work: kept by planners, obeyed, shown."""

from datetime import date, timedelta

import numpy as np
import pytest

from scheduling import computations
from scheduling.jobs import start_solve
from scheduling.models import (
    ActivityPlacement,
    ActivityRequest,
    HybridRatio,
    MeetingRoom,
    OfficeHours,
    Shift,
    ShiftActivity,
    SiteOffice,
    TeamOfficeRule,
)
from scheduling.queries.cover import coverage
from scheduling.queries.solve_input import CostParams, solve_input
from scheduling.queries.solve_input.office import holds_in_week
from scheduling.services import SolveOptions, copy_version
from staffing.models import RequirementInterval
from tests.factories import org
from tests.factories import scheduling as make
from tests.factories.reporting import make_item
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run
from wfm.org.models import SeatPool
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/scheduling"
SUNDAY = make.MONDAY + timedelta(days=6)
AFTER = make.MONDAY + timedelta(days=7)


@pytest.fixture
def planner(client, week):
    client.force_login(week.planner)
    return client


@pytest.fixture
def code():
    with system_tenant():
        make.make_codes()
        return org.make_activity_code(key="training", name="Training", letter="T")


def hybrid(week):
    with system_tenant():
        for agent in week.agents:
            agent.assignments.update(work_mode="HYBRID", office_days_per_week=3)


def given(version, **costs):
    with system_tenant():
        return solve_input(version=version, costs=CostParams(**costs))


def post(client, path, body):
    return client.post(f"{BASE}/{path}/", body, content_type="application/json")


# -- input ---------------------------------------------------------------------------------------


def test_the_assignment_tells_the_ratio_until_contract_or_agent_do(week):
    hybrid(week)
    first = given(week.version).data.agents[0]
    assert first.office_days_per_week == (3, 3)
    with system_tenant():
        HybridRatio.objects.create(
            employment_contract=week.contract, office_days_min=2, office_days_max=3
        )
        HybridRatio.objects.create(agent=week.agents[0], office_days_min=1, office_days_max=1)
    found = given(week.version).data.agents
    assert [a.office_days_per_week for a in found[:2]] == [(1, 1), (2, 3)]


def test_named_days_of_a_team_become_days_in_the_office_or_at_home(week):
    hybrid(week)
    with system_tenant():
        TeamOfficeRule.objects.create(team=week.team, weekdays="02")
        TeamOfficeRule.objects.create(team=week.team, place="HOME", weekdays="4")
    agent = given(week.version).data.agents[0]
    assert (agent.office_days, agent.home_days) == ({0, 2}, {4})


@pytest.mark.parametrize(("begins", "holds"), [(0, True), (-7, False), (-14, True), (9, False)])
def test_office_weeks_come_by_turns(begins, holds):
    rule = TeamOfficeRule(cycle_weeks=2, cycle_starts_on=make.MONDAY + timedelta(days=begins))
    assert holds_in_week(rule, make.MONDAY + timedelta(days=3)) is holds


def test_common_days_of_a_team_are_the_solvers_choice(week):
    hybrid(week)
    with system_tenant():
        TeamOfficeRule.objects.create(team=week.team, common_days=2)
    (team,) = given(week.version).teams
    assert (team.members, team.days_per_week, team.weeks) == (tuple(range(6)), 2, {0})


def test_hours_rooms_and_work_done_of_an_office_reach_the_solver(week):
    site = week.team.site
    with system_tenant():
        SiteOffice.objects.create(site=site, productive_rate=0.9)
        OfficeHours.objects.create(site=site, weekday=0, opens_minute=480, closes_minute=1080)
        MeetingRoom.objects.create(site=site, name="Blue", starts_on=make.MONDAY)
        MeetingRoom.objects.create(
            site=site, name="Red", starts_on=make.MONDAY, ends_on=make.MONDAY + timedelta(days=1)
        )
    data = given(week.version).data
    key = str(site.pk)
    assert data.office_rates == {key: 0.9}
    assert data.office_spans == {key: ((32, 72),)}
    assert [int(data.rooms[key][slot]) for slot in (40, 96 + 40)] == [2, 1]


def request_of(week, code, **fields):
    defaults = {
        "title": "Product training",
        "activity_code": code,
        "minutes": 60,
        "starts_on": make.MONDAY,
        "ends_on": AFTER,
        "earliest_minute": 540,
        "latest_minute": 1020,
    }
    with system_tenant():
        row = ActivityRequest.objects.create(**defaults | fields)
        row.attendants.set(week.agents[:3])
        return row


def test_a_request_becomes_one_activity_or_one_for_each(week, code):
    together = request_of(week, code)
    alone = request_of(week, code, is_together=False, ends_on=make.MONDAY + timedelta(days=2))
    found = {item.key: item for item in given(week.version).data.activities}
    people = sorted(str(agent.pk) for agent in week.agents[:3])
    assert set(found) == {str(together.pk), *(f"{alone.pk}:{key}" for key in people)}
    assert found[str(together.pk)].attendants == tuple(people)
    assert found[f"{alone.pk}:{people[0]}"].spans == ((36, 68), (96 + 36, 96 + 68))


def test_what_a_published_schedule_holds_is_not_placed_again(week, code):
    row = request_of(week, code, ends_on=AFTER + timedelta(days=7))
    with system_tenant():
        earlier = make.make_version(
            monday=make.MONDAY - timedelta(days=7), requirement_run=week.requirement,
            status="PUBLISHED",
        )  # fmt: skip
        ActivityPlacement.objects.create(
            version=earlier, request=row, starts_at=make.at(-3, 9), ends_at=make.at(-3, 10)
        )
    assert given(week.version).data.activities == ()


def test_what_a_locked_shift_holds_stays_there(week, code):
    row = request_of(week, code)
    with system_tenant():
        ActivityPlacement.objects.create(
            version=week.version, request=row, starts_at=make.at(0, 9), ends_at=make.at(0, 10)
        )
        shift = week.shifts["Ada Day", 0]
        draft = make.make_version(requirement_run=week.requirement, based_on=week.version)
    assert len(given(draft).data.activities) == 1
    with system_tenant():
        Shift.objects.filter(pk=shift.pk).update(is_locked=True)
    assert given(draft).data.activities == ()


# -- deferred work -------------------------------------------------------------------------------


@pytest.fixture
def mail(week):
    """Ten items of a quarter of an hour each in the hour from nine on Monday, due in 8 business hours."""
    with system_tenant():
        queue = org.make_deferred_queue(name="Mail", skill=week.skill, opening=((540, 1020),))
        org.make_goal(queue)
        RequirementInterval.objects.bulk_create(
            RequirementInterval(
                run=week.requirement,
                queue=queue,
                starts_at=make.at(day, 9) + slot * make.QUARTER,
                offered=2.5 if (day, slot // 4) == (0, 0) else 0.0,
                aht_seconds=900,
                workload_erlangs=1.0,
                required_agents=2.0,
                required_fte=2.0,
                shrinkage_rate=0.2,
            )
            for day in range(7)
            for slot in range(32)
        )
        return queue


def test_a_deferred_queue_is_people_in_each_interval_unless_asked_otherwise(week, mail):
    found = given(week.version)
    assert found.data.deferred == ()
    assert found.required_by_queue[mail.pk].max() == 2.0


def test_a_deferred_queue_is_work_with_release_and_due_time_where_asked(week, mail):
    found = given(week.version, joint_deferred=True)
    (piece,) = found.data.deferred
    assert found.deferred_queues == (mail.pk,)
    assert piece.agent_slots == pytest.approx(10 / 0.8)
    assert (piece.release_slot, piece.due_slot) == (40, 68)
    assert piece.late_cost == found.under_cost_by_queue[mail.pk]
    assert found.required_by_queue[mail.pk].max() == 0.0


def test_the_backlog_at_the_start_is_work_too(week, mail):
    """An overdue item is to be done within the first business day, the other by its due time."""
    with system_tenant():
        for due_at in ("2026-02-27T12:00", "2026-03-03T12:00"):
            make_item(mail, arrived_at="2026-02-26T09:00", due_at=due_at)
    pieces = [
        w for w in given(week.version, joint_deferred=True).data.deferred if not w.release_slot
    ]
    assert [(w.due_slot, round(w.agent_slots, 3)) for w in pieces] == [(68, 1.25), (144, 1.25)]


def test_a_later_week_finds_no_backlog_of_today(week, mail):
    with system_tenant():
        make_item(mail, arrived_at="2026-02-26T09:00", due_at="2026-03-03T12:00")
        later = make.make_version(
            monday=make.MONDAY + timedelta(days=2), days=5, requirement_run=week.requirement
        )
    assert given(later, joint_deferred=True).data.deferred == ()


# -- the solve -----------------------------------------------------------------------------------


def solved(week, *, joint_deferred=False):
    with system_tenant():
        Shift.objects.all().delete()
        version = start_solve(
            requirement_run=week.requirement,
            starts_on=make.MONDAY,
            ends_on=AFTER,
            timezone="UTC",
            created_by=None,
            options=SolveOptions(time_limit_seconds=6, joint_deferred=joint_deferred),
        )
    run(version.job_id, computations.solve_week)
    with system_tenant():
        job = Job.objects.get(pk=version.job_id)
        assert job.status == JobStatus.SUCCEEDED, job.error
        version.refresh_from_db()
    return version


def test_a_solve_keeps_ratios_desks_and_activities_and_the_page_shows_them(planner, week, code):
    hybrid(week)
    row = request_of(week, code)
    impossible = request_of(week, code, title="Night talk", earliest_minute=0, latest_minute=60)
    with system_tenant():
        SeatPool.objects.create(
            site=week.team.site, name="North", seats=4, starts_on=date(2026, 1, 1)
        )
    version = solved(week)
    with system_tenant():
        shifts = list(Shift.objects.filter(version=version))
        for agent in week.agents:
            own = [s for s in shifts if s.agent_id == agent.pk]
            assert sum(s.place == "OFFICE" for s in own) == 3
        for shift in shifts:
            there = [
                s
                for s in shifts
                if s.place == "OFFICE" and s.starts_at <= shift.starts_at < s.ends_at
            ]
            assert len(there) <= 4
        held = ActivityPlacement.objects.get(version=version, request=row)
        rows = ShiftActivity.objects.filter(shift__version=version, activity_code=code)
        assert {
            (r.shift.agent_id, r.starts_at, r.ends_at) for r in rows.select_related("shift")
        } == {(agent.pk, held.starts_at, held.ends_at) for agent in week.agents[:3]}
        assert (held.ends_at - held.starts_at) == timedelta(hours=1)
        left = ActivityPlacement.objects.get(version=version, request=impossible)
        assert left.starts_at is None
        assert "Night talk" in left.reason
        assert version.summary["office"]["hybrid_days"] == 18
        # A request's number is no agent's: the finding is about the talk, and names a date.
        (told,) = version.findings
        assert (told["agent"], told["subject"]) == (None, "Night talk")
        assert "03/02/2026" in told["text"]
    page = planner.get(f"/schedule/{version.pk}/").content.decode()
    assert "Product training" in page
    assert "Night talk" in page
    answer = planner.get(f"{BASE}/versions/{version.pk}/placements/").json()
    assert {item["request"] for item in answer} == {row.pk, impossible.pk}
    with system_tenant():
        copied = copy_version(version=version, created_by=week.planner)
        assert copied.placements.count() == 2


def test_deferred_work_is_planned_with_live_work_and_shown(planner, week, mail):
    with system_tenant():
        RequirementInterval.objects.filter(queue=week.queue).update(required_fte=1.0)
    version = solved(week, joint_deferred=True)
    with system_tenant():
        figures = version.summary["deferred"][str(mail.pk)]
        assert figures["late_hours"] == 0
        assert figures["done_hours"] == pytest.approx(12.5 / 4, abs=0.01)
        covered = coverage(version)
        assert covered.required[mail.pk].sum() == pytest.approx(12.5, abs=0.05)
        served = ShiftActivity.objects.filter(shift__version=version, queue=mail)
        assert served.exists()
    assert "done in time" in planner.get(f"/schedule/{version.pk}/").content.decode()


# -- pages and REST ------------------------------------------------------------------------------

KINDS = ["activities", "hybrid-ratios", "team-days", "office-hours", "meeting-rooms", "offices"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_page_and_a_list(planner, week, kind):
    assert planner.get(f"/schedule/rules/{kind}/").status_code == 200
    assert planner.get(f"{BASE}/{kind}/").status_code == 200


def test_an_activity_is_asked_for_on_its_page(planner, week, code):
    body = {
        "title": "Coaching", "activity_code": code.pk, "minutes": "30",
        "attendants": [agent.pk for agent in week.agents[:2]], "starts_on": "2026-03-02",
        "ends_on": "2026-03-09", "earliest_minute": "09:00", "latest_minute": "17:00",
        "is_active": "on",
    }  # fmt: skip
    assert planner.post("/schedule/rules/activities/", body).status_code == 302
    with system_tenant():
        row = ActivityRequest.objects.get(title="Coaching")
        assert (row.earliest_minute, row.latest_minute, row.is_together) == (540, 1020, False)
        assert set(row.attendants.all()) == set(week.agents[:2])
    page = planner.get(f"/schedule/rules/activities/{row.pk}/").content.decode()
    assert "09:00 – 17:00" in page


@pytest.mark.parametrize(
    ("kind", "body", "sentence"),
    [
        ("hybrid-ratios", {"office_days_min": 3, "office_days_max": 2}, "of a contract"),
        ("offices", {"productive_rate": 1.5}, "above 0"),
        ("office-hours", {"weekday": 0, "opens_minute": 600, "closes_minute": 540}, "opens before"),
        ("team-days", {"weekdays": "02", "common_days": 1}, "not both"),
        ("team-days", {"weekdays": "02", "cycle_weeks": 2}, "begins"),
    ],
)
def test_what_contradicts_itself_is_refused_with_a_sentence(planner, week, kind, body, sentence):
    site = {"offices": {"site": week.team.site.pk}, "office-hours": {"site": week.team.site.pk}}
    team = {"team-days": {"team": week.team.pk}}
    answer = post(planner, kind, body | site.get(kind, {}) | team.get(kind, {}))
    assert answer.status_code == 400
    assert any(sentence in error["detail"] for error in answer.json()["errors"])


def test_rows_are_written_over_rest(planner, week, code):
    site, team = week.team.site.pk, week.team.pk
    bodies = {
        "offices": {"site": site, "productive_rate": 0.95},
        "office-hours": {"site": site, "weekday": 1, "opens_minute": 480, "closes_minute": 1080},
        "meeting-rooms": {"site": site, "name": "Blue", "starts_on": "2026-03-02"},
        "hybrid-ratios": {"agent": week.agents[0].pk, "office_days_min": 2, "office_days_max": 3},
        "team-days": {"team": team, "weekdays": "02", "cycle_weeks": 1},
        "activities": {
            "title": "Talk", "activity_code": code.pk, "attendants": [week.agents[0].pk],
            "minutes": 30, "starts_on": "2026-03-02", "ends_on": "2026-03-09", "room_site": site,
        },
    }  # fmt: skip
    for kind, body in bodies.items():
        answer = post(planner, kind, body)
        assert answer.status_code == 201, answer.content
        assert body.items() <= answer.json().items()
    row = planner.get(f"{BASE}/activities/").json()["results"][0]
    changed = planner.patch(
        f"{BASE}/activities/{row['id']}/", {"minutes": 45}, content_type="application/json"
    )
    assert (changed.json()["minutes"], changed.json()["attendants"]) == (45, row["attendants"])
    assert planner.delete(f"{BASE}/activities/{row['id']}/").status_code == 204


def test_somebody_must_attend(planner, week, code):
    body = {
        "title": "Talk", "activity_code": code.pk, "attendants": [], "minutes": 30,
        "starts_on": "2026-03-02", "ends_on": "2026-03-09",
    }  # fmt: skip
    answer = post(planner, "activities", body)
    assert answer.status_code == 400


def test_a_client_sees_nothing_of_it(client, week, code):
    request_of(week, code)
    client.force_login(week.stranger)
    assert client.get(f"{BASE}/activities/").status_code in {403, 404}
    with system_tenant():
        assert ActivityRequest.objects.visible_to(week.stranger).count() == 0
        assert MeetingRoom.objects.visible_to(week.stranger).count() == 0
        assert np.array_equal([], list(HybridRatio.objects.visible_to(week.stranger)))
