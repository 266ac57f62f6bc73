"""Callbacks as a planner meets them: offered on the page or over REST, staffed, worked elsewhere."""

import re
from datetime import date

import numpy as np
import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from staffing.models import CallbackOffer, RequirementInterval
from staffing.services import (
    CallbackTerms,
    UnableToOfferCallbacks,
    end_callbacks,
    offer_callbacks,
)
from tests.factories.org import (
    LONG_AGO,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_user,
    make_work_type,
)
from tests.staffing.rows import MONDAY, compute, make_forecast, result_of, start_without_ringing
from wfm.jobs.models import JobStatus
from wfm.org.models import Channel
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
TERMS = CallbackTerms(after_seconds=20, acceptance_rate=0.6)
DAY = {"opening": ((480, 1200),)}


@pytest.fixture
def queues():
    """A voice queue, 8 to 20, whose customers wait for ever, and one that calls back."""
    with system_tenant():
        client = make_client()
        work_type = make_work_type(contacts_abandon=False)
        voice = make_queue(
            client=client, name="Voice", work_type=work_type, patience_seconds=None, **DAY
        )
        calls = make_deferred_queue(
            client=client, name="Calls back", default_aht_seconds=360, **DAY
        )
        make_goal(voice)
        make_goal(calls, due_amount=120, level=0.95)
    return voice, calls


def offered(queues, **change):
    with system_tenant():
        return offer_callbacks(
            queue=queues[0], target=queues[1], terms=TERMS, starts_on=change.get("on", LONG_AGO)
        )


def staffed(monkeypatch, *queues, calls=75.0):
    with system_tenant():
        forecast = make_forecast(queues, offered=calls, days=2)
    run = start_without_ringing(forecast, monkeypatch)
    job = compute(run)
    assert job.status == JobStatus.SUCCEEDED, job.error
    return run


def column(run, queue, name):
    with system_tenant():
        rows = RequirementInterval.objects.filter(run=run, queue=queue).order_by("starts_at")
        return np.array(rows.values_list(name, flat=True), dtype=float)


def as_role(role, **fields):
    client = APIClient()
    with system_tenant():
        client.force_login(make_user(role, **fields))
    return client


def test_callbacks_need_fewer_agents_and_arrive_where_they_are_made(monkeypatch, queues):
    voice, _calls = queues
    before = staffed(monkeypatch, voice)
    offered(queues)
    run = staffed(monkeypatch, voice)
    agents, callbacks = column(run, voice, "required_agents"), column(run, voice, "callbacks")
    assert agents.sum() < column(before, voice, "required_agents").sum()
    assert column(before, voice, "callbacks").tolist() == [0.0] * 192
    assert callbacks.sum() > 50
    levels = column(run, voice, "service_level")
    assert np.nanmin(levels) >= 0.8 - 6e-4
    # Whoever is not called back is answered: nobody gives up.
    offered_here = column(run, voice, "offered")
    assert column(run, voice, "finished") == pytest.approx(offered_here - callbacks)
    facts = result_of(run, voice).detail["callbacks"]
    assert facts["contacts"] == pytest.approx(callbacks.sum())
    assert facts["moved_hours"] == pytest.approx(callbacks.sum() * 240 / 3600)


def test_the_calling_queue_is_staffed_in_the_same_run_with_its_own_handle_time(monkeypatch, queues):
    voice, calls = queues
    offered(queues)
    run = staffed(monkeypatch, voice)
    taken, arrived = column(run, voice, "callbacks"), column(run, calls, "offered")
    assert arrived == pytest.approx(taken)
    assert set(column(run, calls, "aht_seconds")) == {360.0}
    result = result_of(run, calls)
    assert result.service_level >= 0.95
    assert result.detail["arrivals"]["sources"][0]["are_callbacks"] is True
    # Two hours of business time: what is taken in the last hour is due the next morning.
    finished = column(run, calls, "finished")
    assert finished[80:96].sum() == pytest.approx(0.0), "closed after 20:00"
    assert finished[96 + 32 : 96 + 40].sum() > 0


def test_an_offer_begins_and_ends_on_its_dates(monkeypatch, queues):
    voice, _calls = queues
    offer = offered(queues)
    with system_tenant():
        end_callbacks(offer=offer, ends_on=date(2026, 3, 3))
    taken = column(staffed(monkeypatch, voice), voice, "callbacks")
    assert taken[:96].sum() > 20
    assert taken[96:].sum() == 0.0


