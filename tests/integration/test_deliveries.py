"""Deliveries: at least once, in order per thing, tried again, given up, sent again."""

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils.timezone import now
from standardwebhooks import Webhook

from tests.factories.org import make_client, make_user
from tests.integration.receiver import receiving
from wfm.integration import tasks
from wfm.integration.models import (
    ChangeFeedState,
    DeliveryStatus,
    Notice,
    WebhookDelivery,
    WebhookEndpoint,
)
from wfm.integration.queries.change_feed import feed_end
from wfm.integration.services import deliveries, record_change
from wfm.integration.services.clearing import clear_integration
from wfm.integration.services.deliveries import RETRY_SECONDS, deliver_webhooks, work_on_endpoint
from wfm.integration.services.webhooks import (
    EndpointInput,
    UnableToReplay,
    UnableToSaveWebhook,
    change_webhook,
    create_webhook,
    disable_webhook,
    enable_webhook,
    replay_dead,
    replay_delivery,
    rotate_secret,
    send_test,
)
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.WEBHOOK_ALLOWED_HOSTS = ["127.0.0.1"]


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.fixture
def admin():
    with system_tenant():
        return make_user("admin")


@pytest.fixture
def made(receiver, admin):
    return make(receiver, admin)


def make(receiver, owner, *, kinds=(), client=None, name="Chat"):
    with system_tenant():
        return create_webhook(
            wanted=EndpointInput(name=name, url=receiver.url, kinds=kinds, client=client),
            owner=owner,
            at=now(),
        )


def record(key="thing:1", *, kind="schedule.published", client=None, **payload):
    with system_tenant():
        record_change(kind=kind, key=key, payload=payload, client_id=client and client.pk)


def received(receiver):
    return [json.loads(body) for _path, _headers, body in receiver.requests]


def rows(**filters):
    with system_tenant():
        return list(WebhookDelivery.objects.filter(**filters).order_by("pk"))


def endpoint():
    with system_tenant():
        return WebhookEndpoint.objects.get()


def deliver(*, after=0.0):
    with time_machine.travel(now() + timedelta(seconds=after), tick=True):
        return deliver_webhooks(at=now())


# -- what is told ---------------------------------------------------------------------------------


def test_a_change_arrives_signed_and_once(receiver, made):
    record("schedule-version:7", week="2026-W47")
    tasks.deliver_webhooks()
    tasks.deliver_webhooks()
    ((_path, headers, body),) = receiver.requests
    told = Webhook(made.secret).verify(body, headers)
    assert (told["type"], told["key"], told["data"]) == (
        "schedule.published",
        "schedule-version:7",
        {"week": "2026-W47"},
    )
    (row,) = rows()
    assert (row.status, row.attempts, row.response_status) == (DeliveryStatus.DELIVERED, 1, 200)
    assert row.message_id == headers["webhook-id"]


def test_an_endpoint_is_told_what_comes_after_it_was_made(receiver, admin):
    record("before")
    make(receiver, admin)
    record("after")
    deliver()
    assert [told["key"] for told in received(receiver)] == ["after"]


def test_only_the_chosen_kinds_are_told(receiver, admin):
    make(receiver, admin, kinds=("request.*", "schedule.published"))
    for kind in ("request.decided", "schedule.published", "schedule.changed", "news.published"):
        record(kind=kind)
    deliver()
    assert [told["type"] for told in received(receiver)] == [
        "request.decided",
        "schedule.published",
    ]


def test_a_clients_endpoint_is_told_of_that_client_alone(receiver, admin):
    with system_tenant():
        own, other = make_client(), make_client()
    make(receiver, admin, client=own)
    record("own", client=own)
    record("other", client=other)
    record("internal")
    deliver()
    assert [(told["key"], told["client"]) for told in received(receiver)] == [("own", own.pk)]


def test_many_changes_arrive_in_their_order(receiver, made, monkeypatch):
    monkeypatch.setattr(deliveries, "CHANGES_PER_STEP", 7)
    monkeypatch.setattr(deliveries, "DELIVERIES_PER_STEP", 5)
    for number in range(40):
        record(f"thing:{number % 3}", number=number)
    deliver()
    assert [told["data"]["number"] for told in received(receiver)] == list(range(40))


def test_a_test_message_arrives(receiver, made):
    with system_tenant():
        send_test(endpoint=made.endpoint, at=now())
    deliver()
    assert received(receiver)[0]["type"] == "webhook.test"


# -- faults ---------------------------------------------------------------------------------------


def test_a_failed_message_is_tried_again_with_the_same_id(receiver, made):
    record()
    receiver.status = 500
    deliver()
    (row,) = rows()
    assert (row.status, row.attempts, row.error) == ("PENDING", 1, "It answered 500.")
    assert deliver() == 0  # not before its time
    receiver.status = 204
    deliver(after=RETRY_SECONDS[0] * 2)
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 2
    assert rows()[0].status == DeliveryStatus.DELIVERED
    assert endpoint().failing_since is None


