"""The day in hand from the published shifts: states, intervals and items move at any hour."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Sum

from adherence.models import ActivityEvent
from forecasting.models import IntervalActual, WorkItem
from scheduling.models import Shift, ShiftActivity
from tests.demo.plan import publish_plan
from wfm.demo.loading.actuals import continue_today
from wfm.demo.loading.feed import send_events
from wfm.demo.loading.logins import ensure_logins
from wfm.demo.loading.operation import load_operation
from wfm.demo.loading.today import DayWalker, planned_of_day
from wfm.demo.loading.workforce import EVENT_SOURCE
from wfm.demo.models import DemoOperation
from wfm.demo.people import DEMO_AGENT_NUMBER
from wfm.org.models import ActivityCode, Agent
from wfm.org.tenancy import system_tenant

TUESDAY = date(2026, 11, 24)
# In Toronto: a weekday's noon, its evening, Sunday at three in the morning, Saturday night.
HOURS = {
    "tuesday noon": datetime(2026, 11, 24, 17, 2, tzinfo=UTC),
    "tuesday evening": datetime(2026, 11, 25, 0, 2, tzinfo=UTC),
    "sunday at three": datetime(2026, 11, 29, 8, 2, tzinfo=UTC),
    "saturday night": datetime(2026, 11, 29, 2, 2, tzinfo=UTC),
    "after midnight": datetime(2026, 11, 25, 5, 2, tzinfo=UTC),
}
NOON = HOURS["tuesday noon"]


def quiet(_sentence: str) -> None:
    pass


@pytest.fixture(scope="module")
def planned(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = load_operation(at=datetime(2026, 11, 24, 12, tzinfo=UTC), say=quiet)
        with system_tenant():
            publish_plan(starts_on=date(2026, 11, 16), ends_on=date(2026, 11, 30))
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture
def demo(planned):
    with system_tenant():
        point = transaction.savepoint()
        yield planned
        transaction.savepoint_rollback(point)


def begin_events(at: datetime) -> None:
    """As if everything until this moment had been sent."""
    DemoOperation.objects.update(events_until=at)


def sent() -> list[tuple]:
    rows = ActivityEvent.objects.filter(source=EVENT_SOURCE).order_by("occurred_at", "event_uid")
    return list(rows.values_list("event_uid", "occurred_at", "activity_code__key"))


def offered(queue: str) -> list[tuple]:
    rows = IntervalActual.objects.filter(queue__key=queue).order_by("starts_at")
    return list(rows.values_list("starts_at", "offered", "answered", "answered_within"))


@pytest.mark.parametrize("name", HOURS)
def test_within_half_an_hour_of_any_moment_people_change_state_and_calls_are_counted(demo, name):
    at = HOURS[name]
    with time_machine.travel(at, tick=False):
        begin_events(at - timedelta(minutes=30))
        walker = DayWalker()
        send_events(until=at, walker=walker)
        continue_today(at=at, walker=walker)
    caught_up = at - timedelta(minutes=30) + timedelta(seconds=1)
    moved = [code for _, moment, code in sent() if moment > caught_up]
    states = set(moved)
    assert len(moved) >= 8
    assert {"work", "handling", "after-work"} <= states
    last = IntervalActual.objects.filter(queue__key="claims-line").latest("starts_at")
    assert timedelta(minutes=15) <= at - last.starts_at < timedelta(minutes=30)
    assert last.is_service_simulated


def test_the_queue_with_the_real_calls_has_a_day_in_hand_like_the_others(demo):
    continue_today(at=NOON)
    rows = IntervalActual.objects.filter(
        queue__key="bank-voice", starts_at__gte=datetime(2026, 11, 24, 12, tzinfo=UTC)
    )
    assert rows.count() == 20  # 07:00 to 12:00 in Toronto
    figures = rows.aggregate(came=Sum("offered"), answered=Sum("answered"))
    assert figures["came"] > 200
    assert 0.5 * figures["came"] < figures["answered"] <= figures["came"]
    assert set(rows.values_list("is_service_simulated", flat=True)) == {True}


def test_what_the_day_wrote_stays_when_the_history_is_continued(demo):
    continue_today(at=NOON)
    before = {queue: offered(queue) for queue in ("bank-voice", "bank-chat", "claims-line")}
    load_operation(at=NOON + timedelta(days=5), say=quiet)
    for queue, rows in before.items():
        assert set(rows) <= set(offered(queue))
    real = IntervalActual.objects.filter(queue__key="bank-voice", is_volume_simulated=False)
    assert real.count() == IntervalActual.objects.filter(queue__key="bank-voice").count()


def test_a_day_of_this_week_that_went_by_before_the_load_is_made_up_for_once(demo):
    continue_today(at=NOON)
    monday = [row for row in offered("bank-voice") if row[0].date() == date(2026, 11, 23)]
    assert len(monday) == 48  # until 19:00 in Toronto it is still the 23rd in UTC
    before = offered("bank-voice")
    assert continue_today(at=NOON) == 0
    assert offered("bank-voice") == before


def test_two_rounds_send_what_one_round_sends_and_each_event_once(demo):
    begin_events(NOON - timedelta(hours=2))
    point = transaction.savepoint()
    send_events(until=NOON)
    at_once = sent()
    transaction.savepoint_rollback(point)
    for minutes in (90, 60, 30, 10, 5, 0):  # each with a process of its own: nothing is remembered
        send_events(until=NOON - timedelta(minutes=minutes))
    assert sent() == at_once
    assert len({uid for uid, *_ in at_once}) == len(at_once) > 500


def test_what_is_long_ago_is_sent_as_one_state_per_activity(demo):
    begin_events(NOON - timedelta(days=1))
    send_events(until=NOON)
    cut = NOON - timedelta(hours=8)
    before = {code for _, at, code in sent() if at <= cut}
    assert {"work", "lunch", None} <= before
    assert "handling" not in before
    assert "handling" in {code for _, at, code in sent() if at > cut}
    played = ActivityEvent.objects.filter(agent__employee_number=DEMO_AGENT_NUMBER)
    assert not played.filter(occurred_at__gt=cut).exists()


def test_a_round_over_midnight_leaves_nobody_in_a_state_of_the_day_before(demo):
    midnight = datetime(2026, 11, 25, 5, tzinfo=UTC)
    begin_events(midnight - timedelta(hours=1))
    for minutes in (-30, -5, 5, 20):
        send_events(until=midnight + timedelta(minutes=minutes))
    last: dict[str, str | None] = {
        uid.split("-")[0]: code
        for uid, at, code in sent()
        if at <= midnight + timedelta(minutes=20)
    }
    walked, _ = DayWalker().walk(date(2026, 11, 25))
    now_in = walked.walk.states_at((midnight + timedelta(minutes=20)).timestamp())
    assert {number: code for number, code in last.items() if code} == {
        number: code for number, code in now_in.items() if number in last
    }
    assert now_in


def test_people_who_are_taken_off_the_plan_are_missed_by_the_callers(demo):
    with_all = walked_service("bank-voice")
    late = datetime(2026, 11, 24, 14, tzinfo=UTC)
    chosen = Agent.objects.filter(assignments__team__name__startswith="Bank voice")
    off = chosen.order_by("pk").values_list("pk", flat=True)[: chosen.count() // 2]
    shifts = Shift.objects.filter(agent__in=list(off), starts_at__date=TUESDAY)
    ShiftActivity.objects.filter(shift__in=shifts, starts_at__gte=late).delete()
    ShiftActivity.objects.filter(shift__in=shifts, ends_at__gt=late).update(ends_at=late)
    without = walked_service("bank-voice")
    before = [row for row in without if row[0] + timedelta(minutes=45) < late]
    assert before
    assert before == with_all[: len(before)]
    later = slice(len(before) + 6, None)
    assert sum(row[3] for row in without[later]) < 0.9 * sum(row[3] for row in with_all[later])
    assert [row[1] for row in without] == [row[1] for row in with_all]


def walked_service(queue: str) -> list[tuple]:
    point = transaction.savepoint()
    continue_today(at=datetime(2026, 11, 25, 2, 30, tzinfo=UTC))
    found = [row for row in offered(queue) if row[0] >= datetime(2026, 11, 24, 5, tzinfo=UTC)]
    transaction.savepoint_rollback(point)
    return found


def test_a_changed_plan_is_walked_again_and_an_unchanged_one_is_not(demo):
    walker = DayWalker()
    assert walker.walk(TUESDAY)[1]
    assert not walker.walk(TUESDAY)[1]
    others = Shift.objects.exclude(agent__employee_number=DEMO_AGENT_NUMBER)
    others.filter(starts_at__date=TUESDAY).first().delete()
    assert walker.walk(TUESDAY)[1]


def test_a_shift_taken_away_while_it_runs_sends_its_agent_home(demo):
    begin_events(NOON - timedelta(minutes=30))
    send_events(until=NOON - timedelta(minutes=5))
    walked, _ = DayWalker().walk(TUESDAY)
    number = min(walked.walk.states_at((NOON - timedelta(minutes=5)).timestamp()))
    Shift.objects.filter(agent__employee_number=number, starts_at__date=TUESDAY).delete()
    send_events(until=NOON)
    mine = [code for uid, _, code in sent() if uid.startswith(number)]
    assert not mine or mine[-1] is None


def test_items_are_done_by_who_is_on_the_queue_and_stay_done(demo):
    continue_today(at=NOON)
    start = datetime(2026, 11, 24, 5, tzinfo=UTC)
    done = WorkItem.objects.filter(completed_at__gte=start)
    first = set(done.values_list("external_id", "completed_at"))
    assert {"bank-email", "claims"} == set(done.values_list("queue__key", flat=True))
    assert max(at for _, at in first) <= NOON
    assert not WorkItem.objects.filter(arrived_at__gte=NOON).exists()
    continue_today(at=NOON + timedelta(hours=1))
    assert first < set(done.values_list("external_id", "completed_at"))


def test_without_people_on_the_queue_no_item_is_done(demo):
    ShiftActivity.objects.filter(queue__key="bank-email").delete()
    continue_today(at=NOON)
    start = datetime(2026, 11, 24, 5, tzinfo=UTC)
    done = WorkItem.objects.filter(completed_at__gte=start).values("queue__key")
    assert {row["queue__key"] for row in done} == {"claims"}


def test_time_off_in_a_shift_is_no_place_to_be(demo):
    shift = Shift.objects.filter(starts_at__date=TUESDAY).exclude(agent__employee_number="A0001")
    chosen = shift.order_by("pk").first()
    chosen.activities.update(activity_code=ActivityCode.objects.get(key="sickness"), queue=None)
    number = chosen.agent.employee_number
    assert not [
        one
        for one in planned_of_day(TUESDAY)
        if one.agent_number == number and one.starts_at == chosen.starts_at
    ]


@pytest.mark.parametrize("name", ["tuesday noon", "sunday at three"])
def test_the_command_goes_a_round_at_any_hour(demo, name, tmp_path):
    ensure_logins(tmp_path)
    at = HOURS[name]
    begin_events(at - timedelta(minutes=5))
    with time_machine.travel(at, tick=False):
        call_command("demo_day", once=True)
    assert DemoOperation.objects.get().events_until == at
    assert sent()
    counts = IntervalActual.objects.values("queue__key").annotate(rows=Count("pk"))
    assert {row["queue__key"] for row in counts} == {"bank-voice", "bank-chat", "claims-line"}
