"""Swaps as agents and leads meet them over REST."""

from datetime import timedelta

import pytest
import time_machine

from scheduling.models import Shift, ShiftChange, ShiftSwap, SwapStatus, TimeOff
from scheduling.queries.versions import staleness
from scheduling.services import copy_version
from scheduling.services.swaps import lapse_swaps
from scheduling.services.time_off import grant
from tests.factories import org
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW, reason
from wfm.org.models import AgentSkill, SeatPool
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def offer(api, floor, name="Ada Day", day=0, **body):
    status, swap = api(name, "post", "my-swaps/", shift=floor.shifts[name, day].pk, **body)
    assert status == 201, swap
    return swap["id"]


def owner_of(floor, name, day):
    with system_tenant():
        return Shift.objects.get(pk=floor.shifts[name, day].pk).agent.name


def test_a_shift_offered_to_all_goes_to_whoever_accepts_and_leaves_a_record(api, floor):
    pk = offer(api, floor, message="Dentist")
    status, seen = api("Cleo Late", "get", "my-swaps/")
    assert (status, [row["id"] for row in seen["results"]]) == (200, [pk])
    status, done = api("Cleo Late", "post", f"my-swaps/{pk}/accept/")
    assert (status, done["status"]) == (200, "DONE")
    assert done["answer"] == "Done; the rules allow it for both."
    assert owner_of(floor, "Ada Day", 0) == "Cleo Late"
    with system_tenant():
        change = ShiftChange.objects.get()
        assert (change.kind, change.why) == ("SWAP", "Ada Day to Cleo Late")
        assert change.changed_by == floor.users["Cleo Late"]
        assert [row["agent"] for row in (*change.before, *change.after)] == [
            floor.agents["Ada Day"].pk,
            floor.agents["Cleo Late"].pk,
        ]
        days = change.days.values_list("agent__name", "operational_date", "version_revision")
        assert sorted(days) == [("Ada Day", make.MONDAY, 1), ("Cleo Late", make.MONDAY, 1)]
        floor.version.refresh_from_db()
        assert floor.version.revision == 1


def test_the_second_who_accepts_reads_that_somebody_was_faster(api, floor):
    pk = offer(api, floor)
    assert api("Cleo Late", "post", f"my-swaps/{pk}/accept/")[0] == 200
    with system_tenant():
        ShiftSwap.objects.filter(pk=pk).update(to_agent=floor.agents["Dan Night"])
    status, body = api("Dan Night", "post", f"my-swaps/{pk}/accept/")
    assert (status, reason(body)) == (
        409,
        "Somebody else was faster: this shift has been taken.",
    )


def test_two_people_exchange_shifts(api, floor):
    back = floor.shifts["Cleo Late", 3]
    pk = offer(api, floor, return_shift=back.pk)
    assert api("Dan Night", "post", f"my-swaps/{pk}/accept/")[0] == 404
    status, done = api("Cleo Late", "post", f"my-swaps/{pk}/accept/")
    assert (status, done["status"], done["is_exchange"]) == (200, "DONE", True)
    assert owner_of(floor, "Ada Day", 0) == "Cleo Late"
    assert owner_of(floor, "Cleo Late", 3) == "Ada Day"
    with system_tenant():
        assert ShiftChange.objects.get().days.count() == 4


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        ("overlap", "Ben Early: Overlaps another shift of the same person."),
        ("skill", "Ben Early: Serves a queue whose skill this person does not have."),
        ("time_off", "Ben Early: Lies in granted time off."),
        ("rest", "Ben Early: Only 9.5 h of rest before this shift; the contract asks for 11.0 h."),
        ("availability", "Ben Early: Lies outside the hours in which this person can work."),
        ("start", "Ben Early: Starts outside the hours in which the contract's shifts start."),
        ("days", "Ben Early: 6 days in the week of 2026-03-02; the contract allows 5."),
    ],
)
def test_a_broken_rule_refuses_with_the_rule_and_the_person(api, floor, broken, sentence):
    with system_tenant():
        shift = floor.shifts["Cleo Late", 4]
        ben = floor.agents["Ben Early"]
        break_rule(floor, broken, ben)
    pk = offer(api, floor, "Cleo Late", 4, to_agent=ben.pk)
    status, body = api("Ben Early", "post", f"my-swaps/{pk}/accept/")
    assert status == 409
    assert sentence in reason(body)
    assert owner_of(floor, "Cleo Late", 4) == "Cleo Late"
    with system_tenant():
        assert ShiftSwap.objects.get().status == SwapStatus.OFFERED
        assert not ShiftChange.objects.exists()
        assert Shift.objects.get(pk=shift.pk).revision == shift.revision


