"""A finished day that changes keeps both figures, with every cause, who and why."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import F

from adherence import computations
from adherence.jobs import start_recompute
from adherence.models import AdherenceDay, DayCorrection, PendingDay
from adherence.services import (
    ChangeCause,
    IncomingEvent,
    Keeper,
    approve_exception,
    follow_plans,
    ingest_events,
    mark_agent_days,
    mark_days,
    recompute_days,
    recompute_pending,
    withdraw_exception,
)
from adherence.services.spans import expand_spans
from scheduling.models import ScheduleStatus, ScheduleVersion, Shift, ShiftChange, ShiftChangeKind
from tests.factories.adherence import make_event, make_shift, make_version
from tests.factories.org import make_agent, make_site, make_team
from wfm.org.models import ActivityCode


@pytest.fixture
def finished(centre):
    """The agent began an hour late; the day is over and computed."""
    make_event(centre.agent, centre.start + timedelta(hours=1), centre.codes["work"])
    make_event(centre.agent, centre.start + timedelta(hours=2), centre.codes["break"])
    make_event(centre.agent, centre.start + timedelta(minutes=135), centre.codes["work"])
    make_event(centre.agent, centre.start + timedelta(hours=8))
    centre.later = centre.start + timedelta(days=2)
    compute(centre, at=centre.later)
    assert day_of(centre).is_final
    return centre


def compute(centre, **more):
    day = centre.start.date()
    return recompute_days(agent_ids=[centre.agent.pk], first_date=day, last_date=day, **more)


def day_of(centre):
    return AdherenceDay.objects.get(agent=centre.agent, operational_date=centre.start.date())


def only_correction():
    found = DayCorrection.objects.get()
    return found, found.figures_before["out_seconds"], found.figures_after["out_seconds"]


def late_log_in(centre, *, uid="late", minutes=0):
    """An event that comes two days after it happened."""
    event = IncomingEvent(
        event_uid=uid,
        agent_id=centre.agent.pk,
        occurred_at=centre.start + timedelta(minutes=minutes),
        code="work",
    )
    ingest_events(events=[event], source="acd", received_at=centre.later)
    Keeper().step(at=centre.later)
    expand_spans(at=centre.later)


def test_late_events_leave_a_correction(finished):
    late_log_in(finished)
    recompute_pending(at=finished.later)
    correction, before, after = only_correction()
    assert (before, after, day_of(finished).out_seconds) == (3600, 0, 0)
    assert correction.kinds == ["EVENTS"]
    assert correction.causes[0]["by"] == ""
    assert correction.corrected_at == finished.later
    assert correction.rates_before["adherence_rate"].value == 0.875
    assert correction.rates_after["adherence_rate"].value == 1.0


def test_a_day_under_way_is_not_corrected(centre):
    make_event(centre.agent, centre.start, centre.codes["work"])
    for hours in (1, 2):
        compute(centre, at=centre.start + timedelta(hours=hours))
    assert not DayCorrection.objects.exists()


def test_computing_twice_corrects_once_and_touches_nothing(finished):
    late_log_in(finished)
    recompute_pending(at=finished.later)
    version = row_version(finished)
    mark_agent_days(days=[(finished.agent.pk, finished.start.date())] * 2, at=finished.later)
    assert recompute_pending(at=finished.later + timedelta(hours=1)) == 1
    compute(finished, at=finished.later + timedelta(hours=2))
    assert DayCorrection.objects.count() == 1
    assert row_version(finished) == version


def row_version(centre):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ctid::text, xmin::text, computed_at FROM adherence_adherenceday WHERE id = %s",
            [day_of(centre).pk],
        )
        return cursor.fetchone()


def test_an_approval_and_its_withdrawal_keep_who_and_why(finished):
    approved = approve_exception(
        agent=finished.agent,
        starts_at=finished.start,
        ends_at=finished.start + timedelta(hours=1),
        reason="Power failure at home",
        approved_by=finished.lead,
        at=finished.later,
    )
    correction, before, after = only_correction()
    assert (before, after, correction.figures_after["excepted_seconds"]) == (3600, 0, 3600)
    cause = correction.causes[0]
    assert (cause["kind"], cause["by_id"], cause["by"], cause["why"]) == (
        "EXCEPTION",
        finished.lead.pk,
        str(finished.lead),
        "Power failure at home",
    )
    withdraw_exception(
        exception=approved, withdrawn_by=finished.planner, at=finished.later + timedelta(hours=1)
    )
    taken_back = DayCorrection.objects.latest("corrected_at")
    assert taken_back.before == correction.after
    assert taken_back.after == correction.before
    assert taken_back.causes[0]["by"] == str(finished.planner)
    assert taken_back.causes[0]["why"] == "Withdrawn: Power failure at home"


def test_a_shift_changed_two_months_back_corrects_its_day(
    finished, django_capture_on_commit_callbacks
):
    later = finished.start + timedelta(days=60)
    with django_capture_on_commit_callbacks(execute=True):
        follow_plans(at=later)
    recompute_pending(at=later)
    DayCorrection.objects.all().delete()
    shift = Shift.objects.get(agent=finished.agent)
    first = shift.activities.order_by("starts_at").first()
    first.starts_at = finished.start + timedelta(hours=1)
    first.save(update_fields=["starts_at"])
    Shift.objects.filter(pk=shift.pk).update(starts_at=first.starts_at)
    ScheduleVersion.objects.filter(pk=shift.version_id).update(revision=F("revision") + 1)
    shift.version.refresh_from_db()
    change = ShiftChange.objects.create(
        version=shift.version,
        kind=ShiftChangeKind.TIME_OFF,
        changed_by=finished.planner,
        why="Dentist",
        changed_at=later,
    )
    change.days.create(
        version=shift.version,
        version_revision=shift.version.revision,
        agent=finished.agent,
        operational_date=finished.start.date(),
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert follow_plans(at=later) == 1
    recompute_pending(at=later)
    correction, before, after = only_correction()
    assert (before, after, correction.kinds) == (3600, 0, ["SCHEDULE"])
    assert correction.causes[0]["by_id"] == finished.planner.pk
    assert "Dentist" in correction.causes[0]["why"]


def test_a_schedule_published_afterwards_is_a_cause(finished, django_capture_on_commit_callbacks):
    """It lets the agent begin an hour later: nobody was late."""
    with django_capture_on_commit_callbacks(execute=True):
        follow_plans(at=finished.later)
    PendingDay.objects.all().delete()
    old = Shift.objects.get(agent=finished.agent)
    Shift.objects.filter(pk=old.pk).update(is_published=False)
    ScheduleVersion.objects.filter(pk=old.version_id).update(status=ScheduleStatus.SUPERSEDED)
    start, codes = finished.start, finished.codes
    make_shift(
        finished.agent,
        (start + timedelta(hours=1), start + timedelta(hours=2), codes["work"]),
        (start + timedelta(hours=2), start + timedelta(minutes=135), codes["break"]),
        (start + timedelta(minutes=135), start + timedelta(hours=8), codes["work"]),
        version=make_version(starts_on=start.date()),
    )
    with django_capture_on_commit_callbacks(execute=True):
        follow_plans(at=finished.later)
    recompute_pending(at=finished.later)
    correction, before, after = only_correction()
    assert (before, after, correction.kinds) == (3600, 0, ["SCHEDULE"])
    assert correction.figures_before["scheduled_seconds"] == 8 * 3600
    assert correction.figures_after["scheduled_seconds"] == 7 * 3600


def test_a_day_whose_plan_is_taken_away_keeps_what_was_told(finished):
    Shift.objects.filter(agent=finished.agent).update(is_published=False)
    day = [(finished.agent.pk, finished.start.date())]
    cause = ChangeCause("SCHEDULE", finished.planner.pk, "Shift swapped")
    mark_agent_days(days=day, at=finished.later, cause=cause)
    recompute_pending(at=finished.later)
    correction, before, after = only_correction()
    assert (before, after) == (3600, 0)
    assert correction.figures_after["scheduled_seconds"] == 0
    assert correction.figures_after["outside_seconds"] > 0
    assert correction.causes[0]["why"] == "Shift swapped"


def test_a_day_that_loses_all_its_content_goes_and_its_figures_stay(centre):
    """Planned, never there; then the plan is taken away too."""
    later = centre.start + timedelta(days=2)
    compute(centre, at=later)
    Shift.objects.filter(agent=centre.agent).update(is_published=False)
    compute(centre, at=later, cause=ChangeCause("SCHEDULE", centre.planner.pk, "Day off"))
    assert not AdherenceDay.objects.filter(agent=centre.agent).exists()
    _correction, before, after = only_correction()
    assert (before, after) == (8 * 3600, 0)


def test_every_cause_that_was_pending_is_told_once(finished):
    day = [(finished.agent.pk, finished.start.date())]
    late_log_in(finished)
    late_log_in(finished, uid="another", minutes=1)
    old = ChangeCause("OLD_EVENT", finished.planner.pk, "Export of the old system")
    mark_agent_days(days=day, at=finished.later, cause=old)
    recompute_pending(at=finished.later)
    correction, before, after = only_correction()
    assert (before, after) == (3600, 0)
    assert correction.kinds == ["EVENTS", "OLD_EVENT"]
    assert [(cause["kind"], cause["why"]) for cause in correction.causes] == [
        ("EVENTS", ""),
        ("OLD_EVENT", "Export of the old system"),
    ]


def test_whoever_computes_first_names_the_causes_that_wait(finished):
    """A late event waits; meanwhile an approval computes the day with it."""
    late_log_in(finished, minutes=30)
    approve_exception(
        agent=finished.agent,
        starts_at=finished.start,
        ends_at=finished.start + timedelta(minutes=30),
        reason="Bus",
        approved_by=finished.lead,
        at=finished.later,
    )
    correction, before, after = only_correction()
    assert (before, after, correction.kinds) == (3600, 0, ["EVENTS", "EXCEPTION"])
    assert recompute_pending(at=finished.later) == 1
    assert DayCorrection.objects.count() == 1


def test_marks_of_spans_carry_their_cause(centre):
    cause = ChangeCause("OLD_EVENT", centre.planner.pk, "Found in a log")
    end = centre.start + timedelta(hours=1)
    mark_days(spans=[(centre.agent.pk, centre.start, end)], at=end, cause=cause)
    mark = PendingDay.objects.get()
    assert (mark.kind, mark.by, mark.why, mark.marked_at) == (
        "OLD_EVENT",
        centre.planner,
        "Found in a log",
        end,
    )


def test_a_job_names_who_asked_and_why(finished):
    """A tolerance of two hours lets the late start pass."""
    ActivityCode.objects.filter(key="work").update(tolerance_seconds=7200)
    day = finished.start.date()
    with time_machine.travel(finished.start, tick=False):
        job = start_recompute(
            first_date=day,
            last_date=day,
            created_by=finished.planner,
            kind="CODES",
            why="Tolerance agreed with the works council",
        )
    computations.recompute_days(Context(job.params))
    correction, before, after = only_correction()
    assert (before, after, correction.kinds) == (3600, 0, ["CODES"])
    assert correction.causes[0]["by_id"] == finished.planner.pk
    assert correction.causes[0]["why"] == "Tolerance agreed with the works council"


class Context:
    """What a handler sees of its job."""

    def __init__(self, params):
        self.params, self.checkpoint = params, {}

    def raise_if_cancelled(self):
        pass

    def save_checkpoint(self, data):
        self.checkpoint = data

    def progress(self, share, message):
        pass


def test_rows_of_another_version_of_figures_are_filled_without_a_correction(finished):
    AdherenceDay.objects.update(figures_version=0, matched_seconds=0)
    compute(finished, at=finished.later)
    assert day_of(finished).matched_seconds > 0
    assert not DayCorrection.objects.exists()


def test_a_night_shift_is_corrected_on_its_operational_day(centre):
    """Planned for the 28th of March over the night on which London's clocks go forward."""
    team = make_team(site=make_site(timezone="Europe/London"))
    agent, day = make_agent(team=team), date(2026, 3, 28)
    start = datetime(2026, 3, 28, 22, tzinfo=UTC)  # 22:00 in London
    end = datetime(2026, 3, 29, 5, tzinfo=UTC)  # 06:00 in London, seven hours later
    make_shift(agent, (start, end, centre.codes["work"]), day=day)
    make_event(agent, start + timedelta(hours=2), centre.codes["work"])
    make_event(agent, end)
    at = end + timedelta(days=1)
    dates = {"first_date": day - timedelta(days=1), "last_date": day + timedelta(days=1)}
    recompute_days(agent_ids=[agent.pk], **dates, at=at)
    stored = AdherenceDay.objects.get(agent=agent)
    assert (stored.operational_date, stored.scheduled_seconds) == (day, 7 * 3600)
    approve_exception(
        agent=agent,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        reason="Night bus did not run",
        approved_by=centre.lead,
        at=at,
    )
    correction, before, after = only_correction()
    assert (correction.operational_date, before, after) == (day, 7200, 0)
