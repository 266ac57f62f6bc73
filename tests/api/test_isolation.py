"""Who may call what, and whose rows they see: every operation of the OpenAPI document.

Nothing here names an endpoint: a new one is covered on the day it appears. Each test calls all
operations and reports all faults at once.
"""

from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from adherence.models import (
    AdherenceDay,
    AdherenceException,
    AlertRule,
    DayCorrection,
    GroupException,
    Measure,
    PlaybookRun,
)
from forecasting.models import Override, SpecialDay
from scheduling.models import OpenShift, PersonalRequest, ShiftSwap, TimeOffLimit
from tests.api.operations import MISSING_ID, operations, permissions_of, reads, writes
from tests.api.walls import without_querysets, without_row_level_security
from tests.factories import org
from tests.factories.integration import make_link, make_news, make_webhook
from tests.factories.intraday import make_alert, make_duty, make_playbook
from tests.factories.reporting import (
    make_clause,
    make_interval,
    make_item,
    make_key,
    make_result,
    utc,
)
from tests.factories.scheduling import make_requirement, make_shift, make_version
from wfm.integration.services import record_change
from wfm.jobs.models import Job
from wfm.org.access import ALL_PERMISSIONS, BUILTIN_ROLES
from wfm.org.models import Role, RoleGrant
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
SECRET = "zebrafinch"  # every name of the other client holds it
ROLES = ["key", *[role.key for role in BUILTIN_ROLES if role.key != "admin"]]
READ_ONLY_ROLES = ["finance", "hr", "client", "agent"]
OURS = {
    "org",
    "jobs",
    "integration",
    "forecasting",
    "staffing",
    "scheduling",
    "adherence",
    "reporting",
}


@pytest.fixture
def own():
    """The client of the caller."""
    with system_tenant():
        return org.make_client(name="Own", key="own")


@pytest.fixture
def caller(own):
    """Return an API client for a role, or for the key of the own client."""

    def make(name, **scope):
        api = APIClient()
        with system_tenant():
            if name == "key":
                api.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(client=own).text}")
            else:
                scope = {"client": own} if name == "client" else scope
                api.force_login(org.make_user(name, **scope))
        return api

    return make


@pytest.fixture
def foreign(own):
    """Rows of another client in every room; ids by the name of the parameter."""
    with system_tenant():
        client = org.make_client(name=f"{SECRET} inc", key=f"{SECRET}-inc")
        site = org.make_site(name=f"{SECRET} site")
        team = org.make_team(name=f"{SECRET} team", site=site)
        skill = org.make_skill(name=f"{SECRET} skill")
        queue = org.make_queue(client=client, site=site, skill=skill, name=f"{SECRET} voice")
        deferred = org.make_deferred_queue(client=client, name=f"{SECRET} mail")
        org.make_goal(queue)
        agent = org.make_agent(name=f"{SECRET} ann", team=team, skills=[skill])
        clause = make_clause(queue)
        make_interval(queue, "2026-03-02T09:00")
        make_item(deferred, due_at="2026-03-02T09:00")
        make_result(queue, clause=clause, starts_on=date(2026, 3, 2))
        make_requirement(queue=queue)
        make_requests(agent=agent, queue=queue)
        SpecialDay.objects.create(
            queue=queue, date=date(2026, 3, 2), kind="CLOSED", name=f"{SECRET} day"
        )
        Override.objects.create(
            queue=queue,
            starts_at=utc("2026-03-02T09:00"),
            ends_at=utc("2026-03-02T10:00"),
            kind="SCALE",
            value=2,
            reason=f"{SECRET} campaign",
        )
        Job.objects.create(kind="probe", title=f"{SECRET} job", client=client)
        make_webhook(name=f"{SECRET} hook", client=client)
        make_news(title=f"{SECRET} news", audience="QUEUE", queue=queue)
        make_link(title=f"{SECRET} link", queue=queue)
        record_change(kind="sla.computed", key=f"{SECRET} change", payload={}, client_id=client.pk)
        alert = make_alert(queue)
        AlertRule.objects.create(kind="SERVICE_AT_RISK", queue=queue, threshold=0.1)
        make_duty(org.make_user("team_lead", display_name=f"{SECRET} lead"), client=client)
        book = make_playbook(name=f"{SECRET} campaign book", client=client)
        PlaybookRun.objects.create(
            playbook=book,
            alert=alert,
            client=client,
            local_date=date(2026, 3, 2),
            started_at=utc("2026-03-02T09:00"),
        )
        Measure.objects.create(
            kind="OVERTIME",
            queue=queue,
            agent=agent,
            shift_id=1,
            starts_at=utc("2026-03-02T09:00"),
            ends_at=utc("2026-03-02T10:00"),
            effect={
                "intervals": 1, "level_before": None, "level_after": None, "at_risk_before": 0,
                "at_risk_after": 0, "other_before": None, "other_after": None, "cost": 0, "saved": 0,
            },
            accepted_at=utc("2026-03-02T08:00"),
        )  # fmt: skip
        AdherenceDay.objects.create(
            agent=agent, operational_date=date(2026, 3, 2), matrix={SECRET: {"AWAY": 60}}
        )
        DayCorrection.objects.create(
            agent=agent,
            operational_date=date(2026, 3, 2),
            corrected_at=utc("2026-03-05T09:00"),
            kinds=["MANUAL"],
            causes=[{"kind": "MANUAL", "by_id": None, "by": SECRET, "why": SECRET, "at": None}],
            before=[0],
            after=[60],
        )
        make_group_exception(agent=agent, queue=queue)
        return {
            "client": client.pk,
            "site": site.pk,
            "team": team.pk,
            "queue": queue.pk,
            "agent": agent.pk,
        }


