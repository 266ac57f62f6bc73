"""A published week of four people, seen a week before it begins."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from scheduling.models import (
    RequestPolicy,
    TimeOffEntitlement,
    TimeOffKind,
)
from scheduling.services import publish_schedule
from tests.factories import org
from tests.factories import scheduling as make
from wfm.jobs.models import Job, JobStatus
from wfm.org.models import StateGroup
from wfm.org.tenancy import system_tenant

NOW = datetime(2026, 2, 23, 9, tzinfo=UTC)
NAMES = ("Ada Day", "Ben Early", "Cleo Late", "Dan Night")
SCHEDULE = {"Ada Day": (0, 1, 2), "Ben Early": (0, 1, 2), "Cleo Late": (3, 4), "Dan Night": (4,)}
"""Days on which each works from 8 to 16:30."""


@pytest.fixture(autouse=True)
def _a_week_before():
    with time_machine.travel(NOW, tick=False):
        yield


class Floor:
    """People, their shifts and their logins."""

    def __init__(self, monday=make.MONDAY, now=NOW):
        self.monday = monday
        self.codes = make.make_codes()
        self.skill = org.make_skill(name="Claims")
        self.other_skill = org.make_skill(name="Chat")
        self.queue = org.make_queue(name="Claims line", skill=self.skill)
        self.requirement = make.make_requirement(queue=self.queue, people=2.0, monday=monday)
        self.contract = make.make_contract(
            weekly_minutes_min=0, weekly_minutes_max=2550, days_per_week_min=0, days_per_week_max=5
        )
        self.site = org.make_site(name="Main")
        self.team = org.make_team(name="Claims team", site=self.site)
        self.agents = {
            name: org.make_agent(
                name=name,
                team=self.team,
                employment_contract=self.contract,
                skills=[self.skill],
            )
            for name in NAMES
        }
        self.users = {
            name: org.make_user("agent", agent=agent) for name, agent in self.agents.items()
        }
        self.planner = org.make_user("planner", display_name="Pat Planner")
        self.lead = org.make_user("team_lead", display_name="Lea Lead")
        self.version = make.make_version(requirement_run=self.requirement, monday=monday)
        self.shifts = {
            (name, day): self.shift(name, day) for name, days in SCHEDULE.items() for day in days
        }
        publish_schedule(version=self.version, published_at=now, published_by=None)
        for shift in self.shifts.values():
            shift.refresh_from_db()
        self.vacation = self.kind("vacation")

    def shift(self, name, day, *, hour=8, minutes=510, published=False, **fields):
        starts = make.at(day, hour, monday=self.monday)
        return make.make_shift(
            version=self.version,
            agent=self.agents[name],
            starts_at=starts,
            ends_at=starts + timedelta(minutes=minutes),
            queue=self.queue,
            site=self.site,
            published=published,
            **fields,
        )

    def kind(self, key, **fields):
        code = org.make_activity_code(
            key=key, name=key.title(), state_group=StateGroup.OFFLINE, letter=key[0].upper()
        )
        return TimeOffKind.objects.create(activity_code=code, **fields)

    def entitle(self, name, *, granted=25, **fields):
        defaults = {
            "kind": self.vacation,
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2027, 1, 1),
            "granted": granted,
        }
        return TimeOffEntitlement.objects.create(agent=self.agents[name], **defaults | fields)

    def policy(self, **fields):
        return RequestPolicy.objects.create(team=None, **fields)

    def api(self, name):
        api = APIClient()
        user = {"planner": self.planner, "lead": self.lead}.get(name) or self.users[name]
        with system_tenant():
            api.force_login(user)
        return api


@pytest.fixture
def floor(transactional_db):
    with system_tenant():
        return Floor()


@pytest.fixture
def api(floor):
    """Return `call(who, method, path, **body)`, its answer as (status, body)."""

    def call(who, method, path, **body):
        client = floor.api(who)
        url = f"/api/v1/scheduling/{path}"
        answer = (
            getattr(client, method)(url, body, format="json")
            if body
            else getattr(client, method)(url)
        )
        return answer.status_code, answer.json() if answer.content else None

    return call


def reason(body):
    """The sentence of an error."""
    return body["errors"][0]["detail"]


def curve(floor):
    """A finished re-optimisation of the week that would let Ada work longer on Monday."""
    row = {
        "agent": floor.agents["Ada Day"].pk,
        "date": "2026-03-02",
        "kind": "end_later",
        "times": [int(make.at(0, 16, 30).timestamp()), int(make.at(0, 18).timestamp())],
        "hours": 1.5,
        "short_hours": -1.5,
        "saved_cost": 31.5,
    }
    pay = {"overtime_cost_per_hour": 30.0, "saved_pay_per_hour": 20.0}
    return Job.objects.create(
        kind="scheduling.reoptimise",
        title="Curve",
        status=JobStatus.SUCCEEDED,
        params={"version_id": floor.version.pk},
        result={
            "version_id": floor.version.pk,
            "revision": 0,
            "lost": [],
            "points": [],
            "unrestricted": {"changes": 0, "short_hours": 0.0},
            "recoverable_hours": 0.0,
            "over_cost_hour": 1.0,
            "offers": {"overtime": [row], "time_off": [], **pay},
        },
    )
