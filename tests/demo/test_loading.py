"""The demo operation as rows: loaded once, a second time for nothing, continued on a later day."""

import json
import stat
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count, Max, Min, Sum

from adherence.models import BusyRoute, Playbook, Responsibility
from forecasting.models import BacklogSnapshot, IntervalActual, WorkItem
from scheduling.models import (
    Preference,
    QueueValue,
    RotationAssignment,
    ShiftTemplate,
    SplitShiftConsent,
    TimeOff,
    TimeOffEntitlement,
    TimeOffLimit,
)
from wfm.demo.loading.actuals import continue_today
from wfm.demo.loading.floor import ensure_floor
from wfm.demo.loading.logins import FILE_NAME, ensure_logins
from wfm.demo.loading.operation import (
    UnableToLoadDemo,
    demo_today,
    load_operation,
)
from wfm.demo.models import DemoOperation
from wfm.integration.models import NewsEntry
from wfm.integration.services import authenticate_key
from wfm.org.models import (
    Agent,
    Client,
    EmploymentContract,
    Holiday,
    Queue,
    ServiceGoal,
    Team,
    User,
)
from wfm.org.tenancy import system_tenant

SUNDAY = datetime(2026, 11, 22, 15, tzinfo=UTC)


def quiet(_sentence: str) -> None:
    pass


def fingerprint() -> dict[str, tuple[int, int]]:
    rows = IntervalActual.objects.values("queue__key").annotate(
        rows=Count("pk"), contacts=Sum("offered")
    )
    return {row["queue__key"]: (row["rows"], row["contacts"]) for row in rows}


def history_before(moment: datetime) -> list[tuple]:
    rows = IntervalActual.objects.filter(starts_at__lt=moment).order_by("queue", "starts_at")
    return list(rows.values_list("queue", "starts_at", "offered", "answered", "wait_seconds_total"))


