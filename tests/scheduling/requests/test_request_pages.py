"""The planner's and the lead's pages: requests, settings, open shifts."""

import re
from datetime import date, timedelta

import pytest

from scheduling.models import (
    OpenShift,
    RequestPolicy,
    ShiftSwap,
    TimeOff,
    TimeOffEntitlement,
    TimeOffKind,
    TimeOffLimit,
)
from tests.factories import org
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW, curve
from wfm.org.models import Agent
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["time-off-kinds", "time-off-balances", "time-off-limits", "request-reviews"]


@pytest.fixture
def page(floor, client):
    """Return `get(path, who)` with the page's text, tags taken out."""

    def get(path, who="lead"):
        client.force_login({"lead": floor.lead, "planner": floor.planner}[who])
        answer = client.get(path)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    return get


def asked(floor, name="Ada Day", *, day=0, status="REQUESTED", **fields):
    return make.make_time_off(
        floor.agents[name], day=day, status=status, requested_at=NOW, paid_minutes=0, **fields
    )


def test_all_kinds_stand_on_one_list_with_what_they_do_to_cover(api, floor, page):
    with system_tenant():
        asked(floor, reason="Sea")
        floor.policy(swap_review="LEAD")
    api("Ben Early", "post", "my-swaps/", shift=floor.shifts["Ben Early", 1].pk)
    api(
        "Cleo Late", "post", "my-requests/availability/",
        starts_on="2026-04-06", rows=[{"weekday": 4, "is_available": False}],
    )  # fmt: skip
    api("Dan Night", "post", "my-requests/wish/", kind="START", weekday=2)
    closes = (NOW + timedelta(days=1)).isoformat()
    offer = api(
        "planner", "post", "open-shifts/", kind="OPEN", operational_date="2026-03-05",
        starts_at=make.at(3, 8).isoformat(), ends_at=make.at(3, 16, 30).isoformat(),
        queue=floor.queue.pk, rank_rule="RANK", closes_at=closes,
    )[1]["id"]  # fmt: skip
    api("Dan Night", "post", f"my-offers/{offer}/bid/", rank=2)
    text = page("/schedule/requests/?state=all")
    for told in (
        "Ada Day Time off: Vacation",
        "“Sea”",
        # Two people of two from 8 to 16:30 of ten hours: 3 hours short, 8.5 more without her.
        "costs cover These days: 20.0 h required, 17.0 h staffed; 3.0 h short, then 11.5 h.",
        "Ben Early Swaps: to all",
        "Cover stays as it is",
        "Cleo Late Availability and wishes: Friday not at all",
        "start 00:00–00:00: Wednesday",
        "Dan Night Bids: open shift, rank 2",
        "helps cover",
    ):
        assert told in text, told


def test_the_filters_stand_in_the_address(api, floor, page):
    with system_tenant():
        asked(floor)
        asked(floor, "Ben Early", status="DECLINED")
        asked(floor, "Cleo Late", status="WAITLISTED")
        other = org.make_team(name="Elsewhere")
    assert "Ada Day" in page("/schedule/requests/")
    assert "Ben Early" not in page("/schedule/requests/")
    assert "Ben Early" in page("/schedule/requests/?state=decided")
    waiting = page("/schedule/requests/?state=waiting")
    assert ("Cleo Late" in waiting, "Ada Day" in waiting) == (True, False)
    assert "place 1 on the waitlist" in waiting
    assert "Nothing to decide" in page("/schedule/requests/?kind=swap")
    assert "Nothing to decide" in page(f"/schedule/requests/?team={other.pk}")
    assert "Ada Day" in page(f"/schedule/requests/?team={floor.team.pk}&kind=time-off")


@pytest.mark.parametrize("query", ["kind=secret", "state=x", "team=999999"])
def test_an_unknown_filter_is_not_found(floor, client, query):
    client.force_login(floor.lead)
    assert client.get(f"/schedule/requests/?{query}").status_code == 404


def decide(client, kind, pk, decision="approve", **body):
    return client.post(
        f"/schedule/requests/{kind}/{pk}/decide/", {"decision": decision, **body}, follow=True
    ).content.decode()


