"""Own availability and wishes, and the secret calendar."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from icalendar import Calendar

from scheduling.models import Availability, CalendarEntry, CalendarFeed, Preference
from scheduling.services.calendar_feeds import calendar_of
from scheduling.services.shift_changes import Reason
from scheduling.services.shift_edits import drop_stretch
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW, reason
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
EVENINGS = [{"weekday": 4, "is_available": True, "starts_minute": 960, "ends_minute": 1440}]


def ask(api, **body):
    defaults = {"starts_on": "2026-04-06", "rows": EVENINGS}
    return api("Ada Day", "post", "my-requests/availability/", **defaults | body)


def rows(floor):
    with system_tenant():
        found = Availability.objects.filter(agent=floor.agents["Ada Day"]).order_by("starts_on")
        return list(found.values_list("weekday", "starts_minute", "starts_on", "ends_on"))


def test_availability_waits_for_the_lead_and_then_replaces_what_was_in_force(api, floor):
    with system_tenant():
        ada = floor.agents["Ada Day"]
        Availability.objects.create(agent=ada, weekday=0, starts_minute=480, ends_minute=960)
    status, row = ask(api, ends_on="2026-05-04", message="Course")
    assert (status, row["status"]) == (201, "REQUESTED")
    assert len(rows(floor)) == 1
    status, row = api(
        "lead", "post", f"personal-requests/{row['id']}/decide/", is_approved=True, note="Good luck"
    )
    assert (status, row["status"]) == (200, "APPROVED")
    assert row["answer"] == "Granted by Lea Lead. “Good luck” In force from Mon 6 Apr 2026 on."
    first, last = date(2026, 4, 6), date(2026, 5, 4)
    assert rows(floor) == [(4, 960, first, last), (0, 480, last, None), (0, 480, None, first)]
    assert api("lead", "post", f"personal-requests/{row['id']}/decide/", is_approved=True)[0] == 409


def test_availability_is_in_force_at_once_where_the_setting_says_so(api, floor):
    with system_tenant():
        floor.policy(availability_review="AUTOMATIC")
        later = date(2026, 6, 1)
        Availability.objects.create(
            agent=floor.agents["Ada Day"], weekday=1, is_available=False, starts_on=later
        )
    assert ask(api)[1]["status"] == "APPROVED"
    assert rows(floor) == [(4, 960, date(2026, 4, 6), None)]
    status, body = ask(api, starts_on="2026-03-01")
    assert (status, reason(body)) == (
        409,
        "Availability changes from 14 days ahead: at the earliest on 2026-03-09.",
    )
    assert ask(api, rows=[{"weekday": 4, "starts_minute": 900, "ends_minute": 800}])[0] == 400
    assert ask(api, ends_on="2026-04-01")[0] == 409


def test_a_request_is_declined_or_taken_back_once(api, floor):
    first, second = (ask(api)[1]["id"] for _time in range(2))
    _status, row = api("lead", "post", f"personal-requests/{first}/decide/", is_approved=False)
    assert (row["status"], row["answer"]) == ("DECLINED", "Declined by Lea Lead.")
    assert api("Ada Day", "post", f"my-requests/{second}/withdraw/")[1]["status"] == "WITHDRAWN"
    assert api("Ada Day", "post", f"my-requests/{second}/withdraw/")[0] == 409
    assert api("Ben Early", "post", f"my-requests/{first}/withdraw/")[0] == 404
    assert len(api("Ada Day", "get", "my-requests/")[1]["results"]) == 2
    assert len(api("lead", "get", "personal-requests/?status=DECLINED")[1]["results"]) == 1


def test_wishes_are_taken_up_or_go_to_the_lead(api, floor):
    wish = {"kind": "DAY_OFF", "date": "2026-03-20", "rank": 2}
    status, row = api("Ada Day", "post", "my-requests/wish/", **wish)
    assert (status, row["status"]) == (201, "APPROVED")
    with system_tenant():
        kept = Preference.objects.get()
        assert (kept.date, kept.rank, kept.starts_on) == (date(2026, 3, 20), 2, None)
        floor.policy(wish_review="LEAD")
    status, row = api("Ada Day", "post", "my-requests/wish/", kind="DAY_OFF", weekday=4)
    assert row["status"] == "REQUESTED"
    with system_tenant():
        assert Preference.objects.count() == 1
    assert api("Ada Day", "post", "my-wishes/", kind="DAY_OFF", weekday=4)[0] == 409
    assert api("Ada Day", "patch", f"my-wishes/{kept.pk}/", rank=3)[0] == 409
    api("lead", "post", f"personal-requests/{row['id']}/decide/", is_approved=True)
    with system_tenant():
        assert Preference.objects.filter(weekday=4, starts_on=date(2026, 2, 23)).exists()
    assert api("Ada Day", "post", "my-requests/wish/", kind="DAY_OFF")[0] == 400


# -- calendar ------------------------------------------------------------------------------------


def address(api, name="Ada Day"):
    status, made = api(name, "post", "my-calendar/")
    assert status == 201
    path = re.sub(r"^https?://[^/]+", "", made["url"])
    assert re.fullmatch(r"/ical/[\w-]{43}\.ics", path)
    return path


def events(answer):
    assert answer.status_code == 200
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["SUMMARY"]) + str(event["DTSTART"].dt): event for event in found}


def test_a_calendar_shows_ones_own_shifts_and_nothing_else(api, floor, client):
    path = address(api)
    answer = client.get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = list(events(answer).values())
    assert [(event["DTSTART"].dt, event["DTEND"].dt) for event in found] == [
        (make.at(day, 8), make.at(day, 16, 30)) for day in (0, 1, 2)
    ]
    told = answer.content.decode()
    for word in ("Ada", "Ben", "Claims", "Main", floor.agents["Ada Day"].employee_number):
        assert word not in told
    assert "Set-Cookie" not in answer
    with system_tenant():
        assert CalendarFeed.objects.get().token_sha256 not in path


def test_a_changed_shift_has_a_new_sequence_the_same_uid_and_a_cancelled_one_vanishes(
    api, floor, client
):
    path = address(api)
    before = list(events(client.get(path)).values())
    with system_tenant():
        make.make_time_off(floor.agents["Ada Day"], day=20)
        for day, hour in ((0, 14), (1, 0)):
            drop_stretch(
                shift_id=floor.shifts["Ada Day", day].pk,
                expected_revision=None,
                starts_at=make.at(day, hour),
                ends_at=make.at(day, 23),
                reason=Reason(kind="INTRADAY", at=NOW),
            )
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        after = list(events(client.get(path)).values())
    assert [int(event["SEQUENCE"]) for event in after] == [1, 0, 0]
    assert [event["UID"] for event in after[:2]] == [before[0]["UID"], before[2]["UID"]]
    assert after[0]["DTEND"].dt == make.at(0, 14)
    assert after[0]["LAST-MODIFIED"].dt == NOW + timedelta(hours=1)
    assert str(after[2]["SUMMARY"]) == "Vacation"
    with system_tenant():
        assert CalendarEntry.objects.filter(is_cancelled=True).count() == 1


def test_an_unchanged_calendar_is_not_sent_again(api, floor, client):
    path = address(api)
    first = client.get(path)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        since = client.get(path, headers={"if-modified-since": first["Last-Modified"]})
        assert since.status_code == 304


def test_rotated_revoked_unknown_and_left_are_not_found(api, floor, client):
    old = address(api)
    new = address(api)
    assert client.get(old).status_code == 404
    assert client.get(new).status_code == 200
    assert api("Ada Day", "get", "my-calendar/")[1]["url"] is None
    assert api("Ada Day", "delete", "my-calendar/")[0] == 204
    assert api("Ada Day", "get", "my-calendar/")[1]["is_active"] is False
    assert client.get(new).status_code == 404
    last = address(api)
    with system_tenant():
        floor.agents["Ada Day"].is_active = False
        floor.agents["Ada Day"].save()
    assert client.get(last).status_code == 404
    assert client.get(f"/ical/{'x' * 100}.ics").status_code == 404
    assert client.post(last).status_code in {403, 405}


def test_guessing_and_hammering_are_slowed_down(api, floor, client):
    path = address(api)
    answers = [client.get(path, REMOTE_ADDR="192.0.2.1").status_code for _time in range(31)]
    assert (answers[:30], answers[30]) == ([200] * 30, 429)
    guesses = [
        client.get(f"/ical/guess{number}.ics", REMOTE_ADDR="192.0.2.2") for number in range(121)
    ]
    assert guesses[119].status_code == 404
    assert (guesses[120].status_code, int(guesses[120]["Retry-After"]) > 0) == (429, True)


def test_the_calendar_tells_breaks_on_the_clock_of_the_agents_site(floor):
    """A break of 12:00 UTC is one of 07:00 in Toronto, in winter."""
    shift = floor.shifts["Ada Day", 0]
    with system_tenant():
        floor.site.timezone = "America/Toronto"
        floor.site.save(update_fields=["timezone"])
        shift.activities.update(ends_at=make.at(0, 12))
        shift.activities.create(
            activity_code=floor.codes["break"],
            starts_at=make.at(0, 12),
            ends_at=make.at(0, 12) + timedelta(minutes=15),
        )
        text = calendar_of(agent_id=floor.agents["Ada Day"].pk, at=NOW).body.decode()
    assert "07:00–07:15 EST" in text
    assert "UTC" not in text
