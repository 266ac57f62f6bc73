"""Days by every formula, pooled sums, corrections, and computing again over REST."""

from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from adherence.core.projections import FORMULAS
from adherence.services import approve_exception, recompute_days
from tests.factories.adherence import make_event
from tests.factories.org import make_user
from wfm.jobs.models import Job
from wfm.org.tenancy import system_tenant

DAYS = "/api/v1/adherence/days/"
POOLED = f"{DAYS}pooled/"
RECOMPUTE = f"{DAYS}recompute/"
CORRECTIONS = "/api/v1/adherence/corrections/"


@pytest.fixture
def computed(centre):
    """Two finished days: the agent began an hour late, the stranger never came."""
    with system_tenant():
        make_event(centre.agent, centre.start + timedelta(hours=1), centre.codes["work"])
        make_event(centre.agent, centre.start + timedelta(hours=2), centre.codes["break"])
        make_event(centre.agent, centre.start + timedelta(minutes=135), centre.codes["work"])
        make_event(centre.agent, centre.start + timedelta(hours=8))
        centre.day = centre.start.date()
        centre.later = centre.start + timedelta(days=2)
        recompute_days(
            agent_ids=[centre.agent.pk, centre.stranger.pk],
            first_date=centre.day,
            last_date=centre.day,
            at=centre.later,
        )
    with time_machine.travel(centre.later, tick=False):
        yield centre


