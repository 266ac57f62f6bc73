"""What is agreed on the day: two leads at once, the labor rules as they stand then, and how the agent is told."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from adherence.models import Measure
from scheduling.models import Shift, ShiftChange
from tests.board.floors import at, make_floors, work
from tests.factories import org
from tests.factories.scheduling import make_codes
from tests.intraday.test_day import NOON, accepted, ask_for, look, offered, span_of
from wfm.integration.models import Notice
from wfm.intraday.accept import Chosen, UnableToAccept, accept, end_measure
from wfm.intraday.options import options_for
from wfm.intraday.people import moment
from wfm.org.models import AgentAssignment, EmploymentContract
from wfm.org.tenancy import system_tenant


def with_break(floors):
    """A floor on which somebody has a break at one that can be moved."""
    for _ in range(2):
        work(floors, floors.north, floors.voice)
    stander = work(floors, floors.north, floors.voice, hours=(8, 17))
    shift = stander.shifts.get()
    codes = make_codes()
    shift.activities.all().delete()
    for first, last, code in ((8, 13, "work"), (13, 13.5, "break"), (13.5, 17, "work")):
        shift.activities.create(
            activity_code=codes[code],
            queue=floors.voice if code == "work" else None,
            starts_at=at() + timedelta(hours=first),
            ends_at=at() + timedelta(hours=last),
        )
    ask_for(floors.voice, 2, hours=(8, 18), offered=4)
    ask_for(floors.voice, 3, hours=(13, 14), offered=8)
    return stander


def moves_of(day, queue, agent):
    """Where the break could be moved out of these hours, as a lead would choose it."""
    found = options_for(day, day.of(queue.pk), span_of(day, 13, 14))
    return [
        Chosen(
            kind="MOVE_BREAK",
            agent_id=agent.pk,
            starts_at=moment(option.starts_at),
            ends_at=moment(option.ends_at),
        )
        for option in found
        if option.person.agent == agent.pk and option.moved_from is not None
    ]


def take(day, queue, chosen):
    return accept(
        day=day,
        queue_day=day.of(queue.pk),
        span=span_of(day, 13, 14),
        chosen=chosen,
        by=None,
        alert=None,
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_leads_who_move_the_same_break_at_once_one_is_refused(redis_client):
    with system_tenant():
        floors = make_floors()
        stander = with_break(floors)
        # Between the two looks the hour before the break becomes the busier one.
        first = look()
        ask_for(floors.voice, 3, hours=(12, 13), offered=8)
        days = first, look()
        wanted = [moves_of(day, floors.voice, stander)[0] for day in days]
        sooner, later = wanted
        assert sooner.ends_at <= at(hour=13) < at(hour=14) <= later.starts_at
    barrier, outcomes = threading.Barrier(2, timeout=30), []

    def go(day, chosen):
        try:
            with system_tenant():
                barrier.wait()
                outcomes.append(take(day, floors.voice, chosen))
        except UnableToAccept as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=args) for args in zip(days, wanted, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with system_tenant():
        [measure] = Measure.objects.all()
    [refused] = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert measure in outcomes
    assert f"{stander.name} has agreed to something else then" in refused


@pytest.fixture
def visible(db):
    with system_tenant():
        yield make_floors()


def test_a_shift_that_changed_after_the_look_is_judged_as_it_is_now(visible):
    floors = visible
    stander = with_break(floors)
    day = look()
    chosen = moves_of(day, floors.voice, stander)[0]
    # Somebody moves the break by hand; the lead's page does not know.
    stander.shifts.get().activities.filter(queue=None).delete()
    with pytest.raises(UnableToAccept, match="not possible any more"):
        take(day, floors.voice, chosen)
    assert not Measure.objects.exists()


def test_overtime_is_refused_where_the_next_shift_has_come_too_near(visible):
    floors = visible
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    work(floors, floors.north, floors.voice, day=1, hours=(9, 15), agent=early)
    day = look()
    [item] = offered(day, floors.voice, 14, 18)
    measure = accepted(day, floors.voice, 14, 18, item)
    assert measure.ends_at == at(hour=16)
    # At twelve tomorrow's shift begins so early that sixteen o'clock leaves too little rest.
    Shift.objects.filter(agent=early, operational_date=at(1).date()).update(
        starts_at=at(1, hour=2), ends_at=at(1, hour=8)
    )
    with pytest.raises(UnableToAccept) as refused:
        end_measure(measure=measure, status="DONE", by=None, at=NOON)
    assert early.name in str(refused.value)
    assert "rest" in str(refused.value).lower()
    measure.refresh_from_db()
    assert measure.status == "ACCEPTED"
    assert early.shifts.get(operational_date=at().date()).ends_at == at(hour=14)
    assert not ShiftChange.objects.exists()
    assert not Notice.objects.exists()


def test_overtime_beyond_the_weekly_minutes_is_refused(visible):
    floors = visible
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    day = look()
    [item] = offered(day, floors.voice, 14, 18)
    measure = accepted(day, floors.voice, 14, 18, item)
    contract = AgentAssignment.objects.get(agent=early).employment_contract_id
    EmploymentContract.objects.filter(pk=contract).update(
        weekly_minutes_min=0, weekly_minutes_max=9 * 60
    )
    with pytest.raises(UnableToAccept, match=early.name):
        end_measure(measure=measure, status="DONE", by=None, at=NOON)
    assert early.shifts.get().ends_at == at(hour=14)
    EmploymentContract.objects.filter(pk=contract).update(weekly_minutes_max=10 * 60)
    end_measure(measure=measure, status="DONE", by=None, at=NOON)
    assert early.shifts.get().ends_at == at(hour=16)


def test_a_shift_that_is_gone_is_told_and_nothing_is_done(visible):
    floors = visible
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    day = look()
    [item] = offered(day, floors.voice, 14, 18)
    measure = accepted(day, floors.voice, 14, 18, item)
    Shift.objects.filter(agent=early).delete()
    with pytest.raises(UnableToAccept, match="no longer in force"):
        end_measure(measure=measure, status="DONE", by=None, at=NOON)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("", "Your shift has changed", "Your break on"),
        ("zh-hans", "班次", "→"),
    ],
)
def test_the_agent_reads_the_old_and_the_new_time_by_their_own_clock(
    visible, language, subject, words
):
    floors = visible
    stander = with_break(floors)
    org.make_user("agent", agent=stander, language=language)
    floors.north.site.timezone = "Asia/Kolkata"
    floors.north.site.save()
    day = look()
    chosen = moves_of(day, floors.voice, stander)[0]
    measure = take(day, floors.voice, chosen)
    end_measure(measure=measure, status="DONE", by=None, at=NOON)
    notice = Notice.objects.get()
    assert subject in notice.subject
    assert words in notice.body
    begins, ends = (
        (moment + timedelta(hours=5, minutes=30)).strftime("%H:%M")
        for moment in (chosen.starts_at, chosen.ends_at)
    )
    assert f"18:30–19:00 → {begins}–{ends}" in notice.body
    assert "Asia/Kolkata" in notice.body
    assert chosen.starts_at != at(hour=13)


def test_overtime_is_told_by_the_clock_of_the_site(visible):
    floors = visible
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    org.make_user("agent", agent=early)
    day = look()
    [item] = offered(day, floors.voice, 14, 18)
    measure = accepted(day, floors.voice, 14, 18, item)
    end_measure(measure=measure, status="DONE", by=None, at=NOON)
    assert "14:00–16:00 (UTC)" in Notice.objects.get().body
