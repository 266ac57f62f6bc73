"""The day in hand as it is put together: figures, risks, breaches, and what to do."""

from datetime import date, timedelta

import numpy as np
import pytest

from adherence.models import AgentLive, Alert, AlertKind, Measure
from forecasting.models import (
    ForecastInterval,
    ForecastQueueResult,
    ForecastRun,
    IntradayForecast,
)
from scheduling.models import QueueValue, ShiftChange
from staffing.models import RequirementInterval
from tests.board.floors import MONDAY, at, work
from tests.factories import org
from tests.factories.intraday import make_duty
from tests.factories.reporting import make_interval, make_item
from tests.factories.scheduling import make_codes
from wfm.board.board import Ask
from wfm.intraday.accept import Chosen, UnableToAccept, accept, end_measure
from wfm.intraday.asked import helping_span, spare_spans
from wfm.intraday.day import day_of
from wfm.intraday.options import Span, suggestions, time_off_suggestions, together
from wfm.intraday.people import moment
from wfm.intraday.risks import risks
from wfm.intraday.watch import day_readings, watch, watched_day
from wfm.org.access import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_visible")]
NOON = at(hour=12)


def look(now=NOON, principal=SYSTEM, day=MONDAY, **scope):
    return day_of(
        Ask(principal=principal, starts_on=day, ends_on=day, timezone="UTC", at=now, **scope)
    )


def at_clock(found, hour, minute=0):
    return next(row for row in found.intervals() if row.starts_at == at(hour=hour, minute=minute))


def span_of(day, first, last):
    return Span(first=day.grid.slot(at(hour=first)), end=day.grid.slot(at(hour=last)))


def test_a_queue_tells_what_came_what_was_forecast_and_who_is_there(floors):
    for _ in range(3):
        work(floors, floors.north, floors.voice)
    make_interval(floors.voice, at(hour=9), answered=9, within=8, abandoned=1)
    found = look().of(floors.voice.pk)
    nine, one = at_clock(found, 9), at_clock(found, 13)
    assert (nine.offered, nine.level, nine.is_past, nine.scheduled) == (10, 0.8, True, 3)
    assert (one.offered, one.is_past, one.to_schedule) == (None, False, 2)
    assert 0 < one.level <= 1
    assert found.level_so_far() == 0.8
    assert found.level_rest() == pytest.approx(
        found.level_between(found.grid.slot(NOON), found.grid.last)
    )


def test_the_level_is_that_of_the_goals_own_metric(floors):
    org.models.ServiceGoal.objects.filter(queue=floors.voice).update(
        metric_key="service_level.answered_over_answered"
    )
    make_interval(floors.voice, at(hour=9), answered=9, within=8, abandoned=1)
    assert at_clock(look().of(floors.voice.pk), 9).level == pytest.approx(8 / 9)


def forecast(queue, mean, *, published_at, corrected=None):
    run = ForecastRun.objects.create(
        starts_at=at(), ends_at=at(7), origin_at=at(), published_at=published_at
    )
    ForecastQueueResult.objects.create(run=run, queue=queue, method="seasonal_naive")
    for hour in range(8, 18):
        ForecastInterval.objects.create(
            run=run, queue=queue, starts_at=at(hour=hour), mean=mean,
            final_mean=mean, quantile_10=mean, quantile_50=mean, quantile_90=mean, is_open=True,
        )  # fmt: skip
        if corrected is not None:
            IntradayForecast.objects.create(
                queue=queue, starts_at=at(hour=hour), run=run, mean=corrected,
                quantile_10=0, quantile_50=0, quantile_90=0, known_until=NOON, made_at=NOON,
            )  # fmt: skip
    return run


def test_the_locked_forecast_stays_and_the_days_own_stands_beside_it(floors):
    forecast(floors.voice, 20, published_at=at(hour=-1))
    forecast(floors.voice, 30, published_at=at(hour=10), corrected=44)
    make_interval(floors.voice, at(hour=9), answered=25)
    found = look().of(floors.voice.pk)
    one = at_clock(found, 13)
    assert (one.forecast, one.corrected) == (20, 44)
    assert found.so_far().share == 0.25
    assert found.last_hour().share == 0.25


def test_without_a_forecast_before_the_day_the_one_in_force_is_the_locked_one(floors):
    forecast(floors.voice, 30, published_at=at(hour=10))
    assert at_clock(look().of(floors.voice.pk), 13).forecast == 30