def get(user, url, **query):
    api = APIClient()
    api.force_login(user)
    answer = api.get(url, {"from": "2026-11-18", "to": "2026-11-18"} | query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def approve(centre, agent):
    with system_tenant():
        approve_exception(
            agent=agent,
            starts_at=centre.start,
            ends_at=centre.start + timedelta(hours=1),
            reason="Storm",
            approved_by=centre.lead,
            at=centre.later,
        )


def test_a_day_tells_every_formula(computed):
    day = get(computed.planner, DAYS, agent=computed.agent.pk)[0]
    assert tuple(day["rates"]) == FORMULAS
    assert day["rates"]["adherence_rate"] == {
        "numerator": 7 * 3600,
        "denominator": 8 * 3600,
        "value": 0.875,
        "version": 1,
    }
    assert day["paid_scheduled_seconds"] == 8 * 3600
    assert day["unapproved_out_seconds"] == 3600


@pytest.mark.parametrize("by", ["agent", "team"])
def test_sums_are_pooled_over_a_group(computed, by):
    rows = get(computed.planner, POOLED, by=by, key="adherence_rate")
    ids = {
        "agent": [computed.agent.pk, computed.stranger.pk],
        "team": [computed.team.pk, computed.stranger.assignments.get().team_id],
    }[by]
    assert [(row[by], row["days"], row["rates"]["adherence_rate"]["value"]) for row in rows] == [
        (ids[0], 1, 0.875),
        (ids[1], 1, 0.0),
    ]


def test_all_is_one_row_whose_rate_comes_from_the_sums(computed):
    (row,) = get(computed.planner, POOLED)
    assert row["rates"]["adherence_rate"] == {
        "numerator": 7 * 3600,
        "denominator": 16 * 3600,
        "value": 0.4375,
        "version": 1,
    }
    assert (row["days"], tuple(row["rates"])) == (2, FORMULAS)


def test_days_are_pooled_by_date_of_one_team(computed):
    rows = get(computed.planner, POOLED, by="day", team=computed.team.pk, key="conformance_rate")
    assert [(row["operational_date"], row["days"]) for row in rows] == [("2026-11-18", 1)]
    assert list(rows[0]["rates"]) == ["conformance_rate"]


def test_groups_come_in_pages(computed):
    api = APIClient()
    api.force_login(computed.planner)
    query = {"from": "2026-11-18", "to": "2026-11-18", "by": "agent", "page_size": 1}
    first = api.get(POOLED, query).json()
    second = api.get(first["next"]).json()
    found = [first["results"][0]["agent"], second["results"][0]["agent"]]
    assert found == [computed.agent.pk, computed.stranger.pk]
    assert second["next"] is None


def test_a_lead_pools_only_the_own_team(computed):
    rows = get(computed.lead, POOLED, by="agent")
    assert [row["agent"] for row in rows] == [computed.agent.pk]


@pytest.mark.parametrize(
    "query", [{"by": "site"}, {"key": "answer_rate"}, {"agent": "x"}, {"from": "2026-12-01"}]
)
def test_senseless_sums_are_refused_with_a_sentence(computed, query):
    api = APIClient()
    api.force_login(computed.planner)
    answer = api.get(POOLED, {"to": "2026-11-18"} | query)
    assert answer.status_code == 400, answer.content


def test_a_correction_tells_both_figures_who_and_why(computed):
    approve(computed, computed.agent)
    (row,) = get(computed.planner, CORRECTIONS)
    assert (row["agent"], row["operational_date"]) == (computed.agent.pk, "2026-11-18")
    assert row["figures_before"]["out_seconds"] == 3600
    assert row["figures_after"]["out_seconds"] == 0
    assert row["rates_before"]["adherence_rate"]["value"] == 0.875
    assert row["rates_after"]["adherence_rate"]["value"] == 1.0
    assert [(cause["kind"], cause["by"], cause["why"]) for cause in row["causes"]] == [
        ("EXCEPTION", str(computed.lead), "Storm")
    ]
    api = APIClient()
    api.force_login(computed.planner)
    assert api.get(f"{CORRECTIONS}{row['id']}/").json() == row


def test_corrections_are_filtered_by_agent_team_cause_and_period(computed):
    approve(computed, computed.agent)
    approve(computed, computed.stranger)
    planner, agent = computed.planner, computed.agent.pk
    assert len(get(planner, CORRECTIONS)) == 2
    assert [row["agent"] for row in get(planner, CORRECTIONS, agent=agent)] == [agent]
    assert [row["agent"] for row in get(planner, CORRECTIONS, team=computed.team.pk)] == [agent]
    assert len(get(planner, CORRECTIONS, kind="EXCEPTION")) == 2
    assert get(planner, CORRECTIONS, kind="EVENTS") == []
    assert get(planner, CORRECTIONS, **{"from": "2026-11-19", "to": "2026-11-20"}) == []
    api = APIClient()
    api.force_login(planner)
    assert api.get(CORRECTIONS, {"kind": "WHIM"}).status_code == 400


def test_corrections_of_foreign_teams_are_not_there(computed):
    approve(computed, computed.stranger)
    assert get(computed.lead, CORRECTIONS) == []
    (row,) = get(computed.planner, CORRECTIONS)
    api = APIClient()
    api.force_login(computed.lead)
    assert api.get(f"{CORRECTIONS}{row['id']}/").status_code == 404


def test_an_agent_sees_the_own_corrections(computed):
    approve(computed, computed.agent)
    approve(computed, computed.stranger)
    api = APIClient()
    api.force_login(computed.agent_user)
    answer = api.get(CORRECTIONS)
    if answer.status_code == 200:
        assert [row["agent"] for row in answer.json()["results"]] == [computed.agent.pk]
    else:  # the role lists no adherence over REST
        assert answer.status_code == 403


def test_computing_again_is_a_job_with_who_and_why(computed):
    with system_tenant():
        manager = make_user("admin")
    api = APIClient()
    api.force_login(manager)
    body = {"first_date": "2026-11-01", "last_date": "2026-11-18", "why": "Tolerance was wrong"}
    answer = api.post(RECOMPUTE, body | {"cause": "CODES"}, format="json")
    assert answer.status_code == 202, answer.content
    job = Job.objects.get(pk=answer.json()["job_id"])
    assert job.params == {
        "from": "2026-11-01",
        "to": "2026-11-18",
        "kind": "CODES",
        "by": manager.pk,
        "why": "Tolerance was wrong",
    }


@pytest.mark.parametrize(
    "change",
    [{"why": ""}, {"last_date": "2026-10-31"}, {"cause": "EXCEPTION"}, {"first_date": "x"}],
)
def test_a_senseless_recompute_is_refused(computed, change):
    with system_tenant():
        manager = make_user("admin")
    api = APIClient()
    api.force_login(manager)
    body = {"first_date": "2026-11-01", "last_date": "2026-11-18", "why": "why not"}
    answer = api.post(RECOMPUTE, body | change, format="json")
    assert answer.status_code == 400, answer.content
    assert not Job.objects.exists()


def test_days_whose_events_are_gone_are_not_computed_again(computed, settings):
    """On 20 November, 100 days of events back to 12 August: a state may have begun 31 days before."""
    settings.EVENT_RETENTION_DAYS = 100
    with system_tenant():
        manager = make_user("admin")
    api = APIClient()
    api.force_login(manager)
    body = {"first_date": "2026-09-13", "last_date": "2026-11-18", "why": "why not"}
    answer = api.post(RECOMPUTE, body, format="json")
    assert answer.status_code == 400
    assert "from 2026-09-14 on" in answer.json()["errors"][0]["detail"]
    assert (
        api.post(RECOMPUTE, body | {"first_date": "2026-09-14"}, format="json").status_code == 202
    )


def test_who_only_looks_does_not_start_a_recompute(computed):
    api = APIClient()
    api.force_login(computed.lead)
    body = {"first_date": "2026-11-01", "last_date": "2026-11-18", "why": "why not"}
    with system_tenant():
        onlooker = make_user("hr")
    api.force_login(onlooker)
    assert api.post(RECOMPUTE, body, format="json").status_code == 403
