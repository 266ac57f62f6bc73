"""Time off as agents ask for it and leads decide it."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection

from scheduling.models import (
    RequestPolicy,
    Shift,
    ShiftActivity,
    ShiftChange,
    TimeOff,
    TimeOffLimit,
    TimeOffStatus,
)
from scheduling.queries.time_off import assignment_on, charges_of, days_off
from scheduling.services.time_off import ask_time_off, grant, withdraw_time_off
from tests.factories import org
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW, reason
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


def ask(api, floor, name="Ada Day", *, day=0, days=1, **body):
    return api(
        name,
        "post",
        body.pop("path", "my-time-off/"),
        kind=body.pop("kind", floor.vacation).pk,
        starts_at=make.at(day).isoformat(),
        ends_at=make.at(day + days).isoformat(),
        **body,
    )


def limit(**fields):
    return TimeOffLimit.objects.create(
        **{"name": "Summer", "starts_on": date(2026, 1, 1), "most_people": 1} | fields
    )


def balance(api, name="Ada Day"):
    status, rows = api(name, "get", "my-balances/?from=2026-03-02&to=2026-03-02")
    assert status == 200
    return rows[0]


def test_time_off_is_granted_at_once_and_the_published_shift_goes(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
    status, row = ask(api, floor, day=0, days=2, reason="Sea")
    assert (status, row["status"]) == (201, "APPROVED")
    assert row["answer"] == "Granted at once: balance, limits and notice allow it."
    assert row["paid_minutes"] == 1020
    told = balance(api)
    assert (told["taken"], told["pending"], told["free"]) == (2, 0, 23)
    with system_tenant():
        left = Shift.objects.filter(agent=floor.agents["Ada Day"], is_published=True)
        assert [shift.operational_date for shift in left] == [make.MONDAY + timedelta(days=2)]
        change = ShiftChange.objects.get()
        assert (change.kind, change.why, change.after) == ("TIME_OFF", "Vacation", [])
        assert len(change.before) == 2


@pytest.mark.parametrize(
    ("hours", "left"),
    [((14, 20), (8, 14)), ((4, 10), (10, 16.5))],
)
def test_time_off_at_an_end_cuts_the_shift(floor, hours, left):
    with system_tenant():
        code = floor.vacation.activity_code
        row = TimeOff(
            agent=floor.agents["Ada Day"],
            activity_code=code,
            starts_at=make.at(0, hours[0]),
            ends_at=make.at(0, hours[1]),
        )
        grant(row=row, decided_by=floor.planner, decided_at=NOW)
        shift = Shift.objects.get(pk=floor.shifts["Ada Day", 0].pk)
        assert (shift.starts_at, shift.ends_at) == (
            make.at(0) + timedelta(hours=left[0]),
            make.at(0) + timedelta(hours=left[1]),
        )
        assert shift.paid_minutes == (left[1] - left[0]) * 60
        assert row.answer[0]["values"] == {"name": "Pat Planner"}


def test_time_off_in_the_middle_becomes_an_activity_of_the_shift(floor):
    with system_tenant():
        code = floor.vacation.activity_code
        row = TimeOff(
            agent=floor.agents["Ada Day"],
            activity_code=code,
            starts_at=make.at(0, 10),
            ends_at=make.at(0, 12),
        )
        grant(row=row, decided_by=floor.planner, decided_at=NOW)
        parts = ShiftActivity.objects.filter(shift=floor.shifts["Ada Day", 0]).order_by("starts_at")
        assert [(p.activity_code.key, p.starts_at.hour, p.ends_at.hour) for p in parts] == [
            ("work", 8, 10),
            ("vacation", 10, 12),
            ("work", 12, 16),
        ]


@pytest.fixture
def _as_system(floor):
    with system_tenant():
        yield


@pytest.mark.usefixtures("_as_system")
def test_the_morning_of_a_night_shift_is_charged_to_the_day_it_began_on(floor):
    """Local Tuesday off by its hours alone: six hours of Monday's night, two of Tuesday's."""
    for day in (7, 8):
        floor.shift("Ada Day", day, hour=22, minutes=480, published=True)
    assignment = assignment_on(floor.agents["Ada Day"].pk, make.at(8, 0).date())
    charges = charges_of(assignment, make.at(8, 0), make.at(9, 0))
    assert [(charge.date.day, charge.minutes) for charge in charges] == [(9, 360), (10, 120)]


@pytest.mark.usefixtures("_as_system")
def test_the_end_of_a_night_costs_nothing_of_the_day_it_reaches_into(floor):
    """The day after the night is not published yet, and not asked for."""
    night = floor.shift("Ada Day", 8, hour=22, minutes=480, published=True)
    assignment = assignment_on(floor.agents["Ada Day"].pk, make.at(8, 0).date())
    charges = charges_of(assignment, make.at(8, 6), night.ends_at)
    assert [(charge.date.day, charge.minutes) for charge in charges] == [(10, 480)]


@pytest.mark.usefixtures("_as_system")
def test_a_day_off_by_its_operational_day(floor):
    ada, floor_shift = floor.agents["Ada Day"].pk, floor.shift
    span = days_off(ada, date(2026, 3, 10), date(2026, 3, 11), "UTC")
    assert (span.starts_at, span.ends_at) == (make.at(8, 0), make.at(10, 0))
    floor_shift("Ada Day", 7, hour=22, minutes=480, published=True)
    early = floor_shift("Ada Day", 10, hour=0, minutes=300, published=True)
    Shift.objects.filter(pk=early.pk).update(starts_at=make.at(9, 23))  # begins the evening before
    span = days_off(ada, date(2026, 3, 10), date(2026, 3, 11), "UTC")
    assert (span.starts_at, span.ends_at) == (make.at(8, 6), make.at(9, 23))


def test_a_day_without_a_shift_in_a_published_week_costs_nothing(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
    status, row = ask(api, floor, day=0, days=7)
    assert (status, row["paid_minutes"], balance(api)["taken"]) == (201, 1530, 3)


def test_unpublished_days_cost_the_contracts_day_at_most_its_days_a_week(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
    assert ask(api, floor, day=14, days=7)[0] == 201
    told = balance(api)
    assert told["taken"] == 5
    with system_tenant():
        row = TimeOff.objects.get()
        assert [charge.minutes for charge in row.charges.order_by("date")] == [510] * 5


def test_a_balance_in_minutes_counts_part_of_a_day(api, floor):
    with system_tenant():
        hours = floor.kind("comp", unit="MINUTES")
        floor.entitle("Ada Day", kind=hours, granted=600)
    status, row = api(
        "Ada Day",
        "post",
        "my-time-off/",
        kind=hours.pk,
        starts_at=make.at(0, 14).isoformat(),
        ends_at=make.at(0, 16, 30).isoformat(),
    )
    assert (status, row["status"], row["paid_minutes"]) == (201, "APPROVED", 150)
    assert balance(api)["free"] == 450


def test_too_little_balance_sends_the_request_to_the_lead_and_stays_pending(api, floor):
    with system_tenant():
        floor.entitle("Ada Day", granted=2)
    status, row = ask(api, floor, day=0, days=3)
    assert (status, row["status"]) == (201, "REQUESTED")
    assert row["answer"] == (
        "Sent to the team lead: 3 days are asked for, 2 are free in the period from Thu 1 Jan 2026; "
        "1 are missing."
    )
    assert (balance(api)["pending"], balance(api)["free"]) == (3, -1)
    status, decided = api("lead", "post", f"time-off/{row['id']}/decide/", is_approved=True)
    assert (status, decided["status"]) == (200, "APPROVED")
    assert (balance(api)["taken"], balance(api)["pending"]) == (3, 0)


def test_no_balance_at_all_names_the_kind_and_the_day(api, floor):
    status, row = ask(api, floor)
    assert (status, row["status"]) == (201, "REQUESTED")
    assert row["answer"] == (
        "Sent to the team lead: there is no balance of Vacation for Mon 2 Mar 2026."
    )


def test_a_kind_without_balance_needs_none(api, floor):
    with system_tenant():
        unpaid = floor.kind("unpaid", needs_balance=False)
    assert ask(api, floor, kind=unpaid)[1]["status"] == "APPROVED"


def test_what_was_carried_over_lapses(api, floor):
    with system_tenant():
        floor.entitle("Ada Day", granted=1, carried=2, carried_until=date(2026, 3, 4))
    assert ask(api, floor, day=0, days=2)[1]["status"] == "APPROVED"
    status, row = ask(api, floor, day=14, days=2)
    assert (status, row["status"]) == (201, "REQUESTED")
    assert "1 are missing" in row["answer"]
    with time_machine.travel(make.at(5), tick=False):
        assert balance(api)["lapsed"] == 0


def test_short_notice_and_the_leads_review_say_so(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
        floor.vacation.notice_days = 10
        floor.vacation.save()
    assert ask(api, floor)[1]["answer"] == (
        "Sent to the team lead: it begins in 7 days; from 10 days ahead it is granted at once."
    )
    with system_tenant():
        floor.vacation.review = "LEAD"
        floor.vacation.save()
    assert ask(api, floor, day=2)[1]["answer"] == (
        "Sent to the team lead, who decides each request of this kind."
    )


def test_a_full_limit_puts_on_the_waitlist_and_who_withdraws_lets_the_next_in(api, floor):
    with system_tenant():
        limit(team=floor.team)
        for name in ("Ada Day", "Ben Early", "Cleo Late"):
            floor.entitle(name)
    first = ask(api, floor)[1]
    status, second = ask(api, floor, "Ben Early")
    assert (status, second["status"], second["position"]) == (201, "WAITLISTED", 1)
    assert second["answer"] == (
        "On the waitlist: on Mon 2 Mar 2026, 1 of at most 1 people are off already (“Summer”)."
    )
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        third = ask(api, floor, "Cleo Late")[1]
    assert third["position"] == 2
    told = ask(api, floor, "Dan Night", path="my-time-off/check/")[1]
    assert (told["status"], told["position"]) == ("WAITLISTED", 2)
    status, gone = api("Ada Day", "post", f"my-time-off/{first['id']}/withdraw/")
    assert (status, gone["status"]) == (200, "WITHDRAWN")
    with system_tenant():
        rows = dict(TimeOff.objects.values_list("agent__name", "status"))
        assert rows == {
            "Ada Day": "WITHDRAWN", "Ben Early": "APPROVED", "Cleo Late": "WAITLISTED",
        }  # fmt: skip
        assert not Shift.objects.filter(
            agent=floor.agents["Ben Early"], operational_date=make.MONDAY
        ).exists()
    own = api("Ben Early", "get", f"my-time-off/{second['id']}/")[1]
    assert own["answer"] == "Granted: a place became free, and this request was next."
    assert api("Cleo Late", "get", "my-time-off/")[1]["results"][0]["position"] == 1


def test_raising_a_limit_serves_the_waitlist_by_its_rule_in_the_same_transaction(api, floor):
    with system_tenant():
        row = limit(site=floor.site, waitlist_rule="SENIORITY")
        for name in ("Ada Day", "Ben Early", "Cleo Late"):
            floor.entitle(name)
        old = floor.agents["Cleo Late"].assignments.get()
        old.starts_on = date(2010, 1, 1)
        old.save()
    for name in ("Ada Day", "Ben Early", "Cleo Late"):
        ask(api, floor, name)
    status, _body = api("planner", "patch", f"time-off-limits/{row.pk}/", most_people=2)
    assert status == 200
    with system_tenant():
        rows = dict(TimeOff.objects.values_list("agent__name", "status"))
        assert rows == {
            "Ada Day": "APPROVED", "Ben Early": "WAITLISTED", "Cleo Late": "APPROVED",
        }  # fmt: skip
    assert api("planner", "delete", f"time-off-limits/{row.pk}/")[0] == 204
    with system_tenant():
        assert TimeOff.objects.filter(status="APPROVED").count() == 3


def test_a_skills_limit_in_an_interval_leaves_other_hours_free(api, floor):
    with system_tenant():
        limit(skill=floor.skill, starts_minute=480, ends_minute=720, weekdays="0")
        for name in ("Ada Day", "Ben Early"):
            floor.entitle(name)
    assert ask(api, floor)[1]["status"] == "APPROVED"
    status, row = api(
        "Ben Early",
        "post",
        "my-time-off/",
        kind=floor.vacation.pk,
        starts_at=make.at(0, 13).isoformat(),
        ends_at=make.at(0, 16, 30).isoformat(),
    )
    assert (status, row["status"]) == (201, "APPROVED")


def test_the_lead_grants_above_a_limit_only_on_purpose_and_decides_once(api, floor):
    with system_tenant():
        limit()
        for name in ("Ada Day", "Ben Early"):
            floor.entitle(name)
    ask(api, floor)
    pk = ask(api, floor, "Ben Early")[1]["id"]
    status, body = api("lead", "post", f"time-off/{pk}/decide/", is_approved=True)
    assert status == 409
    assert "1 of at most 1 people are off already (“Summer”)" in reason(body)
    status, body = api(
        "lead", "post", f"time-off/{pk}/decide/", is_approved=True, is_above_limit=True, note="OK"
    )
    assert (status, body["status"]) == (200, "APPROVED")
    assert api("lead", "post", f"time-off/{pk}/decide/", is_approved=False)[0] == 409
    own = api("Ben Early", "get", f"my-time-off/{pk}/")[1]
    assert own["answer"] == "Granted by Lea Lead above the limit “Summer”. “OK”"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"day": -8}, "Time off begins in the future"),
        ({"days": 400}, "Time off lasts from some minutes to 366 days."),
    ],
)
def test_what_makes_no_sense_is_refused(api, floor, body, sentence):
    status, answer = ask(api, floor, **body)
    assert status == 409
    assert sentence in reason(answer)


def test_nobody_asks_twice_for_a_day_nor_takes_back_what_has_begun(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
    pk = ask(api, floor)[1]["id"]
    status, body = ask(api, floor)
    assert (status, "asked for time off in these days already: approved" in reason(body)) == (
        409,
        True,
    )
    with time_machine.travel(make.at(0, 1), tick=False):
        assert api("Ada Day", "post", f"my-time-off/{pk}/withdraw/")[0] == 409
    assert api("Ada Day", "post", f"my-time-off/{pk}/withdraw/")[0] == 200
    assert api("Ada Day", "post", f"my-time-off/{pk}/withdraw/")[0] == 409
    assert api("Ben Early", "get", f"my-time-off/{pk}/")[0] == 404
    with system_tenant():
        floor.vacation.is_active = False
        floor.vacation.save()
    assert ask(api, floor)[0] == 400


def test_who_is_no_agent_has_nothing_to_ask_for(api, floor):
    with system_tenant():
        floor.users["nobody"] = org.make_user("agent")
    status, body = ask(api, floor, "nobody")
    assert (status, reason(body)) == (
        409,
        "You are not scheduled, so there is nothing to ask for.",
    )


def test_a_lead_reads_an_agents_balances(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
    ada = floor.agents["Ada Day"].pk
    status, rows = api("lead", "get", f"balances/?agent={ada}&from=2026-03-02&to=2026-03-02")
    assert (status, rows[0]["free"], rows[0]["unit"]) == (200, 25, "DAYS")
    assert api("lead", "get", "balances/?agent=0")[0] == 400


def test_planners_keep_kinds_balances_limits_and_reviews(api, floor):
    ada = floor.agents["Ada Day"].pk
    status, row = api(
        "planner", "post", "time-off-entitlements/", agent=ada, kind=floor.vacation.pk,
        starts_on="2026-01-01", ends_on="2027-01-01", granted="25",
    )  # fmt: skip
    assert status == 201
    status, again = api(
        "planner", "post", "time-off-entitlements/", agent=ada, kind=floor.vacation.pk,
        starts_on="2026-06-01", ends_on="2027-06-01", granted="25",
    )  # fmt: skip
    assert (status, "already has a balance" in reason(again)) == (400, True)
    status, row = api(
        "planner", "post", "time-off-limits/", name="Bad", starts_on="2026-01-01", most_people=1,
        team=floor.team.pk, site=floor.site.pk,
    )  # fmt: skip
    assert (status, "one of them" in reason(row)) == (400, True)
    status, row = api("planner", "post", "request-policies/", team=None, swap_review="LEAD")
    assert (status, RequestPolicy.objects.model.__name__) == (201, "RequestPolicy")
    assert api("planner", "post", "request-policies/", team=None)[0] == 400
    assert api("lead", "post", "request-policies/", team=None)[0] == 403
    kinds = api("Ada Day", "get", "my-time-off-kinds/")[1]["results"]
    assert [kind["id"] for kind in kinds] == [floor.vacation.pk]


def test_old_grants_without_charges_still_count(api, floor):
    with system_tenant():
        floor.entitle("Ada Day")
        make.make_time_off(floor.agents["Ada Day"], day=0, days=1, paid_minutes=510)
        assert TimeOff.objects.get().status == TimeOffStatus.APPROVED
    assert balance(api)["taken"] == 1


def test_a_limit_is_never_exceeded_when_everybody_asks_at_once(floor):
    """Ten people, three places, all at the same moment; then everybody who has one gives it back."""
    with system_tenant():
        limit(most_people=3)
        unpaid = floor.kind("unpaid", needs_balance=False)
        people = [
            org.make_agent(name=f"Racer {n}", team=floor.team, employment_contract=floor.contract)
            for n in range(10)
        ]

    def at_once(acts):
        barrier, faults = threading.Barrier(len(acts)), []

        def run(act):
            barrier.wait()
            try:
                with system_tenant():
                    act()
            except Exception as error:  # noqa: BLE001 - told below
                faults.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []

    def asking(agent):
        return lambda: ask_time_off(
            agent=agent, kind=unpaid, starts_at=make.at(0), ends_at=make.at(1), at=NOW
        )

    at_once([asking(agent) for agent in people])
    with system_tenant():
        granted = list(TimeOff.objects.filter(status="APPROVED"))
        assert (len(granted), TimeOff.objects.filter(status="WAITLISTED").count()) == (3, 7)
    at_once([lambda row=row: withdraw_time_off(row=row, at=NOW) for row in granted])
    with system_tenant():
        assert TimeOff.objects.filter(status="APPROVED").count() == 3
        assert TimeOff.objects.filter(status="WAITLISTED").count() == 4