def test_the_lead_grants_declines_and_reads_why_not(api, floor, client):
    with system_tenant():
        TimeOffLimit.objects.create(name="Summer", starts_on=date(2026, 1, 1), most_people=0)
        row = asked(floor)
    client.force_login(floor.lead)
    assert "0 of at most 0 people are off already" in decide(client, "time-off", row.pk)
    assert "Granted." in decide(
        client, "time-off", row.pk, "above", next="/schedule/requests/?state=all"
    )
    assert "decided before" in decide(client, "time-off", row.pk, "decline")
    with system_tenant():
        assert TimeOff.objects.get().decided_by == floor.lead
        floor.policy(swap_review="LEAD")
    pk = api("Ben Early", "post", "my-swaps/", shift=floor.shifts["Ben Early", 1].pk)[1]["id"]
    api("Cleo Late", "post", f"my-swaps/{pk}/accept/")
    assert "Declined." in decide(
        client, "swap", pk, "decline", note="Not now", next="https://elsewhere.example/"
    )
    with system_tenant():
        assert ShiftSwap.objects.get().answer[1]["values"] == {"text": "Not now"}
    request = api("Ada Day", "post", "my-requests/availability/", starts_on="2026-04-06", rows=[])[
        1
    ]["id"]
    assert "Granted." in decide(client, "availability", request)
    assert client.post(f"/schedule/requests/bid/{pk}/decide/").status_code == 404
    assert client.post(f"/schedule/requests/swap/{10**9}/decide/").status_code == 404


def test_who_may_not_decide_sees_no_button_and_is_refused(floor, client):
    with system_tenant():
        row = asked(floor)
        reader = org.make_user("hr")
    client.force_login(reader)
    text = client.get("/schedule/requests/").content.decode()
    assert ("Ada Day" in text, "/decide/" in text) == (True, False)
    answer = client.post(f"/schedule/requests/time-off/{row.pk}/decide/", {"decision": "approve"})
    assert answer.status_code == 403


def test_a_lead_of_another_team_sees_none_of_it(floor, client):
    with system_tenant():
        row = asked(floor)
        stranger = org.make_user("team_lead", team=org.make_team())
    client.force_login(stranger)
    assert b"Ada Day" not in client.get("/schedule/requests/?state=all").content
    answer = client.post(f"/schedule/requests/time-off/{row.pk}/decide/", {"decision": "approve"})
    assert answer.status_code == 404


def test_the_list_costs_as_many_queries_for_three_requests_as_for_one(
    floor, client, django_assert_max_num_queries
):
    client.force_login(floor.lead)
    with system_tenant():
        asked(floor, status="DECLINED")
    client.get("/schedule/requests/?state=all")
    with django_assert_max_num_queries(60) as one:
        client.get("/schedule/requests/?state=all")
    with system_tenant():
        for name in ("Ben Early", "Cleo Late"):
            asked(floor, name, status="DECLINED")
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get("/schedule/requests/?state=all")


@pytest.mark.parametrize("kind", KINDS)
def test_settings_have_pages_with_chinese_labels(floor, client, kind):
    client.force_login(floor.planner)
    with system_tenant():
        floor.entitle("Ada Day")
        floor.policy()
        TimeOffLimit.objects.create(
            name="Summer", starts_on=date(2026, 1, 1), most_people=2, weekdays="04"
        )
    text = client.get(f"/schedule/rules/{kind}/").content.decode()
    assert "Requests: " in text
    assert "Shift templates" not in text


def test_planners_keep_settings_on_forms_and_a_higher_limit_serves_the_waitlist(api, floor, client):
    client.force_login(floor.planner)
    ada = floor.agents["Ada Day"]
    body = {
        "agent": ada.pk, "kind": floor.vacation.pk, "starts_on": "2026-01-01",
        "ends_on": "2027-01-01", "granted": "25", "carried": "0",
    }  # fmt: skip
    assert client.post("/schedule/rules/time-off-balances/", body).status_code == 302
    limit = {
        "name": "Summer", "most_people": "0", "starts_on": "2026-01-01", "weekdays": list("0123456"),
        "starts_minute": "00:00", "ends_minute": "", "waitlist_rule": "FIFO",
    }  # fmt: skip
    assert client.post("/schedule/rules/time-off-limits/", limit).status_code == 302
    with system_tenant():
        row = TimeOffLimit.objects.get()
        assert (row.weekdays, row.ends_minute) == ("0123456", 1440)
    status, told = api(
        "Ada Day", "post", "my-time-off/", kind=floor.vacation.pk,
        starts_at=make.at(0).isoformat(), ends_at=make.at(1).isoformat(),
    )  # fmt: skip
    assert (status, told["status"]) == (201, "WAITLISTED")
    limit["most_people"] = "1"
    assert client.post(f"/schedule/rules/time-off-limits/{row.pk}/", limit).status_code == 302
    with system_tenant():
        assert TimeOff.objects.get().status == "APPROVED"
        entitlement = TimeOffEntitlement.objects.get()
    kind = client.get(f"/schedule/rules/time-off-kinds/{floor.vacation.pk}/")
    assert kind.context["form"].fields["unit"].disabled
    delete = f"/schedule/rules/time-off-limits/{row.pk}/delete/"
    assert client.post(delete).status_code == 302
    with system_tenant():
        assert not TimeOffLimit.objects.exists()
        assert (entitlement.granted, TimeOffKind.objects.count()) == (25, 1)
    review = {
        "swap_review": "LEAD", "swap_notice_minutes": "30", "availability_review": "LEAD",
        "availability_notice_days": "7", "wish_review": "AUTOMATIC",
    }  # fmt: skip
    assert client.post("/schedule/rules/request-reviews/", review).status_code == 302
    again = client.post("/schedule/rules/request-reviews/", review)
    assert b"There is such a row already" in again.content
    with system_tenant():
        assert RequestPolicy.objects.get().swap_notice_minutes == 30


