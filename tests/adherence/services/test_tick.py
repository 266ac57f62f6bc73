"""What the clock alone changes: planned boundaries, limits, new plans, forgotten clock-outs."""

from datetime import timedelta

import pytest

from adherence.models import ActivityEvent, AdherenceDay, AgentLive, PendingDay
from adherence.queries import agent_day
from adherence.services import (
    Keeper,
    close_forgotten,
    follow_plans,
    ingest_events,
    keep_once,
    mark_current,
    recompute_pending,
    refresh_live,
)
from adherence.services.incoming import IncomingEvent
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift
from tests.factories.adherence import make_event, make_shift, make_version
from tests.factories.org import make_agent


def live(agent):
    return AgentLive.objects.get(agent=agent)


def after(centre, **time):
    return centre.start + timedelta(**time)


def test_the_tick_crosses_planned_boundaries_without_any_event(centre):
    """Working from 09:00: in until 11:00, then the break begins and the work goes on."""
    make_event(centre.agent, centre.start, centre.codes["work"])
    refresh_live(agent_ids=[centre.agent.pk], at=after(centre, hours=1))
    seen = []
    for minutes in (119, 120, 124, 135, 479, 480):
        keep_once(at=after(centre, minutes=minutes))
        row = live(centre.agent)
        seen.append((minutes, row.flag, row.planned_code.key if row.planned_code else None))
    assert seen == [
        (119, "IN", "work"),
        (120, "IN", "break"),  # within tolerance
        (124, "OUT", "break"),
        (135, "IN", "work"),
        (479, "IN", "work"),
        (480, "EXTRA", None),
    ]


def test_who_does_not_come_is_late_and_then_a_no_show(centre):
    refresh_live(agent_ids=[centre.agent.pk], at=after(centre, minutes=-10))
    flags = []
    for minutes in (-1, 0, 5, 6, 29, 30, 45):
        keep_once(at=after(centre, minutes=minutes, seconds=1))
        flags.append(live(centre.agent).flag)
    assert flags == ["OFF", "IN", "LATE", "LATE", "LATE", "NO_SHOW", "NO_SHOW"]
    assert live(centre.agent).flag_since == centre.start


def test_busy_too_long_comes_with_time(centre):
    make_event(centre.agent, centre.start, centre.codes["trouble"])
    refresh_live(agent_ids=[centre.agent.pk], at=after(centre, minutes=4))
    assert live(centre.agent).flag == "IN"
    keep_once(at=after(centre, minutes=6))
    assert live(centre.agent).flag == "OUT"
    keep_once(at=after(centre, minutes=10))
    assert live(centre.agent).flag == "BUSY_TOO_LONG"


def test_after_contact_work_becomes_busy_at_its_limit(centre):
    make_event(centre.agent, centre.start, centre.codes["wrap-up"])
    refresh_live(agent_ids=[centre.agent.pk], at=after(centre, minutes=3))
    assert (live(centre.agent).flag, live(centre.agent).state_group) == ("IN", "HANDLING")
    keep_once(at=after(centre, minutes=4))
    assert (live(centre.agent).flag, live(centre.agent).state_group) == ("BUSY_TOO_LONG", "BUSY")


def test_a_step_touches_only_agents_whose_moment_has_come(centre, django_assert_num_queries):
    make_event(centre.agent, centre.start, centre.codes["work"])
    keeper = Keeper()
    assert keeper.step(at=after(centre, hours=1)).changed == 2
    version = live(centre.agent).version
    with django_assert_num_queries(3):  # a savepoint, and the look for marks
        result = keeper.step(at=after(centre, hours=1, seconds=2))
    assert (result.marks, result.refreshed, result.changed) == ([], 0, 0)
    assert live(centre.agent).version == version


def test_a_row_that_looks_the_same_keeps_its_version(centre):
    make_event(centre.agent, centre.start, centre.codes["work"])
    ids = [centre.agent.pk]
    assert refresh_live(agent_ids=ids, at=after(centre, minutes=30)) == set(ids)
    assert refresh_live(agent_ids=ids, at=after(centre, minutes=31)) == set()


def test_new_agents_get_a_row(centre):
    newcomer = make_agent(team=centre.team)
    keep_once(at=centre.start)
    assert live(newcomer).flag == "OFF"


