"""“Why this number” where people serve several queues, and where callbacks are offered."""

import pytest
import time_machine
from django.urls import reverse

from staffing.models import RequirementPoolResult
from staffing.services import CallbackTerms, offer_callbacks, publish_requirement
from tests.factories.org import (
    LONG_AGO,
    make_client,
    make_deferred_queue,
    make_goal,
    make_queue,
    make_user,
)
from tests.factories.staffing import make_pool
from tests.staffing.rows import MONDAY
from tests.staffing.test_pool_job import staffed
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ((480, 1080),)
TEN = int(MONDAY.timestamp()) + 10 * 3600
DAY = {"from": "2026-03-02", "to": "2026-03-02"}


def live(name, **fields):
    queue = make_queue(name=name, interval_minutes=30, opening=OPEN, patience_seconds=120, **fields)
    make_goal(queue)
    return queue


@pytest.fixture
def twins(monkeypatch):
    with system_tenant():
        queues = live("Orders"), live("Returns")
        make_pool(*queues, name="Desk of both")
    run = staffed(monkeypatch, *((queue, 60, 300.0) for queue in queues), days=1)
    with system_tenant():
        publish_requirement(run=run, published_at=MONDAY, published_by=None)
    return queues, run


def why(browser, run, queue):
    return browser.get(reverse("requirement-why", args=[run.pk, queue.pk, TEN])).content.decode()


def test_a_pooled_queue_has_its_pool_in_place_of_a_power_of_one(planner, twins):
    (orders, _returns), run = twins
    page = why(planner, run, orders)
    with system_tenant():
        pool = RequirementPoolResult.objects.get(run=run)
    assert "serve other queues too" in page
    assert reverse("requirement-pool", args=[pool.pk]) in page
    assert "in steady state" not in page
    assert "With one agent fewer" not in page


@time_machine.travel(MONDAY, tick=False)
def test_its_page_compares_nothing_that_it_would_need_apart(planner, twins):
    (orders, _returns), run = twins
    page = planner.get(reverse("staffing"), DAY | {"queue": orders.pk}).content.decode()
    with system_tenant():
        pool = RequirementPoolResult.objects.get(run=run)
    assert reverse("requirement-pool", args=[pool.pk]) in page
    assert "its part of the pool" in page
    assert "interval by interval would ask for" not in page
    assert "Level: Interval by interval" not in page


def test_who_does_not_see_the_whole_pool_is_not_told_its_name(client, twins):
    (orders, _returns), run = twins
    with system_tenant():
        client.force_login(make_user("planner", client=orders.client))
    for page in (
        why(client, run, orders),
        client.get(reverse("staffing"), DAY | {"queue": orders.pk}).content.decode(),
    ):
        assert "serve other queues too" in page
        assert "Desk of both" not in page


def test_a_queue_by_itself_keeps_its_power_of_one(planner, monkeypatch):
    with system_tenant():
        voice = live("Voice")
    run = staffed(monkeypatch, (voice, 60, 300.0), days=1)
    page = why(planner, run, voice)
    assert "in steady state" in page
    assert "serve other queues too" not in page


def test_an_offer_of_callbacks_is_said_and_the_formula_without_it_left_out(planner, monkeypatch):
    with system_tenant():
        owner = make_client()
        voice = live("Voice", client=owner)
        calls = make_deferred_queue(
            name="Calls back", interval_minutes=30, opening=OPEN, client=owner
        )
        make_goal(calls, due_amount=120, level=0.9)
        terms = CallbackTerms(after_seconds=15, acceptance_rate=0.4)
        offer_callbacks(queue=voice, target=calls, terms=terms, starts_on=LONG_AGO)
    run = staffed(monkeypatch, (voice, 60, 300.0), (calls, 0, 300.0), days=1)
    page = why(planner, run, voice)
    assert "more than 15 s is offered a callback, and 40" in page
    assert "Callbacks expected here" in page
    assert "Power of one" in page
    assert "in steady state" not in page