@pytest.fixture(scope="module")
def first_load(django_db_setup, django_db_blocker):
    """Load once for all tests of this file, in a transaction that is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_operation(at=SUNDAY, say=quiet)
        transaction.set_rollback(True)


@pytest.fixture
def loaded(first_load):
    with system_tenant():
        point = transaction.savepoint()
        first_load.operation.refresh_from_db()
        yield first_load
        transaction.savepoint_rollback(point)


def test_the_operation_has_two_clients_two_sites_five_queues_and_120_agents(loaded):
    assert loaded.is_new
    assert Client.objects.count() == 2
    assert Queue.objects.count() == 5
    assert Agent.objects.active().count() == 120
    assert ShiftTemplate.objects.count() == 6
    assert TimeOff.objects.exists()


def test_some_people_rotate_wish_and_agree_to_split_shifts(loaded):
    assert [row.agent.assignments.get().team.name for row in RotationAssignment.objects.all()] == [
        "Claims nights", "Claims nights",
    ]  # fmt: skip
    assert SplitShiftConsent.objects.count() == 4
    assert Preference.objects.values("agent").distinct().count() >= 12
    assert set(Preference.objects.values_list("kind", flat=True)) == {"DAY_OFF", "START"}
    assert EmploymentContract.objects.get(name="Full-time 37.5 h").max_weekends_in_4_weeks == 3
    assert ShiftTemplate.objects.get(name="Two peaks").piece_minutes == [150, 150]
    assert QueueValue.objects.get().queue.key == "bank-voice"


def test_only_the_banks_volumes_are_real_and_all_waits_are_simulated(loaded):
    real = IntervalActual.objects.filter(is_volume_simulated=False)
    assert set(real.values_list("queue__key", flat=True)) == {"bank-voice"}
    assert not IntervalActual.objects.filter(is_service_simulated=False).exists()
    assert not WorkItem.objects.filter(is_simulated=False).exists()
    assert "one call in ten" in Queue.objects.get(key="bank-voice").source_note
    assert not Queue.objects.get(key="bank-voice").is_simulated


def test_the_banks_history_ends_last_friday_and_has_34_weeks_of_weekdays(loaded):
    rows = IntervalActual.objects.filter(queue__key="bank-voice")
    assert rows.count() == 164 * 56
    last = rows.aggregate(last=Max("starts_at"))["last"]
    assert last == datetime(2026, 11, 21, 1, 45, tzinfo=UTC)  # Friday, 20:45 in Toronto


def test_days_missing_in_the_source_are_closed_days_without_rows(loaded):
    closed = Holiday.objects.filter(queue__key="bank-voice", date__lt=date(2026, 11, 21))
    assert closed.count() == 6
    assert Holiday.objects.filter(queue__key="claims-line").count() == 0


def test_a_second_load_on_the_same_day_changes_nothing(loaded):
    before = fingerprint()
    again = load_operation(at=SUNDAY + timedelta(hours=3), say=quiet)
    assert (again.is_new, again.rows) == (False, 0)
    assert fingerprint() == before


def test_a_later_load_continues_what_is_there_and_changes_none_of_it(loaded):
    before = history_before(SUNDAY)
    later = SUNDAY + timedelta(days=10)
    load_operation(at=later, say=quiet)
    assert set(before) <= set(history_before(later))
    ends = dict(IntervalActual.objects.values_list("queue__key").annotate(last=Max("starts_at")))
    assert ends["bank-voice"].date() == date(2026, 11, 28)  # Friday the 27th, 20:45 in Toronto
    assert ends["claims-line"] > later - timedelta(days=1, hours=12)
    operation = DemoOperation.objects.get()
    assert operation.anchor_friday == date(2026, 11, 20)
    assert operation.generated_until == date(2026, 12, 2)


def test_open_items_are_the_backlog_and_are_closed_by_later_loads(loaded):
    open_items = set(
        WorkItem.objects.filter(completed_at=None).values_list("external_id", flat=True)
    )
    assert 100 < len(open_items) < 1500
    snapshot = BacklogSnapshot.objects.filter(
        at=BacklogSnapshot.objects.aggregate(m=Max("at"))["m"]
    )
    assert snapshot.aggregate(total=Sum("open_items"))["total"] <= len(open_items)
    load_operation(at=SUNDAY + timedelta(days=10), say=quiet)
    still = WorkItem.objects.filter(external_id__in=open_items, completed_at=None).count()
    assert still < len(open_items) * 0.05


def test_a_day_without_a_published_plan_is_not_made_up(loaded):
    before = fingerprint()
    assert continue_today(at=SUNDAY + timedelta(hours=2)) == 0
    assert fingerprint() == before


def test_goals_are_versioned_without_overlap(loaded):
    first, second = ServiceGoal.objects.filter(queue__key="bank-voice").order_by("version")
    assert first.ends_on == second.starts_on
    assert (first.level, second.level) == (0.75, 0.80)


def test_an_installation_with_clients_is_left_alone(loaded):
    DemoOperation.objects.all().delete()
    with pytest.raises(UnableToLoadDemo, match="already holds clients"):
        load_operation(at=SUNDAY, say=quiet)


def test_the_operations_day_is_that_of_its_westernmost_zone():
    assert demo_today(datetime(2026, 11, 23, 4, 30, tzinfo=UTC)) == date(2026, 11, 22)


def test_logins_are_made_once_and_kept_private(loaded, tmp_path):
    first = ensure_logins(tmp_path)
    assert ensure_logins(tmp_path) == first
    path = tmp_path / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["planner"] == first.planner
    planner = User.objects.get(email="planner@demo.example")
    assert planner.check_password(first.planner)
    assert planner.access.can("schedule.publish")


def test_the_agents_login_is_an_agent_of_the_line_that_never_closes(loaded, tmp_path):
    ensure_logins(tmp_path)
    agent = User.objects.get(email="agent@demo.example")
    skills = agent.agent.agent_skills.values_list("skill__key", flat=True)
    assert "claims-line" in skills
    assert agent.access.agent_id == agent.agent_id


def test_the_leads_scope_is_two_teams_and_the_clients_its_own_queues(loaded, tmp_path):
    ensure_logins(tmp_path)
    lead = User.objects.get(email="lead@demo.example")
    agent = User.objects.get(email="agent@demo.example").agent
    assert agent in Agent.objects.visible_to(lead)
    assert Agent.objects.visible_to(lead).count() == 24
    client = User.objects.get(email="client@demo.example")
    assert not client.access.is_internal
    assert set(Queue.objects.visible_to(client).values_list("client__key", flat=True)) == {
        "northlake"
    }


def test_the_api_key_opens_the_clients_report_and_is_stable(loaded, tmp_path):
    logins = ensure_logins(tmp_path)
    key = authenticate_key(text=logins.api_key, at=SUNDAY)
    assert key.access.can("sla.view")
    assert not key.access.is_internal
    assert ensure_logins(tmp_path).api_key == logins.api_key


def test_a_lost_file_means_new_passwords_and_a_new_key(loaded, tmp_path):
    first = ensure_logins(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    second = ensure_logins(tmp_path)
    assert second.planner != first.planner
    assert User.objects.get(email="planner@demo.example").check_password(second.planner)
    assert second.api_key != first.api_key


def test_recent_hires_begin_later(loaded):
    starts = Agent.objects.aggregate(
        first=Min("assignments__starts_on"), last=Max("assignments__starts_on")
    )
    assert starts["first"] < starts["last"] < date(2026, 11, 20)


def test_the_floor_has_balances_duties_playbooks_and_news(loaded, tmp_path):
    with system_tenant():
        ensure_logins(tmp_path)
        ensure_floor(at=SUNDAY)
        lead = User.objects.get(email="lead@demo.example")
        people = Agent.objects.active().count()
        assert TimeOffEntitlement.objects.filter(granted=25).count() == people
        assert TimeOffLimit.objects.count() == Team.objects.count()
        assert set(Responsibility.objects.filter(user=lead).values_list("team", flat=True)) == set(
            lead.role_grants.values_list("team", flat=True)
        )
        assert {book.steps.count() for book in Playbook.objects.all()} == {2, 3}
        assert BusyRoute.objects.get().activity_code.key == "technical"
        assert NewsEntry.objects.filter(needs_acknowledgement=True).count() == 1


def test_the_floor_is_left_as_somebody_changed_it(loaded, tmp_path):
    with system_tenant():
        ensure_logins(tmp_path)
        ensure_floor(at=SUNDAY)
        TimeOffLimit.objects.all().delete()
        Playbook.objects.exclude(name="Backlog will breach").delete()
        TimeOffEntitlement.objects.filter(agent=Agent.objects.first()).delete()
        ensure_floor(at=SUNDAY)
        assert not TimeOffLimit.objects.exists()
        assert Playbook.objects.count() == 1
        assert TimeOffEntitlement.objects.count() == Agent.objects.active().count()