def test_a_deferred_queue_counts_what_came_and_what_was_done_by_its_due_time(floors):
    for minute, done in ((0, "09:00"), (10, "11:00")):
        make_item(
            floors.mail, arrived_at=f"2026-03-02T08:{minute:02d}", due_at="2026-03-02T10:00",
            completed_at=f"2026-03-02T{done}",
        )  # fmt: skip
    found = look().of(floors.mail.pk)
    assert at_clock(found, 8).offered == 2
    assert at_clock(found, 10).level == 0.5
    assert found.level_so_far() == 0.5


def test_who_is_there_comes_from_the_live_rows(floors):
    codes = make_codes()
    for group, flag in (("HANDLING", "IN"), ("AWAY", "OUT"), ("UNKNOWN", "UNKNOWN")):
        agent = work(floors, floors.north, floors.voice)
        AgentLive.objects.create(
            agent=agent, planned_code=codes["work"], planned_queue=floors.voice,
            state_group=group, flag=flag,
        )  # fmt: skip
    people = look().of(floors.voice.pk).people
    assert (people.planned, people.present, people.unseen) == (3, 1, 1)


@pytest.mark.parametrize(
    ("does_work", "flag", "present"),
    [
        (False, "IN", 0),  # technical trouble: cannot take work
        (True, "IN", 1),  # after-contact work within its limit
        (True, "BUSY_TOO_LONG", 0),
        (None, "IN", 0),
    ],
)
def test_who_is_busy_is_present_only_with_after_contact_work(floors, does_work, flag, present):
    codes = make_codes()
    code = None
    if does_work is not None:
        code = org.make_activity_code(state_group="BUSY", is_work=does_work)
    AgentLive.objects.create(
        agent=work(floors, floors.north, floors.voice), planned_code=codes["work"],
        planned_queue=floors.voice, state_group="BUSY", activity_code=code, flag=flag,
    )  # fmt: skip
    assert look().of(floors.voice.pk).people.present == present


def test_the_list_of_risks_is_by_cost_with_who_answers(floors):
    work(floors, floors.north, floors.voice)
    work(floors, floors.south, floors.mail)
    lead = org.make_user("team_lead", display_name="Lena")
    make_duty(lead, queue=floors.voice, kind=AlertKind.SERVICE_AT_RISK)
    first, *_others = risks(look())
    assert (first.queue, first.owner_name, first.starts_at) == (floors.voice, "Lena", NOON)
    assert first.ends_at == at(hour=18)
    assert first.window.short_hours == pytest.approx(6)
    cheap = first.window.cost
    QueueValue.objects.create(queue=floors.voice, hour_value=2000)
    assert risks(look())[0].window.cost == pytest.approx(cheap * 10)
    assert risks(look(now=at(1), day=MONDAY)) == []  # the day is over


def test_a_backlog_that_cannot_be_done_tells_when_it_will_breach(floors):
    for day in range(5):
        for _ in range(4):
            work(floors, floors.south, floors.mail, day=day)
    assert look().of(floors.mail.pk).breaches is None
    for _ in range(400):
        make_item(floors.mail, arrived_at="2026-03-02T08:00", due_at="2026-03-02T16:00")
    found = look().of(floors.mail.pk)
    # 400 items of 4 minutes are 26.7 h; four people have 16 h until then
    assert found.breaches.at == at(hour=16)
    assert found.breaches.hours_missing == pytest.approx(400 * 240 / 3600 - 16, abs=0.5)
    assert found.open_items == 400
    late = next(risk for risk in risks(look()) if risk.queue == floors.mail)
    assert late.breaches.at == at(hour=16)


# -- what to do -----------------------------------------------------------------------------------


def offered(day, queue, first, last):
    found = day.of(queue.pk)
    return suggestions(day, found, helping_span(day, found, span_of(day, first, last)))


def test_a_break_in_the_window_is_moved_and_the_level_rises(floors):
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
            starts_at=at(hour=0) + timedelta(hours=first),
            ends_at=at(hour=0) + timedelta(hours=last),
        )
    ask_for(floors.voice, 2, hours=(8, 18), offered=4)
    ask_for(floors.voice, 3, hours=(13, 14), offered=8)
    day = look()
    best = next(item for item in offered(day, floors.voice, 13, 14) if item.kind == "MOVE_BREAK")
    assert best.agent == stander
    assert moment(best.option.moved_from) == at(hour=13)
    assert best.effect.intervals == 2
    assert best.effect.level_after > best.effect.level_before
    assert best.effect.cost == 0


def ask_for(queue, people, *, hours, offered):
    RequirementInterval.objects.filter(
        queue=queue, starts_at__gte=at(hour=hours[0]), starts_at__lt=at(hour=hours[1])
    ).update(required_fte=people, required_agents=people, offered=offered)