def test_a_new_schedule_is_noticed_and_the_past_computed_again(
    centre, django_capture_on_commit_callbacks
):
    """The published week is replaced by one in which the agent begins an hour later."""
    at = after(centre, minutes=50)
    with django_capture_on_commit_callbacks(execute=True):
        keep_once(at=at)
    recompute_pending(at=at)
    assert live(centre.agent).flag == "NO_SHOW"
    assert AdherenceDay.objects.get(agent=centre.agent).out_seconds == 50 * 60
    old = Shift.objects.get(agent=centre.agent)
    Shift.objects.filter(pk=old.pk).update(is_published=False)
    ScheduleVersion.objects.filter(pk=old.version_id).update(status=ScheduleStatus.SUPERSEDED)
    make_shift(
        centre.agent,
        (after(centre, hours=1), after(centre, hours=9), centre.codes["work"]),
        version=make_version(starts_on=centre.start.date()),
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert follow_plans(at=at) == 2
        keep_once(at=at)
    assert live(centre.agent).flag == "OFF"
    recompute_pending(at=at)
    assert not AdherenceDay.objects.filter(agent=centre.agent).exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert follow_plans(at=at) == 0


def test_a_forgotten_clock_out_is_closed_at_the_end_of_the_shift(centre):
    make_event(centre.agent, centre.start, centre.codes["work"])
    ids = [centre.agent.pk]
    early, late = after(centre, hours=11, minutes=59), after(centre, hours=12)
    refresh_live(agent_ids=ids, at=early)
    assert close_forgotten(at=early) == 0
    assert live(centre.agent).flag == "EXTRA"
    refresh_live(agent_ids=ids, at=late)
    assert close_forgotten(at=late) == 1
    closing = ActivityEvent.objects.get(source="rule")
    assert (closing.occurred_at, closing.activity_code) == (after(centre, hours=8), None)
    keep_once(at=late)
    assert live(centre.agent).flag == "OFF"
    assert close_forgotten(at=late) == 0
    assert agent_day(agent_id=centre.agent.pk, at=late).conformance_rate == pytest.approx(480 / 465)


def test_who_works_on_after_the_shift_is_not_closed(centre):
    make_event(centre.agent, centre.start, centre.codes["work"])
    make_event(centre.agent, after(centre, hours=11), centre.codes["claims"])
    at = after(centre, hours=14)
    refresh_live(agent_ids=[centre.agent.pk], at=at)
    assert close_forgotten(at=at) == 0


def test_an_event_ahead_of_our_clock_counts_when_its_moment_comes(centre):
    at = after(centre, minutes=30)
    event = IncomingEvent(
        event_uid="ahead",
        agent_id=centre.agent.pk,
        occurred_at=at + timedelta(seconds=90),
        code="work",
    )
    ingest_events(events=[event], source="acd", received_at=at)
    keep_once(at=at)
    assert live(centre.agent).flag == "NO_SHOW"
    keep_once(at=at + timedelta(seconds=90))
    assert live(centre.agent).flag == "IN"


def test_what_arrives_while_days_are_computed_leaves_its_own_mark(centre):
    at = after(centre, hours=1)
    keep_once(at=at)
    recompute_pending(at=at)  # the plan is new, too
    event = IncomingEvent(
        event_uid="e", agent_id=centre.agent.pk, occurred_at=centre.start, code="work"
    )
    ingest_events(events=[event], source="acd", received_at=at)
    keep_once(at=at)
    assert PendingDay.objects.count() == 1
    assert recompute_pending(at=at) == 1
    assert PendingDay.objects.count() == 0
    assert recompute_pending(at=at) == 0


def test_days_under_way_follow_the_clock_and_are_final_once_over(centre):
    """No event comes any more; the day is computed as time passes, and once after its end."""
    make_event(centre.agent, centre.start, centre.codes["work"])
    seen = []
    for hours in (1, 2, 30):
        at = after(centre, hours=hours)
        refresh_live(agent_ids=[centre.agent.pk], at=at)
        mark_current(at=at)
        recompute_pending(at=at)
        day = AdherenceDay.objects.get(agent=centre.agent, operational_date=centre.start.date())
        seen.append((hours, day.scheduled_seconds, day.is_final))
    assert seen == [(1, 3600, False), (2, 7200, False), (30, 28800, True)]
