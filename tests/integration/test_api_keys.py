"""API keys: made once, kept as a hash, limited, revoked."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from rest_framework.test import APIClient

from tests.factories.org import make_client, make_user
from tests.factories.reporting import make_key
from wfm.integration.models import ApiKey
from wfm.integration.services import (
    ApiKeyRefused,
    UnableToCreateApiKey,
    authenticate_key,
    create_api_key,
    revoke_api_key,
)
from wfm.org.tenancy import system_tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def bank():
    with system_tenant():
        return make_client(name="Bank")


def get(text, path="/api/v1/metrics/"):
    return APIClient().get(path, HTTP_AUTHORIZATION=f"Bearer {text}")


@pytest.fixture
def made(bank):
    with system_tenant():
        return make_key(client=bank)


def test_only_prefix_and_hash_are_stored(made):
    prefix, secret = re.fullmatch(r"wfm_([a-z0-9]{8})_([\w-]{43})", made.text).groups()
    with system_tenant():
        stored = ApiKey.objects.get(pk=made.key.pk)
    assert stored.prefix == prefix
    assert stored.secret_sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert not any(secret in str(value) for value in vars(stored).values())


def test_secrets_hold_256_random_bits_and_differ(bank):
    with system_tenant():
        texts = {make_key(client=bank).text for _number in range(20)}
    assert len(texts) == 20
    assert {len(text.split("_", 2)[2]) for text in texts} == {43}  # 32 bytes in base64url


def test_key_opens_what_its_scopes_say(made):
    assert get(made.text).status_code == 200
    assert get(made.text, "/api/v1/sla/results/").status_code == 200
    refused = get(made.text, "/api/v1/queues/")
    assert refused.status_code == 403
    assert refused.json()["errors"][0]["code"] == "permission_denied"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), "not valid"),
        (lambda text: text.replace(text[4:12], "zzzzzzzz"), "not valid"),
        (lambda text: text + "x", "no API key"),
        (lambda text: "", "Send the key as"),
        (lambda text: "wfm_\xff", "no API key"),
        (lambda text: f"{text} {text}", "Send the key as"),
    ],
)
def test_wrong_key_is_answered_401_with_the_scheme(made, change, sentence):
    answer = get(change(made.text))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    body = answer.json()
    assert (body["type"], body["errors"][0]["code"]) == ("client_error", "authentication_failed")
    assert sentence in body["errors"][0]["detail"]


def test_without_any_key_the_answer_is_401():
    answer = APIClient().get("/api/v1/metrics/")
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["code"] == "not_authenticated"


def test_revoked_key_opens_nothing_and_revoking_twice_keeps_the_time(made):
    with system_tenant():
        revoke_api_key(key=made.key, at=NOW)
        revoke_api_key(key=made.key, at=NOW + timedelta(days=1))
        assert ApiKey.objects.get(pk=made.key.pk).revoked_at == NOW
    answer = get(made.text)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["detail"] == "This API key was revoked."


def test_key_expires_at_its_moment(bank):
    with system_tenant():
        made = make_key(client=bank, expires_at=NOW)
    just_before = NOW - timedelta(microseconds=1)
    assert authenticate_key(text=made.text, at=just_before).pk == made.key.pk
    with pytest.raises(ApiKeyRefused, match="has expired"):
        authenticate_key(text=made.text, at=NOW)


def test_key_of_a_client_that_has_left_opens_nothing(made, bank):
    with system_tenant():
        bank.is_active = False
        bank.save(update_fields=["is_active"])
    with pytest.raises(ApiKeyRefused, match="not active"):
        authenticate_key(text=made.text, at=NOW)


def test_last_use_is_written_at_most_once_a_minute(made):
    def last_used():
        with system_tenant():
            return ApiKey.objects.get(pk=made.key.pk).last_used_at

    authenticate_key(text=made.text, at=NOW)
    authenticate_key(text=made.text, at=NOW + timedelta(seconds=59))
    assert last_used() == NOW
    authenticate_key(text=made.text, at=NOW + timedelta(seconds=61))
    assert last_used() == NOW + timedelta(seconds=61)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"scopes": ["sla.view", "sla.destroy"]}, "Unknown scope: sla.destroy."),
        ({"scopes": []}, "at least one scope"),
        ({"scopes": ["sla.view", "people.view"]}, "cannot have: people.view."),
        ({"name": "  "}, "Give the key a name"),
    ],
)
def test_key_that_would_be_wrong_is_not_made(bank, fields, sentence):
    wanted = {"name": "Key", "scopes": ["sla.view"], "client": bank, "created_by": None} | fields
    with system_tenant(), pytest.raises(UnableToCreateApiKey, match=re.escape(sentence)):
        create_api_key(**wanted)


def test_nobody_gives_a_key_more_than_they_hold_themselves(bank):
    with system_tenant():
        lead = make_user("team_lead")
        with pytest.raises(UnableToCreateApiKey, match=r"do not hold these yourself: sla\.run"):
            create_api_key(name="K", scopes=["sla.run"], client=None, created_by=lead)


def test_person_of_one_client_makes_no_key_for_another(bank):
    with system_tenant():
        planner = make_user("planner", client=bank)
        for client in (make_client(), None):
            with pytest.raises(UnableToCreateApiKey, match="clients in your scope"):
                create_api_key(name="K", scopes=["sla.view"], client=client, created_by=planner)


def test_beyond_its_limit_a_key_is_answered_429_with_the_time_to_wait(bank):
    with system_tenant():
        slow = make_key(client=bank, requests_per_minute=2)
        other = make_key(client=bank, requests_per_minute=2)
    with time_machine.travel(NOW + timedelta(seconds=10), tick=False):
        assert [get(slow.text).status_code for _number in range(3)] == [200, 200, 429]
        refused = get(slow.text)
        assert int(refused["Retry-After"]) == 50
        assert refused.json()["errors"][0]["code"] == "throttled"
        assert get(other.text).status_code == 200


def test_the_limit_slides_over_the_minute(bank):
    with system_tenant():
        made = make_key(client=bank, requests_per_minute=10)
    with time_machine.travel(NOW + timedelta(seconds=50), tick=False):
        assert [get(made.text).status_code for _number in range(10)] == [200] * 10
    with time_machine.travel(NOW + timedelta(seconds=61), tick=False):
        assert get(made.text).status_code == 429  # 59/60 of the last minute still count
    with time_machine.travel(NOW + timedelta(seconds=95), tick=False):
        assert get(made.text).status_code == 200


def test_admin_makes_a_key_that_is_shown_once(client, bank):
    with system_tenant():
        client.force_login(make_user("admin"))
    page = client.post(
        reverse("api-key-new"),
        {
            "name": "Report server",
            "client": bank.pk,
            "scopes": ["sla.view", "metric.view"],
            "requests_per_minute": 60,
        },
    )
    text = re.search(r"wfm_[a-z0-9]{8}_[\w-]{43}", page.content.decode()).group()
    assert get(text).status_code == 200
    assert "no-store" in page["Cache-Control"]
    listed = client.get(reverse("api-keys")).content.decode()
    assert "Report server" in listed
    assert text not in listed


def test_form_says_what_a_clients_key_cannot_have(client, bank):
    with system_tenant():
        client.force_login(make_user("admin"))
    page = client.post(
        reverse("api-key-new"),
        {"name": "K", "client": bank.pk, "scopes": ["people.view"], "requests_per_minute": 60},
    )
    assert "A client&#x27;s key cannot have: people.view." in page.content.decode()
    with system_tenant():
        assert not ApiKey.objects.exists()


def test_admin_revokes_a_key_on_its_page(client, made):
    with system_tenant():
        client.force_login(make_user("admin"))
    assert client.post(reverse("api-key-revoke", args=[made.key.pk])).status_code == 302
    assert get(made.text).status_code == 401


@pytest.mark.parametrize("role", ["planner", "team_lead", "agent", "client", "hr"])
def test_others_make_and_revoke_no_keys(client, made, bank, role):
    with system_tenant():
        client.force_login(make_user(role, client=bank if role == "client" else None))
    assert client.get(reverse("api-key-new")).status_code == 403
    assert client.post(reverse("api-key-revoke", args=[made.key.pk])).status_code == 403
    assert get(made.text).status_code == 200


def test_keys_of_foreign_clients_are_not_found(client, made):
    with system_tenant():
        planner = make_user("planner", client=make_client())
        client.force_login(planner)
    assert made.key.prefix not in client.get(reverse("api-keys")).content.decode()