def test_overtime_is_offered_with_its_pay_and_what_it_saves(floors):
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    [best] = offered(look(), floors.voice, 14, 18)
    assert (best.kind, best.agent) == ("OVERTIME", early)
    assert (moment(best.option.starts_at), moment(best.option.ends_at)) == (
        at(hour=14),
        at(hour=16),
    )
    assert best.effect.cost == pytest.approx(2 * 20 * 1.5)
    assert best.effect.saved > best.effect.cost
    assert best.effect.at_risk_after < best.effect.at_risk_before


def test_what_two_bring_at_once_is_told_and(floors):
    work(floors, floors.north, floors.voice)
    for _ in range(2):
        work(floors, floors.north, floors.voice, hours=(6, 14))
    day = look()
    found = day.of(floors.voice.pk)
    span = helping_span(day, found, span_of(day, 14, 18))
    offers = suggestions(day, found, span)
    chosen, effect = together(day, found, span, offers)
    assert {item.agent for item in chosen} == {item.agent for item in offers}
    assert len(chosen) == 2
    assert effect.cost == pytest.approx(sum(item.effect.cost for item in chosen))
    assert effect.intervals == pytest.approx(sum(item.effect.intervals for item in chosen))
    assert effect.level_after > max(item.effect.level_after for item in chosen)
    assert effect.saved > max(item.effect.saved for item in chosen)
    accepted(day, floors.voice, 14, 18, chosen[0])
    day = look()
    found = day.of(floors.voice.pk)
    [then] = suggestions(day, found, helping_span(day, found, span_of(day, 14, 18)))
    assert then.effect.level_after == pytest.approx(effect.level_after)
    assert together(day, found, span, offers[:1]) is None


def test_deferred_work_is_put_off_where_it_can_be_and_both_queues_are_told(floors):
    work(floors, floors.north, floors.voice)
    both = [floors.mail.skill, floors.voice.skill]
    for day in range(5):
        for _ in range(5):
            work(floors, floors.south, floors.mail, day=day, skills=both)
    best = offered(look(), floors.voice, 13, 15)[0]
    assert (best.kind, best.other_queue) == ("DEFER_WORK", floors.mail)
    assert best.effect.level_after > best.effect.level_before
    assert best.effect.other_before is not None
    assert best.effect.other_after is not None


def test_a_backlog_pulls_people_of_a_live_queue_forward(floors):
    both = [floors.mail.skill, floors.voice.skill]
    for _ in range(6):
        work(floors, floors.north, floors.voice, skills=both)
    for _ in range(60):
        make_item(floors.mail, arrived_at="2026-03-02T08:00", due_at="2026-03-02T16:00")
    found = offered(look(), floors.mail, 15, 16)
    assert {item.kind for item in found} == {"PULL_WORK"}
    assert found[0].effect.level_after > found[0].effect.level_before


def test_who_could_go_home_early_where_people_are_over(floors):
    for _ in range(8):
        work(floors, floors.north, floors.voice)
    day = look()
    found = day.of(floors.voice.pk)
    [span] = spare_spans(day, found)
    assert (day.grid.moment(span.first), day.grid.moment(span.end)) == (NOON, at(hour=18))
    best = time_off_suggestions(day, found, span)[0]
    assert (best.kind, best.effect.cost) == ("TIME_OFF", pytest.approx(-20 * 5.75))
    assert best.effect.level_after == pytest.approx(best.effect.level_before, abs=0.02)
    assert spare_spans(day, day.of(floors.mail.pk)) == []


def choose(item):
    return Chosen(
        kind=item.kind,
        agent_id=item.agent.pk,
        starts_at=moment(item.option.starts_at),
        ends_at=moment(item.option.ends_at),
    )


def accepted(day, queue, first, last, item):
    return accept(
        day=day,
        queue_day=day.of(queue.pk),
        span=span_of(day, first, last),
        chosen=choose(item),
        by=None,
        alert=None,
    )


def test_what_is_accepted_counts_in_the_day_and_is_not_offered_again(floors):
    work(floors, floors.north, floors.voice)
    work(floors, floors.north, floors.voice, hours=(6, 14))
    before = look()
    [item] = offered(before, floors.voice, 14, 18)
    measure = accepted(before, floors.voice, 14, 18, item)
    after = look()
    assert at_clock(after.of(floors.voice.pk), 15).scheduled == 2
    assert at_clock(after.of(floors.voice.pk), 16).scheduled == 1
    assert offered(after, floors.voice, 14, 18) == []
    assert measure.effect["level_after"] == pytest.approx(
        after.of(floors.voice.pk).level_between(*vars(span_of(after, 14, 18)).values())
    )
    end_measure(measure=measure, status="WITHDRAWN", by=None, at=NOON)
    assert at_clock(look().of(floors.voice.pk), 15).scheduled == 1
    with pytest.raises(UnableToAccept, match="withdrawn already"):
        end_measure(measure=measure, status="DONE", by=None, at=NOON)