def test_a_failed_message_holds_back_the_later_ones_of_its_thing_alone(receiver, made):
    for key in ("a", "b", "a"):
        record(key)
    receiver.answer = lambda handler: 500 if len(receiver.requests) == 1 else 200
    deliver()  # "a" fails
    deliver(after=0.1)  # "b" may go on, the second "a" may not
    assert [told["key"] for told in received(receiver)] == ["a", "b"]
    deliver(after=RETRY_SECONDS[0] * 2)
    assert [told["key"] for told in received(receiver)] == ["a", "b", "a", "a"]
    assert receiver.ids[2] == receiver.ids[0]
    assert [row.status for row in rows()] == ["DELIVERED"] * 3


def test_an_endpoint_that_does_not_answer_rests(receiver, made):
    for number in range(20):
        record(f"thing:{number}")
    receiver.status = 500
    for _number in range(20):
        deliver()
    # The first fault is followed at once by another message; then the endpoint rests.
    assert len(receiver.requests) == 2
    assert [row.attempts for row in rows()].count(1) == 2


def test_an_answer_that_asks_to_wait_is_respected(receiver, made):
    record()
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    deliver()
    for seconds in (60, 300, 590):
        deliver(after=seconds)
    assert len(receiver.requests) == 1
    deliver(after=605)
    assert len(receiver.requests) == 2


def test_after_all_tries_it_is_given_up_and_can_be_sent_again(receiver, made):
    record("dead")
    receiver.status = 500
    with system_tenant():
        WebhookEndpoint.objects.update(failing_since=None)
    passed = 0.0
    for wait in (0, *RETRY_SECONDS):
        passed += wait * 1.3 + 901
        with system_tenant():  # else it would be switched off on the way
            WebhookEndpoint.objects.update(failing_since=None)
        deliver(after=passed)
    (row,) = rows()
    assert (row.status, row.attempts) == (DeliveryStatus.DEAD, len(RETRY_SECONDS) + 1)
    receiver.status = 200
    deliver(after=passed + 10**6)
    assert rows()[0].status == DeliveryStatus.DEAD  # by nobody but a person
    with system_tenant():
        enable_webhook(endpoint=made.endpoint)
        assert replay_dead(endpoint=endpoint(), at=now()) == 1
    deliver()
    assert rows()[0].status == DeliveryStatus.DELIVERED
    assert len(set(receiver.ids)) == 1


def test_one_delivery_can_be_sent_again(receiver, made):
    record()
    deliver()
    with system_tenant():
        replay_delivery(delivery=rows()[0], at=now())
    deliver()
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1


# -- switched off ---------------------------------------------------------------------------------


def test_an_endpoint_that_fails_for_days_is_switched_off_and_its_owner_told(
    receiver, made, admin, settings
):
    settings.WEBHOOK_DISABLE_AFTER_DAYS = 5
    record()
    receiver.status = 500
    deliver()
    deliver(after=4 * 86400)
    assert endpoint().disabled_at is None
    deliver(after=6 * 86400)
    assert "without a success" in endpoint().disabled_reason
    with system_tenant():
        notice = Notice.objects.get()
    assert (notice.user, notice.kind) == (admin, "webhook.disabled")
    assert notice.url == f"/settings/webhooks/{made.endpoint.pk}/"
    count = len(receiver.requests)
    record("later")
    assert deliver(after=7 * 86400) == 0
    assert len(receiver.requests) == count


def test_what_waited_goes_out_when_it_is_switched_on_again(receiver, made):
    with system_tenant():
        disable_webhook(endpoint=made.endpoint, reason="by hand", at=now())
        assert not disable_webhook(endpoint=made.endpoint, reason="again", at=now())
    record("a")
    record("b")
    assert deliver() == 0
    with system_tenant(), pytest.raises(UnableToReplay, match="switched off"):
        replay_dead(endpoint=endpoint(), at=now())
    with system_tenant():
        enable_webhook(endpoint=made.endpoint)
    deliver()
    assert [told["key"] for told in received(receiver)] == ["a", "b"]


def test_an_address_that_says_gone_is_switched_off_at_once(receiver, made):
    record()
    receiver.status = 410
    deliver()
    assert "410" in endpoint().disabled_reason


def test_without_an_owner_those_who_keep_webhooks_are_told(receiver, admin):
    make(receiver, None)
    with system_tenant():
        make_user("planner")  # sees webhooks but does not keep them
    record()
    receiver.status = 410
    deliver()
    with system_tenant():
        assert [notice.user for notice in Notice.objects.all()] == [admin]


def test_a_changed_server_key_stops_it_with_the_reason(receiver, made, settings):
    settings.SECRET_KEY = "another key"
    record()
    deliver()
    assert "WFM_SECRET_KEY" in endpoint().disabled_reason
    assert receiver.requests == []
    with system_tenant():
        renewed = rotate_secret(endpoint=endpoint(), at=now())
        enable_webhook(endpoint=renewed.endpoint)
    deliver()
    ((_path, headers, body),) = receiver.requests
    assert Webhook(renewed.secret).verify(body, headers)["key"] == "thing:1"


def test_an_address_that_turns_inside_is_not_connected_to(receiver, made, settings):
    settings.WEBHOOK_ALLOWED_HOSTS = []
    record()
    deliver()
    assert receiver.requests == []
    assert "Use https" in rows()[0].error


