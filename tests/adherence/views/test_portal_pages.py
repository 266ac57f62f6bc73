"""The agent's weeks, requests, swaps, offers and explanations, as pages of the phone."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from adherence.models import AdherenceException
from scheduling.models import (
    CalendarFeed,
    OpenShift,
    PersonalRequest,
    Preference,
    Shift,
    ShiftSwap,
    TimeOff,
)
from scheduling.services.open_shifts import publish_offer
from tests.factories import scheduling as make
from tests.factories.org import make_user
from tests.scheduling.requests.conftest import NOW, Floor
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_week_before():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def floor(db, redis_client):
    with system_tenant():
        yield Floor()


@pytest.fixture
def ada(floor, client):
    client.force_login(floor.users["Ada Day"])
    return client


def text_of(answer):
    """What a reader reads, without the texts for scripts at the end."""
    page = answer.content.decode().split("</main>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_week_shows_shifts_free_days_and_time_off(floor, ada):
    page = text_of(ada.get("/portal/shifts/?week=2026-03-04"))
    assert "08:00–16:30" in page
    assert page.count(" free ") == 4
    assert "25:30 h paid" in page  # three shifts of 510 minutes
    make.make_time_off(
        agent=floor.agents["Ada Day"],
        starts_at=make.at(3, 0),
        ends_at=make.at(4, 0),
        status="REQUESTED",
    )
    page = text_of(ada.get("/portal/shifts/?week=2026-03-04"))
    assert page.count(" free ") == 3
    assert "requested" in page


@pytest.mark.parametrize("week", ["", "nonsense", "2026-02-30", "1900-01-01"])
def test_an_odd_week_is_this_week(floor, ada, week):
    assert "this week" in text_of(ada.get(f"/portal/shifts/?week={week}"))


def test_offering_taking_back_and_taking_a_shift(floor, ada, client):
    shift = floor.shifts["Ada Day", 0]
    page = text_of(ada.get(f"/portal/shifts/{shift.pk}/"))
    assert "Give it to a colleague" in page
    ada.post(f"/portal/shifts/{shift.pk}/offer/", {"to": "", "message": "Dentist"})
    swap = ShiftSwap.objects.get()
    assert "You offer it to everybody" in text_of(ada.get("/portal/shifts/"))
    ada.post(f"/portal/swaps/{swap.pk}/withdraw/")
    swap.refresh_from_db()
    assert swap.status == "WITHDRAWN"
    cleo = floor.agents["Cleo Late"]
    ada.post(f"/portal/shifts/{shift.pk}/offer/", {"to": cleo.pk})
    swap = ShiftSwap.objects.get(status="OFFERED")
    client.force_login(floor.users["Cleo Late"])
    assert "Ada Day offers it to you." in text_of(client.get("/portal/shifts/"))
    answer = client.post(f"/portal/swaps/{swap.pk}/accept/", follow=True)
    assert "The shift is yours." in text_of(answer)
    shift.refresh_from_db()
    assert shift.agent == cleo


def test_two_shifts_are_exchanged(floor, ada, client):
    own, theirs = floor.shifts["Ada Day", 0], floor.shifts["Cleo Late", 3]
    cleo = floor.agents["Cleo Late"]
    page = f"/portal/shifts/{own.pk}/"
    assert "Offer the exchange" not in text_of(ada.get(page))
    shown = ada.get(page, {"with": cleo.pk}).content.decode()
    assert f'<option value="{theirs.pk}">' in shown
    ada.post(f"{page}exchange/", {"for": theirs.pk, "message": "Dentist"})
    swap = ShiftSwap.objects.get()
    assert (swap.is_exchange, swap.to_agent, swap.return_shift) == (True, cleo, theirs)
    assert "You offer it to Cleo Late in exchange for" in text_of(ada.get(page))
    client.force_login(floor.users["Cleo Late"])
    assert "In exchange" in text_of(client.get("/portal/shifts/"))
    client.post(f"/portal/swaps/{swap.pk}/accept/", follow=True)
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.agent, theirs.agent) == (cleo, floor.agents["Ada Day"])


def test_an_exchange_that_the_rules_forbid_is_not_offered(floor, ada):
    """Ben works on Ada's other days: his Tuesday would be her second shift of that day."""
    own, theirs = floor.shifts["Ada Day", 0], floor.shifts["Ben Early", 1]
    shown = ada.get(f"/portal/shifts/{own.pk}/", {"with": floor.agents["Ben Early"].pk})
    assert f'<option value="{theirs.pk}">' not in shown.content.decode()
    for odd in (own.pk, 999_999, "x"):  # one's own, none, nonsense
        answer = ada.post(f"/portal/shifts/{own.pk}/exchange/", {"for": odd})
        assert answer.status_code == 404
    assert not ShiftSwap.objects.exists()


