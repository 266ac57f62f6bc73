"""Open shifts, overtime and voluntary time off as planners offer and agents take them."""

from datetime import date, timedelta

import pytest
import time_machine

from scheduling.models import OpenShift, Shift, ShiftActivity, ShiftBid, ShiftChange
from scheduling.services.open_shifts import award_due
from scheduling.tasks import close_requests
from tests.factories import org
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW, curve, reason
from wfm.org.models import AgentSkill
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def offer(api, floor, *, day=3, hours=(8, 16.5), **body):
    defaults = {
        "kind": "OPEN",
        "operational_date": (make.MONDAY + timedelta(days=day)).isoformat(),
        "starts_at": (make.at(day) + timedelta(hours=hours[0])).isoformat(),
        "ends_at": (make.at(day) + timedelta(hours=hours[1])).isoformat(),
        "queue": floor.queue.pk,
    }
    status, row = api("planner", "post", "open-shifts/", **defaults | body)
    assert status == 201, row
    return row["id"]


def shifts_of(floor, name, day):
    with system_tenant():
        rows = Shift.objects.filter(
            agent=floor.agents[name],
            is_published=True,
            operational_date=make.MONDAY + timedelta(days=day),
        )
        return list(rows.order_by("starts_at"))


def test_the_first_claim_takes_the_shift_with_its_breaks_and_the_next_is_late(api, floor):
    pk = offer(api, floor)
    assert [row["id"] for row in api("Ada Day", "get", "my-offers/")[1]["results"]] == [pk]
    status, bid = api("Ada Day", "post", f"my-offers/{pk}/claim/")
    assert (status, bid["status"], bid["answer"]) == (
        200,
        "WON",
        "Given: first come, first served.",
    )
    [shift] = shifts_of(floor, "Ada Day", 3)
    with system_tenant():
        parts = ShiftActivity.objects.filter(shift=shift).order_by("starts_at")
        assert [p.activity_code.key for p in parts] == ["work", "lunch", "work"]
        assert {p.queue for p in parts if p.activity_code.is_work} == {floor.queue}
        assert ShiftChange.objects.get().kind == "CLAIM"
    status, body = api("Ben Early", "post", f"my-offers/{pk}/claim/")
    assert (status, reason(body)) == (409, "Others were faster: all places have been given.")
    assert api("planner", "get", f"open-shifts/{pk}/")[1]["status"] == "AWARDED"


def test_a_claim_that_breaks_a_rule_is_refused_with_the_rule(api, floor):
    pk = offer(api, floor, day=0)
    status, body = api("Ada Day", "post", f"my-offers/{pk}/claim/")
    assert (status, reason(body)) == (409, "Ada Day: Overlaps another shift of the same person.")
    with system_tenant():
        AgentSkill.objects.filter(agent=floor.agents["Dan Night"]).delete()
    status, body = api("Dan Night", "post", f"my-offers/{pk}/claim/")
    assert "Serves a queue whose skill" in reason(body)
    assert api("Cleo Late", "post", f"my-offers/{pk}/claim/")[0] == 200
    status, body = api("Cleo Late", "post", f"my-offers/{pk}/claim/")
    assert status == 409


def test_nobody_claims_twice_and_two_places_go_to_two(api, floor):
    pk = offer(api, floor, people=2)
    assert api("Ada Day", "post", f"my-offers/{pk}/claim/")[0] == 200
    status, body = api("Ada Day", "post", f"my-offers/{pk}/claim/")
    assert (status, reason(body)) == (409, "You have this offer already.")
    assert api("Ben Early", "post", f"my-offers/{pk}/claim/")[0] == 200
    assert api("planner", "get", f"open-shifts/{pk}/")[1]["places_left"] == 0


def test_an_offer_is_for_its_team_or_its_person(api, floor):
    with system_tenant():
        other = org.make_team(name="Elsewhere")
    teams = offer(api, floor, team=other.pk)
    hers = offer(api, floor, for_agent=floor.agents["Ben Early"].pk)
    assert api("Ada Day", "get", "my-offers/")[1]["results"] == []
    assert api("Ada Day", "post", f"my-offers/{teams}/claim/")[0] == 404
    assert api("Ben Early", "post", f"my-offers/{hers}/claim/")[0] == 200


