"""Trends and measured shrinkage over REST, and the way to the next requirement."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from adherence.models import ActivityTime
from adherence.queries.trends import period_before
from adherence.services import recompute_days
from staffing.models import RequirementInterval, ShrinkageProfile
from tests.adherence import week as w
from tests.adherence.week import make_week
from tests.factories.org import make_agent, make_client, make_goal, make_queue, make_user
from tests.staffing.rows import compute, make_forecast, start_without_ringing
from wfm.org.tenancy import system_tenant

TRENDS = "/api/v1/adherence/trends/"
SHRINKAGE = "/api/v1/adherence/shrinkage/"
SPAN = {"from": w.MONDAY.isoformat(), "to": w.LAST.isoformat()}


@pytest.fixture
def week(db, redis_client):
    with time_machine.travel(w.AFTER, tick=False):
        with system_tenant():
            found = make_week()
        yield found


def api_of(user):
    api = APIClient()
    api.force_login(user)
    return api


def get(user, url=TRENDS, **query):
    answer = api_of(user).get(url, SPAN | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def seconds(row, *names):
    return tuple(row["seconds"][name] for name in names)


def test_all_together_the_waterfall_adds_up(week):
    answer = get(week.planner, by="all")
    (row,) = answer["results"]
    assert row["seconds"] == {
        "planned_paid": w.PLANNED,
        "time_off": w.OFF,
        "paid": w.PAID,
        "not_seen": 0,
        "present": w.PRESENT,
        "available": w.AVAILABLE,
        "handling": w.HANDLING,
        "unrecorded": w.LATE + w.ABSENT,
        "outside_plan": w.OUTSIDE,
    }
    assert row["rates"]["shrinkage_rate"]["value"] == pytest.approx((w.PAID - w.AVAILABLE) / w.PAID)
    assert {(lost["what"], lost["code"]): lost["seconds"] for lost in row["lost"]} == {
        ("PLANNED_OFF", "vacation"): w.OFF,
        ("ABSENT", None): w.ABSENT,
        ("LATE", None): w.LATE,
        ("BUSY", "trouble"): w.TROUBLE,
        ("AWAY", "break"): w.REST,
        ("AVAILABLE", "work"): w.AVAILABLE - w.HANDLING,
    }
    assert row["activities"] == {
        "work": w.AVAILABLE - w.HANDLING + w.OUTSIDE,
        "claims": w.HANDLING,
        "trouble": w.TROUBLE,
        "break": w.REST,
    }
    assert row["before"]["seconds"]["paid"] == 0
    assert row["before"]["rates"]["shrinkage_rate"]["value"] is None
    complete = answer["completeness"]
    assert (complete["days"], complete["missing_days"], complete["open_days"]) == (12, 0, 0)
    assert (complete["before_from"], complete["before_to"]) == ("2026-10-27", "2026-11-01")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            "agent",
            {"Late Larry": w.PLANNED // 2, "Punctual Pat": w.PLANNED // 2, "Away Ann": w.OFF},
        ),
        ("team", {"Alpha": w.PLANNED // 2, "Beta": w.PLANNED // 2 + w.OFF}),
        ("queue", {"Voice": w.PAID}),
    ],
)
def test_groups_share_the_paid_time_out(week, by, expected):
    rows = get(week.planner, by=by)["results"]
    assert {
        row["name"]: row["seconds"]["paid"] for row in rows if row["seconds"]["paid"]
    } == expected


def test_site_and_client_hold_the_rest(week):
    with system_tenant():
        client, site = week.queue.client, week.team.site
    for by, group in (("client", client), ("site", site)):
        rows = {row["id"]: row for row in get(week.planner, by=by)["results"]}
        assert rows[group.pk]["seconds"]["planned_paid"] >= w.PLANNED // 2


def test_filters_narrow_the_time(week):
    (row,) = get(week.planner, by="all", team=week.team.pk)["results"]
    assert seconds(row, "paid", "unrecorded") == (w.PLANNED // 2, w.LATE)
    (row,) = get(week.planner, by="all", queue=week.queue.pk)["results"]
    assert seconds(row, "paid", "outside_plan") == (w.PAID, 0)
    (row,) = get(week.planner, by="all", site=week.team.site_id, client=week.queue.client_id)[
        "results"
    ]
    assert row["seconds"]["planned_paid"] == w.PLANNED // 2


def test_steps_follow_days_weeks_and_months(week):
    days = get(week.planner, f"{TRENDS}steps/", step="day")
    assert [row["starts_on"] for row in days] == [
        (w.MONDAY + timedelta(days=number)).isoformat() for number in range(w.DAYS)
    ]
    assert [row["seconds"]["paid"] // w.DAY for row in days] == [2, 2, 3, 2, 2, 2]
    for step, first in (("week", "2026-11-02"), ("month", "2026-11-01")):
        (row,) = get(week.planner, f"{TRENDS}steps/", step=step)
        assert (row["starts_on"], row["seconds"]["paid"]) == (first, w.PAID)


def test_the_period_before_is_told_beside(week):
    (row,) = get(week.planner, by="all", **{"from": "2026-11-05", "to": "2026-11-07"})["results"]
    assert (row["seconds"]["paid"], row["before"]["seconds"]["paid"]) == (6 * w.DAY, 7 * w.DAY)
    assert row["before"]["seconds"]["unrecorded"] == w.ABSENT + 3 * 600


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-03-02", "2026-03-08", ("2026-02-23", "2026-03-01")),
        ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2026-03-01", "2026-03-30", ("2026-01-30", "2026-02-28")),
    ],
)
def test_before_whole_months_lie_whole_months(first, last, expected):
    found = period_before(date.fromisoformat(first), date.fromisoformat(last))
    assert tuple(day.isoformat() for day in found) == expected


def test_a_lead_sees_the_own_team_alone(week):
    (row,) = get(week.lead, by="all")["results"]
    assert row["seconds"]["paid"] == w.PLANNED // 2
    assert [row["name"] for row in get(week.lead, by="agent")["results"]] == ["Late Larry"]
    assert [row["name"] for row in get(week.lead, by="team")["results"]] == ["Alpha"]
    assert api_of(week.lead).get(TRENDS, SPAN | {"team": week.other.pk}).status_code == 404


def test_a_planner_of_another_client_sees_no_queue_and_no_time_on_it(week):
    with system_tenant():
        stranger = make_user("planner", client=make_client())
    assert get(stranger, by="queue")["results"] == []
    (row,) = get(stranger, by="all")["results"]
    assert seconds(row, "planned_paid", "outside_plan") == (0, w.OUTSIDE)
    assert api_of(stranger).get(TRENDS, SPAN | {"queue": week.queue.pk}).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"by": "moon"},
        {"step": "hour", "by": "all"},
        {"team": "x"},
        {"from": "2026-11-09"},
        {"from": "2020-01-01"},
    ],
)
def test_nonsense_is_refused(week, query):
    assert api_of(week.planner).get(TRENDS, SPAN | query).status_code == 400


def test_days_computed_before_activities_were_kept_are_told(week):
    with system_tenant():
        ActivityTime.objects.filter(agent=week.late).delete()
    complete = get(week.planner, f"{TRENDS}completeness/")
    assert (complete["days"], complete["missing_days"]) == (12, w.DAYS)
    with system_tenant():
        recompute_days(agent_ids=[week.late.pk], first_date=w.MONDAY, last_date=w.LAST, at=w.AFTER)
    assert get(week.planner, f"{TRENDS}completeness/")["missing_days"] == 0


def test_agents_come_in_pages(week):
    first = get(week.planner, by="agent", page_size=2)
    assert len(first["results"]) == 2
    rest = api_of(week.planner).get(first["next"]).json()
    assert [row["name"] for row in rest["results"]] == ["Away Ann"]
    assert rest["results"][0]["seconds"]["time_off"] == w.OFF


def test_as_many_queries_for_one_agent_as_for_many(week):
    def count():
        with CaptureQueriesContext(connection) as found:
            get(week.planner, by="team")
        return len(found)

    few = count()
    with system_tenant():
        for _number in range(4):
            make_agent(team=week.team)
        ActivityTime.objects.bulk_create(
            ActivityTime(
                agent=agent, operational_date=w.MONDAY, cells=[], seconds=[], hour_cells=[],
                hour_seconds=[], paid_seconds=0, off_seconds=0, is_final=True, digest=0,
            )
            for agent in [make_agent(team=week.other) for _number in range(5)]
        )  # fmt: skip
    assert count() == few


# -- shrinkage ------------------------------------------------------------------------------------


def cause(answer, reason, code=None):
    return next(row for row in answer["causes"] if (row["reason"], row["code"]) == (reason, code))


def test_shrinkage_is_told_by_cause(week):
    answer = get(week.planner, SHRINKAGE, queue=week.queue.pk)
    assert {(row["reason"], row["code"]): row["away_seconds"] for row in answer["causes"]} == {
        ("PLANNED_OFF", "vacation"): w.OFF,
        ("ABSENT", None): w.ABSENT,
        ("OTHER", "trouble"): w.TROUBLE,
        ("PLANNED", "break"): w.REST,
        ("LATE", None): w.LATE,
    }
    assert cause(answer, "ABSENT")["rate"] == pytest.approx(w.ABSENT / w.PAID)
    assert answer["total"]["rate"] == pytest.approx((w.PAID - w.AVAILABLE) / w.PAID)
    assert (answer["is_enough"], answer["is_everyone"], answer["in_force"]) == (True, True, None)
    assert all(row["low"] <= row["rate"] <= row["high"] for row in answer["causes"])


def test_shrinkage_by_hour_is_on_the_queues_own_clock(week):
    with system_tenant():
        type(week.queue).objects.filter(pk=week.queue.pk).update(timezone="Asia/Kolkata")
        recompute_days(
            agent_ids=[week.late.pk, week.punctual.pk], first_date=w.MONDAY, last_date=w.LAST,
            at=w.AFTER,
        )  # fmt: skip
    answer = get(week.planner, SHRINKAGE, queue=week.queue.pk, band_hours=1, by_weekday="true")
    late = [row for row in answer["lines"] if row["reason"] == "LATE" and not row["is_pooled"]]
    assert late == []  # one day of each weekday is too little
    answer = get(week.planner, SHRINKAGE, queue=week.queue.pk, band_hours=12)
    starts = {row["starts_minute"] for row in answer["lines"]}
    assert starts == {720}  # 09:00 to 17:00 in London is 14:30 to 22:30 in Kolkata


def choices(**codes):
    rows = [
        {"reason": "ABSENT", "code": "sick"},
        {"reason": "LATE", "code": "sick"},
        {"reason": "OTHER", "measured_code": "trouble", "code": "trouble"},
        {"reason": "PLANNED", "measured_code": "break", "code": "break"},
        {"reason": "PLANNED_OFF", "measured_code": "vacation", "code": "vacation"},
    ]
    return [row for row in rows if row["reason"] not in codes]


def asked(week, **more):
    return {
        "queue": week.queue.pk,
        "first_date": SPAN["from"],
        "last_date": SPAN["to"],
        "name": "As measured",
        "starts_on": "2026-11-10",
        "choices": choices(),
    } | more


def test_taking_over_is_for_who_plans_staffing_and_sees_everyone(week):
    assert api_of(week.lead).post(SHRINKAGE, asked(week), format="json").status_code == 403
    with system_tenant():
        narrow = make_user("planner", team=week.team)
    assert api_of(narrow).post(SHRINKAGE, asked(week), format="json").status_code == 409
    assert get(narrow, SHRINKAGE, queue=week.queue.pk)["is_everyone"] is False


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"starts_on": "2026-11-09"}, "after today"),
        ({"last_date": "2026-11-03"}, "are needed"),
        ({"choices": [{"reason": "EXCUSED", "code": "sick"}]}, "at least one"),
    ],
)
def test_what_cannot_be_planned_with_is_a_conflict(week, more, words):
    answer = api_of(week.planner).post(SHRINKAGE, asked(week, **more), format="json")
    assert answer.status_code == 409, answer.content
    assert words in answer.content.decode()
    with system_tenant():
        assert not ShrinkageProfile.objects.exists()


def test_a_repeated_request_takes_over_once(week):
    api = api_of(week.planner)
    first, second = (
        api.post(SHRINKAGE, asked(week), format="json", HTTP_IDEMPOTENCY_KEY="one") for _try in "ab"
    )
    assert (first.status_code, second.json()) == (201, first.json())
    assert api.post(SHRINKAGE, asked(week), format="json").status_code == 409  # begins already


@pytest.mark.django_db(transaction=True)
def test_the_next_requirement_uses_what_was_taken_over(redis_client, monkeypatch):
    with time_machine.travel(w.AFTER, tick=False):
        with system_tenant():
            week = make_week()
            make_goal(week.queue)
        before = requirement(week.queue, monkeypatch)
        assert {row.shrinkage_rate for row in before} == {0.0}
        made = api_of(week.planner).post(SHRINKAGE, asked(week), format="json")
        assert made.status_code == 201, made.content
        rates = {row["code"]: (row["rate"], row["is_scheduled"]) for row in made.json()["rates"]}
        assert rates == {
            "sick": (round((w.ABSENT + w.LATE) / w.PAID, 4), False),
            "trouble": (round(w.TROUBLE / w.PAID, 4), False),
            "break": (round(w.REST / w.PAID, 4), True),
            "vacation": (round(w.OFF / w.PAID, 4), True),
        }
        after = requirement(week.queue, monkeypatch)
    share = rates["sick"][0] + rates["trouble"][0]
    assert len(after) == 40
    for old, new in zip(before, after, strict=True):
        assert new.shrinkage_rate == pytest.approx(share)
        assert new.required_agents == old.required_agents > 0
        assert new.required_fte == pytest.approx(old.required_agents / (1 - share))


def requirement(queue, monkeypatch):
    """Compute the requirement of 16 November and return its open intervals."""
    with system_tenant():
        forecast = make_forecast([queue], starts_at=datetime(2026, 11, 16, tzinfo=UTC))
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    with system_tenant():
        rows = RequirementInterval.objects.filter(run=run, is_open=True)
        return list(rows.order_by("starts_at"))


def test_a_queue_without_measured_time_says_so(week):
    with system_tenant():
        other = make_queue()
    answer = get(week.planner, SHRINKAGE, queue=other.pk)
    assert (answer["causes"], answer["is_enough"], answer["total"]["days"]) == ([], False, 0)
