"""Who is told of schedules and requests: once, in their own language, in the transaction."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import Review, ScheduleStatus, Shift, TimeOffLimit
from scheduling.services import copy_version, publish_schedule
from scheduling.services.edit import Edit, edit_shift
from tests.factories import org
from tests.factories import scheduling as make
from tests.scheduling.requests.conftest import NOW
from wfm.integration.models import Change, Notice
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OFF = {"starts_at": "2026-03-02T00:00:00Z", "ends_at": "2026-03-03T00:00:00Z"}


@pytest.fixture(autouse=True)
def _nothing_told_yet(floor):
    with system_tenant():
        Notice.objects.all().delete()
        Change.objects.all().delete()


def notices(user, kind=None):
    """Subjects and bodies of a person, oldest first."""
    with system_tenant():
        rows = Notice.objects.filter(user=user).order_by("pk")
        rows = rows if kind is None else rows.filter(kind=kind)
        return list(rows.values_list("subject", "body"))


def kinds():
    with system_tenant():
        return list(Change.objects.order_by("pk").values_list("kind", flat=True))


def ask(api, floor, name="Ada Day"):
    return api(name, "post", "my-time-off/", kind=floor.vacation.pk, **OFF)


def publish(floor, draft, key):
    """Publish by REST; return the status."""
    url = f"/api/v1/scheduling/versions/{draft.pk}/publish/"
    return floor.api("planner").post(url, headers={"Idempotency-Key": key}).status_code


def changed_copy(floor, *edits):
    """Copy the week as a draft in which these shifts are an hour later."""
    with system_tenant():
        draft = copy_version(version=floor.version, created_by=floor.planner)
        for name, day in edits:
            shift = Shift.objects.get(
                version=draft, agent=floor.agents[name], starts_at=make.at(day, 8)
            )
            hour = timedelta(hours=1)
            edit_shift(
                shift_id=shift.pk,
                expected_revision=shift.revision,
                edit=Edit(starts_at=shift.starts_at + hour, ends_at=shift.ends_at + hour),
            )
    return draft


def test_publishing_tells_each_agent_whose_own_shifts_differ_once_with_the_days(floor):
    with system_tenant():
        floor.users["Ada Day"].language = "zh-hans"
        floor.users["Ada Day"].save()
    draft = changed_copy(floor, ("Ada Day", 0), ("Ada Day", 2), ("Ben Early", 1))
    assert publish(floor, draft, "once") == 200
    assert publish(floor, draft, "once") == 200  # the answer was lost, and it is sent again
    assert [body for _, body in notices(floor.users["Ada Day"])] == [
        "2026年3月2日 周一\n2026年3月4日 周三"
    ]
    assert notices(floor.users["Ben Early"]) == [
        ("Your schedule has changed: Tue 3 Mar 2026", "Tue 3 Mar 2026")
    ]
    assert notices(floor.users["Cleo Late"]) == []
    assert publish(floor, draft, "twice") == 409
    assert len(notices(floor.users["Ben Early"])) == 1
    assert kinds() == ["schedule.published", "schedule.superseded"]


def test_who_loses_all_shifts_is_told_and_a_first_schedule_says_published(floor):
    with system_tenant():
        draft = copy_version(version=floor.version, created_by=None)
        Shift.objects.filter(version=draft, agent=floor.agents["Dan Night"]).delete()
        eve = org.make_agent(name="Eve New", team=floor.team)
        user = org.make_user("agent", agent=eve)
        make.make_shift(version=draft, agent=eve, starts_at=make.at(0, 8), ends_at=make.at(0, 16))
        publish_schedule(version=draft, published_at=NOW, published_by=None)
    assert notices(floor.users["Dan Night"]) == [
        ("Your schedule has changed: Fri 6 Mar 2026", "Fri 6 Mar 2026")
    ]
    assert [subject for subject, _ in notices(user)] == [
        "Your schedule is published: Mon 2 Mar 2026"
    ]


def test_a_refused_publication_tells_nobody(floor):
    with system_tenant():
        draft = copy_version(version=floor.version, created_by=None)
        shift = Shift.objects.filter(version=draft).first()
        make.make_shift(
            version=draft, agent=shift.agent, starts_at=shift.starts_at, ends_at=shift.ends_at
        )
    assert publish(floor, draft, "once") == 409
    with system_tenant():
        assert not Notice.objects.exists()
    assert kinds() == []


def queries_to_publish(floor, people, week):
    monday = make.MONDAY + timedelta(weeks=week)
    with system_tenant():
        version = make.make_version(monday=monday)
        for _number in range(people):
            agent = org.make_agent(team=floor.team)
            org.make_user(agent=agent)
            starts = make.at(0, 8, monday=monday)
            make.make_shift(
                version=version, agent=agent, starts_at=starts, ends_at=starts + timedelta(hours=8)
            )
        with CaptureQueriesContext(connection) as asked:
            publish_schedule(version=version, published_at=NOW, published_by=None)
        assert version.status == ScheduleStatus.DRAFT  # the given row stays as it was read
        assert Notice.objects.count() >= people
    return len(asked)


def test_the_number_of_queries_does_not_grow_with_the_agents(floor):
    few = queries_to_publish(floor, 2, week=2)
    assert queries_to_publish(floor, 40, week=3) == few


def test_what_a_lead_decides_is_told_in_the_agents_language_not_the_leads(api, floor):
    with system_tenant():
        floor.entitle("Ada Day", granted=0)
        floor.lead.language = "zh-hans"
        floor.lead.save()
    _status, row = ask(api, floor)
    assert row["status"] == "REQUESTED"
    ((waiting, why),) = notices(floor.lead, "request.waiting")
    assert "Ada Day" in waiting
    assert not why.isascii()  # Chinese: the lead's own language
    decide = f"time-off/{row['id']}/decide/"
    assert api("lead", "post", decide, is_approved=False, note="Sorry")[0] == 200
    assert notices(floor.users["Ada Day"]) == [
        ("Your time off: declined", "Declined by Lea Lead. “Sorry”")
    ]
    assert api("lead", "post", decide, is_approved=False)[0] >= 400
    assert len(notices(floor.users["Ada Day"])) == 1
    assert kinds() == ["request.made", "request.decided"]


def test_the_leads_of_the_team_are_told_and_others_only_without_them(api, floor):
    with system_tenant():
        near = org.make_user("team_lead", team=floor.team)
        far = org.make_user("team_lead", team=org.make_team(name="Other"))
        TimeOffLimit.objects.create(name="Summer", starts_on=date(2026, 1, 1), most_people=1)
        for name in ("Ada Day", "Ben Early"):
            floor.entitle(name)
    assert ask(api, floor, "Ben Early")[1]["status"] == "APPROVED"
    _status, row = ask(api, floor)
    assert row["status"] == "WAITLISTED"
    assert [subject for subject, _ in notices(near)] == ["Ada Day: time off to decide"]
    assert notices(far) == notices(floor.lead) == notices(floor.planner) == []
    assert api("Ada Day", "post", f"my-time-off/{row['id']}/withdraw/")[0] == 200
    assert kinds()[-2:] == ["request.made", "request.withdrawn"]


def test_time_off_that_a_planner_enters_is_told(api, floor):
    status, row = api(
        "planner",
        "post",
        "time-off/",
        agent=floor.agents["Ada Day"].pk,
        activity_code=floor.vacation.activity_code_id,
        **OFF,
    )
    assert status == 201, row
    assert [subject for subject, _ in notices(floor.users["Ada Day"])] == [
        "Your time off: approved"
    ]
    assert "schedule.changed" in kinds()


def test_a_swap_that_needs_the_lead_tells_the_lead_once_and_both_of_the_decision(api, floor):
    with system_tenant():
        floor.policy(swap_review=Review.LEAD)
    shift = floor.shifts["Ada Day", 0]
    _status, row = api(
        "Ada Day", "post", "my-swaps/", shift=shift.pk, to_agent=floor.agents["Cleo Late"].pk
    )
    assert [subject for subject, _ in notices(floor.users["Cleo Late"])] == [
        "Ada Day offers you a shift"
    ]
    assert api("Cleo Late", "post", f"my-swaps/{row['id']}/accept/")[0] == 200
    assert notices(floor.lead) == [
        ("Ada Day: swap to decide", "Sent to the team lead; the rules allow it.")
    ]
    assert api("lead", "post", f"swaps/{row['id']}/decide/", is_approved=True)[0] == 200
    for name in ("Ada Day", "Cleo Late"):
        assert notices(floor.users[name])[-1][0] == "Your swap: done"
    assert kinds() == ["request.made", "schedule.changed", "request.decided"]


def test_availability_that_needs_the_lead_tells_the_lead(api, floor):
    with system_tenant():
        floor.policy(availability_review=Review.LEAD, availability_notice_days=0)
    status, row = api(
        "Ada Day", "post", "my-requests/availability/", rows=[], starts_on="2026-03-09"
    )
    assert status == 201, row
    assert [subject for subject, _ in notices(floor.lead)] == ["Ada Day: availability to decide"]
    assert api("lead", "post", f"personal-requests/{row['id']}/decide/", is_approved=True)[0] == 200
    assert [subject for subject, _ in notices(floor.users["Ada Day"])] == ["Your request: approved"]