def test_a_refusal_says_why_and_nobody_else_can_answer(floor, ada, client):
    shift = floor.shifts["Ada Day", 0]
    ada.post(f"/portal/shifts/{shift.pk}/offer/", {"to": floor.agents["Cleo Late"].pk})
    swap = ShiftSwap.objects.get()
    client.force_login(floor.users["Dan Night"])
    assert client.post(f"/portal/swaps/{swap.pk}/accept/").status_code == 404
    client.force_login(floor.users["Cleo Late"])
    assert "Declined" in text_of(client.post(f"/portal/swaps/{swap.pk}/refuse/", follow=True))
    again = client.post(f"/portal/swaps/{swap.pk}/accept/", follow=True)
    assert "The shift is yours" not in text_of(again)
    swap.refresh_from_db()
    assert (swap.status, shift.agent) == ("DECLINED", floor.agents["Ada Day"])


def test_the_shift_of_somebody_else_is_not_found(floor, ada):
    other = floor.shifts["Ben Early", 0]
    assert ada.get(f"/portal/shifts/{other.pk}/").status_code == 404
    assert ada.post(f"/portal/shifts/{other.pk}/offer/", {"to": ""}).status_code == 404
    assert not ShiftSwap.objects.exists()


def test_a_colleague_who_may_not_take_it_cannot_be_chosen_by_hand(floor, ada):
    shift = floor.shifts["Ada Day", 0]
    ben = floor.agents["Ben Early"]  # works at the same time
    page = ada.get(f"/portal/shifts/{shift.pk}/").content.decode()
    takers = page.split('id="offer-to"')[1].split("</select>")[0]
    assert f'value="{ben.pk}"' not in takers
    assert "may not take it under the labor rules" in page
    answer = ada.post(f"/portal/shifts/{shift.pk}/offer/", {"to": "999999"}, follow=True)
    assert "cannot be offered" in text_of(answer)


def offer(floor, **fields):
    made = OpenShift(
        version=floor.version,
        kind="OPEN",
        operational_date=date(2026, 3, 5),
        starts_at=make.at(3, 8),
        ends_at=make.at(3, 16) + timedelta(minutes=30),
        queue=floor.queue,
        site=floor.site,
        created_at=NOW,
        **fields,
    )
    return publish_offer(made, at=NOW, by=floor.planner)


def test_claiming_an_open_shift_and_coming_too_late(floor, ada, client):
    found = offer(floor)
    assert "Take it" in text_of(ada.get("/portal/shifts/"))
    assert "It is yours." in text_of(ada.post(f"/portal/offers/{found.pk}/claim/", follow=True))
    assert Shift.objects.filter(
        agent=floor.agents["Ada Day"], starts_at=make.at(3, 8), is_published=True
    ).exists()
    client.force_login(floor.users["Ben Early"])
    late = text_of(client.post(f"/portal/offers/{found.pk}/claim/", follow=True))
    assert "It is yours." not in late
    assert Shift.objects.filter(starts_at=make.at(3, 8), is_published=True).count() == 2  # Cleo's


def test_bidding_changing_and_taking_the_bid_back(floor, ada):
    found = offer(floor, rank_rule="SENIORITY", closes_at=NOW + timedelta(days=3))
    assert "Bids until" in text_of(ada.get("/portal/shifts/"))
    ada.post(f"/portal/offers/{found.pk}/bid/", {"rank": "3"})
    ada.post(f"/portal/offers/{found.pk}/bid/", {"rank": "nonsense"})
    assert found.bids.get().rank == 1
    ada.post(f"/portal/offers/{found.pk}/withdraw/")
    assert found.bids.get().status == "WITHDRAWN"


def test_the_calendar_address_is_shown_once_and_stops(floor, ada, client):
    page = ada.post("/portal/calendar/rotate/").content.decode()
    address = re.search(r"http://[^\"]+/ical/[^\"]+\.ics", page).group()
    assert address not in ada.get("/portal/shifts/").content.decode()
    client.logout()
    path = "/" + address.split("/", 3)[3]
    assert b"BEGIN:VEVENT" in client.get(path).content
    client.force_login(floor.users["Ada Day"])
    client.post("/portal/calendar/revoke/")
    assert client.get(path).status_code == 404
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()


