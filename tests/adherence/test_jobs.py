"""Recomputing a period as a job, the periodic tasks, quarantine's second chance, the admin."""

from datetime import timedelta

import pytest
import time_machine

from adherence import computations, tasks
from adherence.jobs import start_recompute
from adherence.models import ActivityEvent, AdherenceDay, AgentLive, QuarantinedEvent
from adherence.services import IncomingEvent, Tap, ingest_events, keep_once, record_taps
from adherence.services.exceptions import UnableToApprove, approve_exception
from adherence.services.retry import retry_quarantined
from tests.factories.adherence import make_event
from tests.factories.org import make_activity_code, make_user
from wfm.jobs.models import Job
from wfm.jobs.runner import JobRefused
from wfm.org.tenancy import system_tenant


class Context:
    """What a handler sees of its job."""

    def __init__(self, params, checkpoint=None):
        self.params, self.checkpoint, self.reports = params, checkpoint or {}, []

    def raise_if_cancelled(self):
        self.reports.append("asked")

    def save_checkpoint(self, data):
        self.checkpoint = data

    def progress(self, share, message):
        self.reports.append(round(share, 2))


def test_a_job_computes_a_period_part_by_part(centre, monkeypatch):
    monkeypatch.setattr(computations, "DAYS_AT_ONCE", 7)
    monkeypatch.setattr(computations, "PARTS_AT_ONCE", 1)
    make_event(centre.agent, centre.start, centre.codes["work"])
    with time_machine.travel(centre.start + timedelta(days=20)):
        context = Context({"from": "2026-11-10", "to": "2026-11-23"})
        assert computations.recompute_days(context)["days"] == AdherenceDay.objects.count()
    assert context.reports == ["asked", 0.25, "asked", 0.5, "asked", 0.75, "asked", 1.0]
    assert AdherenceDay.objects.get(
        agent=centre.agent, operational_date=centre.start.date()
    ).is_final


def test_a_second_attempt_goes_on_where_the_first_stopped(centre):
    context = Context(
        {"from": "2026-11-10", "to": "2026-11-23"}, {"next": "2026-11-24", "written": 5}
    )
    assert computations.recompute_days(context) == {"days": 5}


def test_a_second_attempt_leaves_out_the_parts_that_are_done(centre):
    """Of two agents the first was done; the second has a plan on one day."""
    checkpoint = {"next": "2026-11-18", "parts": 1, "written": 5}
    context = Context({"from": "2026-11-18", "to": "2026-11-18"}, checkpoint)
    assert computations.recompute_days(context) == {"days": 6}
    assert AdherenceDay.objects.get().agent == centre.stranger


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(JobRefused, match="must not end before it begins"):
        computations.recompute_days(Context({"from": "2026-11-10", "to": "2026-11-09"}))


def test_starting_a_job_leaves_it_in_the_queue(centre):
    day = centre.start.date()
    with time_machine.travel(centre.start, tick=False):
        job = start_recompute(first_date=day, last_date=day, created_by=centre.planner)
    assert Job.objects.get(pk=job.pk).kind == "adherence.recompute_days"


def test_the_periodic_tasks_keep_rows_and_days(centre):
    with time_machine.travel(centre.start + timedelta(minutes=40), tick=False):
        keep_once(at=centre.start + timedelta(minutes=40))
        tasks.mark_current()
        tasks.recompute_pending()
    assert AgentLive.objects.get(agent=centre.agent).flag == "NO_SHOW"
    assert AdherenceDay.objects.get(agent=centre.agent).out_seconds == 2400


def test_quarantined_events_are_taken_once_what_was_missing_is_there(centre):
    """An event of a feed and a tap with a code that did not exist then."""
    at = centre.start + timedelta(minutes=30)
    raw = {
        "event_uid": "e1",
        "agent_key": centre.agent.employee_number,
        "occurred_at": centre.start.isoformat(),
        "code": "huddle",
    }
    event = IncomingEvent(
        event_uid="e1",
        agent_key=centre.agent.employee_number,
        occurred_at=centre.start,
        code="huddle",
        raw=raw,
    )
    ingest_events(events=[event], source="acd", received_at=at)
    tap = Tap(uid="t1", code="huddle", tapped_at=at)
    record_taps(agent=centre.agent, taps=[tap], device_now=at, received_at=at)
    ids = list(QuarantinedEvent.objects.values_list("pk", flat=True))
    assert retry_quarantined(event_ids=ids, at=at) == 0
    code = make_activity_code(key="huddle")
    assert retry_quarantined(event_ids=ids, at=at + timedelta(days=1)) == 2
    assert set(ActivityEvent.objects.values_list("source", "activity_code", "received_at")) == {
        ("acd", code.pk, at),
        ("portal", code.pk, at),
    }
    assert not QuarantinedEvent.objects.filter(resolved_at=None).exists()
    assert retry_quarantined(event_ids=ids, at=at) == 0


def test_an_exception_longer_than_a_day_is_refused(centre):
    with pytest.raises(UnableToApprove, match="24 hours at most"):
        approve_exception(
            agent=centre.agent,
            starts_at=centre.start,
            ends_at=centre.start + timedelta(hours=25),
            reason="x",
            approved_by=centre.lead,
            at=centre.start,
        )


@pytest.mark.parametrize(
    "table",
    [
        "activityevent",
        "adherenceday",
        "quarantinedevent",
        "eventfeed",
        "adherenceexception",
        "daycorrection",
    ],
)
def test_the_admin_lists_every_table(centre, client, table):
    with system_tenant():
        admin = make_user(is_staff=True, is_superuser=True)
    make_event(centre.agent, centre.start, centre.codes["work"])
    client.force_login(admin)
    assert client.get(f"/admin/adherence/{table}/").status_code == 200
    if table != "eventfeed":
        assert client.get(f"/admin/adherence/{table}/add/").status_code == 403


def test_the_admin_tries_quarantined_events_again(centre, client):
    event = IncomingEvent(event_uid="e", agent_key="nobody", occurred_at=centre.start, raw={})
    ingest_events(events=[event], source="acd", received_at=centre.start)
    with system_tenant():
        client.force_login(make_user(is_staff=True, is_superuser=True))
    answer = client.post(
        "/admin/adherence/quarantinedevent/",
        {"action": "try_again", "_selected_action": [QuarantinedEvent.objects.get().pk]},
        follow=True,
    )
    assert "0 events taken" in answer.content.decode()
