"""Days whose events are gone keep their figures, whatever comes or is decided afterwards."""

from datetime import timedelta

import pytest
import time_machine

from adherence.models import (
    ActivityEvent,
    AdherenceDay,
    AdherenceException,
    DayCorrection,
    ExceptionStatus,
    PendingDay,
    QuarantinedEvent,
)
from adherence.parsing import parse_event
from adherence.services import (
    UnableToApprove,
    approve_exception,
    ingest_events,
    keep_once,
    recompute_days,
    recompute_pending,
    withdraw_exception,
)
from adherence.services.connectors import add_agent_key, retry_cured
from adherence.services.days import mark_days
from adherence.services.exception_requests import UnableToAsk, ask_exception, decide_exception
from scheduling.models import Shift, ShiftChange, ShiftChangeKind
from tests.factories.adherence import make_event
from tests.factories.org import make_activity_code
from wfm.org.models import StateGroup


@pytest.fixture
def waiting(centre):
    """A day that was worked whole, computed; of one of its events the code was not known."""
    make_event(centre.agent, centre.start, centre.codes["work"])
    make_event(centre.agent, centre.start + timedelta(hours=8))
    raw = {
        "event_uid": "huddle",
        "agent_key": centre.agent.employee_number,
        "occurred_at": (centre.start + timedelta(hours=4)).isoformat(),
        "code": "huddle",
    }
    received_at = centre.start + timedelta(hours=5)
    ingest_events(events=[parse_event(raw)], source="acd", received_at=received_at)
    compute(centre, at=centre.start + timedelta(days=2))
    return centre


def compute(centre, *, at):
    day = centre.start.date()
    return recompute_days(
        agent_ids=[centre.agent.pk],
        first_date=day - timedelta(days=1),
        last_date=day + timedelta(days=1),
        at=at,
    )


def day_of(centre):
    return AdherenceDay.objects.get(agent=centre.agent, operational_date=centre.start.date())


def drop_events():
    ActivityEvent.objects.all().delete()


def test_an_event_cured_after_its_days_are_gone_waits_on_and_changes_nothing(waiting):
    before = day_of(waiting).figures
    drop_events()
    make_activity_code(key="huddle", state_group=StateGroup.AWAY)
    at = waiting.start + timedelta(days=120)
    assert retry_cured(at=at) == 0
    kept = QuarantinedEvent.objects.get()
    assert (kept.reason_code, kept.resolved_at) == ("too_old", None)
    assert "no longer kept" in kept.reason
    assert not ActivityEvent.objects.exists()
    keep_once(at=at)
    recompute_pending(at=at)
    assert day_of(waiting).figures == before
    assert retry_cured(at=at) == 0  # it is not tried every minute


def test_an_event_cured_after_forty_days_corrects_its_day_with_who_and_why(waiting):
    QuarantinedEvent.objects.update(reason_code="unknown_agent")
    QuarantinedEvent.objects.update(raw=QuarantinedEvent.objects.get().raw | {"agent_key": "ann"})
    make_activity_code(key="huddle", state_group=StateGroup.AWAY)
    at = waiting.start + timedelta(days=40)
    taken = add_agent_key(
        source="acd", key="ann", agent=waiting.agent, at=at, taken_by_id=waiting.planner.pk
    )
    assert taken == 1
    recompute_pending(at=at)
    correction = DayCorrection.objects.get(operational_date=waiting.start.date())
    assert correction.kinds == ["OLD_EVENT"]
    cause = correction.causes[0]
    assert cause["by_id"] == waiting.planner.pk
    assert "acd" in cause["why"]
    assert "2026-11-18" in cause["why"]
    keep_once(at=at)
    assert not PendingDay.objects.filter(kind="EVENTS", operational_date=waiting.start.date())


def test_a_state_marks_the_days_of_a_month_and_not_those_up_to_the_next_event(centre):
    at = centre.start + timedelta(days=60)
    mark_days(spans=[(centre.agent.pk, centre.start, None)], at=at)
    last = PendingDay.objects.latest("operational_date").operational_date
    assert last == (centre.start + timedelta(days=31)).date()


def test_a_day_that_is_marked_after_its_events_are_gone_keeps_its_figures(waiting):
    before = day_of(waiting).figures
    drop_events()
    at = waiting.start + timedelta(days=70)
    assert compute(waiting, at=at) == 0
    mark_days(spans=[(waiting.agent.pk, waiting.start, waiting.start)], at=at)
    recompute_pending(at=at)
    assert day_of(waiting).figures == before
    assert not DayCorrection.objects.exists()