def break_rule(floor, broken, ben):
    if broken == "overlap":
        floor.shift("Ben Early", 4, hour=10, published=True)
    elif broken == "skill":
        AgentSkill.objects.filter(agent=ben).delete()
    elif broken == "time_off":
        make.make_time_off(ben, day=4)
    elif broken == "rest":
        floor.shift("Ben Early", 3, hour=14, published=True)
    elif broken == "availability":
        ben.availabilities.create(weekday=4, is_available=False)
    elif broken == "start":
        floor.contract.shift_templates.update(earliest_start_minute=600)
    else:
        for day in (3, 5):
            floor.shift("Ben Early", day, published=True)


def test_the_giver_may_not_fall_below_the_contract_unless_the_setting_allows_it(api, floor):
    with system_tenant():
        floor.contract.weekly_minutes_min = 1500
        floor.contract.save()
        for day in (0, 1, 2):
            floor.shift("Cleo Late", day, published=True)
        floor.shifts["Cleo Late", 3].delete()
    pk = offer(api, floor)
    status, body = api("Dan Night", "post", f"my-swaps/{pk}/accept/")
    assert status == 409
    assert "Ada Day: 17.0 paid hours in the week of 2026-03-02; the contract asks for 25.0." in (
        reason(body)
    )
    with system_tenant():
        floor.policy(least_hours_bind=False)
    assert api("Dan Night", "post", f"my-swaps/{pk}/accept/")[0] == 200


def test_a_run_of_days_that_goes_on_into_the_next_week_counts(api, floor):
    with system_tenant():
        floor.contract.max_consecutive_days = 3
        floor.contract.save()
        later = make.make_version(monday=make.MONDAY + timedelta(days=7), status="PUBLISHED")
        for day in (7, 8):
            make.make_shift(
                version=later,
                agent=floor.agents["Ben Early"],
                starts_at=make.at(day, 8),
                ends_at=make.at(day, 16, 30),
                published=True,
            )
        for name, day in (("Cleo Late", 6), ("Ben Early", 5)):
            floor.shifts[name, day] = floor.shift(name, day, published=True)
    pk = offer(api, floor, "Cleo Late", 6, to_agent=floor.agents["Ben Early"].pk)
    status, body = api("Ben Early", "post", f"my-swaps/{pk}/accept/")
    assert (status, reason(body)) == (
        409,
        "Ben Early: Day 4 in a row; the contract allows 3.",
    )


def test_what_was_broken_before_does_not_stand_against_a_swap(api, floor):
    with system_tenant():
        floor.contract.max_consecutive_days = 1
        floor.contract.save()
    pk = offer(api, floor, "Dan Night", 4, to_agent=floor.agents["Ada Day"].pk)
    assert api("Ada Day", "post", f"my-swaps/{pk}/accept/")[0] == 200


def test_an_office_shift_needs_a_desk_at_the_takers_site(api, floor):
    with system_tenant():
        far = org.make_site(name="Far")
        SeatPool.objects.create(site=far, name="Hall", seats=1, starts_on=org.LONG_AGO)
        guest = org.make_agent(
            name="Eve Guest",
            team=org.make_team(site=far),
            employment_contract=floor.contract,
            skills=[floor.skill],
        )
        floor.agents["Eve Guest"], floor.users["Eve Guest"] = (
            guest,
            org.make_user("agent", agent=guest),
        )
        other = org.make_agent(name="Sitting", team=org.make_team(site=far))
        make.make_shift(
            version=floor.version,
            agent=other,
            starts_at=make.at(0, 9),
            ends_at=make.at(0, 10),
            site=far,
            published=True,
        )
        swap = ShiftSwap.objects.get(pk=offer(api, floor))
        ShiftSwap.objects.filter(pk=swap.pk).update(to_agent=guest)
    status, body = api("Eve Guest", "post", f"my-swaps/{swap.pk}/accept/")
    assert (status, reason(body)) == (409, "No desk is free at the site for the whole shift.")
    with system_tenant():
        SeatPool.objects.update(seats=2)
    assert api("Eve Guest", "post", f"my-swaps/{swap.pk}/accept/")[0] == 200
    with system_tenant():
        assert Shift.objects.get(pk=swap.shift_id).site == far