def make_group_exception(*, agent, queue):
    """An exception for who works on the queue, with one row."""
    told = {
        "starts_at": utc("2026-03-02T09:00"),
        "ends_at": utc("2026-03-02T09:30"),
        "reason": f"{SECRET} outage",
    }
    group = GroupException.objects.create(
        scope="QUEUE", scope_name=queue.name, queue=queue, timezone="UTC",
        created_at=utc("2026-03-02T10:00"), **told,
    )  # fmt: skip
    AdherenceException.objects.create(agent=agent, status="APPROVED", group=group, **told)


def make_requests(*, agent, queue):
    """A swap, an offer, a request and a limit, each with the secret in its words."""
    version = make_version()
    nine, five = utc("2026-03-02T09:00"), utc("2026-03-02T17:00")
    shift = make_shift(
        version=version, agent=agent, starts_at=nine, ends_at=five, queue=queue, published=True
    )
    times = {"operational_date": nine.date(), "starts_at": nine, "ends_at": five}
    OpenShift.objects.create(
        version=version, kind="OPEN", queue=queue, note=f"{SECRET} offer", created_at=nine, **times
    )
    ShiftSwap.objects.create(
        offered_by=agent, shift=shift, shift_revision=0, message=f"{SECRET} swap",
        requested_at=nine, **times,
    )  # fmt: skip
    PersonalRequest.objects.create(
        agent=agent, kind="AVAILABILITY", starts_on=nine.date(), wanted=[],
        message=f"{SECRET} hours", requested_at=nine,
    )  # fmt: skip
    TimeOffLimit.objects.create(name=f"{SECRET} limit", starts_on=nine.date(), most_people=1)


def body(answer):
    return answer.content.decode().lower()


# -- who may call what ----------------------------------------------------------------------------


def test_without_key_or_session_every_operation_is_401():
    api, faults = APIClient(), []
    for operation in operations():
        answer = operation.call(api)
        if (answer.status_code, answer.get("WWW-Authenticate")) != (401, "Bearer"):
            faults.append((str(operation), answer.status_code))
    assert faults == []


@pytest.mark.parametrize("role", ROLES)
def test_an_operation_is_403_exactly_where_the_permission_is_missing(role, caller):
    api, faults = caller(role), []
    for operation in operations():
        answer = operation.call(api)
        allowed = operation.permission in permissions_of(role)
        if allowed is (answer.status_code == 403) or answer.status_code in {401, 500}:
            faults.append((str(operation), answer.status_code, body(answer)[:200]))
    assert faults == []


@pytest.mark.parametrize("role", READ_ONLY_ROLES)
def test_roles_that_only_read_write_nothing(role, caller):
    api = caller(role)
    refused = [item for item in writes() if item.permission not in permissions_of(role)]
    assert len(refused) >= 10
    before = row_counts()
    assert Counter(item.call(api).status_code for item in refused) == {403: len(refused)}
    assert row_counts() == before


def row_counts():
    with system_tenant():
        return {
            model._meta.label: model._default_manager.count()
            for model in apps.get_models()
            if model._meta.app_label in OURS
        }


# -- another client's rows ------------------------------------------------------------------------


