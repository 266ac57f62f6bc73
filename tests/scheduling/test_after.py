"""A finished schedule over pages and API: reasons, prices of rules, planning again, service, comfort."""

from itertools import pairwise

import pytest
from django.urls import reverse

from scheduling import computations_after
from scheduling.models import (
    Availability,
    ScheduleStatus,
    ScheduleVersion,
    Shift,
    ShiftActivity,
    UnplacedAgent,
)
from scheduling.queries.board import coverage
from scheduling.queries.planned import planned_version
from tests.factories import scheduling as make
from tests.scheduling.after_week import planned_week
from wfm.jobs.models import Job, JobStatus
from wfm.jobs.runner import run
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made():
    return planned_week()


def get(client, name, version, **query):
    return client.get(reverse(f"api-schedule-{name}", args=[version.pk]), query)


def test_a_versions_shifts_become_tours_of_the_contracts_patterns(made):
    with system_tenant():
        planned = planned_version(made.version)

    shifts = [shift for tour in planned.tours for shift in tour.shifts]
    assert len(shifts) == 30
    assert all(shift.shape is not None for shift in shifts)
    assert {shift.breaks for shift in shifts} == {(16,)}
    staffed = planned.roster.coverage.people.sum() / 4
    assert staffed == pytest.approx(30 * 8)


def test_a_shift_that_no_pattern_gives_stays_as_it_is(made):
    with system_tenant():
        shift = Shift.objects.filter(version=made.version, agent=made.agents[0]).first()
        ShiftActivity.objects.filter(shift=shift, queue=None).delete()
        planned = planned_version(made.version)

    odd = [shift for shift in planned.tours[0].shifts if shift.shape is None]
    assert len(odd) == 1
    assert len(planned.data.agents[0].fixed) == 1


def test_why_an_interval_is_short_over_the_api(made, client):
    client.force_login(made.planner)

    found = get(client, "why-interval", made.version, queue=made.queue.pk,
                at=make.at(5, 12).isoformat()).json()  # fmt: skip

    assert found["missing_agents"] == pytest.approx(5.0)
    assert found["cause"] == "improvable"
    assert found["possible"] == 6
    assert {person["name"] for person in found["persons"]} == {a.name for a in made.agents}


def test_why_a_shift_and_what_a_day_off_would_cost_over_the_api(made, client):
    client.force_login(made.planner)
    agent = made.agents[0]

    day = get(client, "why-day", made.version, agent=agent.pk, date="2026-03-03").json()
    off = get(client, "wish-price", made.version, agent=agent.pk, date="2026-03-03",
              works=False).json()  # fmt: skip

    assert day["saved_cost"] > 0
    assert {choice["kind"] for choice in day["choices"]} == {"day_off", "start"}
    assert day["can_save"] > 0  # nobody has solved this week
    assert off["is_kept"] is False
    assert off["extra_cost"] >= 0


def test_nobody_asks_about_people_whom_they_may_not_see(made, client):
    client.force_login(made.stranger)

    answer = get(client, "why-day", made.version, agent=made.agents[0].pk, date="2026-03-03")

    assert answer.status_code in {403, 404}


@pytest.mark.parametrize(
    ("query", "status"),
    [({"date": "2026-03-03"}, 400), ({"agent": "me", "date": "2026-03-03"}, 400)],
)
def test_questions_without_an_agent_are_refused_in_words(made, client, query, status):
    client.force_login(made.planner)

    assert get(client, "why-day", made.version, **query).status_code == status


def test_a_day_outside_the_version_is_a_conflict_with_the_day(made, client):
    client.force_login(made.planner)

    answer = get(client, "why-day", made.version, agent=made.agents[0].pk, date="2027-01-01")

    assert answer.status_code == 409
    assert "2027" in answer.content.decode()


def test_no_rules_clash_where_everybody_has_a_week_and_days_closed_are_named(made, client):
    client.force_login(made.planner)
    agent = made.agents[0]
    url = reverse("api-schedule-clash", args=[made.version.pk, agent.pk])
    assert client.get(url).status_code == 204

    with system_tenant():
        for weekday in range(3):
            Availability.objects.create(agent=agent, weekday=weekday, is_available=False)
        made.version.revision += 1
        made.version.save(update_fields=["revision"])
    found = client.get(url).json()

    assert found["is_smallest"]
    assert {item["rule"] for item in found["items"]} & {"day_off", "least_days", "least_hours"}


# -- planning again ------------------------------------------------------------------------------


def draw(client, made, **body):
    answer = client.post(
        reverse("api-schedule-reoptimise", args=[made.version.pk]),
        body,
        content_type="application/json",
    )
    assert answer.status_code == 202, answer.content
    job_id = answer.json()["job_id"]
    run(job_id, computations_after.reoptimise_version)
    with system_tenant():
        job = Job.objects.get(pk=job_id)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return job