def test_both_secrets_sign_for_a_day_after_a_rotation(receiver, made):
    with system_tenant():
        renewed = rotate_secret(endpoint=made.endpoint, at=now())
    record()
    deliver()
    _path, headers, body = receiver.requests[-1]
    for secret in (made.secret, renewed.secret):
        assert Webhook(secret).verify(body, headers)
    record()
    deliver(after=25 * 3600)
    assert len(receiver.requests[-1][1]["webhook-signature"].split()) == 1


# -- two workers, a killed worker -----------------------------------------------------------------


def test_an_endpoint_is_worked_on_by_one_worker_at_a_time(receiver, made):
    for number in range(30):
        record(f"thing:{number}", number=number)
    barrier = threading.Barrier(3)

    def work():
        barrier.wait()
        deliver_webhooks(at=now())
        connection.close()

    threads = [threading.Thread(target=work) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [told["data"]["number"] for told in received(receiver)] == list(range(30))


def test_a_worker_whose_lease_another_has_taken_writes_nothing(receiver, made):
    record()
    assert deliver_webhooks(at=now()) == 1
    record("second")
    stale = endpoint().lease_token
    with system_tenant():
        WebhookEndpoint.objects.update(lease_token=stale + 1)
    assert work_on_endpoint(endpoint_id=made.endpoint.pk, token=stale) == 0
    assert len(receiver.requests) == 1


def test_a_message_whose_worker_was_killed_after_the_answer_comes_again_with_its_id(
    receiver, made, monkeypatch
):
    record()

    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with system_tenant():
        ((pk, token),) = deliveries._claim(now())
    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "_note_success", die)
        with pytest.raises(Killed):
            work_on_endpoint(endpoint_id=pk, token=token)
    assert deliver() == 0  # its lease still runs
    deliver(after=deliveries.LEASE_SECONDS + 1)
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert rows()[0].status == DeliveryStatus.DELIVERED


def test_a_fault_of_ours_is_logged_and_tried_again(receiver, made, monkeypatch, caplog):
    record()

    def fail(*args, **kwargs):
        raise RuntimeError("a fault for the test")

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "hand_on", fail)
        deliver()
    assert "Unable to deliver" in caplog.text
    deliver(after=deliveries.LEASE_SECONDS + 1)
    assert len(receiver.requests) == 1


def test_handing_on_twice_makes_one_delivery(made):
    record()
    before = endpoint()
    with system_tenant():
        assert deliveries.hand_on(before, at=now()) == 1
        assert deliveries.hand_on(before, at=now()) == 0
    assert len(rows()) == 1


def test_a_gap_after_a_long_pause_is_logged_and_the_rest_is_told(receiver, made, caplog):
    record("kept")
    with system_tenant():
        WebhookEndpoint.objects.update(position=1, change_id=1)
        ChangeFeedState.objects.create(pk=1, cleared_position=2, cleared_id=1)
        assert feed_end().position > 2
    deliver()
    assert "missed changes" in caplog.text
    assert [told["key"] for told in received(receiver)] == ["kept"]


def test_old_deliveries_are_cleared_and_waiting_ones_stay(receiver, made):
    record("a")
    deliver()
    record("b")
    receiver.status = 500
    deliver()
    assert clear_integration(at=now() + timedelta(days=40))["deliveries"] == 1
    assert [row.key for row in rows()] == ["b"]


# -- made and changed -----------------------------------------------------------------------------


def attempt(owner, **changes):
    given = {"name": "New", "url": "https://receiver.example/", "kinds": ()} | changes
    with system_tenant():
        return create_webhook(wanted=EndpointInput(**given), owner=owner, at=now())


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Give the webhook a name"),
        ({"name": "Chat"}, "name", "There is a webhook named"),
        ({"url": "http://receiver.example/"}, "url", "Use https"),
        ({"url": "https://10.0.0.1/"}, "url", "not on the open internet"),
        ({"kinds": ("schedule",)}, "kinds", "No change is of the kind schedule"),
        ({"kinds": ("nonsense.*",)}, "kinds", "No change is of the kind"),
    ],
)
def test_a_wrong_endpoint_is_refused_with_the_field(made, admin, changes, field, sentence):
    with pytest.raises(UnableToSaveWebhook, match=sentence) as refused:
        attempt(admin, **changes)
    assert refused.value.field == field


def test_whoever_keeps_one_clients_webhooks_makes_none_for_others():
    with system_tenant():
        own, other = make_client(), make_client()
        keeper = make_user("planner", client=own)
    assert attempt(keeper, client=own).endpoint.client == own
    for client in (other, None):
        with pytest.raises(UnableToSaveWebhook, match="in your scope"):
            attempt(keeper, client=client)


def test_the_client_of_an_endpoint_stays(made):
    with system_tenant(), pytest.raises(UnableToSaveWebhook, match="cannot be changed"):
        change_webhook(
            endpoint=made.endpoint,
            wanted=EndpointInput(name="x", url="https://x.example/", client=make_client()),
        )