def test_planners_offer_shifts_see_bids_and_give_the_places(api, floor, client):
    client.force_login(floor.planner)
    body = {
        "kind": "OPEN", "starts_at": "2026-03-05T08:00", "ends_at": "2026-03-05T16:30",
        "people": "1", "queue": floor.queue.pk, "place": "OFFICE", "rank_rule": "RANK",
        "closes_at": "2026-03-01T12:00", "note": "Peak",
    }  # fmt: skip
    assert client.post("/schedule/open-shifts/", body).status_code == 302
    with system_tenant():
        offer = OpenShift.objects.get()
        assert offer.operational_date == date(2026, 3, 5)
    api("Ada Day", "post", f"my-offers/{offer.pk}/bid/", rank=1)
    api("Dan Night", "post", f"my-offers/{offer.pk}/bid/", rank=2)
    with system_tenant():
        make.make_time_off(floor.agents["Ada Day"], day=3)
    text = client.get(f"/schedule/open-shifts/{offer.pk}/").content.decode()
    assert "Ada Day: Lies in granted time off." in text
    assert "h short, then" in text
    listed = client.get("/schedule/open-shifts/").content.decode()
    assert "0 / 1" in listed
    done = client.post(f"/schedule/open-shifts/{offer.pk}/award/", follow=True).content.decode()
    assert "The places have been given." in done
    again = client.post(f"/schedule/open-shifts/{offer.pk}/cancel/", follow=True)
    assert "Others were faster" in again.content.decode()
    assert client.post(f"/schedule/open-shifts/{offer.pk}/burn/").status_code == 404


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"starts_at": "2026-06-05T08:00", "ends_at": "2026-06-05T16:00"}, "No schedule is published"),
        ({"rank_rule": "RANK"}, "Bids need a closing time"),
    ],
)  # fmt: skip
def test_an_offer_that_makes_no_sense_stays_on_the_form(floor, client, change, sentence):
    client.force_login(floor.planner)
    body = {
        "kind": "OPEN", "starts_at": "2026-03-05T08:00", "ends_at": "2026-03-05T16:30",
        "people": "1", "place": "OFFICE", "rank_rule": "FIRST",
    }  # fmt: skip
    answer = client.post("/schedule/open-shifts/", body | change)
    assert (answer.status_code, sentence in answer.content.decode()) == (200, True)
    with system_tenant():
        assert not OpenShift.objects.exists()


def test_a_lead_reads_offers_but_has_no_form(floor, client):
    client.force_login(floor.lead)
    assert client.get("/schedule/open-shifts/").context["form"] is None
    assert client.post("/schedule/open-shifts/", {"kind": "OPEN"}).status_code == 200
    with system_tenant():
        assert not OpenShift.objects.exists()
        assert Agent.objects.count() == 4


def test_a_candidate_of_a_reoptimisation_is_offered_from_its_page(floor, client):
    with system_tenant():
        job = curve(floor)
    client.force_login(floor.planner)
    text = client.get(f"/schedule/{floor.version.pk}/reoptimise/").content.decode()
    address = f"/schedule/open-shifts/from/{job.pk}/overtime/0/"
    assert address in text
    assert "Offered." in client.post(address, follow=True).content.decode()
    with system_tenant():
        assert OpenShift.objects.get().for_agent == floor.agents["Ada Day"]
    missing = client.post(f"/schedule/open-shifts/from/{job.pk}/overtime/7/", follow=True)
    assert "Expected offers from 0 to 0." in missing.content.decode()
    assert client.post(f"/schedule/open-shifts/from/{job.pk}/secret/0/").status_code == 404
