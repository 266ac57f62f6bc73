"""Rows of the shared kernel with sensible defaults; name only what decides the test."""

from datetime import date
from itertools import count

from wfm.org import models
from wfm.org.access import BUILTIN_ROLES
from wfm.org.services.roles import grant_role

_numbers = count(1)
LONG_AGO = date(2020, 1, 1)


def make_client(**fields):
    number = next(_numbers)
    defaults = {"name": f"Client {number}", "key": f"client-{number}", "timezone": "UTC"}
    return models.Client.objects.create(**defaults | fields)


def make_site(**fields):
    defaults = {"name": f"Site {next(_numbers)}", "timezone": "UTC"}
    return models.Site.objects.create(**defaults | fields)


def make_team(**fields):
    defaults = {"name": f"Team {next(_numbers)}"}
    if "site" not in fields:
        defaults["site"] = make_site()
    return models.Team.objects.create(**defaults | fields)


def make_skill(**fields):
    number = next(_numbers)
    return models.Skill.objects.create(
        **{"name": f"Skill {number}", "key": f"skill-{number}"} | fields
    )


def make_work_type(**fields):
    defaults = {
        "name": f"Work {next(_numbers)}",
        "channel": models.Channel.VOICE,
        "handling": models.Handling.LIVE,
        "contacts_abandon": fields.get("handling", models.Handling.LIVE) == models.Handling.LIVE,
    }
    return models.WorkType.objects.create(**defaults | fields)


def make_queue(*, opening=((0, 1440),), weekdays=range(7), **fields):
    """A voice queue that never closes, unless told otherwise."""
    number = next(_numbers)
    defaults = {"name": f"Queue {number}", "key": f"queue-{number}", "timezone": "UTC"}
    if "client" not in fields:
        defaults["client"] = make_client()
    if "work_type" not in fields:
        defaults["work_type"] = make_work_type()
    if "skill" not in fields:
        defaults["skill"] = make_skill()
    queue = models.Queue.objects.create(**{"patience_seconds": 120} | defaults | fields)
    models.OpeningHours.objects.bulk_create(
        models.OpeningHours(queue=queue, weekday=weekday, opens_minute=opens, closes_minute=closes)
        for weekday in weekdays
        for opens, closes in opening
    )
    return queue


def make_deferred_queue(**fields):
    work_type = make_work_type(channel=models.Channel.EMAIL, handling=models.Handling.DEFERRED)
    return make_queue(work_type=work_type, patience_seconds=None, **fields)


def make_goal(queue, **fields):
    defaults = {"version": 1, "starts_on": LONG_AGO, "level": 0.8}
    if queue.is_live:
        defaults["threshold_seconds"] = 20
    else:
        defaults |= {
            "due_unit": "business_minutes",
            "due_amount": 480,
            "metric_key": "service_level.deferred",
        }
    return models.ServiceGoal.objects.create(queue=queue, **defaults | fields)


def make_employment_contract(**fields):
    defaults = {
        "name": f"Contract {next(_numbers)}",
        "weekly_minutes_min": 2400,
        "weekly_minutes_max": 2400,
        "hourly_cost": "20.00",
    }
    return models.EmploymentContract.objects.create(**defaults | fields)


def make_agent(*, team=None, employment_contract=None, skills=(), work_mode="OFFICE", **fields):
    number = next(_numbers)
    name = fields.pop("name", f"Agent {number}")
    agent = models.Agent.objects.create(
        **{"employee_number": f"E{number:05d}", "name": name, "sort_key": name.lower()} | fields
    )
    models.AgentAssignment.objects.create(
        agent=agent,
        team=team or make_team(),
        employment_contract=employment_contract or make_employment_contract(),
        work_mode=work_mode,
        starts_on=LONG_AGO,
    )
    for skill in skills:
        models.AgentSkill.objects.create(agent=agent, skill=skill, starts_on=LONG_AGO)
    return agent


def make_activity_code(**fields):
    number = next(_numbers)
    defaults = {
        "key": f"code-{number}",
        "name": f"Code {number}",
        "letter": "C",
        "state_group": models.StateGroup.AVAILABLE,
    }
    return models.ActivityCode.objects.create(**defaults | fields)


def make_user(
    role=None, *, client=None, team=None, agent=None, password="a long passphrase", **fields
):
    """A person with one built-in role."""
    number = next(_numbers)
    defaults = {"email": f"person{number}@example.com", "display_name": f"Person {number}"}
    user = models.User.objects.create_user(password=password, agent=agent, **defaults | fields)
    if role is not None:
        builtin = {item.key: item for item in BUILTIN_ROLES}[role]
        models.Role.objects.get_or_create(
            key=role,
            defaults={
                "name": builtin.name,
                "is_builtin": True,
                "is_internal": builtin.is_internal,
                "permissions": sorted(builtin.permissions),
            },
        )
        grant_role(user=user, role_key=role, client=client, team=team)
    return user