def absence(agent, first="2026-03-04", last="2026-03-04"):
    return {"agent": agent.pk, "first": first, "last": last}


def test_the_curve_over_the_api_and_its_point_as_a_draft(made, client):
    client.force_login(made.planner)
    job = draw(
        client, made, absences=[absence(made.agents[0]), absence(made.agents[1])],
        frozen_until="2026-03-01T00:00:00Z",
    )  # fmt: skip

    curve = get(client, "reoptimise", made.version).json()
    assert curve["is_current"]
    assert curve["lost"] == [[a.pk, "2026-03-04"] for a in made.agents[:2]]
    last = len(curve["points"]) - 1
    assert curve["points"][last]["short_hours"] < curve["points"][0]["short_hours"]

    picked = client.post(
        reverse("api-schedule-pick", args=[made.version.pk]),
        {"job": job.pk, "point": last},
        content_type="application/json",
    )

    assert picked.status_code == 201, picked.content
    with system_tenant():
        draft = ScheduleVersion.objects.get(pk=picked.json()["id"])
        assert (draft.status, draft.based_on_id) == (ScheduleStatus.DRAFT, made.version.pk)
        gone = Shift.objects.filter(
            version=draft, agent__in=made.agents[:2], operational_date="2026-03-04"
        )
        assert not gone.exists()
        assert coverage(draft).under_hours() == pytest.approx(
            curve["points"][last]["short_hours"], abs=0.3
        )
        for shift in Shift.objects.filter(version=draft):
            rows = list(ShiftActivity.objects.filter(shift=shift).order_by("starts_at"))
            assert rows[0].starts_at == shift.starts_at
            assert rows[-1].ends_at == shift.ends_at
            assert all(a.ends_at == b.starts_at for a, b in pairwise(rows))
        # The version itself is as it was.
        assert Shift.objects.filter(version=made.version).count() == 30


def test_granted_time_off_counts_as_absence_without_being_named(made, client):
    with system_tenant():
        make.make_time_off(made.agents[2], day=2)
        Shift.objects.filter(version=made.version)
    client.force_login(made.planner)

    job = draw(client, made)

    # The days lie in the past of the clock: what has been worked is no longer lost.
    assert job.result["lost"] == []
    with system_tenant():
        found = computations_after.curve_of(
            made.version, computations_after.ReoptimiseOptions(), at=make.at(0)
        )
    assert found["lost"] == [[made.agents[2].pk, "2026-03-04"]]


def test_only_the_breaks_of_a_day_move_where_that_is_asked(made, client):
    client.force_login(made.planner)

    job = draw(client, made, breaks_of="2026-03-03", frozen_until="2026-03-01T00:00:00Z")

    points = job.result["points"]
    assert len(points) == 2
    assert set(points[1]["by_kind"]) == {"break_moved"}
    assert {change["date"] for change in points[1]["changes"]} == {"2026-03-03"}
    assert points[1]["short_hours"] < points[0]["short_hours"]


def test_a_curve_of_a_version_that_was_edited_since_is_not_picked_from(made, client):
    client.force_login(made.planner)
    job = draw(client, made, absences=[absence(made.agents[0])])
    with system_tenant():
        made.version.revision += 1
        made.version.save(update_fields=["revision"])

    answer = client.post(
        reverse("api-schedule-pick", args=[made.version.pk]),
        {"job": job.pk, "point": 0},
        content_type="application/json",
    )

    assert answer.status_code == 409
    assert "changed" in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [
        {"prices": {"hairstyle_moved": 1}},
        {"prices": {"start_moved": -1}},
        {"absences": [{"agent": 0, "first": "2026-03-04", "last": "2026-03-04"}]},
    ],
)
def test_a_curve_with_nonsense_is_refused(made, client, body):
    client.force_login(made.planner)

    answer = client.post(
        reverse("api-schedule-reoptimise", args=[made.version.pk]),
        body,
        content_type="application/json",
    )

    assert answer.status_code == 400


def test_offers_name_person_hours_and_effect(made, client):
    client.force_login(made.planner)

    offers = draw(client, made, frozen_until="2026-03-01T00:00:00Z").result["offers"]

    assert offers["overtime"]
    best = offers["overtime"][0]
    assert best["agent"] in {agent.pk for agent in made.agents}
    assert best["short_hours"] < 0 < best["saved_cost"]


# -- prices of rules -----------------------------------------------------------------------------


