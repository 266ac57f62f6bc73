"""Every kind of change that is offered is recorded by a use case, and readable by whom it concerns."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from adherence.models import AlertKind
from adherence.queries.alert_readings import Reading
from adherence.queries.group_people import GroupPeople
from adherence.services import IncomingEvent, approve_exception, ingest_events, recompute_days
from adherence.services.alerts import acknowledge, observe, set_outcome
from adherence.services.exception_requests import ask_exception
from adherence.services.group_exceptions import GroupAsk, approve_group
from forecasting.services.runs import publish_forecast
from reporting.services import refill_queue
from scheduling.services import copy_version, publish_schedule
from scheduling.services.time_off import ask_time_off, withdraw_time_off
from staffing.services.runs import publish_requirement
from tests.factories import adherence as floor_make
from tests.factories import org
from tests.factories import scheduling as make
from tests.factories.integration import make_news
from tests.factories.intraday import make_duty
from tests.scheduling.requests.conftest import NOW, Floor
from tests.staffing.rows import make_forecast
from wfm.integration.kinds import KIND_FAMILIES, KINDS, unknown_kinds
from wfm.integration.models import Change
from wfm.integration.services import notify
from wfm.integration.services.choices import Channels, save_choices
from wfm.integration.services.mail import send_due_notices
from wfm.integration.services.news import announce_news
from wfm.org.access import SYSTEM, Access
from wfm.org.tenancy import system_tenant, tenant

pytestmark = pytest.mark.django_db
OFF = {"starts_at": make.at(0), "ends_at": make.at(1)}


@pytest.fixture(autouse=True)
def _as_the_system():
    with time_machine.travel(NOW, tick=False), system_tenant():
        yield


def publish_twice():
    floor = Floor()
    draft = copy_version(version=floor.version, created_by=None)
    publish_schedule(version=draft, published_at=NOW, published_by=None)


def time_off():
    floor = Floor()
    floor.entitle("Ada Day")
    return ask_time_off(agent=floor.agents["Ada Day"], kind=floor.vacation, at=NOW, **OFF)


def take_time_off_back():
    withdraw_time_off(row=time_off(), at=NOW)


def a_forecast():
    run = make_forecast([org.make_queue()], is_published=False)
    publish_forecast(run=run, published_at=NOW, published_by=None)


def a_requirement():
    run = make.make_requirement(queue=org.make_queue(), published=False)
    publish_requirement(run=run, published_at=NOW, published_by=None)


def a_worked_day():
    """An agent who came an hour late, on a day that is over and computed."""
    codes = floor_make.make_codes()
    agent = org.make_agent(team=org.make_team())
    starts = NOW - timedelta(days=3)
    ends = starts + timedelta(hours=8)
    floor_make.make_shift(agent, (starts, ends, codes["work"]))
    floor_make.make_event(agent, starts + timedelta(hours=1), codes["work"])
    floor_make.make_event(agent, ends)
    day = starts.date()
    recompute_days(agent_ids=[agent.pk], first_date=day, last_date=day, at=NOW)
    return agent, starts


def let_it_count():
    agent, starts = a_worked_day()
    approve_exception(
        agent=agent,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        reason="Power cut",
        approved_by=None,
        at=NOW,
    )


def let_it_count_for_many():
    agent, starts = a_worked_day()
    ask = GroupAsk(
        people=GroupPeople(agent_ids=frozenset({agent.pk})),
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        reason="Power cut",
    )
    approve_group(ask=ask, principal=SYSTEM, approved_by=None, at=NOW)


def explain():
    agent, starts = a_worked_day()
    ask_exception(
        agent=agent,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        reason="Power cut",
        asked_by=org.make_user("agent", agent=agent),
        at=NOW,
    )


def keep_events_aside():
    event = IncomingEvent(event_uid="e", agent_key="nobody", occurred_at=NOW)
    ingest_events(events=[event], source="acd", received_at=NOW)


def an_alert():
    queue = org.make_queue()
    make_duty(org.make_user("team_lead"), queue=queue)
    make_duty(org.make_user("planner"))
    kind = AlertKind.SERVICE_AT_RISK
    reading = Reading(
        kind=kind,
        scope_key=f"queue:{queue.pk}",
        value=0.2,
        queue_id=queue.pk,
        client_id=queue.client_id,
    )
    opened = []
    for minutes in (0, 5, 20):  # lasts, is raised, is handed on
        at = NOW + timedelta(minutes=minutes)
        opened += observe(readings=[reading], kinds=[kind], at=at).opened
    (alert,) = opened
    acknowledge(alert_id=alert.pk, by=None, at=at)
    set_outcome(alert_id=alert.pk, outcome="SOLVED", note="", by=None, at=at)


def service_levels():
    queue = org.make_queue()
    refill_queue(queue=queue, first=date(2026, 2, 2), last=date(2026, 2, 2), as_of=NOW)
    return queue


def news():
    make_news()
    announce_news(at=NOW)


def a_notice_by_webhook():
    user = org.make_user("agent")
    wanted = Channels(on_page=False, by_email=False, by_webhook=True)
    save_choices(user=user, channels={"request": wanted}, quiet_minutes=None)
    notify(user_ids=[user.pk], kind="request.decided", subject="Granted", body="", at=NOW)
    send_due_notices(at=NOW + timedelta(minutes=1))


USE_CASES = {
    "schedule.published": publish_twice,
    "schedule.superseded": publish_twice,
    "schedule.changed": time_off,
    "request.made": time_off,
    "request.decided": time_off,
    "request.withdrawn": take_time_off_back,
    "forecast.published": a_forecast,
    "requirement.published": a_requirement,
    "adherence.corrected": let_it_count,
    "adherence.explained": explain,
    "adherence.decided": let_it_count,
    "adherence.group_decided": let_it_count_for_many,
    "adherence.quarantined": keep_events_aside,
    "alert.opened": an_alert,
    "alert.handed_on": an_alert,
    "alert.acknowledged": an_alert,
    "alert.closed": an_alert,
    "sla.computed": service_levels,
    "news.published": news,
    "notice.created": a_notice_by_webhook,
}


def test_each_family_that_the_webhook_page_offers_has_kinds_and_each_kind_a_use_case():
    families = [family for family, _label in KIND_FAMILIES]
    assert {kind.partition(".")[0] for kind in KINDS} == set(families)
    assert set(USE_CASES) == set(KINDS)
    assert unknown_kinds([*KINDS, *(f"{family}.*" for family in families)]) == []
    assert unknown_kinds(["report.ready", "schedule.", "schedule.nonsense"]) == [
        "report.ready",
        "schedule.",
        "schedule.nonsense",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_recorded_where_it_happens(kind):
    USE_CASES[kind]()
    found = Change.objects.filter(kind=kind)
    assert found.exists()
    assert set(Change.objects.values_list("kind", flat=True)) <= set(KINDS)
    if kind != "sla.computed":  # people, teams or several clients: never for a client
        assert set(found.values_list("client_id", flat=True)) == {None}


@pytest.mark.parametrize("kind", KINDS)
def test_the_documentation_names_the_kind_and_what_it_holds(kind, pytestconfig):
    text = (pytestconfig.rootpath / "docs" / "integration.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith(f"| `{kind}` |"))
    USE_CASES[kind]()
    payload = Change.objects.filter(kind=kind).first().payload
    assert [name for name in payload if f"`{name}`" not in row] == []


def test_a_client_reads_its_own_service_levels_and_nobody_elses():
    own, other = service_levels(), service_levels()
    let_it_count()
    client = Access(
        permissions=frozenset({"webhook.view"}),
        client_ids=frozenset({own.client_id}),
        team_ids=frozenset(),
    )
    assert own.client_id != other.client_id
    with tenant(client):
        found = list(Change.objects.visible_to(client).values_list("kind", "key"))
    assert found == [("sla.computed", f"queue:{own.pk}")]


def test_the_correction_names_agent_and_day():
    let_it_count()
    change = Change.objects.get(kind="adherence.corrected")
    day = datetime(2026, 2, 20, tzinfo=UTC).date().isoformat()
    assert (change.payload["count"], change.payload["days"][0][1]) == (1, day)