def asked(floor, **fields):
    return {"kind": floor.vacation.pk, "first": "2026-03-12", "last": "2026-03-13"} | fields


def test_asking_for_time_off_is_answered_at_once(floor, ada):
    preview = ada.post("/portal/requests/time-off/check/", asked(floor))
    assert "outcome" in preview.content.decode()
    assert not TimeOff.objects.exists()
    page = text_of(ada.post("/portal/requests/time-off/", asked(floor), follow=True))
    row = TimeOff.objects.get()
    assert row.agent == floor.agents["Ada Day"]
    assert (row.ends_at - row.starts_at).days == 2
    assert row.get_status_display() in page
    ada.post(f"/portal/requests/time-off/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.status == "WITHDRAWN"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"last": "2026-03-11"}, "The last day lies before the first."),
        ({"starts": "09:00"}, "A part of a day is on one day only."),
        ({"last": "", "starts": "12:00", "ends": "09:00"}, "It must end after it begins."),
        ({"first": "2026-01-05", "last": ""}, "begins in the future"),
    ],
)
def test_time_off_that_makes_no_sense_is_refused_beside_its_cause(floor, ada, fields, words):
    assert words in text_of(ada.post("/portal/requests/time-off/", asked(floor, **fields)))
    assert not TimeOff.objects.exists()


def test_a_part_of_a_day(floor, ada):
    ada.post("/portal/requests/time-off/", asked(floor, last="", starts="13:00", ends="15:30"))
    row = TimeOff.objects.get()
    assert row.ends_at - row.starts_at == timedelta(hours=2, minutes=30)


@pytest.fixture
def nights(floor):
    """Ada works Monday and Tuesday night of the next week, from 22:00 to 06:00."""
    with system_tenant():
        return [
            floor.shift("Ada Day", 7 + day, hour=22, minutes=480, published=True) for day in (0, 1)
        ]


def test_a_day_off_takes_the_night_shift_that_begins_on_it_and_no_other(floor, ada, nights):
    monday, tuesday = nights
    floor.entitle("Ada Day")
    ask = asked(floor, first="2026-03-10", last="")
    preview = text_of(ada.post("/portal/requests/time-off/check/", ask))
    assert "06:00" in preview
    ada.post("/portal/requests/time-off/", ask)
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at) == (monday.ends_at, tuesday.ends_at)
    left = Shift.objects.filter(agent=floor.agents["Ada Day"], is_published=True)
    assert list(left.filter(starts_at__gte=make.at(7, 0)).values_list("starts_at", "ends_at")) == [
        (make.at(7, 22), make.at(8, 6))
    ]
    charges = row.charges.values_list("date", "minutes", "days")
    assert list(charges) == [(date(2026, 3, 10), 480, Decimal("0.941"))]


def test_a_part_over_midnight(floor, ada, nights):
    ask = asked(floor, first="2026-03-09", last="", starts="23:00", ends="01:00")
    ada.post("/portal/requests/time-off/", ask)
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at) == (make.at(7, 23), make.at(8, 1))
    assert list(row.charges.values_list("date", "minutes")) == [(date(2026, 3, 9), 120)]


def test_from_an_hour_of_the_night_until_its_shift_ends(floor, ada, nights):
    ada.post(
        "/portal/requests/time-off/",
        asked(floor, first="2026-03-09", last="", starts="23:00", ends=""),
    )
    row = TimeOff.objects.get()
    assert (row.starts_at, row.ends_at) == (make.at(7, 23), make.at(8, 6))


def test_nobody_withdraws_the_time_off_of_others(floor, ada):
    row = make.make_time_off(agent=floor.agents["Ben Early"], status="REQUESTED")
    assert ada.post(f"/portal/requests/time-off/{row.pk}/withdraw/").status_code == 404


def availability(**fields):
    days = {f"can_{weekday}": "any" for weekday in range(7)}
    return {"starts_on": "2026-04-06"} | days | fields


def test_availability_goes_to_the_lead_and_can_be_taken_back(floor, ada):
    night = {"can_2": "hours", "from_2": "22:00", "until_2": "06:00", "can_6": "never"}
    page = text_of(ada.post("/portal/requests/availability/", availability(**night), follow=True))
    request = PersonalRequest.objects.get()
    assert "availability" in page
    wanted = {row["weekday"]: row for row in request.wanted}
    assert (wanted[2]["starts_minute"], wanted[2]["ends_minute"]) == (1320, 1800)
    assert wanted[6]["is_available"] is False
    ada.post(f"/portal/requests/{request.pk}/withdraw/")
    request.refresh_from_db()
    assert request.status == "WITHDRAWN"


