"""Errors, pages, ETags and idempotency, as a caller meets them."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils.timezone import now
from rest_framework.test import APIClient

from tests.factories.org import make_client, make_user
from tests.factories.reporting import make_key
from wfm.integration.models import IdempotencyRecord
from wfm.org.models import Client
from wfm.org.tenancy import system_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api.probe_urls")]
CLIENTS = "/probe/clients/"


@pytest.fixture
def api():
    with system_tenant():
        user = make_user("admin")
    found = APIClient(raise_request_exception=False)
    found.force_login(user)
    return found


@pytest.fixture
def bank():
    with system_tenant():
        return make_client(name="Bank", key="bank")


def client_count():
    with system_tenant():
        return Client.objects.count()


def error(answer):
    body = answer.json()
    assert set(body) == {"type", "errors"}
    assert all(set(item) == {"code", "detail", "attr"} for item in body["errors"])
    return answer.status_code, body["type"], body["errors"][0]["code"], body["errors"][0]["attr"]


# -- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("post", CLIENTS, {"key": "x"}, (400, "validation_error", "required", "name")),
        ("get", CLIENTS + "999999/", None, (404, "client_error", "not_found", None)),
        ("get", CLIENTS + "?cursor=nonsense", None, (404, "client_error", "not_found", None)),
        ("put", CLIENTS, {}, (405, "client_error", "method_not_allowed", None)),
        ("get", "/probe/forgetful/", None, (403, "client_error", "permission_denied", None)),
    ],
)
def test_every_error_has_the_one_shape(api, method, path, body, expected):
    assert error(getattr(api, method)(path, body, format="json")) == expected


def test_body_that_is_no_json_is_a_client_error(api):
    answer = api.post(CLIENTS, "{", content_type="application/json")
    assert error(answer) == (400, "client_error", "parse_error", None)


def test_conflict_is_409_with_the_reason_and_nothing_is_written(api):
    answer = api.post(CLIENTS, {"key": "clash", "name": "Clash", "timezone": "UTC"})
    assert error(answer)[:3] == (409, "client_error", "conflict")
    assert answer.json()["errors"][0]["detail"] == "This client clashes."
    assert client_count() == 0


def test_fault_of_ours_is_500_without_its_words_and_nothing_is_written(api):
    answer = api.post(CLIENTS, {"key": "boom", "name": "Boom", "timezone": "UTC"})
    assert error(answer)[:2] == (500, "server_error")
    assert "caller" not in answer.content.decode()
    assert client_count() == 0


@pytest.mark.parametrize(
    ("text", "status", "result"),
    [
        ("2026-03-29T01:30:00+01:00", 200, "2026-03-29T00:30:00+00:00"),
        ("2026-03-29T00:30:00Z", 200, "2026-03-29T00:30:00+00:00"),
        ("2026-03-29T00:30:00", 400, None),
        ("yesterday", 400, None),
        ("2026-02-30T00:00:00Z", 400, None),
    ],
)
def test_instants_need_an_offset(api, text, status, result):
    answer = api.post("/probe/instant/", {"at": text})
    assert answer.status_code == status
    assert answer.json().get("at") == result


# -- pages ----------------------------------------------------------------------------------------


def test_cursor_pages_hold_every_row_once_while_rows_arrive(api):
    with system_tenant():
        for number in range(7):
            make_client(name=f"M{number}")
    seen, url = [], CLIENTS + "?page_size=3"
    while url:
        page = api.get(url).json()
        seen += [row["name"] for row in page["results"]]
        url = page["next"]
        with system_tenant():
            make_client(name=f"A{len(seen)}")  # sorts before what has been read
    assert [name for name in seen if name.startswith("M")] == [f"M{number}" for number in range(7)]
    assert len(seen) == len(set(seen))


def test_order_cannot_be_chosen_by_the_caller(api):
    with system_tenant():
        make_client(name="B")
        make_client(name="A")
    rows = api.get(CLIENTS + "?ordering=-name").json()["results"]
    assert [row["name"] for row in rows] == ["A", "B"]


# -- ETags ----------------------------------------------------------------------------------------


def test_read_with_the_current_etag_is_304_without_body(api, bank):
    first = api.get(f"{CLIENTS}{bank.pk}/")
    again = api.get(f"{CLIENTS}{bank.pk}/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


def test_etag_changes_with_the_data(api, bank):
    first = api.get(f"{CLIENTS}{bank.pk}/")
    with system_tenant():
        Client.objects.filter(pk=bank.pk).update(name="Other")
    again = api.get(f"{CLIENTS}{bank.pk}/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_lists_have_etags_too(api, bank):
    first = api.get(CLIENTS)
    assert api.get(CLIENTS, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_edit_needs_the_etag_that_was_read(api, bank):
    url = f"{CLIENTS}{bank.pk}/"
    etag = api.get(url)["ETag"]
    assert error(api.patch(url, {"name": "New"}))[:3] == (
        428,
        "client_error",
        "precondition_required",
    )
    assert api.patch(url, {"name": "New"}, HTTP_IF_MATCH=etag).status_code == 200
    stale = api.patch(url, {"name": "Newer"}, HTTP_IF_MATCH=etag)
    assert error(stale)[:3] == (412, "client_error", "precondition_failed")
    assert api.get(url).json()["name"] == "New"
    assert api.delete(url, HTTP_IF_MATCH=etag).status_code == 412
    assert api.delete(url, HTTP_IF_MATCH=api.get(url)["ETag"]).status_code == 204


def test_edit_of_a_foreign_thing_is_404_not_412(bank):
    with system_tenant():
        user = make_user("planner", client=make_client())
    api = APIClient()
    api.force_login(user)
    assert (
        api.patch(f"{CLIENTS}{bank.pk}/", {"name": "Mine"}, HTTP_IF_MATCH='"x"').status_code == 404
    )


# -- idempotency ----------------------------------------------------------------------------------


def post(api, once, /, **body):
    fields = {"key": "bank", "name": "Bank", "timezone": "UTC"} | body
    return api.post(CLIENTS, fields, format="json", HTTP_IDEMPOTENCY_KEY=once)


def test_repeated_post_happens_once_and_answers_the_same(api):
    first, again = post(api, "k1"), post(api, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert client_count() == 1


def test_key_reused_for_another_body_is_422(api):
    post(api, "k1")
    assert error(post(api, "k1", name="Other"))[:3] == (
        422,
        "client_error",
        "idempotency_key_reused",
    )
    assert client_count() == 1


def test_another_key_is_another_act(api):
    post(api, "k1")
    assert post(api, "k2", key="second", name="Second").status_code == 201
    assert client_count() == 2


def test_failed_request_can_be_repeated_with_the_same_key(api):
    assert post(api, "k1", name="").status_code == 400
    assert post(api, "k1").status_code == 201


def test_keys_of_two_principals_do_not_meet(api):
    post(api, "k1")
    with system_tenant():
        other = make_user("admin")
    second = APIClient()
    second.force_login(other)
    assert post(second, "k1", key="other", name="Other").status_code == 201


def test_key_is_forgotten_after_a_day(api):
    with time_machine.travel(now() - timedelta(hours=25), tick=False):
        post(api, "k1")
    with system_tenant():
        Client.objects.all().delete()
    assert "Idempotent-Replayed" not in post(api, "k1")
    with system_tenant():
        assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_key_that_is_required_or_too_long_is_named(api, key):
    answer = api.post("/probe/strict/", HTTP_IDEMPOTENCY_KEY=key)
    assert error(answer)[0::3] == (400, "Idempotency-Key")


def test_answer_without_body_is_repeated_too(api):
    answers = [api.post("/probe/strict/", HTTP_IDEMPOTENCY_KEY="k") for _time in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_acts_and_both_get_its_answer():
    with system_tenant():
        user = make_user("admin")
    barrier, answers = threading.Barrier(4), []

    def send():
        api = APIClient()
        api.force_login(user)
        barrier.wait()
        answers.append(post(api, "race"))
        connection.close()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert client_count() == 1


def test_api_key_has_records_of_its_own(bank):
    with system_tenant():
        made = make_key(client=None, scopes=["org.view"])
    api = APIClient(HTTP_AUTHORIZATION=f"Bearer {made.text}")
    post(api, "k1", key="second", name="Second")
    with system_tenant():
        record = IdempotencyRecord.objects.get()
    assert (record.principal, record.status_code) == (f"apikey:{made.key.pk}", 201)
