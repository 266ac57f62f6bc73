"""A lead who is also an agent decides nothing that is about themselves."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from adherence.models import AdherenceException
from scheduling.models import PersonalRequest, RequestPolicy, TimeOff
from scheduling.services.personal import ask_availability
from scheduling.services.swaps import accept_swap, offer_swap
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW, Floor
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
SENTENCE = "This is about yourself, so another team lead or planner decides it."


@pytest.fixture(autouse=True)
def _a_week_before():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def floor(db, redis_client):
    with system_tenant():
        found = Floor()
        found.both = found.planner
        found.users["Ada Day"].agent, found.both.agent = None, found.agents["Ada Day"]
        for user in (found.users["Ada Day"], found.both):
            user.save(update_fields=["agent"])
        yield found


@pytest.fixture
def both(floor, client):
    client.force_login(floor.both)
    return client


def said(answer):
    return SENTENCE in answer.content.decode()


def own_exception(floor):
    return AdherenceException.objects.create(
        agent=floor.agents["Ada Day"],
        starts_at=NOW - timedelta(hours=2),
        ends_at=NOW - timedelta(hours=1),
        reason="The headset broke",
        status="REQUESTED",
    )


@pytest.mark.parametrize("decision", ["approve", "decline"])
def test_an_own_explanation(floor, both, decision):
    row = own_exception(floor)
    page = f"/adherence/explained/{row.pk}/decide/"
    assert said(both.post(page, {"decision": decision}, follow=True))
    answer = both.post(
        f"/api/v1/adherence/exceptions/{row.pk}/decide/",
        {"is_approved": decision == "approve"},
        content_type="application/json",
    )
    assert answer.status_code == 409
    assert said(answer)
    row.refresh_from_db()
    assert row.status == "REQUESTED"


def test_an_own_exception_without_asking(floor, both):
    asked = {
        "agent": floor.agents["Ada Day"].pk,
        "starts_at": (NOW - timedelta(hours=2)).isoformat(),
        "ends_at": (NOW - timedelta(hours=1)).isoformat(),
        "reason": "Because",
    }
    assert said(both.post("/adherence/exceptions/", asked, follow=True))
    answer = both.post("/api/v1/adherence/exceptions/", asked, content_type="application/json")
    assert (answer.status_code, said(answer)) == (400, True)
    assert not AdherenceException.objects.exists()


def decided(floor, both, kind, row, decision="approve"):
    page = reverse("schedule-request-decide", args=[kind, row.pk])
    answer = both.post(page, {"decision": decision}, follow=True)
    row.refresh_from_db()
    return said(answer), row.status


def test_own_time_off_is_neither_decided_nor_entered(floor, both):
    row = make.make_time_off(
        agent=floor.agents["Ada Day"],
        status="REQUESTED",
        activity_code=floor.vacation.activity_code,
    )
    for decision in ("approve", "decline", "above"):
        assert decided(floor, both, "time-off", row, decision) == (True, "REQUESTED")
    page = reverse("schedule-time-off-decide", args=[row.pk])
    assert said(both.post(page, {"decision": "approve"}, follow=True))
    starts_at = NOW + timedelta(days=40)
    own = {
        "agent": floor.agents["Ada Day"].pk,
        "activity_code": floor.vacation.activity_code_id,
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(days=1)).isoformat(),
    }
    answer = both.post(reverse("api-schedule-time-off"), own, content_type="application/json")
    assert (answer.status_code, said(answer)) == (409, True)
    local = {name: own[name][:16] for name in ("starts_at", "ends_at")} | {"paid_minutes": 0}
    assert said(both.post(reverse("schedule-time-off"), own | local))
    assert TimeOff.objects.count() == 1


def test_own_availability(floor, both):
    RequestPolicy.objects.create(availability_review="LEAD")
    ada = floor.agents["Ada Day"]
    row = ask_availability(agent=ada, rows=[], starts_on=date(2026, 5, 4), at=NOW)
    assert isinstance(row, PersonalRequest)
    assert decided(floor, both, "availability", row) == (True, "REQUESTED")


@pytest.mark.parametrize(
    ("giver", "taker", "day"), [("Ada Day", "Cleo Late", 0), ("Cleo Late", "Ada Day", 3)]
)
def test_a_swap_that_gives_or_takes_an_own_shift(floor, both, giver, taker, day):
    RequestPolicy.objects.create(swap_review="LEAD")
    agents = floor.agents
    swap = offer_swap(agent=agents[giver], shift=floor.shifts[giver, day], at=NOW)
    swap = accept_swap(swap=swap, agent=agents[taker], at=NOW)
    assert swap.status == "ACCEPTED"
    assert decided(floor, both, "swap", swap) == (True, "ACCEPTED")