def test_shifts_that_have_begun_begin_too_soon_or_are_past_stay(api, floor):
    with time_machine.travel(make.at(0, 7, 30), tick=False):
        shift = floor.shifts["Ada Day", 0].pk
        status, body = api("Ada Day", "post", "my-swaps/", shift=shift)
        assert (status, reason(body)) == (
            409,
            "The shift begins in less than 60 minutes; that is too late to change it.",
        )
    pk = offer(api, floor)
    with time_machine.travel(make.at(0, 8), tick=False):
        status, body = api("Cleo Late", "post", f"my-swaps/{pk}/accept/")
        assert (status, reason(body)) == (
            409,
            "The shift has begun; what has begun or is past stays.",
        )
        with system_tenant():
            assert lapse_swaps(at=make.at(0, 8)) == 1
    assert api("Ada Day", "get", f"my-swaps/{pk}/")[1]["status"] == "LAPSED"


def test_a_shift_that_changed_since_it_was_offered_is_not_handed_over(api, floor):
    pk = offer(api, floor)
    with system_tenant():
        row = make.make_time_off(
            floor.agents["Ada Day"],
            starts_at=make.at(0, 14),
            ends_at=make.at(0, 20),
            status="REQUESTED",
        )
        grant(row=row, decided_by=floor.planner, decided_at=NOW)
    status, body = api("Cleo Late", "post", f"my-swaps/{pk}/accept/")
    assert (status, reason(body)) == (
        409,
        "This shift has changed meanwhile. Look at it again.",
    )


def test_the_lead_decides_where_the_setting_says_so_and_only_once(api, floor):
    with system_tenant():
        floor.policy(swap_review="LEAD")
    pk = offer(api, floor)
    status, body = api("Cleo Late", "post", f"my-swaps/{pk}/accept/")
    assert (status, body["status"]) == (200, "ACCEPTED")
    assert owner_of(floor, "Ada Day", 0) == "Ada Day"
    status, body = api("lead", "post", f"swaps/{pk}/decide/", is_approved=True, note="Fine")
    assert (status, body["answer"]) == (200, "Granted by Lea Lead. “Fine”")
    assert owner_of(floor, "Ada Day", 0) == "Cleo Late"
    status, body = api("lead", "post", f"swaps/{pk}/decide/", is_approved=False)
    assert status == 409


def test_the_rules_are_judged_again_when_the_lead_approves(api, floor):
    with system_tenant():
        floor.policy(swap_review="LEAD")
    pk = offer(api, floor)
    assert api("Cleo Late", "post", f"my-swaps/{pk}/accept/")[0] == 200
    with system_tenant():
        make.make_time_off(floor.agents["Cleo Late"], day=0)
    status, body = api("lead", "post", f"swaps/{pk}/decide/", is_approved=True)
    assert (status, reason(body)) == (409, "Cleo Late: Lies in granted time off.")
    status, body = api("lead", "post", f"swaps/{pk}/decide/", is_approved=False)
    assert (status, body["status"], body["answer"]) == (200, "DECLINED", "Declined by Lea Lead.")


def test_offers_are_taken_back_turned_down_and_made_once(api, floor):
    cleo = floor.agents["Cleo Late"].pk
    pk = offer(api, floor, to_agent=cleo)
    status, body = api("Ada Day", "post", "my-swaps/", shift=floor.shifts["Ada Day", 0].pk)
    assert (status, reason(body)) == (409, "This shift is offered already.")
    assert api("Dan Night", "post", f"my-swaps/{pk}/accept/")[0] == 404
    status, body = api("Cleo Late", "post", f"my-swaps/{pk}/withdraw/")
    assert status == 400
    status, body = api("Cleo Late", "post", f"my-swaps/{pk}/refuse/")
    assert (status, body["answer"]) == (200, "Cleo Late does not want it.")
    again = offer(api, floor, to_agent=cleo)
    status, body = api("Ada Day", "post", f"my-swaps/{again}/withdraw/")
    assert (status, body["status"]) == (200, "WITHDRAWN")
    for act in ("withdraw", "accept"):
        assert api("Ada Day", "post", f"my-swaps/{again}/{act}/")[0] == 409


