"""Linked queues on the pages and over REST."""

import re
from datetime import date

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.models import QueueLink
from staffing.services import LinkTerms, link_queues
from tests.factories.org import (
    LONG_AGO,
    make_client,
    make_deferred_queue,
    make_goal,
    make_user,
)
from tests.staffing.rows import MONDAY, compute, make_forecast, start_without_ringing
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = {"from": "2026-03-02", "to": "2026-03-08"}


@pytest.fixture
def chain():
    with system_tenant():
        client = make_client()
        intake, assessment = (
            make_deferred_queue(client=client, name=name) for name in ("Intake", "Assessment")
        )
        make_goal(intake)
        make_goal(assessment)
    return intake, assessment


@pytest.fixture
def link(chain):
    intake, assessment = chain
    with system_tenant():
        return link_queues(
            source=intake,
            target=assessment,
            terms=LinkTerms(share=0.25, starts_on=LONG_AGO, delay_minutes=120),
        )


@pytest.fixture
def api():
    def as_role(role="planner", **fields):
        client = APIClient()
        with system_tenant():
            client.force_login(make_user(role, **fields))
        return client

    return as_role


def text(response):
    return " ".join(response.content.decode().split())


def test_a_planner_links_a_queue_ends_the_link_and_takes_it_away(planner, chain):
    intake, assessment = chain
    page = reverse("staffing-parameters")
    assert "No queue feeds this one" in text(planner.get(page, {"queue": assessment.pk}))
    sent = {"source": intake.pk, "share": "0.4", "delay_hours": "1.5", "starts_on": "2026-03-02"}
    done = planner.post(reverse("staffing-link", args=[assessment.pk]), sent, follow=True)
    assert "What Intake finishes now arrives in Assessment" in text(done)
    with system_tenant():
        made = QueueLink.objects.get()
    assert (made.share, made.delay_minutes, made.ends_on) == (0.4, 90, None)
    for queue in chain:  # both ends show it
        shown = text(planner.get(page, {"queue": queue.pk}))
        assert '<td class="num">0.40</td><td class="num">1 h 30 min</td>' in shown
    end = reverse("staffing-link-end", args=[intake.pk, made.pk])
    assert "ends on 2026-04-01" in text(planner.post(end, {"ends_on": "2026-04-01"}, follow=True))
    assert "ends on 2026-04-01 already" in text(
        planner.post(end, {"ends_on": "2026-05-01"}, follow=True)
    )
    assert "Give the date" in text(planner.post(end, {"ends_on": ""}, follow=True))
    remove = reverse("staffing-link-remove", args=[assessment.pk, made.pk])
    assert "is taken away" in text(planner.post(remove, follow=True))
    with system_tenant():
        assert not QueueLink.objects.exists()


def test_a_loop_is_refused_on_the_page_with_its_name(planner, chain, link):
    intake, assessment = chain
    sent = {"source": assessment.pk, "share": "1", "starts_on": "2026-03-02"}
    response = planner.post(reverse("staffing-link", args=[intake.pk]), sent)
    assert response.status_code == 422
    assert "Assessment → Intake → Assessment" in text(response)


def test_only_queues_of_the_same_client_are_offered(planner, chain):
    with system_tenant():
        other = make_deferred_queue(name="Elsewhere")
    intake, assessment = chain
    page = text(planner.get(reverse("staffing-parameters"), {"queue": assessment.pk}))
    offered = re.search(r'<select name="source".*?</select>', page)[0]
    assert f'<option value="{intake.pk}">Intake</option>' in offered
    assert "Elsewhere" not in offered
    sent = {"source": other.pk, "share": "1", "starts_on": "2026-03-02"}
    refused = planner.post(reverse("staffing-link", args=[assessment.pk]), sent)
    assert refused.status_code == 422


def test_who_may_not_edit_may_not_link(client, chain):
    intake, assessment = chain
    with system_tenant():
        client.force_login(make_user("finance"))
    sent = {"source": intake.pk, "share": "1", "starts_on": "2026-03-02"}
    assert client.post(reverse("staffing-link", args=[assessment.pk]), sent).status_code == 403