def test_overtime_lengthens_the_shift_beside_it(api, floor):
    pk = offer(api, floor, kind="OVERTIME", day=0, hours=(16.5, 18.5), price_per_hour="12.50")
    status, _bid = api("Ada Day", "post", f"my-offers/{pk}/claim/")
    assert status == 200
    [shift] = shifts_of(floor, "Ada Day", 0)
    assert (shift.ends_at, shift.paid_minutes) == (make.at(0, 18, 30), 630)
    with system_tenant():
        assert ShiftChange.objects.get().kind == "OVERTIME"
    inside = offer(api, floor, kind="OVERTIME", day=0, hours=(9, 10))
    status, body = api("Ben Early", "post", f"my-offers/{inside}/claim/")
    assert (status, reason(body)) == (409, "You work at that time already.")


def test_overtime_still_keeps_the_rest_of_the_contract(api, floor):
    pk = offer(api, floor, kind="OVERTIME", day=0, hours=(16.5, 22.5))
    status, body = api("Ada Day", "post", f"my-offers/{pk}/claim/")
    assert (status, reason(body)) == (
        409,
        "Ada Day: Only 9.5 h of rest before this shift; the contract asks for 11.0 h.",
    )


def test_voluntary_time_off_cuts_the_end_or_takes_the_shift(api, floor):
    pk = offer(api, floor, kind="VTO", day=0, hours=(14, 18), people=2)
    assert api("Ada Day", "post", f"my-offers/{pk}/claim/")[0] == 200
    [shift] = shifts_of(floor, "Ada Day", 0)
    assert shift.ends_at == make.at(0, 14)
    status, body = api("Cleo Late", "post", f"my-offers/{pk}/claim/")
    assert (status, reason(body)) == (409, "You do not work at that time.")
    whole = offer(api, floor, kind="VTO", day=1, hours=(7, 17))
    assert api("Ben Early", "post", f"my-offers/{whole}/claim/")[0] == 200
    assert shifts_of(floor, "Ben Early", 1) == []
    middle = offer(api, floor, kind="VTO", day=2, hours=(10, 12))
    status, body = api("Ben Early", "post", f"my-offers/{middle}/claim/")
    assert reason(body) == "Only the beginning or the end of a shift can be taken away."


def bids(api, floor, rule, **body):
    closes = (NOW + timedelta(days=2)).isoformat()
    pk = offer(api, floor, rank_rule=rule, closes_at=closes, **body)
    for number, name in enumerate(("Ada Day", "Ben Early", "Dan Night")):
        with time_machine.travel(NOW + timedelta(minutes=number), tick=False):
            status, _bid = api(name, "post", f"my-offers/{pk}/bid/", rank=3 - number)
            assert status == 200
    return pk


@pytest.mark.parametrize(
    ("rule", "winner"),
    [("RANK", "Dan Night"), ("SENIORITY", "Ben Early"), ("FAIRNESS", "Dan Night")],
)
def test_a_rule_gives_the_place_when_bids_close(api, floor, rule, winner):
    with system_tenant():
        row = floor.agents["Ben Early"].assignments.get()
        row.starts_on = date(2001, 1, 1)
        row.save()
    pk = bids(api, floor, rule)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        close_requests()
    with system_tenant():
        answers = {bid.agent.name: bid.status for bid in ShiftBid.objects.all()}
        assert [name for name, status in answers.items() if status == "WON"] == [winner]
        assert sorted(answers.values()) == ["LOST", "LOST", "WON"]
    lost = next(name for name in answers if name != winner)
    told = api(lost, "get", "my-bids/")[1]["results"][0]["answer"]
    assert told.startswith("All places went to others: ")
    assert api("planner", "get", f"open-shifts/{pk}/")[1]["status"] == "AWARDED"


def test_the_lot_follows_its_seed(api, floor):
    first = bids(api, floor, "RANDOM", seed=1)
    answer = api("planner", "post", f"open-shifts/{first}/award/")[1]
    won = [bid["agent"] for bid in answer if bid["status"] == "WON"]
    from scheduling.core.rank_rules import lot  # noqa: PLC0415 - the oracle of this test alone

    people = [floor.agents[name].pk for name in ("Ada Day", "Ben Early", "Dan Night")]
    assert won == [min(people, key=lambda pk: lot(1, pk))]


def test_fairness_puts_those_behind_who_were_given_lately(api, floor):
    early = offer(api, floor, day=4)
    assert api("Ada Day", "post", f"my-offers/{early}/claim/")[0] == 200
    pk = offer(api, floor, rank_rule="FAIRNESS", closes_at=(NOW + timedelta(days=1)).isoformat())
    assert api("Ada Day", "post", f"my-offers/{pk}/bid/", rank=1)[0] == 200
    assert api("Ben Early", "post", f"my-offers/{pk}/bid/", rank=9)[0] == 200
    answer = api("planner", "post", f"open-shifts/{pk}/award/")[1]
    assert {bid["agent"]: bid["status"] for bid in answer} == {
        floor.agents["Ada Day"].pk: "LOST", floor.agents["Ben Early"].pk: "WON",
    }  # fmt: skip