def test_hours_without_a_time_are_refused(floor, ada):
    page = text_of(ada.post("/portal/requests/availability/", availability(can_2="hours")))
    assert "Say from when until when." in page
    assert not PersonalRequest.objects.exists()


def test_availability_too_soon_is_refused_with_the_first_date(floor, ada):
    page = text_of(ada.post("/portal/requests/availability/", availability(starts_on="2026-02-25")))
    assert "at the earliest on" in page


def test_a_wish_is_taken_up(floor, ada):
    wish = {"kind": "START", "weekday": "4", "earliest": "07:00", "latest": "09:00", "rank": "2"}
    page = text_of(ada.post("/portal/requests/wish/", wish, follow=True))
    found = Preference.objects.get()
    assert (found.earliest_start_minute, found.latest_start_minute) == (420, 540)
    assert "Taken up" in page


def test_a_wish_in_force_is_removed_by_whose_it_is_alone(floor, ada, client):
    ada.post("/portal/requests/wish/", {"kind": "DAY_OFF", "weekday": "4", "rank": "1"})
    wish = Preference.objects.get()
    page = f"/portal/requests/wishes/{wish.pk}/remove/"
    assert page in ada.get("/portal/requests/").content.decode()
    client.force_login(floor.users["Ben Early"])
    assert client.post(page).status_code == 404
    client.force_login(floor.users["Ada Day"])
    assert "Removed" in text_of(client.post(page, follow=True))
    assert not Preference.objects.exists()


def test_a_wish_for_a_start_needs_a_time(floor, ada):
    page = text_of(ada.post("/portal/requests/wish/", {"kind": "START", "weekday": 4, "rank": 1}))
    assert "Say from when, until when, or both." in page


def test_explaining_a_stretch_and_the_leads_decision(floor, ada, client):
    begins, ends = NOW - timedelta(hours=3), NOW - timedelta(hours=2)
    span = {"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}
    assert "06:00–07:00" in text_of(ada.get("/portal/requests/explain/", span))
    ada.post("/portal/requests/explain/", span | {"reason": "The headset broke"})
    row = AdherenceException.objects.get()
    assert (row.status, row.agent) == ("REQUESTED", floor.agents["Ada Day"])
    again = ada.post("/portal/requests/explain/", span | {"reason": "Again"})
    assert "asked for already" in text_of(again)
    client.force_login(floor.planner)
    assert "The headset broke" in text_of(client.get("/adherence/explained/"))
    client.post(f"/adherence/explained/{row.pk}/decide/", {"decision": "approve"})
    row.refresh_from_db()
    assert (row.status, row.decided_by) == ("APPROVED", floor.planner)
    late = client.post(
        f"/adherence/explained/{row.pk}/decide/", {"decision": "decline"}, follow=True
    )
    assert "decided before: approved" in text_of(late)
    client.force_login(floor.users["Ada Day"])
    assert "approved" in text_of(client.get("/portal/requests/"))
    taken = client.post(f"/portal/requests/explain/{row.pk}/withdraw/", follow=True)
    assert "decided before" in text_of(taken)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (2, 3, "has not happened yet"),
        (-3, -4, "must end after it begins"),
        (-40, -10, "24 hours at most"),
        (-24 * 40, -24 * 40 + 1, "more than 30 days ago"),
    ],
)
def test_what_cannot_be_explained(floor, ada, first, last, words):
    span = {
        "starts_at": (NOW + timedelta(hours=first)).isoformat(),
        "ends_at": (NOW + timedelta(hours=last)).isoformat(),
        "reason": "Because",
    }
    assert words in text_of(ada.post("/portal/requests/explain/", span))
    assert not AdherenceException.objects.exists()


def test_an_explanation_is_taken_back_before_it_is_decided(floor, ada):
    span = {
        "starts_at": (NOW - timedelta(hours=2)).isoformat(),
        "ends_at": (NOW - timedelta(hours=1)).isoformat(),
    }
    ada.post("/portal/requests/explain/", span | {"reason": "Wrong button"})
    row = AdherenceException.objects.get()
    ada.post(f"/portal/requests/explain/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.status == "DECLINED"


def test_people_who_are_no_agents_are_told_so(floor, client):
    with system_tenant():
        client.force_login(make_user("agent"))
    for page in ("shifts", "requests", "requests/time-off"):
        answer = client.get(f"/portal/{page}/")
        assert answer.status_code == 404
        assert "You are not scheduled" in answer.content.decode()