def test_what_is_agreed_becomes_the_published_shift_and_counts_once(floors):
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    before = look()
    [item] = offered(before, floors.voice, 14, 18)
    measure = accepted(before, floors.voice, 14, 18, item)
    end_measure(measure=measure, status="DONE", by=None, at=NOON)
    shift = early.shifts.get()
    assert (shift.starts_at, shift.ends_at) == (at(hour=6), at(hour=16))
    change = ShiftChange.objects.get()
    assert (change.kind, change.days.get().agent) == ("OVERTIME", early)
    after = look()
    assert not after.measures
    assert at_clock(after.of(floors.voice.pk), 15).scheduled == 2
    assert at_clock(after.of(floors.voice.pk), 16).scheduled == 1


def test_what_cannot_be_carried_out_stays_accepted(floors):
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    day = look()
    [item] = offered(day, floors.voice, 14, 18)
    measure = accepted(day, floors.voice, 14, 18, item)
    early.shifts.update(is_published=False)
    with pytest.raises(UnableToAccept, match="no longer in force"):
        end_measure(measure=measure, status="DONE", by=None, at=NOON)
    measure.refresh_from_db()
    assert measure.status == "ACCEPTED"


def test_who_comes_over_works_on_the_other_queue_and_keeps_the_break(floors):
    both = [floors.mail.skill, floors.voice.skill]
    person = work(floors, floors.south, floors.mail, skills=both)
    shift = person.shifts.get()
    measure = Measure.objects.create(
        kind="DEFER_WORK",
        queue=floors.voice,
        other_queue=floors.mail,
        agent=person,
        shift_id=shift.pk,
        starts_at=at(hour=13),
        ends_at=at(hour=15),
        accepted_at=NOON,
    )
    end_measure(measure=measure, status="DONE", by=None, at=NOON)
    queues = dict(shift.activities.exclude(queue=None).values_list("starts_at", "queue"))
    assert queues[at(hour=13)] == floors.voice.pk
    assert queues[at(hour=15)] == floors.mail.pk


def test_two_who_accept_the_second_is_refused(floors):
    work(floors, floors.north, floors.voice)
    work(floors, floors.north, floors.voice, hours=(6, 14))
    stale = look()
    [item] = offered(stale, floors.voice, 14, 18)
    accepted(stale, floors.voice, 14, 18, item)
    with pytest.raises(UnableToAccept, match="has agreed to something else then"):
        accepted(stale, floors.voice, 14, 18, item)
    assert Measure.objects.count() == 1


def test_what_is_not_possible_any_more_is_refused(floors):
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    day = look()
    [item] = offered(day, floors.voice, 14, 18)
    early.shifts.update(is_published=False)
    with pytest.raises(UnableToAccept, match="not possible any more"):
        accepted(day, floors.voice, 14, 18, item)


def test_whoever_never_came_is_asked_nothing(floors):
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    AgentLive.objects.create(agent=early, flag="NO_SHOW")
    assert offered(look(), floors.voice, 14, 18) == []


def test_rest_to_the_next_shift_is_kept(floors):
    work(floors, floors.north, floors.voice)
    early = work(floors, floors.north, floors.voice, hours=(6, 14))
    work(floors, floors.north, floors.voice, day=1, hours=(1, 5), agent=early)
    assert offered(look(), floors.voice, 14, 18) == []


# -- what is watched each minute ------------------------------------------------------------------


def readings(now=NOON):
    return {(r.kind, r.queue_id): r for r in day_readings(watched_day(at=now))}


def test_the_next_hour_below_its_goal_is_read_with_its_figures(floors):
    work(floors, floors.north, floors.voice)
    found = readings()[AlertKind.SERVICE_AT_RISK, floors.voice.pk]
    assert found.detail["goal"] == 0.8
    assert found.value == pytest.approx(0.8 - found.detail["level"])
    assert found.about == {
        "queue": floors.voice.pk, "client": floors.client.pk, "team": None, "site": None,
    }  # fmt: skip