def test_prices_of_rules_are_computed_by_a_worker_and_shown(made, client):
    client.force_login(made.planner)
    answer = client.post(reverse("api-schedule-rule-prices", args=[made.version.pk]))
    assert answer.status_code == 202
    run(answer.json()["job_id"], computations_after.price_rules)

    found = get(client, "rule-prices", made.version).json()
    page = client.get(reverse("schedule-rule-prices", args=[made.version.pk])).content.decode()

    rules = {price["rule"]: price for price in found["prices"]}
    assert len(rules) >= 8
    assert found["is_current"]
    for price in found["prices"]:
        assert price["least_saved"] <= price["saved_cost"] + 0.01
        assert price["saved_cost"] <= price["most_saved"] + 0.01
    assert "days in a row" in page
    assert found["least_short_hours"] <= found["short_hours"] + 0.01


def test_rules_that_were_not_priced_are_not_found(made, client):
    client.force_login(made.planner)

    assert get(client, "rule-prices", made.version).status_code == 404


# -- service and comfort -------------------------------------------------------------------------


def test_comfort_of_everybody_and_fairness(made, client):
    client.force_login(made.planner)

    found = get(client, "comfort", made.version).json()

    assert [row["name"] for row in found["people"]] == sorted(a.name for a in made.agents)
    assert {row["score"] for row in found["people"]} == {100.0}
    assert found["weekends"]["jain_index"] == 1.0


# -- pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rule-prices", "reoptimise", "service", "why-shortest"])
def test_pages_show_and_strangers_do_not_see_them(made, client, name):
    url = reverse(f"schedule-{name}", args=[made.version.pk])
    client.force_login(made.planner)
    assert client.get(url).status_code == 200
    client.force_login(made.stranger)
    assert client.get(url).status_code in {403, 404}


def test_the_page_of_a_reason_names_people_and_cause(made, client):
    client.force_login(made.planner)
    at = int(make.at(5, 12).timestamp())
    url = reverse("schedule-why-interval", args=[made.version.pk])

    page = client.get(url, {"queue": made.queue.pk, "at": at}).content.decode()

    assert "Ada Day" in page
    assert "would save money by being there" in page


def test_the_page_of_a_day_prices_a_wish(made, client):
    client.force_login(made.planner)
    url = reverse("schedule-why-day", args=[made.version.pk])

    page = client.get(
        url, {"agent": made.agents[0].pk, "date": "2026-03-03", "wish": "off"}
    ).content.decode()

    assert "This shift saves" in page
    assert "Keeping this wish costs" in page


def test_the_page_of_somebody_without_a_legal_week_names_the_rules_that_clash(made, client):
    agent = made.agents[0]
    with system_tenant():
        Shift.objects.filter(version=made.version, agent=agent).delete()
        for weekday in range(3):
            Availability.objects.create(agent=agent, weekday=weekday, is_available=False)
        UnplacedAgent.objects.create(version=made.version, agent=agent, reason="No legal week.")
    client.force_login(made.planner)
    url = reverse("schedule-why-day", args=[made.version.pk])

    page = client.get(url, {"agent": agent.pk, "date": "2026-03-03"}).content.decode()

    assert "cannot be kept together" in page
    assert "least hours a week" in page or "least days a week" in page
    assert "The fewest to give up" in page


@pytest.mark.parametrize("query", [{"queue": "x", "at": "1"}, {"queue": "1"}])
def test_questions_of_pages_that_make_no_sense_are_not_found(made, client, query):
    client.force_login(made.planner)

    answer = client.get(reverse("schedule-why-interval", args=[made.version.pk]), query)

    assert answer.status_code == 404


def test_the_curve_is_drawn_from_its_page_and_a_point_becomes_a_draft(made, client):
    client.force_login(made.planner)
    url = reverse("schedule-reoptimise", args=[made.version.pk])
    form = {
        "agents": [made.agents[0].pk], "away_from": "2026-03-04", "away_until": "",
        "breaks_of": "", "price_break_moved": "0.25", "price_start_moved": "1",
        "price_shift_changed": "1", "price_day_added": "2", "price_day_cancelled": "2",
    }  # fmt: skip
    assert client.post(url, form).status_code == 302
    with system_tenant():
        job = Job.objects.get(kind="scheduling.reoptimise")
    run(job.pk, computations_after.reoptimise_version)

    page = client.get(url).content.decode()
    assert "<polyline" in page
    picked = client.post(reverse("schedule-pick", args=[made.version.pk, job.pk]), {"point": "0"})

    with system_tenant():
        draft = ScheduleVersion.objects.latest("pk")
        assert picked.url == reverse("schedule-version", args=[draft.pk])
        assert Shift.objects.filter(version=draft).count() == 29


def test_the_form_asks_from_when_somebody_is_away(made, client):
    client.force_login(made.planner)
    url = reverse("schedule-reoptimise", args=[made.version.pk])

    page = client.post(url, {"agents": [made.agents[0].pk]}).content.decode()

    assert "Say from when they are away." in page
