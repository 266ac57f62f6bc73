"""Today: what matters now, for each kind of person."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from adherence.models import AgentLive, LiveFlag
from forecasting.models import ForecastRun, IntervalActual
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftActivity
from staffing.models import RequirementInterval, RequirementQueueResult, RequirementRun
from tests.factories import org
from wfm.briefing.cover import day_cover
from wfm.briefing.people import people_now
from wfm.briefing.steps import next_steps
from wfm.org.access import SYSTEM
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
TODAY = NOON.date()
MONDAY = date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


def titles(**kwargs):
    steps = next_steps(**{"principal": SYSTEM, "at": NOON, "today": TODAY} | kwargs)
    return [step.title for step in steps]


def make_requirement(queue, *, required):
    forecast = ForecastRun.objects.create(
        origin_at=NOON, starts_at=NOON, ends_at=NOON + timedelta(days=14), published_at=NOON
    )
    run = RequirementRun.objects.create(forecast_run=forecast, published_at=NOON)
    RequirementQueueResult.objects.create(run=run, queue=queue, model="A")
    starts = datetime(2026, 11, 18, tzinfo=UTC)
    RequirementInterval.objects.bulk_create(
        RequirementInterval(
            run=run,
            queue=queue,
            starts_at=starts + timedelta(minutes=15 * index),
            offered=10,
            workload_erlangs=2,
            required_agents=required,
            required_fte=required,
        )
        for index in range(96)
    )
    return run


def make_schedule(run, queue, *, from_hour, until_hour):
    version = ScheduleVersion.objects.create(
        requirement_run=run,
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(days=7),
        timezone="UTC",
        status=ScheduleStatus.PUBLISHED,
        published_at=NOON,
    )
    starts_at = datetime(2026, 11, 18, from_hour, tzinfo=UTC)
    ends_at = datetime(2026, 11, 18, until_hour, tzinfo=UTC)
    shift = Shift.objects.create(
        version=version,
        agent=org.make_agent(),
        operational_date=TODAY,
        starts_at=starts_at,
        ends_at=ends_at,
        paid_minutes=60 * (until_hour - from_hour),
        is_published=True,
    )
    work = org.make_activity_code(is_work=True)
    ShiftActivity.objects.create(
        shift=shift, activity_code=work, queue=queue, starts_at=starts_at, ends_at=ends_at
    )
    return version


def test_an_empty_house_is_told_where_to_begin():
    assert titles() == [
        "There is no history yet",
        "No forecast is published",
        "No requirement is published for the days ahead",
        "16–22 Nov 2026 has no published schedule",
        "23–29 Nov 2026 has no published schedule",
    ]


def test_old_history_is_said():
    queue = org.make_queue()
    IntervalActual.objects.create(queue=queue, starts_at=NOON - timedelta(days=5), offered=3)

    assert "The newest interval is from Fri 13 Nov 2026, 12:00" in titles()


def test_a_step_is_shown_only_to_who_may_take_it():
    assert titles(principal=org.make_user("agent")) == []
    assert "No forecast is published" not in titles(principal=org.make_user("team_lead"))


def test_the_rest_of_the_day_is_counted_from_now():
    queue = org.make_queue()
    make_schedule(make_requirement(queue, required=1.0), queue, from_hour=8, until_hour=18)

    cover = day_cover(principal=SYSTEM, day=TODAY, at=NOON)

    (row,) = cover.queues
    assert (row.required_now, row.staffed_now, row.tone) == (1.0, 1.0, "goal")
    assert row.short_hours_left == 6.0, "from 18:00 to midnight"
    assert row.worst_at == datetime(2026, 11, 18, 18, tzinfo=UTC)
    assert len(cover.starts) == 96


def test_without_a_published_schedule_there_is_no_cover():
    assert day_cover(principal=SYSTEM, day=TODAY, at=NOON) is None


def test_the_worst_people_come_first_and_only_one_s_own():
    own_team, other_team = org.make_team(), org.make_team()
    late, silent = org.make_agent(name="Late", team=own_team), org.make_agent(team=own_team)
    stranger = org.make_agent(team=other_team)
    planned = org.make_activity_code()
    for agent, flag, severity in (
        (late, LiveFlag.LATE, 50),
        (silent, LiveFlag.UNKNOWN, 10),
        (stranger, LiveFlag.NO_SHOW, 90),
    ):
        AgentLive.objects.create(agent=agent, flag=flag, severity=severity, planned_code=planned)

    now = people_now(principal=org.make_user("team_lead", team=own_team))

    assert [row.agent.name for row in now.worst] == ["Late"]
    assert (now.planned, now.attention, now.silent, now.share_in_adherence) == (2, 1, 1, 0.0)


@time_machine.travel(NOON, tick=False)
def test_the_page_brings_it_together(client):
    queue = org.make_queue(name="Bank voice")
    make_schedule(make_requirement(queue, required=1.0), queue, from_hour=8, until_hour=18)
    client.force_login(org.make_user("planner"))

    page = client.get(reverse("today")).content.decode()

    assert "Wed 18 Nov 2026" in page
    assert "Bank voice" in page
    assert "18:00" in page
    assert 'id="cover-chart"' in page


def test_agents_and_clients_are_sent_where_their_work_is(client):
    agent = org.make_agent()
    client.force_login(org.make_user("agent", agent=agent))
    assert client.get(reverse("today")).url == "/portal/"

    client.force_login(org.make_user("client", client=org.make_client()))
    assert client.get(reverse("today")).url == "/reports/"