def test_nobody_offers_what_is_not_theirs(api, floor):
    theirs = floor.shifts["Ben Early", 0].pk
    assert api("Ada Day", "post", "my-swaps/", shift=theirs)[0] == 400
    own = floor.shifts["Ada Day", 0].pk
    assert api("Ada Day", "post", "my-swaps/", shift=own, to_agent=10**9)[0] == 400
    me = floor.agents["Ada Day"].pk
    assert api("Ada Day", "post", "my-swaps/", shift=own, to_agent=me)[0] == 409
    assert api("Ada Day", "post", "my-swaps/", shift=own, return_shift=own)[0] == 409
    pk = offer(api, floor)
    status, body = api("Ada Day", "post", f"my-swaps/{pk}/accept/")
    assert (status, reason(body)) == (409, "This is your own offer.")


def test_an_agent_sees_who_may_take_a_shift_and_a_colleagues_shifts(api, floor):
    pk = floor.shifts["Ada Day", 0].pk
    status, rows = api("Ada Day", "get", f"my-shifts/{pk}/takers/")
    assert status == 200
    assert {row["name"]: row["may_take"] for row in rows} == {
        "Ben Early": False, "Cleo Late": True, "Dan Night": True,
    }  # fmt: skip
    assert rows[0]["reason"] == "Ben Early: Overlaps another shift of the same person."
    cleo = floor.agents["Cleo Late"].pk
    status, rows = api("Ada Day", "get", f"colleague-shifts/?agent={cleo}")
    assert (status, len(rows)) == (200, 2)
    assert api("Ada Day", "get", "colleague-shifts/?agent=x")[0] == 400
    status, rows = api("Ada Day", "get", "my-shifts/")
    assert [row["id"] for row in rows["results"]] == [
        floor.shifts["Ada Day", day].pk for day in (0, 1, 2)
    ]


def test_an_agent_sees_which_shifts_may_be_exchanged(api, floor):
    pk, cleo = floor.shifts["Ada Day", 0].pk, floor.agents["Cleo Late"].pk
    status, rows = api("Ada Day", "get", f"my-shifts/{pk}/exchanges/?agent={cleo}")
    assert status == 200
    may = {row["shift"]: row["may_exchange"] for row in rows}
    assert set(may) == {
        shift.pk for (name, _day), shift in floor.shifts.items() if name == "Cleo Late"
    }
    assert all(row["may_exchange"] == (row["reason"] == "") for row in rows)
    chosen = next(number for number, is_possible in may.items() if is_possible)
    assert api("Ada Day", "post", "my-swaps/", shift=pk, return_shift=chosen)[0] == 201
    assert api("Ada Day", "get", f"my-shifts/{pk}/exchanges/?agent=x")[0] == 400
    theirs = floor.shifts["Ben Early", 0].pk
    assert api("Ada Day", "get", f"my-shifts/{theirs}/exchanges/?agent={cleo}")[0] == 404


def test_a_lead_of_another_team_sees_no_swap(api, floor):
    pk = offer(api, floor)
    with system_tenant():
        floor.users["stranger"] = org.make_user("team_lead", team=org.make_team())
    assert api("stranger", "get", "swaps/")[1]["results"] == []
    assert api("stranger", "post", f"swaps/{pk}/decide/", is_approved=True)[0] == 404
    assert api("lead", "get", "swaps/?status=OFFERED")[1]["results"][0]["id"] == pk
    assert api("lead", "get", "shift-changes/")[1]["results"] == []


def test_time_off_that_is_asked_for_meanwhile_is_seen_by_the_judge(api, floor):
    pk = offer(api, floor)
    with system_tenant():
        row = make.make_time_off(floor.agents["Cleo Late"], day=0, status="REQUESTED")
        assert TimeOff.objects.get(pk=row.pk).status == "REQUESTED"
    assert api("Cleo Late", "post", f"my-swaps/{pk}/accept/")[0] == 200


def test_a_draft_says_that_publishing_it_would_undo_a_swap(api, floor):
    with system_tenant():
        with time_machine.travel(NOW - timedelta(hours=1), tick=False):
            draft = copy_version(version=floor.version, created_by=None)
        assert staleness(draft) == []
    pk = offer(api, floor)
    assert api("Cleo Late", "post", f"my-swaps/{pk}/accept/")[0] == 200
    with system_tenant():
        [told] = staleness(draft)
        assert told == (
            "Published shifts changed since this draft was made (swaps, claims, time off): 1. "
            "Publishing it would undo that."
        )
        floor.version.refresh_from_db()
        assert staleness(floor.version) == []