def test_a_new_offer_ends_the_one_before(queues):
    first = offered(queues)
    second = offered(queues, on=date(2026, 3, 9))
    with system_tenant():
        first.refresh_from_db()
        assert (first.ends_on, second.ends_on) == (date(2026, 3, 9), None)
    with pytest.raises(UnableToOfferCallbacks, match="begins on 2026-03-09 already"):
        offered(queues, on=date(2026, 3, 9))
    with system_tenant(), pytest.raises(UnableToOfferCallbacks, match="ends on 2026-03-09 already"):
        end_callbacks(offer=first, ends_on=date(2026, 4, 1))


def test_what_cannot_be_called_back_is_refused_with_the_reason(queues):
    voice, calls = queues
    with system_tenant():
        chat_work = make_work_type(channel=Channel.CHAT, concurrency=3)
        chat = make_queue(client=voice.client, work_type=chat_work)
        strange = make_deferred_queue()
    for queue, target, reason in (
        (chat, calls, "a chat that waits is not called back"),
        (calls, calls, "deferred work: nobody waits"),
        (voice, chat, "is a live queue; callbacks are deferred work"),
        (voice, strange, "belong to different clients"),
    ):
        with system_tenant(), pytest.raises(UnableToOfferCallbacks, match=reason):
            offer_callbacks(queue=queue, target=target, terms=TERMS, starts_on=LONG_AGO)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.2])
def test_a_share_that_leaves_nobody_or_takes_nobody_is_refused(queues, share):
    with system_tenant(), pytest.raises(UnableToOfferCallbacks, match="above 0 and below 1"):
        offer_callbacks(
            queue=queues[0],
            target=queues[1],
            terms=CallbackTerms(after_seconds=20, acceptance_rate=share),
            starts_on=LONG_AGO,
        )


def test_a_planner_offers_and_ends_callbacks_on_the_page(planner, queues):
    voice, calls = queues
    form = {
        "target": calls.pk,
        "after_seconds": "90",
        "acceptance_rate": "40",
        "starts_on": "2026-12-01",
    }
    address = reverse("staffing-callbacks", args=[voice.pk])
    page = planner.post(address, form, follow=True).content.decode()
    assert "Callbacks are offered; compute the requirement of both queues anew." in page
    with system_tenant():
        offer = CallbackOffer.objects.get()
    assert (offer.after_seconds, offer.acceptance_rate) == (90, 0.4)
    assert re.search(r">40\s?%<", page)
    again = planner.post(address, form)
    assert again.status_code == 422
    assert "An offer begins on 2026-12-01 already" in again.content.decode()
    end = reverse("staffing-callbacks-end", args=[voice.pk, offer.pk])
    planner.post(end, {"ends_on": "2026-12-24"})
    with system_tenant():
        offer.refresh_from_db()
    assert offer.ends_on == date(2026, 12, 24)
    page = planner.get(f"{reverse('staffing-parameters')}?queue={calls.pk}").content.decode()
    assert "Called back by" in page, "the queue that calls shows who lets it"


def test_the_queue_page_shows_callbacks_and_the_hours_they_move(planner, monkeypatch, queues):
    offered(queues)
    run = staffed(monkeypatch, queues[0])
    with system_tenant():
        run.refresh_from_db()
        run.published_at = MONDAY
        run.save(update_fields=["published_at"])
    address = f"{reverse('staffing')}?queue={queues[0].pk}&from=2026-03-02&to=2026-03-03"
    page = planner.get(address).content.decode()
    assert "h of handling; over the whole requirement" in page


def test_rest_lists_makes_and_ends_offers(queues):
    voice, calls = queues
    planner = as_role("planner")
    asked = {
        "queue": voice.pk,
        "target": calls.pk,
        "after_seconds": 60,
        "acceptance_rate": 0.5,
        "starts_on": "2026-12-01",
    }
    made = planner.post(reverse("api-callback-offers"), asked, format="json")
    assert made.status_code == 201, made.content
    assert planner.post(reverse("api-callback-offers"), asked, format="json").status_code == 409
    address = reverse("api-callback-offer", args=[made.json()["id"]])
    ended = planner.patch(address, {"ends_on": "2027-01-01"}, format="json")
    assert ended.json()["ends_on"] == "2027-01-01"
    assert [row["id"] for row in planner.get(reverse("api-callback-offers")).json()["results"]] == [
        made.json()["id"]
    ]


def test_a_stranger_sees_no_offer(queues):
    offer = offered(queues)
    with system_tenant():
        other = make_client()
    stranger = as_role("planner", client=other)
    assert stranger.get(reverse("api-callback-offers")).json()["results"] == []
    assert stranger.get(reverse("api-callback-offer", args=[offer.pk])).status_code == 404
    ends = {"ends_on": "2027-01-01"}
    address = reverse("staffing-callbacks-end", args=[queues[0].pk, offer.pk])
    assert stranger.post(address, ends).status_code == 404
    with system_tenant():
        offer.refresh_from_db()
    assert offer.ends_on is None