def test_the_queues_page_shows_where_its_work_comes_from(planner, monkeypatch, chain, link):
    _intake, assessment = chain
    with system_tenant():
        forecast = make_forecast(chain, offered=4)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    shown = text(planner.get(reverse("staffing"), WEEK | {"queue": assessment.pk}))
    assert "Where its work comes from" in shown
    assert '<th scope="row">its own forecast</th><td class="num">384.0</td>' in shown
    assert ">Intake</a></th>" in shown
    why = reverse(
        "requirement-why", args=[run.pk, assessment.pk, int(MONDAY.timestamp()) + 12 * 3600]
    )
    reason = text(planner.get(why))
    assert "overrides included: 4.0; from linked queues: 1.0" in reason
    unlinked = text(planner.get(reverse("staffing"), WEEK | {"queue": chain[0].pk}))
    assert "Where its work comes from" not in unlinked


def test_links_over_rest(api, chain):
    intake, assessment = chain
    planner = api()
    body = {
        "source": intake.pk,
        "target": assessment.pk,
        "share": 0.5,
        "delay_minutes": 30,
        "starts_on": "2026-03-02",
    }
    made = planner.post(reverse("api-queue-links"), body, format="json")
    assert made.status_code == 201
    address = reverse("api-queue-link", args=[made.json()["id"]])
    assert planner.get(address).json()["share"] == 0.5
    loop = body | {"source": assessment.pk, "target": intake.pk}
    refused = planner.post(reverse("api-queue-links"), loop, format="json")
    assert refused.status_code == 409
    assert "Assessment → Intake → Assessment" in str(refused.json())
    ended = planner.patch(address, {"ends_on": "2026-04-01"}, format="json")
    assert ended.json()["ends_on"] == "2026-04-01"
    assert planner.patch(address, {"ends_on": "2026-05-01"}, format="json").status_code == 409
    assert len(planner.get(reverse("api-queue-links")).json()["results"]) == 1
    assert planner.delete(address).status_code == 204
    assert planner.get(address).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"share": 0}, {"share": 11}, {"delay_minutes": -1}, {"starts_on": "soon"}]
)
def test_impossible_links_are_refused_over_rest(api, chain, wrong):
    intake, assessment = chain
    body = {"source": intake.pk, "target": assessment.pk, "share": 1, "starts_on": "2026-03-02"}
    answer = api().post(reverse("api-queue-links"), body | wrong, format="json")
    assert answer.status_code in {400, 409}
    with system_tenant():
        assert not QueueLink.objects.exists()


def test_links_of_other_clients_are_not_found(api, chain, link):
    with system_tenant():
        other = make_client()
    stranger = api(client=other)
    assert stranger.get(reverse("api-queue-links")).json()["results"] == []
    assert stranger.get(reverse("api-queue-link", args=[link.pk])).status_code == 404
    assert stranger.delete(reverse("api-queue-link", args=[link.pk])).status_code == 404
    assert api("finance").delete(reverse("api-queue-link", args=[link.pk])).status_code == 403


def test_where_work_comes_from_is_told_over_rest(api, monkeypatch, chain, link):
    intake, assessment = chain
    with system_tenant():
        forecast = make_forecast([intake], offered=4)
    run = start_without_ringing(forecast, monkeypatch, publish_when_done=True)
    compute(run)
    planner = api()
    results = planner.get(reverse("api-requirement-run-queues", args=[run.pk])).json()
    told = next(row for row in results if row["queue"] == assessment.pk)["detail"]["arrivals"]
    source = told["sources"][0]
    assert (source["queue"], source["share"], source["delay_minutes"]) == (intake.pk, 0.25, 120)
    day = {"queue": intake.pk, "from": "2026-03-02", "to": "2026-03-02", "page_size": 96}
    rows = planner.get(reverse("api-requirement-list"), day).json()["results"]
    finished = sum(row["finished"] for row in rows)
    assert told["linked_items"] + source["in_delay_items"] == pytest.approx(0.25 * finished)
    assert date.fromisoformat(rows[0]["starts_at"][:10]) == MONDAY.date()
