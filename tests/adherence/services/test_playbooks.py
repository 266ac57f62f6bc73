"""Playbooks from their trigger to their outcome, and the days that needed one."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adherence.models import Playbook, PlaybookRun
from adherence.queries.contingency import contingency_days
from adherence.services.playbooks import (
    UnableToRun,
    end_forgotten,
    end_run,
    save_playbook,
    start_due,
    start_playbook,
    tick_off,
)
from tests.factories import org
from tests.factories.intraday import NOON, make_alert, make_playbook
from wfm.org.access import SYSTEM
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
KIND = "SERVICE_AT_RISK"


@pytest.fixture(autouse=True)
def _everything_visible():
    with system_tenant():
        yield


@pytest.fixture
def queue():
    return org.make_queue(timezone="America/Toronto")


def test_it_starts_once_when_its_alert_has_lasted_and_is_bad_enough(queue):
    book = make_playbook("Call", "Write", kind=KIND, threshold=0.1, duration_minutes=10)
    alert = make_alert(queue, value=0.09)
    assert start_due(at=NOON + timedelta(minutes=10)) == []
    alert.value = 0.1
    alert.save()
    assert start_due(at=NOON + timedelta(minutes=9)) == []
    [run] = start_due(at=NOON + timedelta(minutes=10))
    assert (run.playbook, run.alert, run.queue, run.client) == (book, alert, queue, queue.client)
    assert [step.text for step in run.steps.order_by("position")] == ["Call", "Write"]
    assert start_due(at=NOON + timedelta(minutes=11)) == []
    end_run(run=run, outcome="HELPED", note="", by=None, at=NOON + timedelta(minutes=12))
    assert (
        start_due(at=NOON + timedelta(minutes=13)) == []
    )  # the same alert does not start it again


@pytest.mark.parametrize("scope", ["queue", "client"])
def test_another_scope_or_kind_does_not_start_it(queue, scope):
    other = org.make_queue()
    make_playbook(kind=KIND, **{scope: other if scope == "queue" else other.client})
    make_playbook(kind="FEED_SILENT")
    make_playbook(kind=KIND, is_active=False)
    make_playbook()
    make_alert(queue)
    assert start_due(at=NOON) == []


def test_where_less_is_worse_the_threshold_counts_from_above(queue):
    make_playbook(kind="BACKLOG_BREACH", threshold=4)
    make_alert(queue, kind="BACKLOG_BREACH", value=5)
    assert start_due(at=NOON) == []
    make_alert(org.make_queue(), kind="BACKLOG_BREACH", value=3)
    assert len(start_due(at=NOON)) == 1


def test_steps_are_ticked_off_with_who_and_when(queue):
    person = org.make_user("team_lead", display_name="Ana")
    run = start_playbook(playbook=make_playbook("Call", "Write"), by=person, at=NOON)
    step = tick_off(run=run, position=2, is_done=True, by=person, at=NOON)
    assert (step.done_by, step.done_at) == (person, NOON)
    with pytest.raises(UnableToRun, match="Ana has done this step"):
        tick_off(run=run, position=2, is_done=True, by=None, at=NOON)
    assert tick_off(run=run, position=2, is_done=False, by=person, at=NOON).done_at is None
    end_run(run=run, outcome="PARTLY", note=" late ", by=person, at=NOON)
    run.refresh_from_db()
    assert (run.outcome, run.outcome_note, run.ended_by) == ("PARTLY", "late", person)
    with pytest.raises(UnableToRun, match="has ended"):
        tick_off(run=run, position=1, is_done=True, by=person, at=NOON)
    with pytest.raises(UnableToRun, match="has ended already"):
        end_run(run=run, outcome="HELPED", note="", by=person, at=NOON)


def test_by_hand_it_runs_once_at_a_time():
    book = make_playbook(name="Storm")
    start_playbook(playbook=book, by=None, at=NOON)
    with pytest.raises(UnableToRun, match="Storm is under way already"):
        start_playbook(playbook=book, by=None, at=NOON)
    Playbook.objects.update(is_active=False)
    book.refresh_from_db()
    with pytest.raises(UnableToRun, match="switched off"):
        start_playbook(playbook=book, by=None, at=NOON)


def test_its_day_is_that_of_the_narrowest_part_it_is_about(queue):
    night = NOON.replace(hour=3)
    site = org.make_site(timezone="Asia/Shanghai")
    for scope in ({"queue": queue}, {"team": org.make_team(site=site)}, {}):
        start_playbook(playbook=make_playbook(**scope), by=None, at=night)
    days = PlaybookRun.objects.order_by("pk").values_list("local_date", flat=True)
    assert list(days) == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 2)]


def test_a_playbook_without_steps_is_refused_and_blank_lines_are_none():
    with pytest.raises(UnableToRun, match="at least one step"):
        save_playbook(playbook=Playbook(name="Empty"), steps=[(" ", "")])
    book = save_playbook(playbook=Playbook(name="Full"), steps=[("A", "x"), ("", ""), ("B", "")])
    assert list(book.steps.order_by("position").values_list("position", "text", "owner")) == [
        (1, "A", "x"),
        (2, "B", ""),
    ]


def run_on(day, **scope):
    return PlaybookRun.objects.create(
        playbook=Playbook.objects.first() or make_playbook(),
        scope_key=f"{day} {PlaybookRun.objects.count()}",
        local_date=day,
        started_at=NOON,
        **scope,
    )


def test_the_share_of_contingency_days_by_month_client_and_site(queue):
    site = org.make_site(name="North")
    make_playbook()
    Playbook.objects.update(created_at=NOON - timedelta(days=40))  # 21 January
    for day in (date(2026, 2, 3), date(2026, 2, 3), date(2026, 2, 10), date(2026, 3, 1)):
        run_on(day, client=queue.client, site=site if day.month == 3 else None, queue=None)
        PlaybookRun.objects.update(scope_key="", ended_at=NOON, outcome="HELPED")
    found = contingency_days(principal=SYSTEM, months=3, today=date(2026, 3, 2))
    whole, client, north = found
    assert [(m.days_with_playbook, m.days) for m in whole.months] == [(0, 11), (2, 28), (1, 2)]
    assert whole.total.share == 3 / 41
    assert (client.client, client.total.days_with_playbook) == (queue.client, 3)
    assert [m.share for m in north.months] == [0, 0, 0.5]


def test_without_a_playbook_the_share_is_undefined():
    [whole] = contingency_days(principal=SYSTEM, months=1, today=date(2026, 3, 2))
    assert (whole.total.days, whole.months[0].share) == (0, None)


def test_a_forgotten_run_ends_with_its_day_and_the_next_trigger_counts(queue):
    book = make_playbook(kind=KIND)
    first = make_alert(queue)
    [monday] = start_due(at=NOON)
    first.closed_at = NOON + timedelta(hours=1)
    first.status = "CLOSED"
    first.save()
    tuesday = NOON + timedelta(days=1)
    make_alert(queue, at=tuesday)
    [run] = start_due(at=tuesday)
    monday.refresh_from_db()
    # Midnight in Toronto, where the queue is.
    assert monday.ended_at == datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert (monday.is_forgotten, monday.ended_by, monday.outcome) == (True, None, "")
    assert (run.playbook, run.local_date, run.is_forgotten) == (book, date(2026, 3, 3), False)
    Playbook.objects.update(created_at=NOON)
    [whole, *_] = contingency_days(principal=SYSTEM, months=1, today=date(2026, 3, 3))
    assert whole.total.days_with_playbook == 2


def test_a_run_goes_on_while_its_alert_is_open_and_for_hours_over_midnight(queue):
    make_playbook(kind=KIND)
    make_alert(queue)
    start_due(at=NOON)
    evening = datetime(2026, 3, 3, 4, tzinfo=UTC)  # 23:00 in Toronto
    by_hand = make_playbook(name="By hand", queue=queue)
    start_playbook(playbook=by_hand, by=None, at=evening)
    assert end_forgotten(at=evening + timedelta(hours=2)) == 0
    assert end_forgotten(at=evening + timedelta(hours=4)) == 1
    ended = PlaybookRun.objects.exclude(ended_at=None).get()
    assert (ended.playbook, ended.ended_at) == (by_hand, evening + timedelta(hours=4))
    assert end_forgotten(at=evening + timedelta(days=9)) == 0