def test_volume_and_people_are_read(floors):
    forecast(floors.voice, 30, published_at=at(hour=-1))
    codes = make_codes()
    for group in ("AVAILABLE", "OFFLINE"):
        agent = work(floors, floors.north, floors.voice)
        AgentLive.objects.create(
            agent=agent, planned_code=codes["work"], planned_queue=floors.voice, state_group=group
        )
    make_interval(floors.voice, at(hour=11), answered=45)
    found = readings()
    assert found[AlertKind.ABOVE_FORECAST, floors.voice.pk].value == pytest.approx(0.5)
    assert found[AlertKind.BELOW_FORECAST, floors.voice.pk].value == pytest.approx(-0.5)
    assert found[AlertKind.UNDERSTAFFED, floors.voice.pk].value == pytest.approx(0.5)
    AgentLive.objects.update(flag="UNKNOWN")
    assert (AlertKind.UNDERSTAFFED, floors.voice.pk) not in readings()


def test_a_breach_is_read_in_hours(floors):
    work(floors, floors.south, floors.mail)
    for _ in range(400):
        make_item(floors.mail, arrived_at="2026-03-02T08:00", due_at="2026-03-02T16:00")
    found = readings()[AlertKind.BACKLOG_BREACH, floors.mail.pk]
    assert (found.value, found.detail["breach_at"]) == (4, at(hour=16).isoformat())


def test_the_watch_raises_and_ends_alerts_and_is_safe_to_run_twice(floors):
    work(floors, floors.north, floors.voice)
    assert watch(at=NOON).opened == []
    for _ in range(2):
        done = watch(at=NOON + timedelta(minutes=5))
    assert done.opened == []
    assert not np.any([alert.queue != floors.voice for alert in done.closed])
    kinds = set(Alert.objects.open().values_list("kind", flat=True))
    assert AlertKind.SERVICE_AT_RISK in kinds
    for _ in range(4):
        work(floors, floors.north, floors.voice)
    watch(at=NOON + timedelta(minutes=6))
    watch(at=NOON + timedelta(minutes=17))
    assert not Alert.objects.open().filter(kind=AlertKind.SERVICE_AT_RISK).exists()


def test_a_night_over_the_clock_change_has_its_own_intervals(floors):
    day = look(now=at(hour=12), day=date(2026, 3, 3))
    assert all(found.edges[0].size == 96 for found in day.queues)
    spring = day_of(
        Ask(
            principal=SYSTEM,
            starts_on=date(2026, 3, 8),
            ends_on=date(2026, 3, 8),
            timezone="America/Toronto",
            at=NOON,
        )
    )
    assert all(found.edges[0].size == 92 for found in spring.all_queues)


def test_a_queue_with_nobody_planned_is_understaffed_and_the_alert_stays(floors):
    found = readings()[AlertKind.UNDERSTAFFED, floors.voice.pk]
    assert (found.value, found.detail["planned"], found.detail["present"]) == (1.0, 0, 0)
    for minute in range(0, 60, 2):
        watch(at=NOON + timedelta(minutes=minute))
    alert = Alert.objects.get(kind=AlertKind.UNDERSTAFFED, queue=floors.voice)
    assert (alert.is_open, alert.calm_since) == (True, None)


def test_people_scheduled_on_no_queue_of_their_own_are_not_called_missing(floors):
    work(floors, floors.north, None, skills=[floors.voice.skill])
    assert (AlertKind.UNDERSTAFFED, floors.voice.pk) not in readings()


def test_a_day_is_judged_by_the_goal_that_held_on_it(floors):
    goals = org.models.ServiceGoal.objects.filter(queue=floors.voice)
    goals.update(ends_on=date(2026, 3, 3))
    org.make_goal(floors.voice, level=0.9, starts_on=date(2026, 3, 3), version=2)

    def voice(day, now, zone="UTC"):
        org.models.Queue.objects.filter(pk=floors.voice.pk).update(timezone=zone)
        found = look(now=now, day=day)
        return next(q for q in found.all_queues if q.queue == floors.voice).goal().level

    monday, tuesday = MONDAY, MONDAY + timedelta(days=1)
    assert voice(monday, NOON) == 0.8
    assert voice(tuesday, NOON) == 0.9  # ahead
    assert voice(monday, NOON + timedelta(days=1)) == 0.8  # yesterday, looked at today
    assert voice(monday, NOON + timedelta(days=30)) == 0.8
    # 22:00 UTC is Tuesday in Auckland, 02:00 UTC of Tuesday still Monday in Toronto.
    assert voice(monday, at(hour=22), "Pacific/Auckland") == 0.9
    assert voice(tuesday, at(1, hour=2), "America/Toronto") == 0.8