def span(centre):
    return {"starts_at": centre.start, "ends_at": centre.start + timedelta(hours=1)}


def test_no_exception_is_approved_for_a_day_whose_events_are_gone(waiting):
    with pytest.raises(UnableToApprove, match="no longer kept"):
        approve_exception(
            agent=waiting.agent,
            reason="Power failure",
            approved_by=waiting.lead,
            at=waiting.start + timedelta(days=69),
            **span(waiting),
        )
    assert not AdherenceException.objects.exists()


def test_no_approval_is_withdrawn_of_a_day_whose_events_are_gone(waiting, client):
    found = approve_exception(
        agent=waiting.agent,
        reason="Power failure",
        approved_by=waiting.lead,
        at=waiting.start + timedelta(days=2),
        **span(waiting),
    )
    before = day_of(waiting).figures
    drop_events()
    late = waiting.start + timedelta(days=69)
    with pytest.raises(UnableToApprove, match="no longer kept"):
        withdraw_exception(exception=found, withdrawn_by=waiting.lead, at=late)
    with time_machine.travel(late, tick=False):
        client.force_login(waiting.lead)
        url = f"/adherence/exceptions/{found.pk}/withdraw/"
        told = client.post(url, follow=True)
        assert "no longer kept" in told.content.decode()
        answer = client.post(url, headers={"accept": "application/json"})
        assert (answer.status_code, "no longer kept" in answer.json()["error"]) == (400, True)
    found.refresh_from_db()
    assert found.status == ExceptionStatus.APPROVED
    assert day_of(waiting).figures == before


def test_what_was_asked_for_in_time_can_only_be_declined_later(waiting):
    asked = ask_exception(
        agent=waiting.agent,
        reason="Power failure",
        asked_by=waiting.agent_user,
        at=waiting.start + timedelta(days=2),
        **span(waiting),
    )
    drop_events()
    before = day_of(waiting).figures
    late = {"decided_by": waiting.lead, "at": waiting.start + timedelta(days=69)}
    with pytest.raises(UnableToAsk, match="no longer kept"):
        decide_exception(exception=asked, is_approved=True, **late)
    assert decide_exception(exception=asked, is_approved=False, **late).status == "DECLINED"
    assert day_of(waiting).figures == before


@pytest.mark.parametrize(("days_later", "is_refused"), [(66, False), (67, True)])
def test_the_day_before_must_be_computable_too(waiting, days_later, is_refused):
    """100 days are kept, a state lasts 31: the operational day may begin a day before in UTC."""
    at = waiting.start + timedelta(days=days_later)
    wanted = {"agent": waiting.agent, "reason": "Power failure", "approved_by": waiting.lead}
    if is_refused:
        with pytest.raises(UnableToApprove, match="from 2026-11-19 on"):
            approve_exception(at=at, **wanted, **span(waiting))
    else:
        approve_exception(at=at, **wanted, **span(waiting))
        assert day_of(waiting).excepted_seconds == 0
        assert DayCorrection.objects.count() == 0


def test_the_page_of_a_day_whose_events_are_gone_tells_the_stored_figures(waiting, client):
    stored = day_of(waiting)
    drop_events()
    late = ShiftChange.objects.create(
        version=Shift.objects.get(agent=waiting.agent).version,
        kind=ShiftChangeKind.TIME_OFF,
        changed_by=waiting.planner,
        why="The sick note came",
        changed_at=waiting.start + timedelta(days=69),
    )
    in_time = ShiftChange.objects.create(
        version=late.version, kind=late.kind, changed_at=waiting.start + timedelta(days=30)
    )
    for change in (late, in_time):
        change.days.create(
            version=late.version,
            version_revision=2,
            agent=waiting.agent,
            operational_date=waiting.start.date(),
        )
    day = waiting.start.date().isoformat()
    with time_machine.travel(waiting.start + timedelta(days=70), tick=False):
        client.force_login(waiting.planner)
        page = client.get(f"/adherence/agents/{waiting.agent.pk}/", {"from": day, "to": day})
    shown = page.context["day"]
    assert shown.figures == stored.figures
    assert [stretch.seconds for stretch in shown.stretches] == [
        told["seconds"] for told in stored.exceptions
    ]
    assert shown.stretches
    assert "The events of this day are no longer kept" in page.content.decode()
    assert page.context["unfollowed"] == [late]
    assert "The sick note came" in page.content.decode()