def test_who_has_become_unable_is_passed_over_and_reads_why(api, floor):
    pk = bids(api, floor, "RANK")
    with system_tenant():
        make.make_time_off(floor.agents["Dan Night"], day=3)
    api("planner", "post", f"open-shifts/{pk}/award/")
    told = api("Dan Night", "get", "my-bids/")[1]["results"][0]
    assert (told["status"], told["answer"]) == (
        "LOST",
        "“Dan Night: Lies in granted time off.”",
    )
    assert api("Ben Early", "get", "my-bids/")[1]["results"][0]["status"] == "WON"


def test_bids_are_changed_taken_back_and_close(api, floor):
    pk = bids(api, floor, "RANK")
    own = api("Dan Night", "get", "my-bids/")[1]["results"][0]["id"]
    assert api("Dan Night", "post", f"my-bids/{own}/withdraw/")[1]["status"] == "WITHDRAWN"
    assert api("Dan Night", "post", f"my-bids/{own}/withdraw/")[0] == 409
    assert api("Dan Night", "post", f"my-offers/{pk}/bid/", rank=1)[0] == 200
    assert api("Dan Night", "post", f"my-offers/{pk}/claim/")[0] == 409
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        status, body = api("Ada Day", "post", f"my-offers/{pk}/bid/", rank=1)
        assert (status, reason(body)) == (409, "Bids have closed.")
    assert len(api("lead", "get", "bids/?status=MADE")[1]["results"]) == 3
    assert api("lead", "get", "bids/?agent=x")[0] == 400
    first = offer(api, floor, day=4)
    assert api("Ada Day", "post", f"my-offers/{first}/bid/", rank=1)[0] == 409


def test_an_offer_is_taken_back_or_ends_when_its_shift_begins(api, floor):
    pk = bids(api, floor, "RANK")
    assert api("planner", "post", f"open-shifts/{pk}/cancel/")[1]["status"] == "CANCELLED"
    assert api("planner", "post", f"open-shifts/{pk}/cancel/")[0] == 409
    assert api("planner", "post", f"open-shifts/{pk}/award/")[0] == 409
    assert api("Ada Day", "post", f"my-offers/{pk}/bid/", rank=1)[0] == 409
    offer(api, floor, day=3)
    with system_tenant():
        assert award_due(at=make.at(3, 9)) == 1
        assert OpenShift.objects.filter(status="CLOSED").count() == 1


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"day": 21}, 409, "No schedule is published for 2026-03-23."),
        ({"day": 0, "hours": (-200, -190)}, 409, "An offer begins in the future."),
        ({"rank_rule": "RANK"}, 400, "Bids need a closing time"),
        ({"people": 0}, 400, "At least one person must be wanted."),
        ({"hours": (9, 9)}, 400, "An offer must end after it starts."),
    ],
)
def test_offers_that_make_no_sense_are_refused(api, floor, body, status, sentence):
    day, hours = body.pop("day", 3), body.pop("hours", (8, 16.5))
    found, answer = api(
        "planner",
        "post",
        "open-shifts/",
        kind="OPEN",
        operational_date=(make.MONDAY + timedelta(days=day)).isoformat(),
        starts_at=(make.at(day) + timedelta(hours=hours[0])).isoformat(),
        ends_at=(make.at(day) + timedelta(hours=hours[1])).isoformat(),
        **body,
    )
    assert (found, sentence in reason(answer)) == (status, True)


def test_what_a_reoptimisation_found_is_offered_to_its_person_with_its_price(api, floor):
    with system_tenant():
        job = curve(floor)
    asked = {"job": job.pk, "kind": "overtime", "price_per_hour": "10.00"}
    status, rows = api("planner", "post", "open-shifts/candidates/", numbers=[0], **asked)
    assert status == 201
    assert (rows[0]["kind"], rows[0]["saved_cost"], rows[0]["price_per_hour"]) == (
        "OVERTIME",
        31.5,
        "10.00",
    )
    assert api("Ben Early", "get", "my-offers/")[1]["results"] == []
    assert api("planner", "post", "open-shifts/candidates/", numbers=[1], **asked)[0] == 409
    assert api("Ada Day", "post", f"my-offers/{rows[0]['id']}/claim/")[0] == 200
    status, body = api("planner", "post", "open-shifts/candidates/", numbers=[0], **asked)
    assert (status, "was changed since the curve" in reason(body)) == (409, True)
    asked["job"] = 10**9
    assert api("planner", "post", "open-shifts/candidates/", numbers=[0], **asked)[0] == 400