def test_the_other_clients_rows_are_there_to_be_seen(caller, foreign):
    """Otherwise the tests below would prove nothing."""
    api = caller("admin")
    seen = {item.path for item in reads() if SECRET in body(api.get(item.url()))}
    assert seen >= {
        "/api/v1/clients/",
        "/api/v1/queues/",
        "/api/v1/agents/",
        "/api/v1/teams/",
        "/api/v1/jobs/",
        "/api/v1/forecasting/overrides/",
        "/api/v1/forecasting/special-days/",
        "/api/v1/scheduling/open-shifts/",
        "/api/v1/scheduling/swaps/",
        "/api/v1/scheduling/personal-requests/",
        "/api/v1/scheduling/time-off-limits/",
        "/api/v1/adherence/exceptions/",
        "/api/v1/adherence/group-exceptions/",
        "/api/v1/sla/results/",
        "/api/v1/sla/intervals/",
        "/api/v1/webhooks/",
        "/api/v1/news-entries/",
        "/api/v1/knowledge-links/",
        "/api/v1/intraday/alerts/",
        "/api/v1/intraday/playbooks/",
        "/api/v1/intraday/runs/",
        "/api/v1/intraday/measures/",
    }


def assert_nothing_is_told(api, *, words, but_of=None):
    """Read every list and every row by its id; none of the words may come back."""
    for operation in (item for item in reads() if item.model is None or item.model is not but_of):
        answers = [api.get(operation.url())]
        if operation.belongs_to_a_client:
            answers += [operation.call(api, id=pk) for pk in foreign_ids(operation)]
        for answer in answers:
            shown = body(answer)
            assert [word for word in words if word in shown] == [], operation
        assert {answer.status_code for answer in answers[1:]} <= {403, 404}, operation


ABOUT_THE_CLIENT = [
    f"{SECRET} {word}"
    for word in (
        "inc",
        "voice",
        "mail",
        "day",
        "campaign",
        "job",
        "hook",
        "news",
        "link",
        "change",
        "offer",
    )
]


def test_a_clients_key_reads_nothing_of_another_client(caller, foreign):
    assert_nothing_is_told(caller("key"), words=[SECRET])


def test_a_planner_of_one_client_reads_nothing_of_another(own, caller, foreign):
    assert_nothing_is_told(caller("planner", client=own), words=ABOUT_THE_CLIENT)


@pytest.mark.django_db(transaction=True)
def test_the_querysets_alone_keep_both_out(own, caller, foreign, owner_connection):
    key, planner = caller("key"), caller("planner", client=own)
    with without_row_level_security(owner_connection):
        assert_nothing_is_told(key, words=[SECRET])
        assert_nothing_is_told(planner, words=ABOUT_THE_CLIENT)


@pytest.mark.django_db(transaction=True)
def test_row_level_security_alone_keeps_both_out(own, caller, foreign, monkeypatch):
    key, planner = caller("key"), caller("planner", client=own)
    with without_querysets(monkeypatch):
        assert_nothing_is_told(key, words=[SECRET])
        # Jobs are rows of our own people: the second wall keeps out clients, not colleagues.
        assert_nothing_is_told(planner, words=ABOUT_THE_CLIENT, but_of=Job)


@pytest.mark.parametrize("role", ["key", "planner"])
def test_foreign_filters_answer_like_ids_that_do_not_exist(role, own, caller, foreign):
    api = caller(role, client=own) if role != "key" else caller(role)
    asked = 0
    for operation in reads():
        for name in sorted({"client", "queue"} & set(operation.parameters)):
            found = api.get(operation.url(), {name: foreign[name]})
            missing = api.get(operation.url(), {name: MISSING_ID})
            told = body(found).replace(str(foreign[name]), "?")
            assert (found.status_code, told) == (
                missing.status_code,
                body(missing).replace(str(MISSING_ID), "?"),
            ), (str(operation), name)
            asked += 1
    assert asked >= 10


def test_a_foreign_id_is_404_whatever_one_would_do_with_it(own, caller, foreign):
    """All methods, for someone who holds every permission, but for another client."""
    api = APIClient()
    with system_tenant():
        role = Role.objects.create(
            key="everything", name="Everything", permissions=sorted(ALL_PERMISSIONS)
        )
        user = org.make_user()
        RoleGrant.objects.create(user=user, role=role, client=own)
        api.force_login(user)
    asked = 0
    for operation in operations():
        if operation.path_names != ["id"] or not operation.belongs_to_a_client:
            continue
        for pk in foreign_ids(operation):
            answer = operation.call(api, id=pk)
            assert answer.status_code == 404, (str(operation), body(answer))
            assert SECRET not in body(answer)
            asked += 1
    assert asked >= 8


def foreign_ids(operation):
    """Ids of rows that belong to other clients only, or (people, sites) to no client at all."""
    if operation.model is None or not operation.path_names:
        return []
    with system_tenant():
        rows = operation.model._default_manager.all()
        if operation.model._meta.model_name == "client":
            rows = rows.exclude(key="own")
        return list(rows.values_list("pk", flat=True)[:50])
