"""Alerts from the first bad minute to the outcome."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from adherence.models import (
    AgentLive,
    Alert,
    AlertKind,
    AlertLog,
    AlertRule,
    AlertStatus,
    EventFeed,
    LiveFlag,
)
from adherence.queries.alert_readings import OWN_KINDS, Reading, own_readings
from adherence.services.alerts import (
    UnableToAcknowledge,
    acknowledge,
    log_action,
    observe,
    people_of,
    set_outcome,
    take_over,
)
from tests.factories import org
from tests.factories.adherence import make_codes
from tests.factories.intraday import NOON, make_alert, make_duty
from wfm.integration.models import Notice
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
KIND = AlertKind.SERVICE_AT_RISK


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


@pytest.fixture
def queue():
    return org.make_queue(name="Voice")


def minutes(number):
    return NOON + timedelta(minutes=number)


def read(queue, value, kind=KIND):
    return Reading(
        kind=kind,
        scope_key=f"queue:{queue.pk}",
        value=value,
        queue_id=queue.pk,
        client_id=queue.client_id,
    )


def see(queue, value, at, kind=KIND):
    readings = [] if value is None else [read(queue, value, kind)]
    return observe(readings=readings, kinds=[kind], at=minutes(at))


def test_it_is_raised_when_it_has_lasted_and_is_over_when_it_has_been_better(queue):
    assert see(queue, 0.1, 0).opened == []
    assert Alert.objects.get().status == AlertStatus.PENDING
    assert Alert.objects.shown().count() == 0
    assert [alert.pk for alert in see(queue, 0.2, 5).opened] == [Alert.objects.get().pk]
    see(queue, 0.04, 6)  # better, but within the margin
    assert Alert.objects.get().calm_since is None
    see(queue, 0.0, 7)
    see(queue, 0.12, 12)  # bad again: from the beginning
    see(queue, 0.0, 13)
    assert see(queue, 0.0, 22).closed == []
    assert len(see(queue, None, 23).closed) == 1
    alert = Alert.objects.get()
    assert (alert.status, alert.closed_at, alert.worst_value) == ("CLOSED", minutes(23), 0.2)
    assert [entry.step for entry in alert.log.order_by("pk")] == ["OPENED", "CLOSED"]


def test_what_passes_at_once_leaves_nothing(queue):
    see(queue, 0.1, 0)
    see(queue, 0.0, 1)
    assert not Alert.objects.exists()


def test_running_twice_raises_once_and_the_table_keeps_one_open_alert(queue):
    see(queue, 0.1, 0)
    for _ in range(2):
        see(queue, 0.1, 5)
    assert Alert.objects.open().count() == 1
    assert AlertLog.objects.filter(step="OPENED").count() == 1
    with pytest.raises(IntegrityError, match="adherence_alert_one_open"), transaction.atomic():
        make_alert(queue)


def test_it_is_given_to_who_answers_and_handed_on_until_somebody_acknowledges(queue):
    lead, boss = org.make_user("team_lead"), org.make_user("planner")
    make_duty(lead, queue=queue)
    make_duty(boss)
    see(queue, 0.1, 0)
    see(queue, 0.1, 5)
    assert Alert.objects.get().owner == lead
    assert see(queue, 0.1, 19).handed_on == []
    assert len(see(queue, 0.1, 20).handed_on) == 1
    alert = Alert.objects.get()
    assert (alert.owner, alert.level) == (boss, 1)
    assert see(queue, 0.1, 60).handed_on == []  # the end of the chain
    steps = list(alert.log.order_by("pk").values_list("step", "text"))
    assert steps == [
        ("OPENED", ""),
        ("ASSIGNED", str(lead)),
        ("HANDED_ON", str(boss)),
    ]


def test_who_answers_is_told_in_their_own_language(queue):
    lead = org.make_user("team_lead", language="zh-hans")
    make_duty(lead, queue=queue)
    see(queue, 0.1, 0)
    see(queue, 0.1, 5)
    alert, notice = Alert.objects.get(), Notice.objects.get(user=lead)
    with override("zh-hans"):
        assert notice.subject == str(alert)
    assert notice.subject != str(alert)


def test_what_is_acknowledged_stays_where_it_is(queue):
    lead = org.make_user("team_lead")
    make_duty(lead, queue=queue)
    make_duty(org.make_user("planner"))
    see(queue, 0.1, 0)
    see(queue, 0.1, 5)
    acknowledge(alert_id=Alert.objects.get().pk, by=lead, at=minutes(6))
    assert see(queue, 0.1, 50).handed_on == []
    assert Alert.objects.get().status == AlertStatus.ACKNOWLEDGED


def test_a_rule_of_the_queue_goes_before_the_wider_one_and_can_switch_off(queue):
    other = org.make_queue(client=queue.client)
    AlertRule.objects.create(kind=KIND, client=queue.client, threshold=0.3, hold_minutes=0)
    AlertRule.objects.create(kind=KIND, queue=queue, threshold=0.1, hold_minutes=0)
    done = observe(readings=[read(queue, 0.15), read(other, 0.15)], kinds=[KIND], at=NOON)
    assert [alert.queue for alert in done.opened] == [queue]
    AlertRule.objects.filter(queue=queue).update(is_active=False)
    assert len(see(queue, 0.15, 1).closed) == 1
    assert see(queue, 0.15, 2).opened == []


def test_two_who_acknowledge_the_second_is_told_of_the_first(queue):
    first, second = org.make_user("team_lead", display_name="Ana"), org.make_user("team_lead")
    alert = make_alert(queue)
    acknowledge(alert_id=alert.pk, by=first, at=minutes(1))
    with pytest.raises(UnableToAcknowledge, match="Ana acknowledged it at 12:01 UTC"):
        acknowledge(alert_id=alert.pk, by=second, at=minutes(2))
    take_over(alert_id=alert.pk, by=second, at=minutes(3))
    alert.refresh_from_db()
    assert (alert.owner, alert.acknowledged_by) == (second, second)


def test_an_outcome_ends_it_and_keeps_it_quiet_for_an_hour(queue):
    person = org.make_user("team_lead")
    alert = make_alert(queue)
    log_action(alert_id=alert.pk, text=" Two people back from break ", by=person, at=minutes(1))
    set_outcome(alert_id=alert.pk, outcome="SOLVED", note="In time.", by=person, at=minutes(2))
    for at in (3, 30, 61):
        assert see(queue, 0.5, at).opened == []
    see(queue, 0.5, 63)
    assert len(see(queue, 0.5, 68).opened) == 1
    log = list(alert.log.order_by("pk").values_list("step", "text"))
    assert log == [
        ("ACTION", "Two people back from break"),
        ("OUTCOME", "solved by what was done. In time."),
        ("CLOSED", ""),
    ]
    with pytest.raises(UnableToAcknowledge, match="over since 2026-03-02 12:02 UTC"):
        take_over(alert_id=alert.pk, by=person, at=minutes(70))
    with pytest.raises(UnableToAcknowledge, match="Say what was done"):
        log_action(alert_id=alert.pk, text="  ", by=person, at=minutes(70))


def test_an_outcome_told_afterwards_changes_no_times(queue):
    alert = make_alert(queue, status="CLOSED", closed_at=minutes(1))
    set_outcome(alert_id=alert.pk, outcome="PASSED", note="", by=None, at=minutes(9))
    alert.refresh_from_db()
    assert (alert.outcome, alert.closed_at, alert.closed_by) == ("PASSED", minutes(1), None)


def test_a_role_means_everybody_who_may_see_the_alert(queue):
    near, far = org.make_user("planner"), org.make_user("planner", client=org.make_client())
    role = near.role_grants.get().role
    duty, alert = make_duty(role=role), make_alert(queue)
    assert people_of(duty, alert) == [near]
    assert people_of(make_duty(far), alert) == [far]


@pytest.mark.django_db(transaction=True)
def test_of_two_looks_at_once_one_works(queue, owner_connection):
    with owner_connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('adherence.alerts'))")
        see(queue, 0.1, 0)
        assert not Alert.objects.exists()
        cursor.execute("SELECT pg_advisory_unlock(hashtext('adherence.alerts'))")
    see(queue, 0.1, 0)
    assert Alert.objects.exists()


# -- what adherence itself reads ------------------------------------------------------------------


def live(agent, code, *, flag=LiveFlag.IN, group="AVAILABLE", queue=None):
    agent.live.planned_code = code
    agent.live.planned_queue = queue
    agent.live.flag, agent.live.state_group = flag, group
    agent.live.save()


@pytest.fixture
def team():
    team = org.make_team()
    code = make_codes()["work"]
    agents = [org.make_agent(team=team) for _ in range(6)]
    for agent in agents:
        AgentLive.objects.create(agent=agent)
        live(agent, code)
    return team, agents, code


def values(kind):
    return {r.scope_key: r.value for r in own_readings(at=NOON) if r.kind == kind}


def test_a_team_is_read_by_the_share_that_does_what_is_planned(team):
    row, agents, code = team
    live(agents[0], code, flag=LiveFlag.OUT)
    live(agents[1], code, flag=LiveFlag.UNKNOWN)
    assert values(AlertKind.TEAM_ADHERENCE) == {f"team:{row.pk}": 0.8}
    live(agents[2], None)
    assert values(AlertKind.TEAM_ADHERENCE) == {}  # of four a share says nothing


def test_the_sole_planned_holder_of_a_skill_is_missed(team):
    _row, agents, code = team
    queue = org.make_queue()
    org.models.AgentSkill.objects.create(agent=agents[0], skill=queue.skill, starts_on=org.LONG_AGO)
    live(agents[0], code, queue=queue)
    key = f"skill:{queue.skill_id}"
    assert values(AlertKind.SOLE_HOLDER_ABSENT) == {key: 0.0}
    live(agents[0], code, queue=queue, group="OFFLINE", flag=LiveFlag.NO_SHOW)
    assert values(AlertKind.SOLE_HOLDER_ABSENT) == {key: 1.0}
    org.models.AgentSkill.objects.create(agent=agents[1], skill=queue.skill, starts_on=org.LONG_AGO)
    live(agents[1], code, queue=queue)
    assert values(AlertKind.SOLE_HOLDER_ABSENT) == {}


def test_a_feed_beyond_its_limit_raises_an_alert_at_once():
    EventFeed.objects.create(
        source="acd", silence_limit_seconds=60, last_heard_at=NOON - timedelta(minutes=3)
    )
    EventFeed.objects.create(source="quiet", silence_limit_seconds=None, last_heard_at=NOON)
    assert values(AlertKind.FEED_SILENT) == {"feed:acd": 2.0}
    done = observe(readings=own_readings(at=NOON), kinds=OWN_KINDS, at=NOON)
    assert [alert.subject for alert in done.opened] == ["acd"]
